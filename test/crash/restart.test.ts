import { describe, expect, test } from 'vitest';

import { startDrsSimulator } from '../../src/demo/drs-simulator/simulator.ts';
import { startSlackWorkspace } from '../../src/demo/slack-workspace/slack-workspace.ts';
import { openDatabase } from '../../src/store/open-store.ts';
import { running, startProcess } from '../support/bot-process.ts';
import type { BotProcess } from '../support/bot-process.ts';
import { environment } from '../support/world.ts';

/** Waits until every delivery is settled, so that no post has to be looked for, which takes a minute. */
async function settled(url: string): Promise<void> {
  const db = openDatabase(url);
  const owed = () => db.selectFrom('deliveries').select('id').where('outcome', 'is', null).execute();
  await expect.poll(async () => (await owed()).length, { timeout: 10_000 }).toBe(0);
  await db.destroy();
}

const CHANNELS = ['#a', '#b', '#c', '#d'];

describe.each(['SIGTERM', 'SIGKILL'] as const)('after %s and a start', (signal) => {
  test('nothing is forgotten and nothing is repeated', async () => {
    await using slack = await startSlackWorkspace();
    await using drs = await startDrsSimulator();
    slack.addUser('ana');
    const jobs = Array.from({ length: 25 }, () => drs.addJob('FULL_TRANSFER_STARTED'));
    const env: Record<string, string> = {
      ...(await environment('socket', slack, drs)),
      POLL_SCHEDULE: '* * * * * *',
      LOG_LEVEL: 'info',
    };
    const start = async (): Promise<BotProcess> => {
      const bot = startProcess(env);
      await bot.printed('the bot is running');
      return bot;
    };
    let bot = await start();
    for (const [index, name] of CHANNELS.entries()) {
      slack.addChannel(name.slice(1));
      const mine = jobs.slice(index * 5, index * 5 + 10).map((job) => job.id);
      expect(await slack.people.type('ana', name, `/drs subscribe ${mine.join(' ')}`)).toMatchObject({ acked: true });
      await slack.waitFor(`an answer in ${name}`, () => slack.ephemerals(name, 'ana')[0]);
    }
    const told = (id: string, words: string) =>
      CHANNELS.map(
        (name) =>
          slack
            .messages(name)
            .filter((message) => message.text.includes(words) && message.text.includes(id.slice(0, 8))).length,
      );

    // Changed while it runs, told before it ends.
    jobs[0]?.becomes('INCRE_TRANSFER_STARTED');
    await slack.waitFor(
      'the first change',
      () => (told(jobs[0]?.id ?? '', '⚪ Replicating')[0] === 1 ? true : undefined),
      40_000,
    );
    await settled(env['DATABASE_URL'] ?? '');
    const { code, ms } = await bot.end(signal);
    expect(code).toBe(signal === 'SIGTERM' ? 0 : null);
    expect(ms).toBeLessThan(5_000);
    // Changed while it is down, told after it is back: job 7 is watched by two channels.
    jobs[7]?.becomes('FULL_TRANSFER_COMPLETE');
    bot = await start();
    await slack.waitFor(
      'the second change',
      () => (told(jobs[7]?.id ?? '', '🔵 Full copy complete').join() === '1,1,0,0' ? true : undefined),
      40_000,
    );
    jobs[24]?.becomes('FULL_TRANSFER_FAILED');
    await slack.waitFor(
      'the third change',
      () => (told(jobs[24]?.id ?? '', '🔴 FAILED').join() === '0,0,0,1' ? true : undefined),
      40_000,
    );
    await bot.end('SIGTERM');

    expect(told(jobs[0]?.id ?? '', '⚪ Replicating')).toEqual([1, 0, 0, 0]);
    expect(CHANNELS.map((name) => slack.messages(name).length)).toEqual([3, 2, 1, 2]);
  }, 120_000);
});

