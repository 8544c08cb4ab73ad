import { afterEach, describe, expect, test } from 'vitest';

import { startSlackWorkspace } from '../../demo/slack-workspace/slack-workspace.ts';
import type { SlackWorkspace } from '../../demo/slack-workspace/slack-workspace.ts';
import type { ReadingLimit } from '../../demo/slack-workspace/rate-limit.ts';
import type { Fault } from '../../demo/slack-workspace/faults.ts';
import { HOUR, MINUTE, SECOND } from '../../src/domain/base/time.ts';
import { createStore } from '../../src/store/create-store.ts';
import { onSqlite } from '../../src/store/sqlite/on-sqlite.ts';
import { createTexts } from '../../src/slack/messages/kit/texts.ts';
import { createHistory } from '../../src/slack/sending/history.ts';
import { createNewBlocks } from '../../src/slack/sending/new-blocks.ts';
import { createNotifier } from '../../src/slack/sending/notifier.ts';
import { createSlackClient } from '../../src/slack/web-api/slack-client.ts';
import { claimTurn, runClaimed } from '../../src/use-cases/telling/dispatch-deliveries.ts';
import { pollDueJobs } from '../../src/use-cases/polling/poll-due-jobs.ts';
import { CONNECTION, jobNumber, openDesk, WORKSPACE } from '../support/desk.ts';
import type { Desk } from '../support/desk.ts';
import { firstWords } from '../support/first-words.ts';
import { reported } from '../support/reports.ts';
import { SILENT } from '../support/silent-log.ts';

/** What Slack gives an app that is distributed outside its Marketplace, and any other. */
const STRICT: ReadingLimit = { perMinute: 1, page: 15 };
const ORDINARY: ReadingLimit = { perMinute: 50, page: 200 };
const JOB = jobNumber(1);

let slack: SlackWorkspace;
afterEach(() => slack.stop());

/** Channels that watch one job, each with the public line of its subscription, in a Slack that has the bot's clock. */
async function openTown(readingLimit: ReadingLimit, channels: number) {
  const desk = await openDesk();
  slack = await startSlackWorkspace({ readingLimit, now: () => desk.clock.now() });
  const { botToken: token, apiUrl, state } = slack;
  const client = createSlackClient({ token, apiUrl, timeoutMs: 5_000, fetch, log: SILENT });
  const surroundings = {
    command: '/drs',
    botName: 'drs',
    teamUrl: null,
    tellsOperator: false,
    projects: () => ({ asked: 'p1', others: '' }),
    consoleUrl: () => null,
  };
  const posting = {
    notifier: createNotifier(client, () => createTexts('en', surroundings), createNewBlocks(SILENT), SILENT),
    history: createHistory(client, { botUserId: state.bot.id, botId: state.botId }),
  };
  const ids = Array.from({ length: channels }, (_one, number) => slack.addChannel(`c${number}`, { withBot: true }).id);
  for (const id of ids) await desk.watch(id, JOB);
  let { context } = desk;
  /** Lives until that moment from now, and does whatever is due as soon as it is. */
  const pass = async (ms: number) => {
    const end = desk.clock.now() + ms;
    while (desk.clock.now() < end) {
      const claim = await claimTurn(context);
      if (claim.kind === 'claimed') await runClaimed(context, posting, claim);
      else desk.clock.advance(Math.ceil(Math.max(1, Math.min(claim.nextInMs ?? MINUTE, end - desk.clock.now()))));
    }
  };
  const becomes = async (status: string) => {
    desk.answers.set(JOB, reported(status, { jobId: JOB }));
    desk.clock.advance(MINUTE);
    await pollDueJobs(desk.context);
  };
  await becomes('FULL_TRANSFER_STARTED');
  await pass(MINUTE);
  /** Another process on the same database, which knows nothing of what the first had under way. */
  const restart = () => {
    const store = createStore(onSqlite(desk.db, 'sqlite::memory:'), { clock: () => desk.clock.now() });
    context = { ...context, store };
  };
  return { desk, ids, pass, becomes, restart };
}

