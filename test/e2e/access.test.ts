import { describe, expect, test } from 'vitest';

import { buttonsOf } from '../../demo/slack-workspace/validate-blocks.ts';
import { ACTIONS } from '../../src/slack/messages/kit/button-value.ts';
import type { EphemeralMessage } from '../../demo/slack-workspace/workspace.ts';
import { startWorld } from '../support/world.ts';
import type { World, WorldOptions } from '../support/world.ts';

const GUEST = 'I did nothing: I answer full members of this workspace, and you are a guest.';
const STRANGER = 'I did nothing: I answer members of the workspace I was installed in, and you belong to another one.';
const SHARED = 'I did nothing: this channel is shared with another organisation';

/** A workspace with a guest, somebody of another organisation, a shared and a private channel, and a running job. */
async function worldWith(options: WorldOptions = {}): Promise<World> {
  const world = await startWorld(options);
  const { slack, drs } = world;
  slack.addGuest('gus');
  slack.addGuest('una', 'ultra_restricted');
  slack.addStranger('sam');
  slack.addChannel('migrations');
  slack.addChannel('partners', { external: 'shared', withBot: true });
  const secret = slack.addChannel('secret', { kind: 'private', withBot: true });
  for (const name of ['ben', 'gus', 'una']) secret.members.delete(slack.state.findUser(name)?.id ?? '');
  drs.addJob('INCRE_TRANSFER_STARTED', {}, { name: 'orders' });
  drs.addJob('PAUSING', {}, { name: 'billing' });
  return world;
}

const jobIdOf = (world: World, name: string) => world.drs.findJob(name)?.id ?? '';

const COMMANDS = [
  '/drs orders',
  '/drs status orders public',
  '/drs subscribe orders',
  '/drs unsubscribe orders',
  '/drs unsubscribe all',
  '/drs list',
  '/drs list all',
  '/drs jobs',
  '/drs settings lang:zh',
  '/drs audit',
  '/drs help',
  '/drs "',
];

/** Every button this version has, with a value it would have written for the job. */
const buttonsFor = (jobId: string): readonly (readonly [string, string])[] =>
  Object.values(ACTIONS)
    .filter((action) => action !== ACTIONS.openConsole)
    .flatMap((action) => {
      if (action === ACTIONS.pageAudit) return [`${action}:newest`, `${action}:older`];
      const isPaged = [ACTIONS.pageJobs, ACTIONS.pageList, ACTIONS.pageListAll].some((paged) => paged === action);
      return isPaged ? [`${action}:next`, `${action}:previous`] : [action];
    })
    .map((action) => [
      action,
      JSON.stringify({ jobs: [jobId], target: jobId, text: null, offset: 0, post: 'x', jobId: null, before: null }),
    ]);

/** Presses a button that this version might have made, and returns what the person is told. */
async function forge(
  world: World,
  user: string,
  channel: string,
  [action, value]: readonly [string, string],
): Promise<EphemeralMessage> {
  const known = world.slack.ephemerals(channel, user).length;
  expect(await world.slack.people.forgeClick(user, channel, action, value)).toMatchObject({ acked: true });
  // An answer stands beside the message with the button, or in its place.
  return await world.slack.waitFor(`an answer to ${action}`, () =>
    world.slack
      .ephemerals(channel, user)
      .slice(known)
      .find((one) => one.text !== 'forged'),
  );
}

const heard = (world: World, channel: string, user: string, words: string) =>
  world.slack.waitFor(`${words} said to ${user}`, () =>
    world.slack.ephemerals(channel, user).findLast((one) => one.text.includes(words)),
  );