test('SIGTERM in the middle of a poll that hangs ends the bot within 10 s, and the poll is made up for', async () => {
  await using slack = await startSlackWorkspace();
  await using drs = await startDrsSimulator();
  slack.addUser('ana');
  slack.addChannel('a');
  const job = drs.addJob('FULL_TRANSFER_STARTED');
  const env = { ...(await environment('http', slack, drs)), POLL_SCHEDULE: '* * * * * *', LOG_LEVEL: 'info' };
  const start = async () => {
    const bot = startProcess(env);
    await bot.printed('the bot is running');
    slack.deliverTo(`http://127.0.0.1:${/"port":(\d+)/.exec(bot.output())?.[1]}/slack/events`);
    return bot;
  };
  const first = await start();
  await slack.people.type('ana', '#a', `/drs subscribe ${job.id}`);
  await slack.waitFor('an answer', () => slack.ephemerals('#a', 'ana')[0]);
  drs.faults.next('progress', { kind: 'hang' });
  drs.clearRequests();
  await expect.poll(() => drs.progressRequests().length, { timeout: 10_000 }).toBeGreaterThan(0);
  const { code, ms } = await first.end('SIGTERM');
  expect(code).toBe(0);
  expect(ms).toBeLessThan(5_000);
  drs.faults.clear();
  job.becomes('FULL_TRANSFER_COMPLETE');
  const second = await start();
  await slack.waitFor('the change', () => slack.messages('#a')[1], 20_000);
  await second.end('SIGTERM');
  expect(slack.messages('#a')).toHaveLength(2);
}, 60_000);

test('npm start builds and runs the bot, and SIGTERM to npm ends both', async () => {
  await using slack = await startSlackWorkspace();
  await using drs = await startDrsSimulator();
  const bot = startProcess({ ...(await environment('socket', slack, drs)), LOG_LEVEL: 'info' }, ['npm', 'start']);
  await bot.printed('the bot is running');
  const { code, ms } = await bot.end('SIGTERM');
  expect(code).toBe(0);
  expect(ms).toBeLessThan(5_000);
  expect(bot.output()).toContain('"msg":"stopped"');
}, 60_000);

test('a configuration with mistakes ends the start with all of them and exit code 1', async () => {
  const bot = startProcess({ SLACK_BOT_TOKEN: 'xoxp-1', PORT: 'x' });
  await bot.printed('The configuration has');
  expect((await bot.end('SIGCONT')).code).toBe(1);
  expect(bot.output()).toContain('  SLACK_BOT_TOKEN: expected the bot token, which begins with xoxb-');
  expect(bot.output()).toContain('  HUAWEICLOUD_SDK_AK: is missing, and so is IAM_USER');
  expect(bot.output()).not.toContain('xoxp-1');
});

test('Ctrl-C in the middle of the story ends the demo just as cleanly', async () => {
  const demo = startProcess({}, running('src/demo/main.ts'));
  await demo.printed('types: /drs subscribe');
  const { code, ms } = await demo.end('SIGINT');
  expect(code).toBe(0);
  expect(ms).toBeLessThan(5_000);
  expect(demo.output()).toMatch(/The demo has ended\.\n$/);
}, 30_000);

test('the demo plays its story and Ctrl-C ends it cleanly', async () => {
  const demo = startProcess({}, running('src/demo/main.ts'));
  await demo.printed('The story is over');
  const { code, ms } = await demo.end('SIGINT');
  expect(code).toBe(0);
  expect(ms).toBeLessThan(5_000);
  const output = demo.output();
  expect(output).toContain('The demo has ended.');
  for (const words of [
    '🔔 @ana subscribed this channel',
    '🔔 @li 为本频道订阅了 orders',
    '(message updated)',
    '✅ ENDED',
  ])
    expect(output).toContain(words);
  for (const [english, chinese] of [
    ['🔵 Full copy complete –', '🔵 全量复制完成 –'],
    ['🔵 Replicating, lag not settled yet –', '🔵 增量同步中，延迟尚未稳定 –'],
    ['🔴 FAILED –', '🔴 失败 –'],
    ['🟢 RECOVERED –', '🟢 已恢复 –'],
    ['✅ ENDED –', '✅ 已结束 –'],
  ]) {
    expect(output.split(`#migrations  drs\n             │ ${english}`)).toHaveLength(2);
    expect(output.split(`#orders-team  drs\n              │ ${chinese}`)).toHaveLength(2);
  }
  expect(output).not.toContain('"level"');
}, 90_000);