/** The news that each channel shows, in order, the line of the subscription aside. */
const newsIn = (id: string) => slack.messages(id).map(({ text }) => firstWords(text));
const reads = () => slack.calls.filter((call) => call.method === 'conversations.history');
const searching = async ({ context: { store } }: Desk) =>
  (await store.readFigures({ workspaceId: WORKSPACE, connectionId: CONNECTION })).searching;

/** What other people wrote in a channel at this time, in ms since 1970. */
function chatter(channelId: string, count: number, from: number, stepMs: number): void {
  for (let number = 0; number < count; number++) {
    const micros = Math.round((from + number * stepMs) * 1_000);
    const ts = `${Math.floor(micros / 1_000_000)}.${String(micros % 1_000_000).padStart(6, '0')}`;
    const content = { text: `chatter ${number}`, blocks: [] };
    slack.state.messages.push({
      ...content,
      ts,
      channelId,
      userId: 'U1',
      metadata: null,
      threadTs: null,
      edited: false,
    });
  }
}

const LOST: readonly Fault[] = [{ kind: 'accept_then_drop' }, { kind: 'reset' }];

describe.each([
  { name: 'one page a minute of 15 messages', limit: STRICT, patience: 2 * HOUR },
  { name: 'fifty pages a minute of 200 messages', limit: ORDINARY, patience: 5 * MINUTE },
])('with $name', ({ limit, patience }) => {
  test('thirty answers lost at once double nothing, and delay no other channel', async () => {
    const { desk, ids, pass, becomes } = await openTown(limit, 34);
    const [lost, others] = [ids.slice(0, 30), ids.slice(30)];
    for (const [index, channel] of lost.entries())
      slack.faults.next('chat.postMessage', LOST[index % LOST.length] ?? { kind: 'reset' }, { channel });
    await becomes('FULL_TRANSFER_COMPLETE');
    await pass(30 * SECOND);
    for (const id of others) expect(newsIn(id)).toHaveLength(2);
    await becomes('INCRE_TRANSFER_STARTED');
    await pass(10 * SECOND);
    for (const id of others) expect(newsIn(id)).toHaveLength(3);
    expect((await searching(desk)).count).toBeGreaterThan(0);
    await pass(patience);
    for (const id of ids) expect(newsIn(id)).toEqual(newsIn(others[0] ?? ''));
    expect(await searching(desk)).toEqual({ count: 0, oldestAt: null });
    const refused = reads().filter((call) => call.result === null).length;
    expect(refused).toBeLessThan(3);
  }, 60_000);

  test('12,000 messages since the bot last spoke are no matter: they are older than the attempt', async () => {
    const { desk, ids, pass, becomes } = await openTown(limit, 1);
    const [channel = ''] = ids;
    await pass(24 * HOUR);
    chatter(channel, 12_000, desk.clock.now() - 12_000 * 6 * SECOND, 6 * SECOND);
    slack.faults.next('chat.postMessage', { kind: 'accept_then_drop' });
    await becomes('FULL_TRANSFER_COMPLETE');
    await pass(5 * MINUTE);
    expect(newsIn(channel).filter((line) => line === '🔵 full copy complete')).toHaveLength(1);
    expect(reads().length).toBeLessThan(5);
    expect(await searching(desk)).toEqual({ count: 0, oldestAt: null });
  }, 60_000);
});

test('12,000 messages around the attempt itself are read page by page, and the message is found behind them', async () => {
  const { desk, ids, pass, becomes } = await openTown(ORDINARY, 2);
  const [channel = '', other = ''] = ids;
  slack.faults.next('chat.postMessage', { kind: 'accept_then_drop' }, { channel });
  await becomes('FULL_TRANSFER_COMPLETE');
  await pass(SECOND);
  chatter(channel, 12_000, desk.clock.now(), 10);
  await pass(3 * MINUTE);
  await becomes('INCRE_TRANSFER_STARTED');
  await pass(MINUTE);
  const told = newsIn(channel).filter((line) => !line.startsWith('chatter'));
  expect(told).toEqual(newsIn(other));
  expect(reads().length).toBeGreaterThan(60);
  expect(reads().filter((call) => call.result === null)).toEqual([]);
}, 60_000);

