import { expect, vi } from 'vitest';

import { startDrsSimulator } from '../../demo/drs-simulator/simulator.ts';
import { startSlackWorkspace } from '../../demo/slack-workspace/slack-workspace.ts';
import { openDatabase } from '../../src/store/sqlite/open-database.ts';
import { firstWords } from '../support/first-words.ts';
import { startProcess } from '../support/bot-process.ts';
import type { BotProcess } from '../support/bot-process.ts';
import { running } from '../support/programs.ts';
import { QUICK_DURATIONS } from '../support/quick-durations.ts';
import { environment } from '../support/world.ts';

const CHANNELS = ['#a', '#b'];
const KILLABLE = running('test/crash/killable-bot.ts');

/** Two channels watch one job; the bot is a process of its own that can be told where to die. */
async function startTown(durations: object = QUICK_DURATIONS) {
  const [slack, drs] = await Promise.all([startSlackWorkspace(), startDrsSimulator()]);
  slack.addUser('ana');
  for (const name of CHANNELS) slack.addChannel(name.slice(1));
  const job = drs.addJob('FULL_TRANSFER_STARTED');
  const env: Record<string, string> = {
    ...(await environment('socket', slack, drs)),
    POLL_SCHEDULE: '* * * * * *',
    LOG_LEVEL: 'info',
    DURATIONS: JSON.stringify(durations),
  };
  let bot: BotProcess | null = null;
  const start = async (more: Readonly<Record<string, string>> = {}) => {
    bot = startProcess({ ...env, ...more }, KILLABLE);
    await bot.printed('the bot is running');
    return bot;
  };
  return {
    slack,
    drs,
    job,
    env,
    start,
    async subscribe() {
      for (const name of CHANNELS) await slack.people.type('ana', name, `/drs subscribe ${job.id}`);
      for (const name of CHANNELS) await slack.waitFor('an answer', () => slack.ephemerals(name, 'ana')[0], 20_000);
      await allSpokenTo(env['DATABASE_URL'] ?? '');
    },
    /** The first words of everything a channel shows. */
    told: () => CHANNELS.map((name) => slack.messages(name).map(({ text }) => firstWords(text))),
    async until(what: string, count: number) {
      for (const name of CHANNELS) await slack.waitFor(what, () => slack.messages(name)[count - 1], 30_000);
    },
    async [Symbol.asyncDispose]() {
      await bot?.end('SIGKILL');
      await Promise.all([slack.stop(), drs.stop()]);
    },
  };
}

/** Waits until a message stands on record in both channels: only where one can be read back is anything promised. */
async function allSpokenTo(url: string): Promise<void> {
  const db = openDatabase(url);
  const silent = () =>
    db
      .selectFrom('channels')
      .select('channel_id')
      .where('channel_id', 'like', 'C%')
      .where('last_ts', 'is', null)
      .execute();
  await vi.waitFor(async () => expect(await silent()).toEqual([]), { timeout: 15_000 });
  await db.destroy();
}

const died = (bot: BotProcess) => vi.waitFor(() => expect(bot.child.signalCode).toBe('SIGKILL'), { timeout: 30_000 });

const SILENT = /^⚫ \*No data from DRS for \d+ s\*$/;
const FIRST_AND_SECOND = ['🔔', '🔵 full copy complete', '🟢 replicating'];

/**
 * Killed at `point` while it tells a change, the bot tells that one and the next once and in order after the next start.
 *
 * @param lost what Slack loses the answers to: messages that it took, so that they are looked for
 */
export async function expectEveryChange(point: string, lost: 'nothing' | 'its answers' = 'nothing'): Promise<void> {
  await using town = await startTown();
  const first = await town.start({ KILL_AT: point });
  await town.subscribe();
  if (lost === 'its answers')
    town.slack.faults.next('chat.postMessage', { kind: 'accept_then_drop' }, { count: CHANNELS.length });
  first.child.kill('SIGUSR2');
  town.job.becomes('FULL_TRANSFER_COMPLETE');
  await died(first);
  await town.start();
  await town.until('the first change', 2);
  town.job.becomes('INCRE_TRANSFER_STARTED');
  await town.until('the second change', 3);
  expect(town.told()).toEqual([FIRST_AND_SECOND, FIRST_AND_SECOND]);
}

