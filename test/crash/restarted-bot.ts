import { expect } from 'vitest';

import { startDrsSimulator } from '../../demo/drs-simulator/simulator.ts';
import { startSlackWorkspace } from '../../demo/slack-workspace/slack-workspace.ts';
import { openDatabase } from '../../src/store/sqlite/open-database.ts';
import { startProcess } from '../support/bot-process.ts';
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

/** Changes before a signal, while the bot is down and after its next start: nothing is forgotten and nothing is repeated. */
export async function expectOnceOverRestart(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
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
        slack.messages(name).filter((message) => message.text.includes(words) && message.text.includes(id.slice(0, 8)))
          .length,
    );

  // Failures, because they are collected for seconds only. One while it runs, told before it ends.
  jobs[0]?.becomes('INCRE_TRANSFER_FAILED');
  await slack.waitFor(
    'the first change',
    () => (told(jobs[0]?.id ?? '', ' FAILED – ')[0] === 1 ? true : undefined),
    40_000,
  );
  await settled(env['DATABASE_URL'] ?? '');
  const { code, ms } = await bot.end(signal);
  expect(code).toBe(signal === 'SIGTERM' ? 0 : null);
  expect(ms).toBeLessThan(5_000);
  // Changed while it is down, told after it is back: job 7 is watched by two channels.
  jobs[7]?.becomes('FULL_TRANSFER_FAILED');
  bot = await start();
  await slack.waitFor(
    'the second change',
    () => (told(jobs[7]?.id ?? '', ' FAILED – ').join() === '1,1,0,0' ? true : undefined),
    40_000,
  );
  jobs[24]?.becomes('FULL_TRANSFER_FAILED');
  await slack.waitFor(
    'the third change',
    () => (told(jobs[24]?.id ?? '', ' FAILED – ').join() === '0,0,0,1' ? true : undefined),
    40_000,
  );
  await bot.end('SIGTERM');

  expect(told(jobs[0]?.id ?? '', ' FAILED – ')).toEqual([1, 0, 0, 0]);
  expect(CHANNELS.map((name) => slack.messages(name).length)).toEqual([3, 2, 1, 2]);
}
