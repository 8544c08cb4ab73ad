import { describe, expect, test } from 'vitest';

import { startWorld } from '../support/world.ts';
import type { World, WorldOptions } from '../support/world.ts';

async function worldWith(options: WorldOptions = {}): Promise<World> {
  const world = await startWorld(options);
  world.slack.addUser('li', 'zh-CN');
  world.slack.addChannel('migrations');
  world.drs.addJob('INCRE_TRANSFER_STARTED', {}, { name: 'orders' });
  return world;
}
/** People hear of a refusal without its having lasted. */
const TOLD_AT_ONCE = { pauseSayMs: 0, watchEveryMs: 20 };
const buttons = (message: { readonly blocks: readonly unknown[] }) => JSON.stringify(message.blocks);

describe('languages', () => {
  test('an answer is in the language of its reader, and DRS is asked in it', async () => {
    await using world = await worldWith();
    const english = await world.ask('ana', '#migrations', '/drs orders');
    expect(english.text).toContain('🟢 orders – replicating, lag 1 s');
    world.drs.clearRequests();
    const chinese = await world.ask('li', '#migrations', '/drs orders');
    expect(chinese.text).toContain('🟢 orders – 增量同步中，延迟 1 秒');
    expect(buttons(chinese)).toContain('"刷新"');
    expect(world.drs.requests.map((seen) => seen.headers['x-language'])).toEqual(['zh-cn']);
    await world.slack.people.click('li', chinese, '刷新');
    expect((await world.ask('li', '#migrations', '/drs list now')).text).toContain('后面不能写');
  });

  test("a channel's posts are in the channel's language, whoever causes them", async () => {
    await using world = await worldWith();
    const answer = await world.ask('ana', '#migrations', '/drs settings lang:zh');
    expect(answer.text).toBe('My posts here are in Chinese from now on. Undo: `/drs settings lang:en`');
    expect((await world.ask('ana', '#migrations', '/drs subscribe orders')).text).toContain('Subscribed to *orders*');
    expect((await world.nextMessage('#migrations', 0)).text).toBe('🔔 <@U00000001> 为本频道订阅了 *orders*');
    await world.slack.people.type('ana', '#migrations', '/drs orders public');
    const shown = await world.nextMessage('#migrations', 1);
    expect(shown.text).toContain('增量同步中');
    await world.slack.people.click('ana', shown, '刷新');
    expect((await world.ask('ana', '#migrations', '/drs settings')).text).toContain(
      'Language of my posts here: Chinese',
    );
    expect((await world.ask('li', '#migrations', '/drs settings lang:zh')).text).toBe(
      '我在这里已经用中文发消息。没有任何变化。',
    );
    await world.ask('ana', '#migrations', '/drs settings lang:en');
    expect((await world.nextMessage('#migrations', 2)).text).toBe(
      '🌐 <@U00000001> made English the language of this channel',
    );
  });

  test('that nobody chose are the bot’s own, also where Slack tells nobody’s language', async () => {
    await using world = await worldWith({ env: { BOT_LANGUAGE: 'zh' } });
    world.slack.addUser('una', '');
    world.slack.state.findChannel('migrations')?.members.add(world.slack.state.findUser('una')?.id ?? '');
    expect((await world.ask('una', '#migrations', '/drs subscribe orders')).text).toContain('已订阅 *orders*');
    expect((await world.nextMessage('#migrations', 0)).text).toContain('为本频道订阅了');
  });

  test('the locale of a person is asked for once', async () => {
    await using world = await worldWith();
    for (let time = 0; time < 3; time++) await world.ask('li', '#migrations', '/drs help');
    expect(world.slack.calls.filter((call) => call.method === 'users.info')).toHaveLength(1);
  });
});

describe('sharing', () => {
  test('shows an answer to everybody, with who shared it', async () => {
    await using world = await worldWith();
    const answer = await world.ask('li', '#migrations', '/drs orders');
    await world.slack.people.click('li', answer, '分享');
    const shared = await world.nextMessage('#migrations', 0);
    expect(shared.text).toContain('🟢 orders – replicating, lag 1 s');
    expect(shared.text).toContain('Shared by <@U00000003>');
    expect(buttons(shared)).not.toContain('"Share"');
    const list = await world
      .ask('ana', '#migrations', '/drs subscribe orders')
      .then(() => world.ask('ana', '#migrations', '/drs list'));
    await world.slack.people.click('ana', list, 'Share');
    expect((await world.nextMessage('#migrations', 2)).text).toContain('1 job watched here');
    const jobs = await world.ask('ana', '#migrations', '/drs jobs');
    await world.slack.people.click('ana', jobs, 'Share');
    expect((await world.nextMessage('#migrations', 3)).text).toContain('1 job in DRS');
  });
});

