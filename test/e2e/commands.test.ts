import { describe, expect, test } from 'vitest';

import { throttle } from '../../demo/drs-simulator/faults.ts';
import { parseView } from '../../demo/slack-workspace/validate-blocks.ts';
import { renderAsText } from '../../demo/slack-workspace/render-as-text.ts';
import { parseJobId } from '../../src/domain/job/job-id.ts';
import { simulatedJobId } from '../../demo/drs-simulator/jobs.ts';
import { startWorld } from '../support/world.ts';

const UNKNOWN = 'ffffffff-0000-4000-8000-00000000jb99';

describe.each(['socket', 'http'] as const)('a person in %s mode', (mode) => {
  test('asks for the status of a job and subscribes with the button', async () => {
    await using world = await startWorld({ mode });
    const { slack, drs } = world;
    slack.addChannel('migrations');
    const job = drs.addJob('INCRE_TRANSFER_STARTED');
    const name = job.id.slice(0, 8);

    const answer = await world.ask('ana', '#migrations', `/drs ${job.id}`);
    expect(answer.text.split('\n')[0]).toBe(`🟢 ${name} – replicating, lag 1 s`);
    expect(slack.messages('#migrations')).toEqual([]);

    await slack.people.click('ana', answer, 'Watch here');
    const after = await slack.waitFor('the button to change', () =>
      slack.ephemerals('#migrations', 'ana').find((one) => JSON.stringify(one.blocks).includes('"Unwatch"')),
    );
    expect(after.id).toBe(answer.id);
    expect(world.texts('#migrations')).toEqual([`🔔 <@U00000001> subscribed this channel to *${name}*`]);

    await slack.people.click('ana', after, 'Unwatch');
    await slack.waitFor('the public line', () => world.texts('#migrations')[1]);
    expect(world.texts('#migrations')[1]).toBe(`🔕 <@U00000001> unsubscribed this channel from *${name}*`);
  });

  test('finds what DRS called it, and its history, behind the three dots', async () => {
    await using world = await startWorld({ mode });
    const { slack, drs } = world;
    slack.addChannel('migrations');
    const job = drs.addJob('INCRE_TRANSFER_STARTED');
    const answer = await world.ask('ana', '#migrations', `/drs ${job.id}`);
    expect(answer.text).not.toContain('INCRE_TRANSFER_STARTED');
    await slack.people.click('ana', answer, 'Raw DRS fields');
    const raw = await slack.waitFor('what DRS said', () =>
      slack
        .ephemerals('#migrations', 'ana')
        .find((one) => one.text.includes('transfer_status: "INCRE_TRANSFER_STARTED"')),
    );
    expect(raw.text).toContain(`job_id: "${job.id}"`);
    expect(raw.text).toContain('as DRS said it just now');
    drs.faults.next('progress', throttle(600), 9);
    await slack.people.click('ana', answer, 'Raw DRS fields');
    const remembered = await slack.waitFor('what is remembered', () =>
      slack.ephemerals('#migrations', 'ana').find((one) => one.text.includes('Remembered')),
    );
    expect(remembered.text).toContain('transfer_status: INCRE_TRANSFER_STARTED');
    drs.faults.clear();
    await slack.people.click('ana', answer, 'History');
    await slack.waitFor('its history', () =>
      slack.ephemerals('#migrations', 'ana').find((one) => one.id === answer.id && !one.text.includes('replicating')),
    );
    expect(slack.messages('#migrations')).toEqual([]);
  });

  test('shows a status to everybody with public', async () => {
    await using world = await startWorld({ mode });
    world.slack.addChannel('migrations');
    const job = world.drs.addJob('PAUSING');
    await world.slack.people.type('ana', '#migrations', `/drs status ${job.id} public`);
    expect((await world.nextMessage('#migrations', 0)).text).toMatch(/⏸️ \S+ – paused/);
    expect(world.slack.ephemerals('#migrations', 'ana')).toEqual([]);
  });

  test('has every button acknowledged, also ones nobody knows and forged ones', async () => {
    await using world = await startWorld({ mode });
    const { slack } = world;
    slack.addChannel('migrations');
    expect(await slack.people.forgeClick('ana', '#migrations', 'some_other_button', 'x')).toMatchObject({
      acked: true,
    });
    expect(
      await slack.people.forgeClick('ana', '#migrations', 'drs_subscribe', '{"jobs":["<!channel>"]}'),
    ).toMatchObject({ acked: true });
    const said = await slack.waitFor('an answer', () =>
      slack.ephemerals('#migrations', 'ana').find((one) => one.text.includes('too old')),
    );
    expect(said.text).toBe('This message is too old for its buttons. Ask anew with `/drs status &lt;job&gt;`.');
  });
});