describe.each(['socket', 'http'] as const)('in %s mode', (mode) => {
  test.each([
    ['a guest', 'gus', '#migrations', GUEST],
    ['a guest of one channel', 'una', '#migrations', GUEST],
    ['somebody of another organisation', 'sam', '#partners', STRANGER],
    ['a member in a channel that is shared with another organisation', 'ana', '#partners', SHARED],
  ])('%s is refused by every command and every button, and nothing happens', async (_who, user, channel, words) => {
    await using world = await worldWith({ mode });
    await world.ask('ana', '#migrations', '/drs subscribe orders');
    world.drs.clearRequests();
    for (const line of COMMANDS) expect((await world.ask(user, channel, line)).text).toContain(words);
    for (const button of buttonsFor(jobIdOf(world, 'orders'))) {
      expect((await forge(world, user, channel, button)).text).toContain(words);
    }
    expect(world.drs.requests).toEqual([]);
    expect(world.texts('#partners')).toEqual([]);
    expect(world.texts('#migrations')).toHaveLength(1);
    expect((await world.ask('ana', '#migrations', '/drs list')).text).toContain('1 job watched here');
    expect((await world.ask('ana', '#migrations', '/drs settings')).text).toContain('English');
  });
});

describe('outsiders', () => {
  test('press the buttons of a message everybody sees, and it stays as it is', async () => {
    await using world = await worldWith();
    const { slack } = world;
    await slack.people.type('ana', '#migrations', '/drs status orders public');
    const shown = await world.nextMessage('#migrations', 0);
    for (const label of ['Refresh', 'Watch here']) await slack.people.click('gus', shown, label);
    await slack.waitFor('two refusals', () => slack.ephemerals('#migrations', 'gus')[1]);
    expect(slack.messages('#migrations')).toEqual([shown]);
    await slack.people.share('#migrations');
    await slack.people.click('sam', shown, 'Refresh');
    expect((await heard(world, '#migrations', 'sam', STRANGER)).text).toContain('Ask somebody there to do it for you.');
    expect(slack.messages('#migrations')).toEqual([shown]);
  });

  test('are known by the request also where Slack tells nothing of people', async () => {
    await using world = await worldWith({ workspace: { scopes: ['commands', 'chat:write', 'channels:join'] } });
    expect((await world.ask('sam', '#partners', '/drs orders')).text).toContain(STRANGER);
    expect((await world.ask('ana', '#migrations', '/drs subscribe orders')).text).toContain('the scope users:read');
  });

  test('are told in their own language what happened, and who can change it', async () => {
    await using world = await worldWith();
    world.slack.state.addUser('mei', 'zh-CN', { standing: 'restricted' });
    expect((await world.ask('mei', '#migrations', '/drs orders')).text).toBe(
      '什么都没有做：我只答复本工作区的正式成员，而你是访客。请一位成员代为操作，或请工作区管理员把你设为正式成员。',
    );
  });

  test('who were members a while ago are noticed, and accounts that were switched off', async () => {
    await using world = await worldWith();
    const { slack } = world;
    slack.state.addUser('old', 'en-US', { standing: 'deactivated' });
    expect((await world.ask('old', '#migrations', '/drs help')).text).toContain('or was switched off');
    slack.faults.next('users.info', { kind: 'error', error: 'user_not_visible' });
    expect((await world.ask('ben', '#migrations', '/drs help')).text).toContain(STRANGER);
  });

  test('a channel that another organisation is invited to counts as shared already', async () => {
    await using world = await worldWith();
    world.slack.addChannel('soon', { external: 'invited', withBot: true });
    expect((await world.ask('ana', '#soon', '/drs subscribe orders')).text).toContain(SHARED);
  });

  test('a link is opened without a word', async () => {
    await using world = await worldWith();
    await world.slack.people.forgeClick('gus', '#migrations', ACTIONS.openConsole, 'x');
    await world.ask('gus', '#migrations', '/drs help');
    expect(world.slack.ephemerals('#migrations', 'gus').map((one) => one.text.slice(0, 13))).toEqual([
      'forged',
      'I did nothing',
    ]);
  });
});