describe('help', () => {
  test('can be shown to everybody as well', async () => {
    await using world = await worldWith();
    const { slack } = world;
    await slack.people.click('li', await world.ask('li', '#migrations', '/drs help names'), '分享');
    const shared = await world.nextMessage('#migrations', 0);
    expect(shared.text).toContain('First the full id, then the exact name');
    expect(shared.text).toContain('Shared by <@U00000003>');
    await slack.people.click('ana', await world.ask('ana', '#migrations', '/drs help'), 'Share');
    expect((await world.nextMessage('#migrations', 1)).text).toContain('*Ask*');
  });
});

describe('the console', () => {
  test('is one press away where its address is known', async () => {
    const env = { DRS_CONSOLE_URL: 'https://console.example/{project}/{job}' };
    await using world = await worldWith({ env });
    const answer = await world
      .ask('ana', '#migrations', '/drs subscribe orders')
      .then(() => world.ask('ana', '#migrations', '/drs orders'));
    const { projectId } = world.drs;
    expect(buttons(answer)).toContain(`"url":"https://console.example/${projectId}/`);
    expect(await world.slack.people.click('ana', answer, 'Open console')).toMatchObject({ acked: true });
  });

  test('has no button where it is not', async () => {
    await using world = await worldWith();
    expect(buttons(await world.ask('ana', '#migrations', '/drs orders'))).not.toContain('Open console');
  });
});