describe('a person who subscribes', () => {
  test('twice is told who did it before, and nothing changes', async () => {
    await using world = await startWorld();
    world.slack.addChannel('migrations');
    const job = world.drs.addJob();
    await world.ask('ana', '#migrations', `/drs subscribe ${job.id}`);
    const answer = await world.ask('ben', '#migrations', `/drs subscribe ${job.id.slice(0, 8)}`);
    expect(answer.text).toMatch(
      /^Already subscribed here to \*\w{8}\* \(by <@U00000001>, <!date\^.*>\)\. Nothing changed\.$/,
    );
    expect(world.texts('#migrations')).toHaveLength(1);
  });

  test('to a job DRS does not know is told so, and nothing is saved', async () => {
    await using world = await startWorld();
    world.slack.addChannel('migrations');
    const answer = await world.ask('ana', '#migrations', `/drs subscribe ${UNKNOWN}`);
    expect(answer.text).toBe(
      `⚪ DRS knows no job \`${UNKNOWN}\` (DRS.M00289). Check the id in the DRS console, and that the job is in this bot's project. Not subscribed.`,
    );
    expect((await world.ask('ana', '#migrations', '/drs list')).text).toContain('No job is watched here');
  });

  test('to a job that has ended is told so', async () => {
    await using world = await startWorld();
    world.slack.addChannel('migrations');
    const job = world.drs.addJob('RELEASE_RESOURCE_COMPLETE');
    const answer = await world.ask('ana', '#migrations', `/drs subscribe ${job.id}`);
    expect(answer.text).toBe(
      `*${job.id.slice(0, 8)}* is over – it has ended, so there is nothing to watch. Not subscribed.`,
    );
  });

  test('in a public channel has the bot join it', async () => {
    await using world = await startWorld();
    const channel = world.slack.addChannel('migrations');
    await world.ask('ana', '#migrations', `/drs subscribe ${world.drs.addJob().id}`);
    expect(channel.members.has(world.slack.state.bot.id)).toBe(true);
  });

  test('in a private channel is told exactly what to type, and it works after that', async () => {
    await using world = await startWorld();
    const channel = world.slack.addChannel('secret', { kind: 'private' });
    const job = world.drs.addJob();
    const answer = await world.ask('ana', '#secret', `/drs subscribe ${job.id}`);
    expect(answer.text).toBe(
      'I cannot post here yet: I am not a member of this channel. Type `/invite @drs` here, then `/drs subscribe …` again. Nothing was saved.',
    );
    expect((await world.ask('ana', '#secret', '/drs list')).text).toContain('No job is watched here');
    channel.members.add(world.slack.state.bot.id);
    expect((await world.ask('ana', '#secret', `/drs subscribe ${job.id}`)).text).toContain('Subscribed to');
  });

  test('in an archived channel is told so', async () => {
    await using world = await startWorld();
    world.slack.addChannel('old').archived = true;
    expect((await world.ask('ana', '#old', `/drs subscribe ${world.drs.addJob().id}`)).text).toContain(
      'This channel is archived',
    );
  });

  test('where only a post shows that the bot may not post is told so, and nothing is kept', async () => {
    await using world = await startWorld();
    const channel = world.slack.addChannel('announcements', { withBot: true });
    world.slack.faults.next('chat.postMessage', { kind: 'error', error: 'restricted_action' }, { channel: channel.id });
    const job = world.drs.addJob();
    const answer = await world.ask('ana', '#announcements', `/drs subscribe ${job.id}`);
    expect(answer.text).toBe(
      'I cannot post here: the workspace lets only some people post in this channel. Ask its owner to allow this app. Then `/drs subscribe …` again. Nothing was saved.',
    );
    expect((await world.ask('ana', '#announcements', '/drs list')).text).toContain('No job is watched here');
    expect((await world.ask('ana', '#announcements', `/drs subscribe ${job.id}`)).text).toContain('Subscribed to');
    expect(world.texts('#announcements')).toHaveLength(1);
  });

  test.each([
    ['no conversations.info', { disabledMethods: ['conversations.info'] }],
    [
      'no conversations.info and no join',
      {
        disabledMethods: ['conversations.info', 'conversations.join'],
        scopes: ['commands', 'chat:write', 'chat:write.public', 'users:read'],
      },
    ],
    ['no scope to read channels', { scopes: ['commands', 'chat:write', 'channels:join', 'users:read'] }],
  ])('in a workspace with %s is subscribed all the same', async (_what, workspace) => {
    await using world = await startWorld({ workspace });
    world.slack.addChannel('migrations');
    expect((await world.ask('ana', '#migrations', `/drs subscribe ${world.drs.addJob().id}`)).text).toContain(
      'Subscribed to',
    );
    expect(world.texts('#migrations')).toHaveLength(1);
  });

  test('while DRS is down is told why, and nothing is saved', async () => {
    await using world = await startWorld();
    world.slack.addChannel('migrations');
    const job = world.drs.addJob();
    world.drs.faults.next('progress', {
      kind: 'status',
      status: 403,
      body: '{"error_code":"DRS.M00102","error_msg":"x"}',
    });
    const answer = await world.ask('ana', '#migrations', `/drs subscribe ${job.id}`);
    expect(answer.text).toContain(
      `No answer about \`${job.id}\`: The IAM user may not read DRS jobs: grant it DRS ReadOnlyAccess.`,
    );
    expect(answer.text).toContain('Not subscribed: DRS must have answered about it once.');
  });

  test('to several jobs at once gets one public line and one answer about each', async () => {
    await using world = await startWorld();
    world.slack.addChannel('migrations');
    const [one, two] = [world.drs.addJob(), world.drs.addJob('PAUSING')];
    const answer = await world.ask('ana', '#migrations', `/drs subscribe ${one.id}, ${two.id} ${UNKNOWN} nonsense`);
    expect(world.texts('#migrations')).toEqual([
      `🔔 <@U00000001> subscribed this channel to 2 jobs – ⏸️ 1 paused: *${two.id.slice(0, 8)}* · 🔵 1`,
    ]);
    expect(answer.text).toContain('Subscribed to 2 jobs');
    expect(answer.text).toMatch(/⏸️ \S+ – paused/);
    expect(answer.text).toContain(`DRS knows no job \`${UNKNOWN}\``);
    expect(answer.text).toContain('No job is called `nonsense`, and no id begins with it.');
  });
});