describe('while Slack does not answer', () => {
  test('somebody new is asked to try again, and somebody known goes on', async () => {
    await using world = await worldWith();
    const { slack } = world;
    slack.faults.next('users.info', { kind: 'error', error: 'internal_error' });
    expect((await world.ask('ana', '#migrations', '/drs orders')).text).toContain(
      'Slack does not tell me at the moment whether you are a full member',
    );
    expect((await world.ask('ana', '#migrations', '/drs orders')).text).toContain('replicating');
    slack.faults.next('users.info', { kind: 'error', error: 'internal_error' });
    expect((await world.ask('ana', '#migrations', '/drs orders')).text).toContain('replicating');
  });

  test('a new channel waits, too', async () => {
    await using world = await worldWith();
    world.slack.faults.next('conversations.info', { kind: 'rate_limited', retryAfterSeconds: 30 });
    expect((await world.ask('ana', '#migrations', '/drs orders')).text).toContain(
      'Slack does not tell me at the moment whether this channel is shared',
    );
    expect((await world.ask('ana', '#migrations', '/drs orders')).text).toContain('replicating');
  });
});

describe('the operator', () => {
  test('lets certain people only', async () => {
    await using world = await worldWith({ env: { ALLOWED_USERS: 'U00000002, W0SOMEBODY' } });
    expect((await world.ask('ana', '#migrations', '/drs orders')).text).toBe(
      'I did nothing: the operator of this bot has limited it to certain people, and you are none of them. Ask them to add `U00000001` to ALLOWED_USERS.',
    );
    expect((await world.ask('ben', '#migrations', '/drs orders')).text).toContain('replicating');
  });

  test('lets certain channels only, and a guest not even there', async () => {
    await using world = await worldWith({ env: { ALLOWED_CHANNELS: 'C00000001' } });
    expect((await world.ask('ana', '#migrations', '/drs subscribe orders')).text).toContain('Subscribed to');
    expect((await world.ask('gus', '#migrations', '/drs subscribe orders')).text).toContain(GUEST);
    const { id } = world.slack.addChannel('another');
    expect((await world.ask('ana', '#another', '/drs subscribe orders')).text).toContain(
      `Ask them to add \`${id}\` to ALLOWED_CHANNELS.`,
    );
  });

  test('who narrows the channels has the posts of the others held back, and their subscribers told', async () => {
    await using world = await worldWith();
    const { slack, drs } = world;
    await world.ask('ana', '#migrations', '/drs subscribe orders');
    await world.stop();
    await world.start({ ALLOWED_CHANNELS: 'C0NOWHERE' });
    const told = await slack.waitFor('a direct message', () => slack.messages('dm-ana')[0]);
    expect(told.text).toContain('My posts to <#C00000001> wait');
    drs.findJob('orders')?.becomes('PAUSING');
    expect((await world.bot().tick()).deliveries).toBe(1);
    expect(world.texts('#migrations')).toHaveLength(1);
    await world.stop();
    await world.start();
    expect((await world.nextMessage('#migrations', 1)).text).toContain('paused');
  });
});

describe('somebody who is told things in direct messages', () => {
  /** Ana has subscribed there, may not use the bot any more as `change` has it, and the job fails. */
  async function afterChange(change: (world: World) => Readonly<Record<string, string>>) {
    const world = await worldWith();
    const { slack, drs } = world;
    const dm = slack.state.directMessages(slack.state.findUser('ana')?.id ?? '').name;
    await world.ask('ana', dm, '/drs subscribe orders');
    await slack.waitFor('the line of the subscription', () => slack.messages(dm)[0]);
    await world.stop();
    await world.start(change(world));
    drs.findJob('orders')?.becomes('INCRE_TRANSFER_FAILED');
    expect((await world.bot().tick()).deliveries).toBe(1);
    return { world, dm };
  }
  const standAs = (world: World, standing: 'member' | 'restricted' | 'deactivated') => {
    const ana = world.slack.state.findUser('ana');
    if (ana !== undefined) ana.standing = standing;
    return {};
  };
  /** No message of that channel waits to be sent, or is being sent. */
  const rests = async (world: World, dm: string) => {
    world.slack.addChannel('aside');
    await world.ask('ben', '#aside', '/drs subscribe billing');
    await world.nextMessage('#aside', 0);
    return world.texts(dm);
  };

  test.each(['restricted', 'deactivated'] as const)(
    'is told no more once they are %s, and the rest when that is over',
    async (standing) => {
      const { world, dm } = await afterChange((of) => standAs(of, standing));
      await using _world = world;
      expect(await rests(world, dm)).toHaveLength(1);
      await world.stop();
      standAs(world, 'member');
      await world.start();
      expect((await world.nextMessage(dm, 1)).text).toContain('FAILED');
      const audit = (await world.ask('ana', dm, '/drs audit')).text;
      expect(audit).toContain('my posts here: going out → held back (`reader_not_allowed`)');
    },
  );

  test('is told no more once they are not among those whom the operator allows, and may stop what is theirs', async () => {
    const { world, dm } = await afterChange((of) => ({ ALLOWED_USERS: of.slack.state.findUser('ben')?.id ?? '' }));
    await using _world = world;
    expect(await rests(world, dm)).toHaveLength(1);
    expect((await world.ask('ana', '#aside', '/drs unsubscribe billing')).text).toContain('I did nothing');
    expect((await world.ask('ana', dm, '/drs list')).text).toContain('I did nothing');
    expect((await world.ask('ana', dm, '/drs unsubscribe orders')).text).toBe(
      'Unsubscribed from *orders*, which you had subscribed here.',
    );
    expect((await world.ask('ana', dm, '/drs unsubscribe all')).text).toContain('I did nothing');
  });
});