describe('list all', () => {
  test('shows the channels a person may know of, and counts the others', async () => {
    await using world = await worldWith();
    const { slack } = world;
    const secret = slack.addChannel('secret', { kind: 'private', withBot: true });
    slack.addChannel('public');
    for (const channel of ['#migrations', '#public', '#secret'])
      await world.ask('ana', channel, '/drs subscribe orders');
    const member = await world.ask('ana', '#migrations', '/drs list all');
    expect(member.text.split('\n')[0]).toBe('3 subscriptions in this workspace – 🟢 3');
    // By name: a mention would call those who are named.
    expect(member.text).toContain(`<#${secret.id}> · ana`);
    expect(JSON.stringify(member.blocks)).not.toContain('<@');
    expect(member.text).toContain(`<#${secret.id}>`);
    const ben = slack.state.findUser('ben')?.id ?? '';
    secret.members.delete(ben);
    const stranger = await world.ask('ben', '#migrations', '/drs list all');
    expect(stranger.text).not.toContain(secret.id);
    expect(stranger.text).toContain('1 private channel that you are not in watches 1 job.');
    expect(stranger.text).toContain('orders 🟢 in sync 1 s <#');
  });

  test('shows a group its own direct messages, and says nothing of those of others', async () => {
    await using world = await worldWith();
    const { slack } = world;
    const [ana = '', ben = ''] = ['ana', 'ben'].map((name) => slack.state.findUser(name)?.id ?? '');
    slack.state.addChannel('ana-and-li', 'mpim', [ana, slack.state.bot.id]);
    await world.ask('ana', 'ana-and-li', '/drs subscribe orders');
    await world.ask('ben', slack.state.directMessages(ben).name, '/drs subscribe orders');
    const member = await world.ask('ana', '#migrations', '/drs list all');
    expect(member.text.split('\n')[0]).toBe('1 subscription in this workspace – 🟢 1');
    expect(member.text).not.toContain('private channel');
  });

  test('has the worst of the whole workspace on the first page, and pages', async () => {
    await using world = await worldWith();
    const { slack, drs } = world;
    for (let number = 10; number < 31; number++) drs.addJob('INCRE_TRANSFER_STARTED', {}, { name: `job-${number}` });
    slack.addChannel('ops');
    await world.ask('ana', '#migrations', '/drs subscribe orders');
    const names = Array.from({ length: 21 }, (_, number) => `job-${number + 10}`).join(' ');
    await world.ask('ben', '#ops', `/drs subscribe ${names}`);
    drs.findJob('job-30')?.becomes('INCRE_TRANSFER_FAILED');
    await world.bot().tick();
    const answer = await world.ask('ana', '#migrations', '/drs list all');
    expect(answer.text.split('\n')[1]).toMatch(/^job-30 🔴 failed [^,]*<#\w+> · ben,/u);
    await slack.people.click('ana', answer, 'Next');
    const next = await slack.waitFor('the second page', () =>
      slack.ephemerals('#migrations', 'ana').find((one) => one.text.includes('21–22 of 22')),
    );
    expect(next.text).not.toContain('job-30');
  });

  test('shows nothing private when Slack does not tell who is where', async () => {
    await using world = await worldWith({
      workspace: { disabledMethods: ['users.conversations', 'conversations.info'] },
    });
    world.slack.addChannel('elsewhere');
    await world.ask('ana', '#elsewhere', '/drs subscribe orders');
    const answer = await world.ask('ana', '#migrations', '/drs list all');
    expect(answer.text).toContain('1 private channel that you are not in watches 1 job.');
  });

  test('says so when nobody watches anything', async () => {
    await using world = await worldWith();
    expect((await world.ask('ana', '#migrations', '/drs list all')).text).toBe(
      'No channel of this workspace watches a job.',
    );
  });
});

describe.each(['socket', 'http'] as const)('the bot, invited in %s mode,', (mode) => {
  test('says hello once, and not where it joined by itself', async () => {
    await using world = await worldWith({ mode });
    const { slack } = world;
    slack.addChannel('secret', { kind: 'private' });
    await slack.people.invite('ana', '#secret');
    expect((await world.nextMessage('#secret', 0)).text).toBe(
      '👋 I watch DRS jobs and tell this channel when something changes\n' +
        'Pick a job to watch, or type `/drs subscribe &lt;job&gt;`',
    );
    const [hello] = slack.messages('#secret');
    if (hello !== undefined) await slack.people.click('ana', hello, 'All jobs');
    const jobs = await slack.waitFor('the jobs for ana alone', () => slack.ephemerals('#secret', 'ana')[0]);
    expect(jobs.text).toContain('orders');
    await slack.people.invite('ana', '#secret');
    await world.ask('ana', '#migrations', '/drs subscribe orders');
    expect(world.texts('#secret')).toHaveLength(1);
    expect(world.texts('#migrations')).toEqual(['🔔 <@U00000001> subscribed this channel to *orders*']);
  });
});

describe('the bot, let in again by nobody in particular,', () => {
  test('goes on posting where it was paused, without a greeting', async () => {
    await using world = await worldWith({ overrides: { durations: TOLD_AT_ONCE } });
    const { slack, drs } = world;
    const secret = slack.addChannel('secret', { kind: 'private', withBot: true });
    const job = drs.addJob('INCRE_TRANSFER_STARTED', {}, { name: 'billing' });
    await world.ask('ana', '#secret', '/drs subscribe billing');
    secret.members.delete(slack.state.bot.id);
    job.becomes('PAUSING');
    await world.bot().tick();
    await world.nextMessage('dm-ana', 0);
    secret.members.add(slack.state.bot.id);
    await slack.people.tellBotJoined(secret, null);
    const told = await world.nextMessage('#secret', 1);
    expect(told.text).toContain('⏸️ billing – paused');
  });
});

describe('a channel that refuses posts', () => {
  test('has the owner told in a direct message, and goes on when the bot is invited again', async () => {
    await using world = await worldWith({ overrides: { durations: TOLD_AT_ONCE } });
    const { slack, drs } = world;
    const secret = slack.addChannel('secret', { kind: 'private', withBot: true });
    const job = drs.addJob('INCRE_TRANSFER_STARTED', {}, { name: 'billing' });
    await world.ask('ana', '#secret', '/drs subscribe billing');
    secret.members.delete(slack.state.bot.id);
    job.becomes('PAUSING');
    await world.bot().tick();
    expect((await world.nextMessage('dm-ana', 0)).text).toBe(
      `⚠️ Slack refuses my posts to <#${secret.id}> (\`channel_not_found\`)\n` +
        'About *billing*. Nothing is lost.\n' +
        'Type `/invite @drs` there, and they go on.',
    );
    await slack.people.invite('ana', '#secret');
    const told = await slack.waitFor('what was held back', () =>
      world.texts('#secret').find((text) => text.startsWith('⏸️ billing – paused')),
    );
    expect(told).toBeDefined();
  });
});

describe('a direct message with the bot', () => {
  test('means: notify me', async () => {
    await using world = await worldWith();
    const { slack } = world;
    const ana = slack.state.findUser('ana');
    const own = slack.state.directMessages(ana?.id ?? '');
    const status = await world.ask('ana', own.name, '/drs orders');
    expect(buttons(status)).toContain('"Notify me"');
    const answer = await world.ask('ana', own.name, '/drs subscribe orders');
    expect(answer.text).toContain('You hear when a copy starts or completes');
    expect(world.texts(own.name)).toEqual(['🔔 I will tell you here about *orders*']);
  });

  test('is in the language of the person, and so is what the owner of a subscription is told', async () => {
    await using world = await worldWith({ overrides: { durations: TOLD_AT_ONCE } });
    const { slack } = world;
    const own = slack.state.directMessages(slack.state.findUser('li')?.id ?? '');
    const job = world.drs.addJob('INCRE_TRANSFER_STARTED', {}, { name: 'billing' });
    await world.ask('li', own.name, '/drs subscribe orders');
    expect(world.texts(own.name)).toEqual(['🔔 我会在这里向你报告 *orders*']);
    const secret = slack.addChannel('secret', { kind: 'private', withBot: true });
    await world.ask('li', '#secret', '/drs subscribe billing');
    secret.members.delete(slack.state.bot.id);
    job.becomes('PAUSING');
    await world.bot().tick();
    expect((await world.nextMessage(own.name, 1)).text).toContain('⚠️ Slack 拒绝我发到');
    const all = await world.ask('li', '#migrations', '/drs list all');
    expect(all.text).toContain('你的私信');
    expect((await world.ask('ana', '#migrations', '/drs list all')).text).not.toContain('orders');
  });

  test.each(['socket', 'http'] as const)('understands plain words, in %s mode', async (mode) => {
    await using world = await worldWith({ mode });
    const { slack } = world;
    const own = slack.state.directMessages(slack.state.findUser('li')?.id ?? '');
    await slack.people.write('li', 'subscribe orders');
    await slack.waitFor('the answer', () => world.texts(own.name).find((text) => text.startsWith('已订阅 *orders*')));
    await slack.people.write('li', 'orders');
    const status = await slack.waitFor('the status', () =>
      slack.messages(own.name).find((one) => one.text.startsWith('🟢 orders – 增量同步中，延迟 1 秒')),
    );
    expect(buttons(status)).not.toContain('分享');
    await slack.people.click('li', status, '取消订阅');
    await slack.waitFor('the end', () => world.texts(own.name).find((text) => text.startsWith('🔕')));
  });

  test('takes no notice of what nobody wrote to it: previews of links, itself, channels', async () => {
    await using world = await worldWith();
    const { slack } = world;
    const own = slack.state.directMessages(slack.state.findUser('ana')?.id ?? '');
    for (const extra of [{ subtype: 'message_deleted' }, { bot_id: slack.state.botId }, { channel_type: 'channel' }])
      await slack.people.write('ana', 'help', extra);
    await slack.people.correct('ana', 'help', 'help');
    await slack.people.write('ana', 'jobs');
    await slack.waitFor('the one answer', () => world.texts(own.name)[0]);
    expect(world.texts(own.name).map((text) => text.split('\n')[0])).toEqual(['1 job in DRS – ⚪ 1']);
  });

  test.each(['file_share', 'thread_broadcast', 'me_message'])(
    'answers whatever a person writes: %s',
    async (subtype) => {
      await using world = await worldWith();
      const own = world.slack.state.directMessages(world.slack.state.findUser('ana')?.id ?? '');
      await world.slack.people.write('ana', '<@U0BOT>: jobs', { subtype });
      expect((await world.nextMessage(own.name, 0)).text).toContain('1 job in DRS');
    },
  );

  test('speaks of you and not of a channel, and has nobody to share with', async () => {
    await using world = await worldWith();
    const { slack } = world;
    const own = slack.state.directMessages(slack.state.findUser('ana')?.id ?? '');
    await world.ask('ana', own.name, '/drs subscribe orders');
    const answers = await Promise.resolve().then(async () => {
      const said = [];
      for (const words of ['list', 'orders', 'jobs', 'help', 'settings', 'subscribe orders', 'unsubscribe all'])
        said.push(await world.ask('ana', own.name, `/drs ${words}`));
      return said;
    });
    expect(answers[0]?.text).toContain('I tell you about 1 job');
    for (const { text, blocks } of answers) {
      expect(text).not.toMatch(/this channel watches|of this channel/i);
      expect(buttons({ blocks })).not.toContain('"Share"');
    }
  });

  test('that is somebody else’s ends in a sentence, and nothing is saved', async () => {
    await using world = await worldWith();
    const { slack } = world;
    const members = ['ana', 'ben'].map((name) => slack.state.findUser(name)?.id ?? '');
    slack.state.addChannel('ana-and-ben', 'im', members);
    expect((await world.ask('ana', 'ana-and-ben', '/drs subscribe orders')).text).toBe(
      'I cannot post here: I take no part in this conversation. Type `/drs subscribe …` again in a channel, or in your direct messages with @drs. Nothing was saved.',
    );
  });
});

test.each(['mpim', 'im'] as const)(
  "other people's direct messages (%s), where nobody can invite the bot, hear where to go instead",
  async (kind) => {
    await using world = await worldWith();
    const { slack } = world;
    slack.state.addChannel(
      'ana-and-ben',
      kind,
      ['ana', 'ben'].map((name) => slack.state.findUser(name)?.id ?? ''),
    );
    const said = [
      await world.ask('ana', 'ana-and-ben', '/drs subscribe orders'),
      await world.ask('ana', 'ana-and-ben', '/drs status orders public'),
    ].map((answer) => answer.text);
    expect(said[0]).toContain('in a channel, or in your direct messages with @drs. Nothing was saved.');
    expect(said[1]).toContain('Type it in a channel that I am in.');
    for (const text of said) expect(text).not.toContain('/invite');
  },
);