describe('a person who unsubscribes', () => {
  test('by a prefix ends that job in this channel only', async () => {
    await using world = await startWorld();
    world.slack.addChannel('migrations');
    world.slack.addChannel('orders');
    const job = world.drs.addJob();
    for (const channel of ['#migrations', '#orders']) await world.ask('ana', channel, `/drs subscribe ${job.id}`);
    const answer = await world.ask('ana', '#orders', `/drs unsubscribe ${job.id.slice(0, 8)}`);
    expect(answer.text).toBe(`Unsubscribed from *${job.id.slice(0, 8)}*. Undo: \`/drs subscribe ${job.id}\``);
    expect((await world.ask('ana', '#migrations', '/drs list')).text).toContain('1 job watched here');
  });

  test('from a job that is not watched here is told so', async () => {
    await using world = await startWorld();
    world.slack.addChannel('migrations');
    expect((await world.ask('ana', '#migrations', `/drs unsubscribe ${UNKNOWN}`)).text).toBe(
      `There is no subscription to \`${UNKNOWN}\` here. \`/drs list\` shows what is watched here.`,
    );
    expect((await world.ask('ana', '#migrations', '/drs unsubscribe ffffff')).text).toContain(
      'No job called `ffffff` is watched here',
    );
    expect((await world.ask('ana', '#migrations', '/drs unsubscribe all')).text).toContain('No job is watched here');
  });

  test('from all is asked first, and may keep them', async () => {
    await using world = await startWorld();
    const { slack, drs } = world;
    slack.addChannel('migrations');
    await world.ask('ana', '#migrations', `/drs subscribe ${drs.addJob().id} ${drs.addJob().id}`);
    const kept = await world.ask('ana', '#migrations', '/drs unsubscribe all');
    expect(kept.text).toContain('End all 2 subscriptions here?');
    await slack.people.click('ana', kept, 'Keep them');
    await slack.waitFor('nothing changed', () =>
      slack.ephemerals('#migrations', 'ana').find((one) => one.text === 'Nothing changed.'),
    );
    const sure = await world.ask('ana', '#migrations', '/drs unsubscribe all');
    await slack.people.click('ana', sure, 'Unsubscribe all');
    await slack.waitFor('the public line', () =>
      world
        .texts('#migrations')
        .find((text) => text.startsWith('🔕 <@U00000001> unsubscribed this channel from 2 jobs')),
    );
    expect((await world.ask('ana', '#migrations', '/drs list')).text).toContain('No job is watched here');
  });
});