describe('somebody who may not use the bot any more', () => {
  test('ends what is theirs by the buttons they have, and nothing else', async () => {
    await using world = await worldWith();
    const { slack } = world;
    await world.ask('ana', '#migrations', '/drs subscribe orders');
    await world.ask('ben', '#migrations', '/drs subscribe billing');
    // Such buttons stand beside each job in lists of an older version.
    const values = ['orders', 'billing'].map((name) => {
      const jobId = jobIdOf(world, name);
      return JSON.stringify({ jobs: [jobId], target: jobId });
    });
    await world.stop();
    await world.start({ ALLOWED_USERS: slack.state.findUser('ben')?.id ?? '' });
    const said: string[] = [];
    for (const value of values)
      said.push((await forge(world, 'ana', '#migrations', [ACTIONS.unsubscribeListed, value])).text);
    expect(said.filter((text) => text.includes('which you had subscribed'))).toHaveLength(1);
    expect(said.filter((text) => text.includes('I did nothing'))).toHaveLength(1);
    expect((await world.ask('ben', '#migrations', '/drs list')).text).toContain('billing');
    expect((await world.ask('ben', '#migrations', '/drs list')).text).not.toContain('orders');
  });
});

describe('a channel that becomes shared', () => {
  async function subscribed(options: WorldOptions = {}): Promise<World> {
    const world = await worldWith(options);
    await world.ask('ana', '#migrations', '/drs subscribe orders');
    return world;
  }
  const fails = async (world: World) => {
    world.drs.findJob('orders')?.becomes('INCRE_TRANSFER_FAILED');
    await world.bot().tick();
  };

  test('is told nothing more until that ends, its subscriber is told why, and nothing is lost', async () => {
    await using world = await subscribed();
    const { slack } = world;
    await slack.people.share('#migrations');
    const told = await slack.waitFor('a direct message', () => slack.messages('dm-ana')[0]);
    expect(told.text.split('\n')).toEqual([
      '⏸️ My posts to <#C00000001> wait',
      'About *orders*. Nothing is lost.',
      'Another organisation reads there. They go on when that ends.',
    ]);
    await fails(world);
    expect(world.texts('#migrations')).toHaveLength(1);
    await slack.people.unshare('#migrations');
    expect((await world.nextMessage('#migrations', 1)).text).toContain('FAILED');
    const audit = await world.ask('ana', '#migrations', '/drs audit');
    expect(audit.text.split('\n').map((line) => line.split(' · ').slice(1).join(' · '))).toEqual([
      'the bot · my posts here: held back (`externally_shared`) → going out',
      'the bot · my posts here: going out → held back (`externally_shared`)',
      '<@U00000001> · *orders*: not subscribed → subscribed',
    ]);
  });

  test('can be let go from the notice and from the list of all, where nothing can be typed in it', async () => {
    await using world = await subscribed();
    const { slack } = world;
    await world.ask('ben', '#migrations', '/drs subscribe billing');
    await slack.people.share('#migrations');
    const notice = await slack.waitFor('a direct message', () => slack.messages('dm-ana')[0]);
    await slack.people.click('ana', notice, 'End this subscription');
    expect((await heard(world, 'dm-ana', 'ana', 'Unsubscribed <#')).text).toBe(
      'Unsubscribed <#C00000001> from *orders*.',
    );
    await slack.people.click('ana', notice, 'End this subscription');
    await heard(world, 'dm-ana', 'ana', 'Nothing changed');
    const all = await world.ask('ana', '#secret', '/drs list all');
    await slack.people.click('ana', all, 'End this subscription');
    await heard(world, '#secret', 'ana', 'Unsubscribed <#C00000001> from *billing*.');
    expect((await world.ask('ana', '#secret', '/drs list all')).text).toBe(
      'No channel of this workspace watches a job.',
    );
  });

  test('is let go by nobody who is not in it, but for what is their own', async () => {
    await using world = await worldWith();
    const { slack } = world;
    await world.ask('ana', '#secret', '/drs subscribe orders');
    const value = JSON.stringify({ channel: slack.state.findChannel('secret')?.id, jobs: [jobIdOf(world, 'orders')] });
    expect((await forge(world, 'ben', '#migrations', [ACTIONS.endThere, value])).text).toContain('you are not in <#');
    expect((await world.ask('ana', '#secret', '/drs list')).text).toContain('1 job watched here');
    slack.state.findChannel('secret')?.members.delete(slack.state.findUser('ana')?.id ?? '');
    expect((await forge(world, 'ana', '#migrations', [ACTIONS.endThere, value])).text).toContain('Unsubscribed <#');
  });

  test('has no cause added to what it was told before', async () => {
    await using world = await subscribed();
    const { slack, drs } = world;
    await world.ask('ana', '#secret', '/drs subscribe orders');
    await fails(world);
    // When DRS ends it is added at once; why it failed comes later.
    const red = await slack.waitFor('when DRS ends it', () =>
      slack.messages('#migrations').find(({ text }) => text.includes('Billed until')),
    );
    await slack.people.share('#migrations');
    await slack.waitFor('a direct message', () => slack.messages('dm-ana')[0]);
    drs.findJob('orders')?.explains({ error_code: 'DRS.M05023', error_message: 'No such table' });
    const explained = (channel: string) =>
      slack.waitFor(`the cause in ${channel}`, () =>
        slack.messages(channel).find((one) => one.text.includes('No such table')),
      );
    await explained('#secret');
    expect(slack.messages('#migrations')[1]?.text).toBe(red.text);
    await slack.people.unshare('#migrations');
    await explained('#migrations');
  });

  test('while the bot is away is found after the start, and by whatever is typed there', async () => {
    await using world = await subscribed();
    const { slack } = world;
    const channel = slack.state.findChannel('migrations');
    if (channel === undefined) throw new Error('there is no channel');
    await world.stop();
    channel.external = 'shared';
    await world.start();
    await slack.waitFor('a direct message', () => slack.messages('dm-ana')[0]);
    await fails(world);
    expect(world.texts('#migrations')).toHaveLength(1);
    await world.stop();
    channel.external = 'no';
    await world.start();
    expect((await world.nextMessage('#migrations', 1)).text).toContain('FAILED');
  });

  test('is believed by the event where Slack does not answer the question', async () => {
    await using world = await subscribed();
    const { slack } = world;
    slack.faults.next('conversations.info', { kind: 'error', error: 'internal_error' });
    await slack.people.share('#migrations');
    await slack.waitFor('a direct message', () => slack.messages('dm-ana')[0]);
    await fails(world);
    expect(world.texts('#migrations')).toHaveLength(1);
  });

  test('gets no greeting, and inviting the bot again sends nothing', async () => {
    await using world = await subscribed();
    const { slack } = world;
    await slack.people.share('#migrations');
    await slack.waitFor('a direct message', () => slack.messages('dm-ana')[0]);
    await slack.people.invite('ana', '#migrations');
    await fails(world);
    expect((await world.ask('ana', '#migrations', '/drs help')).text).toContain(SHARED);
    expect(world.texts('#migrations')).toHaveLength(1);
  });
});

