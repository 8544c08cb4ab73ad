import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { JobEvent } from '../../src/domain/job/job-event.ts';
import { UNSEEN_JOB } from '../../src/domain/job/job-state.ts';
import type { PostSettlement } from '../../src/domain/post/post.ts';
import { MINUTE, SECOND } from '../../src/domain/base/time.ts';
import type { Store } from '../../src/ports/store/store.ts';
import type { Turn, TurnClaim } from '../../src/ports/store/outbox.ts';
import { createStore } from '../../src/store/create-store.ts';
import { onSqlite } from '../../src/store/sqlite/on-sqlite.ts';
import { openDatabase } from '../../src/store/sqlite/open-database.ts';
import type { Db } from '../../src/store/rows/schema.ts';
import { setAside } from '../../src/store/rows/set-aside.ts';
import { migrateToLatest } from '../../src/store/sqlite/migrate.ts';
import { aReport, BILLING, ORDERS } from '../support/reports.ts';
import { AT_EASE, claimChange } from '../support/turns.ts';

/** Two bots on one database: each has a workspace and a connection of its own. */
const ACME = { workspaceId: 'T1', connectionId: 'prod', channelId: 'C1', jobId: ORDERS };
const BETA = { workspaceId: 'T2', connectionId: 'test', channelId: 'C2', jobId: BILLING };
type Bot = typeof ACME;

const REFUSED: PostSettlement = { kind: 'pause_workspace', reason: 'token_revoked', at: 9 };
/** One post in ten seconds. */
const SLOW = { everyMs: 10 * SECOND, burst: 1 };

let db: Db;
let store: Store;
let now: number;
let tokens: number;

beforeEach(async () => {
  now = 1_000_000;
  tokens = 0;
  db = openDatabase('sqlite::memory:');
  await migrateToLatest(db);
  store = createStore(onSqlite(db, 'sqlite::memory:'), { clock: () => now, monotonic: () => now });
  for (const { workspaceId, connectionId } of [ACME, BETA]) {
    await store.openWorkspace({ id: workspaceId, name: workspaceId, at: now });
    await store.openConnection({
      id: connectionId,
      name: 'x',
      endpoint: 'https://x',
      projectId: connectionId,
      at: now,
    });
  }
});
afterEach(() => store.close());

const lease = () => ({ token: `token-${++tokens}`, leaseMs: MINUTE });

function claim({ workspaceId }: Bot): Promise<TurnClaim> {
  return store.claimTurn({ ...AT_EASE, pace: SLOW, workspaceId, ...lease(), newPostId: `post-${tokens}`, now });
}

async function begin(bot: Bot): Promise<Extract<Turn, { readonly kind: 'send' }>> {
  const turn = await claim(bot);
  if (turn.kind !== 'send') throw new Error(`nothing to send, but ${turn.kind}`);
  return turn;
}

async function settle(bot: Bot, settlement: PostSettlement) {
  const { lease: channel, post } = await begin(bot);
  await store.settlePost(channel, post, settlement);
  return post;
}

async function poll({ connectionId, jobId }: Bot, events: readonly JobEvent[]) {
  const { token, leaseMs } = lease();
  await store.claimJob({ connectionId, jobId, token, leaseMs, now, maxAgeMs: 0 });
  const state = { ...UNSEEN_JOB, report: aReport({ jobId }), checkedAt: now };
  const results = [{ jobId, state, events, nextPollAt: now, askAlone: false, refusals: 0 }];
  await store.commitPoll({ token, connectionId, now, results });
}

/** The bot's channel watches its job, and is owed the line that says so. */
async function subscribe(bot: Bot) {
  await poll(bot, []);
  const { workspaceId, channelId, connectionId, jobId } = bot;
  const actor = { workspaceId, channelId, userId: 'UANA' };
  await store.subscribe({ actor, language: 'en', connectionId, jobIds: [jobId], now });
}

function failed(): JobEvent {
  const moment = {
    at: now,
    report: aReport(),
    previous: null,
    lastLag: null,
    lagNote: 'settled' as const,
    percentBefore: null,
  };
  return { kind: 'status_changed', from: 'INCRE_TRANSFER_STARTED', to: 'INCRE_TRANSFER_FAILED', ...moment };
}

const delivered = ({ channelId }: Bot, messageTs = '1.1'): PostSettlement => ({
  kind: 'delivered',
  messageTs,
  channelId,
  at: now,
});