describe.each(['socket', 'http'] as const)('a person who manages the list in %s mode', (mode) => {
  test('ticks several jobs, whoever subscribed them, and is told what ended and how to have it back', async () => {
    await using world = await startWorld({ mode });
    const { slack, drs } = world;
    slack.addChannel('migrations');
    for (const name of ['orders', 'billing', 'stock']) drs.addJob('INCRE_TRANSFER_STARTED', {}, { name });
    await world.ask('ana', '#migrations', '/drs subscribe orders billing');
    await world.ask('ben', '#migrations', '/drs subscribe stock');
    const list = await world.ask('ben', '#migrations', '/drs list');
    expect(list.text).toContain('subscribed by ana 2, ben 1');
    await slack.people.click('ben', list, 'Manage…');
    const { view } = await slack.waitFor('the dialog', () => slack.state.views[0]);
    expect(renderAsText({ text: '', blocks: view.blocks }, slack.state)).toContainEqual(
      expect.stringMatching(/^☐ orders – by ana · 🟢 in sync$/),
    );
    expect(await slack.people.submit('ben', view, ['orders', 'stock'])).toMatchObject({ acked: true });
    const told = await slack.waitFor('the answer', () =>
      slack.ephemerals('#migrations', 'ben').find((one) => one.text.includes('Undo: `/drs subscribe')),
    );
    expect(told.text).toContain('*orders*');
    expect(told.text).toContain('*stock*');
    await slack.people.click('ben', list, 'Refresh');
    await slack.waitFor('the list without them', () =>
      slack.ephemerals('#migrations', 'ben').find((one) => one.id === list.id && one.text.includes('1 job watched')),
    );
  });

  test('ends what was shown, not what somebody subscribed to while the dialog was open, and is told so', async () => {
    await using world = await startWorld({ mode });
    const { slack, drs } = world;
    slack.addChannel('migrations');
    for (const name of ['orders', 'billing', 'stock']) drs.addJob('INCRE_TRANSFER_STARTED', {}, { name });
    await world.ask('ben', '#migrations', '/drs subscribe orders billing stock');
    await slack.people.click('ben', await world.ask('ben', '#migrations', '/drs list'), 'Manage…');
    const { view } = await slack.waitFor('the dialog', () => slack.state.views[0]);
    await world.ask('ben', '#migrations', '/drs unsubscribe orders stock');
    await world.ask('ana', '#migrations', '/drs subscribe orders');
    await slack.people.submit('ben', view, ['orders', 'billing', 'stock']);
    const told = await slack.waitFor('the answer', () =>
      slack.ephemerals('#migrations', 'ben').find((one) => one.text.includes('subscribed anew')),
    );
    expect(told.text).toContain('Unsubscribed from *billing*');
    expect(told.text).toContain('*orders* by <@U00000001>');
    expect(told.text).toContain('1 job was no longer watched here');
    const list = await world.ask('ana', '#migrations', '/drs list');
    expect(list.text).toContain('1 job watched here');
    expect(list.text).toContain('subscribed by ana 1');
  });

  test('sends off a dialog of another version, and is told that it is too old', async () => {
    await using world = await startWorld({ mode });
    const { slack, drs } = world;
    slack.addChannel('migrations');
    const job = drs.addJob('INCRE_TRANSFER_STARTED', {}, { name: 'orders' });
    await world.ask('ana', '#migrations', '/drs subscribe orders');
    await slack.people.click('ana', await world.ask('ana', '#migrations', '/drs list'), 'Manage…');
    const { view } = await slack.waitFor('the dialog', () => slack.state.views[0]);
    const old: unknown = JSON.parse(JSON.stringify(view, (key, value: unknown) => (key === 'value' ? job.id : value)));
    await slack.people.submit('ana', parseView(old) ?? view, ['orders']);
    await slack.waitFor('the answer', () =>
      slack.ephemerals('#migrations', 'ana').find((one) => one.text.includes('too old')),
    );
    expect((await world.ask('ana', '#migrations', '/drs list')).text).toContain('1 job watched here');
  });

  test('ticks nothing and ends nothing', async () => {
    await using world = await startWorld({ mode });
    const { slack, drs } = world;
    slack.addChannel('migrations');
    drs.addJob('INCRE_TRANSFER_STARTED', {}, { name: 'orders' });
    await world.ask('ana', '#migrations', '/drs subscribe orders');
    await slack.people.click('ana', await world.ask('ana', '#migrations', '/drs list'), 'Manage…');
    const { view } = await slack.waitFor('the dialog', () => slack.state.views[0]);
    expect(await slack.people.submit('ana', view, [])).toMatchObject({ acked: true });
    expect((await world.ask('ana', '#migrations', '/drs list')).text).toContain('1 job watched here');
  });
});