describe('what a button carries', () => {
  test('shows no message of another channel', async () => {
    await using world = await worldWith();
    await world.ask('ana', '#secret', '/drs subscribe orders');
    world.drs.findJob('orders')?.becomes('PAUSING');
    await world.bot().tick();
    const message = await world.nextMessage('#secret', 1);
    const refresh = message.blocks.flatMap(buttonsOf).find((one) => one.action_id === ACTIONS.refreshPost);
    const answer = await forge(world, 'ben', '#migrations', [ACTIONS.refreshPost, refresh?.value ?? '']);
    expect(answer.text).toContain('too old for its buttons');
    expect(world.slack.messages('#secret')[1]?.edited).toBe(false);
  });

  test('changes nothing in another channel', async () => {
    await using world = await worldWith();
    await world.ask('ana', '#secret', '/drs subscribe orders');
    const jobId = jobIdOf(world, 'orders');
    const value = JSON.stringify({ jobs: [jobId], target: jobId, channel: 'C00000003' });
    for (const action of [ACTIONS.unsubscribeAnyway, ACTIONS.unsubscribeNamed]) {
      expect((await forge(world, 'ben', '#migrations', [action, value])).text).toContain('There is no subscription to');
    }
    await forge(world, 'ben', '#migrations', [ACTIONS.unsubscribeAll, '{"channel":"C00000003"}']);
    expect((await world.ask('ana', '#secret', '/drs list')).text).toContain('1 job watched here');
    expect(world.texts('#migrations')).toEqual([]);
  });

  test('shows nothing that was done in another channel, nor that a private one watches', async () => {
    await using world = await worldWith();
    await world.ask('ana', '#secret', '/drs subscribe orders');
    const jobId = jobIdOf(world, 'orders');
    const nothing = /^Nothing was/;
    for (const value of [
      { jobId: null, before: null },
      { jobId, before: null },
      { jobId, before: null, channel: 'C00000003' },
    ]) {
      const answer = await forge(world, 'ben', '#migrations', [`${ACTIONS.pageAudit}:older`, JSON.stringify(value)]);
      expect(answer.text).toMatch(nothing);
    }
    const older = [`${ACTIONS.pageAudit}:older`, '{"jobId":null,"before":99}'] as const;
    expect((await forge(world, 'ben', '#migrations', older)).text).not.toContain('orders');
    for (const line of ['/drs audit', '/drs audit orders', `/drs audit ${jobId}`])
      expect((await world.ask('ben', '#migrations', line)).text).toMatch(nothing);
    expect((await world.ask('ben', '#migrations', '/drs list all')).text).not.toContain('C00000003');
  });

  test('that nobody would have written gets a sentence', async () => {
    await using world = await worldWith();
    for (const value of ['', '{}', '{"jobId":"x","before":null}', '{"jobId":null,"before":-1}', '[]'])
      expect((await forge(world, 'ana', '#migrations', [`${ACTIONS.pageAudit}:older`, value])).text).toContain(
        'too old',
      );
  });
});

test('in a conversation the bot is not in, the one who asks is answered, and nobody else', async () => {
  await using world = await worldWith();
  world.slack.addChannel('talk', { kind: 'private' });
  expect((await world.ask('ana', '#talk', '/drs orders')).text).toContain('replicating');
  const answer = await world.ask('ana', '#talk', '/drs status orders public');
  expect(answer.text).toBe(
    'I did not show it to everybody: I am not in this conversation, so I cannot see whether another organisation reads it. Type `/invite @drs` here first.',
  );
  expect(world.texts('#talk')).toEqual([]);
});

test('a refusal is in the log, with who, where and why', async () => {
  const lines: object[] = [];
  const write = (fields: object) => void lines.push(fields);
  const log = { debug: () => {}, info: write, warn: write, error: write };
  await using world = await worldWith({ overrides: { log } });
  await world.ask('gus', '#migrations', '/drs orders');
  expect(lines).toContainEqual({ user: 'U00000003', channel: 'C00000001', team: 'T0DRSDEMO', reason: 'guest' });
});