test('what cannot be read within hours goes on waiting, says so, and delays no other channel', async () => {
  const { desk, ids, pass, becomes } = await openTown(STRICT, 2);
  const [channel = '', other = ''] = ids;
  slack.faults.next('chat.postMessage', { kind: 'accept_then_drop' }, { channel });
  await becomes('FULL_TRANSFER_COMPLETE');
  await pass(SECOND);
  const since = desk.clock.now();
  chatter(channel, 12_000, since, 10);
  await pass(3 * HOUR);
  await becomes('INCRE_TRANSFER_STARTED');
  await pass(5 * SECOND);
  expect(newsIn(other)).toHaveLength(3);
  const told = newsIn(channel).filter((line) => !line.startsWith('chatter'));
  expect(told).toEqual(newsIn(other).slice(0, 2));
  const waits = await searching(desk);
  expect(waits.count).toBe(1);
  expect(waits.oldestAt).toBeLessThanOrEqual(since);
  expect(desk.logged.at(-1)?.message).toContain('is still looked for');
}, 60_000);

test('a search goes on where it was after a restart', async () => {
  const { desk, ids, pass, becomes, restart } = await openTown(STRICT, 1);
  const [channel = ''] = ids;
  slack.faults.next('chat.postMessage', { kind: 'accept_then_drop' });
  await becomes('FULL_TRANSFER_COMPLETE');
  await pass(SECOND);
  chatter(channel, 60, desk.clock.now(), 10);
  await pass(3 * MINUTE);
  const before = reads().filter((call) => call.result !== null);
  restart();
  await pass(5 * MINUTE);
  const after = reads().filter((call) => call.result !== null);
  expect(after.length).toBeGreaterThan(before.length);
  const cursors = after.map((call) => call.args['cursor'] ?? null);
  expect(new Set(cursors).size).toBe(cursors.length);
  expect(newsIn(channel).filter((line) => line === '🔵 full copy complete')).toHaveLength(1);
}, 60_000);

test('a message that Slack shows only minutes after its answer was lost is in the channel once in the end', async () => {
  const { ids, pass, becomes } = await openTown(ORDINARY, 1);
  const [channel = ''] = ids;
  slack.faults.next('chat.postMessage', { kind: 'accept_then_drop' });
  await becomes('FULL_TRANSFER_COMPLETE');
  await pass(SECOND);
  const [hidden] = slack.state.messages.splice(-1);
  await pass(2 * MINUTE);
  expect(newsIn(channel)).toHaveLength(2);
  if (hidden !== undefined) slack.state.messages.push(hidden);
  expect(newsIn(channel)).toHaveLength(3);
  await pass(6 * MINUTE);
  expect(newsIn(channel)).toHaveLength(2);
  await becomes('INCRE_TRANSFER_STARTED');
  await pass(MINUTE);
  expect(newsIn(channel)).toHaveLength(3);
});

test.each(['not_in_channel', 'missing_scope', 'a_name_nobody_knows'])(
  'a single refusal (%s) late in a search doubles nothing, in a channel that was never read before',
  async (error) => {
    const { ids, pass, becomes } = await openTown(ORDINARY, 1);
    const [channel = ''] = ids;
    slack.faults.next('chat.postMessage', { kind: 'accept_then_drop' });
    slack.faults.next('conversations.history', { kind: 'reset' }, { count: 8 });
    slack.faults.next('conversations.history', { kind: 'error', error }, { count: 1 });
    await becomes('FULL_TRANSFER_COMPLETE');
    await pass(15 * MINUTE);
    expect(newsIn(channel)).toHaveLength(2);
    expect(reads().at(-1)?.result).not.toBeNull();
  },
);