describe('a person who types something else', () => {
  test.each([
    ['/drs', '*Watch* `/drs subscribe orders`'],
    [
      '/drs help commands',
      '`/drs subscribe &lt;job&gt;… [rules]` – tell this channel about a job from now on; rules such as `lag:5m/10m`',
    ],
    [
      '/drs status',
      'Which job? For example `/drs status orders`; `/drs jobs` lists what there is. `/drs help` shows everything.',
    ],
    ['/drs <!channel>', 'I tell conversations, not people. Nothing was done: `@channel` can type the command'],
    ['/drs abc', 'No job is called `abc`, and the beginning of an id needs at least 4 characters.'],
    ['/drs subscrbe x', 'I do not know `subscrbe`. Did you mean `/drs subscribe`?'],
    ['/drs subscribe x style:thread', '`style:thread` does not exist yet. Choose from `lag:2m/10m`'],
    ['/drs status "x', 'A quote is not closed: `"x`. Close it, or leave the quotes out.'],
    ['/drs unsubscribe all x', 'Either name jobs or say `all`, not both. Nothing was done.'],
    ['/drs list now', '`/drs list` does not take `now`. Leave that out. Nothing was done.'],
  ])('%s is helped: %s', async (line, words) => {
    await using world = await startWorld();
    world.slack.addChannel('migrations');
    expect((await world.ask('ana', '#migrations', line)).text).toContain(words);
  });

  test('that fits several watched jobs is asked for more characters', async () => {
    await using world = await startWorld();
    world.slack.addChannel('migrations');
    const ids = ['aaaaaa10-0000-4000-8000-00000000jb21', 'aaaaaa20-0000-4000-8000-00000000jb21'];
    for (const id of ids) world.drs.addJob('PAUSING', {}, { id: simulatedJobIdFrom(id) });
    await world.ask('ana', '#migrations', `/drs subscribe ${ids.join(' ')}`);
    expect((await world.ask('ana', '#migrations', '/drs aaaaaa')).text).toBe(
      '`aaaaaa` fits 2 jobs. Which one?\n⏸️ *aaaaaa10* – paused\n⏸️ *aaaaaa20* – paused',
    );
  });

  test('with eleven jobs is asked to split them', async () => {
    await using world = await startWorld();
    world.slack.addChannel('migrations');
    const line = Array.from({ length: 11 }, (_, number) => simulatedJobId(number)).join(' ');
    expect((await world.ask('ana', '#migrations', `/drs status ${line}`)).text).toContain(
      'That is 11 jobs; `/drs status` takes up to 10 at a time.',
    );
  });
});

function simulatedJobIdFrom(text: string): ReturnType<typeof simulatedJobId> {
  const id = parseJobId(text);
  if (id === null) throw new Error(text);
  return id;
}

test('the short help leads to the jobs, to what is watched, and to every command', async () => {
  await using world = await startWorld();
  const { slack } = world;
  slack.addChannel('migrations');
  world.drs.addJob('INCRE_TRANSFER_STARTED', {}, { name: 'orders' });
  for (const [label, shown] of [
    ['All commands', '/drs why &lt;job&gt;'],
    ['Watched here', 'No job is watched here'],
    ['All jobs', '1 job in DRS'],
  ] as const) {
    const help = await world.ask('ana', '#migrations', '/drs help');
    await slack.people.click('ana', help, label);
    const answer = await slack.waitFor(shown, () =>
      slack.ephemerals('#migrations', 'ana').find((one) => one.text.includes(shown)),
    );
    expect(answer.id).toBe(help.id);
  }
});