/** Killed at `point` while it takes a copy of a message away, the bot has taken it away after the next start, and told everything once. */
export async function expectNoCopy(point: string): Promise<void> {
  await using town = await startTown();
  const first = await town.start({ KILL_AT: point });
  await town.subscribe();
  town.slack.faults.next('chat.postMessage', { kind: 'accept_then_drop' }, { count: CHANNELS.length });
  first.child.kill('SIGUSR2');
  town.job.becomes('FULL_TRANSFER_COMPLETE');
  for (const name of CHANNELS) {
    const message = await town.slack.waitFor('the change', () => town.slack.messages(name)[1], 30_000);
    town.slack.state.post(town.slack.state.findChannel(name)?.id ?? '', message, message.metadata);
  }
  await died(first);
  await town.start();
  town.job.becomes('INCRE_TRANSFER_STARTED');
  const everything = [FIRST_AND_SECOND, FIRST_AND_SECOND];
  await vi.waitFor(() => expect(town.told()).toEqual(everything), { timeout: 30_000 });
}

/** Killed at `point` while it edits a cause in, the bot shows the cause after the next start. */
export async function expectTheCause(point: string): Promise<void> {
  await using town = await startTown();
  const first = await town.start({ KILL_AT: point });
  await town.subscribe();
  town.job.becomes('INCRE_TRANSFER_FAILED');
  await town.until('the failure', 2);
  first.child.kill('SIGUSR2');
  // Only now does DRS know the cause, so that it has to be edited in.
  town.job.explains({ error_message: 'Table shop.orders is broken' });
  await died(first);
  await town.start();
  const shows = (name: string) =>
    town.slack.messages(name)[1]?.text.includes('shop.orders is broken') === true ? true : undefined;
  for (const name of CHANNELS) await town.slack.waitFor('the cause', () => shows(name), 30_000);
  expect(town.told()).toEqual([
    ['🔔', '🔴 FAILED'],
    ['🔔', '🔴 FAILED'],
  ]);
}

/**
 * Killed while DRS gives no answer, after the channels were told and before a change, the bot says once how it was: nothing
 * twice about the silence, and the change where the silence ends.
 */
export async function expectOneEpisode(): Promise<void> {
  await using town = await startTown({ ...QUICK_DURATIONS, downMs: 3_000 });
  const first = await town.start();
  await town.subscribe();
  const silence = setInterval(() => town.drs.faults.next('progress', { kind: 'status', status: 503 }, 20), 200);
  try {
    await town.until('the silence', 2);
    for (const texts of town.told()) expect(texts).toEqual(['🔔', expect.stringMatching(SILENT)]);
    first.child.kill('SIGKILL');
    await died(first);
    town.job.becomes('INCRE_TRANSFER_FAILED');
    const second = await town.start();
    await second.printed('HTTP 503');
  } finally {
    clearInterval(silence);
    town.drs.faults.clear();
  }
  await town.until('the end of it', 3);
  const isOver = (name: string) =>
    town.slack.messages(name)[1]?.text.includes('answered again') === true ? true : undefined;
  for (const name of CHANNELS) {
    await town.slack.waitFor('the first message to say so', () => isOver(name), 30_000);
    const texts = town.slack.messages(name).map(({ text }) => text);
    expect(texts).toHaveLength(3);
    expect(texts[2]).toMatch(/^⚪ \*DRS answers again after .*\*\nMeanwhile: 🔴 .* FAILED: replication stopped/);
  }
}

/** Killed at `point` of its start, the bot starts the next time as if nothing had happened. */
export async function expectFreshStart(point: string): Promise<void> {
  await using town = await startTown();
  const first = startProcess({ ...town.env, KILL_AT: point, KILL_ARMED: 'yes' }, KILLABLE);
  await died(first);
  await town.start();
  await town.subscribe();
  town.job.becomes('INCRE_TRANSFER_STARTED');
  await expectOneChange(town);
}

/** Killed while it stops, the bot has lost nothing. */
export async function expectNothingLost(point: string): Promise<void> {
  await using town = await startTown();
  const first = await town.start({ KILL_AT: point, KILL_ARMED: 'yes' });
  await town.subscribe();
  town.job.becomes('INCRE_TRANSFER_STARTED');
  await first.end('SIGTERM');
  expect(first.child.signalCode).toBe('SIGKILL');
  await town.start();
  await expectOneChange(town);
}

async function expectOneChange(town: Awaited<ReturnType<typeof startTown>>): Promise<void> {
  await town.until('the change', 2);
  expect(town.told()).toEqual([
    ['🔔', '🟢 replicating'],
    ['🔔', '🟢 replicating'],
  ]);
}