describe('a post', () => {
  test('is handed only to the bot of its own workspace, however long it has waited', async () => {
    await subscribe(ACME);
    expect(await claim(BETA)).toEqual({ kind: 'idle', nextInMs: null });
    expect((await begin(ACME)).post.channelId).toBe('C1');
  });

  test('does not wait for the pace of another workspace, and nobody is asked back before there is something', async () => {
    await subscribe(ACME);
    await settle(ACME, delivered(ACME));
    await poll(ACME, [failed()]);
    await subscribe(BETA);
    // The first has used its pace and is owed a post; the second is owed one and free to send.
    expect(await claim(ACME)).toEqual({ kind: 'idle', nextInMs: 10 * SECOND });
    expect((await begin(BETA)).post.channelId).toBe('C2');
    expect(await claim(ACME)).toEqual({ kind: 'idle', nextInMs: 10 * SECOND });
  });

  test('of a workspace that is paused is no reason for another to look again soon', async () => {
    await subscribe(ACME);
    await settle(ACME, REFUSED);
    await subscribe(BETA);
    await settle(BETA, delivered(BETA));
    expect(await claim(BETA)).toEqual({ kind: 'idle', nextInMs: null });
    expect(await claim(ACME)).toEqual({ kind: 'idle', nextInMs: 5 * SECOND });
  });

  test('whose outcome is not known is looked for only by the bot of its own workspace', async () => {
    await subscribe(ACME);
    await settle(ACME, { kind: 'look_for_it', afterMs: 30 * SECOND, reason: 'timeout' });
    now += MINUTE;
    expect(await claim(BETA)).toEqual({ kind: 'idle', nextInMs: null });
    expect((await claim(ACME)).kind).toBe('search');
  });
});

test('what one workspace was to read and nobody can is told to its operator only', async () => {
  const channelOf = ({ workspaceId }: Bot) => ({ workspaceId, channelId: 'COPS' });
  const report = (bot: Bot) => store.reportSetAside({ ...bot, connectionId: 'shared', channel: channelOf(bot), now });
  const row = { connectionId: 'shared', what: 'announcement', content: '?', at: now } as const;
  await setAside(db, { ...row, workspaceId: ACME.workspaceId, key: '1' });
  await setAside(db, { ...row, workspaceId: BETA.workspaceId, key: '2' });
  expect(await report(BETA)).toEqual([{ what: 'announcement', key: '2' }]);
  expect(await report(ACME)).toEqual([{ what: 'announcement', key: '1' }]);
  expect(await report(BETA)).toEqual([]);
});

test('a refusal of a workspace, abandoned or not, is reported to nobody else', async () => {
  await subscribe(ACME);
  await settle(ACME, REFUSED);
  await subscribe(BETA);
  expect(await store.readFigures(ACME)).toMatchObject({
    watchedJobs: 1,
    subscriptions: 1,
    // The channel, and the direct messages with whoever subscribed it.
    pausedChannels: 2,
    workspaceRefusal: 'token_revoked',
    queued: { count: 0, oldestAt: null },
    held: 1,
  });
  expect(await store.readFigures(BETA)).toMatchObject({
    watchedJobs: 1,
    subscriptions: 1,
    pausedChannels: 0,
    workspaceRefusal: null,
    queued: { count: 1, oldestAt: now },
    held: 0,
  });
});

test('a post that Slack refused is reported to the operator of its own workspace', async () => {
  await subscribe(ACME);
  await poll(ACME, [failed()]);
  await settle(ACME, delivered(ACME));
  now += 10 * SECOND;
  await settle(ACME, { kind: 'pause_message', reason: 'invalid_blocks', at: now });
  const report = ({ workspaceId, connectionId }: Bot) =>
    store.reportRefusedPosts({ connectionId, channel: { workspaceId, channelId: 'COPS' }, now, limit: 10, sayMs: 0 });
  expect(await report(BETA)).toBe(0);
  expect(await report(ACME)).toBe(1);
});

test('a copy and an edit go to the bot of their own workspace', async () => {
  await subscribe(ACME);
  const [other, own] = [BETA.workspaceId, ACME.workspaceId];
  const sent = await begin(ACME);
  await store.settlePost(sent.lease, sent.post, delivered(ACME));
  const { id: postId } = sent.post;
  await store.settlePost(sent.lease, sent.post, delivered(ACME, '2.2'));
  expect(await claim(BETA)).toEqual({ kind: 'idle', nextInMs: null });
  expect(await claimChange(store, postId, { workspaceId: other })).toBeNull();
  const copy = await claimChange(store, postId, { workspaceId: own });
  expect(copy).toMatchObject({ kind: 'remove', messageTs: '2.2' });
  if (copy === null) return;
  await store.settlePost(copy.lease, copy.post, { kind: 'removed', messageTs: '2.2' });
  await store.askPost(postId);
  expect(await claim(BETA)).toEqual({ kind: 'idle', nextInMs: null });
  expect(await claimChange(store, postId, { workspaceId: other })).toBeNull();
  expect(await claim(ACME)).toMatchObject({ kind: 'edit', messageTs: '1.1' });
});

test('the cause of a failure is asked for by the bot of its own connection', async () => {
  await subscribe(ACME);
  await poll(ACME, [failed()]);
  const wanted = ({ connectionId }: Bot) => store.claimWantedCauses({ connectionId, ...lease(), limit: 10 });
  expect(await wanted(BETA)).toEqual([]);
  expect(await wanted(ACME)).toMatchObject([{ jobId: ORDERS }]);
});
