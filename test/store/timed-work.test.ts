import { CompiledQuery } from 'kysely';
import { describe, expect, test } from 'vitest';

import type { JobEvent } from '../../src/domain/job/job-event.ts';
import { UNSEEN_JOB } from '../../src/domain/job/job-state.ts';
import type { PostSettlement } from '../../src/domain/post/post.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/domain/base/time.ts';
import type { Store } from '../../src/ports/store/store.ts';
import type { TurnClaim } from '../../src/ports/store/outbox.ts';
import { migrateToLatest } from '../../src/store/sqlite/migrate.ts';
import { createStore } from '../../src/store/create-store.ts';
import { onSqlite } from '../../src/store/sqlite/on-sqlite.ts';
import { openDatabase } from '../../src/store/sqlite/open-database.ts';
import { aReport, ORDERS } from '../support/reports.ts';
import { AT_EASE } from '../support/turns.ts';

const WORKSPACE = 'T1';
const CONNECTION = 'prod';
const ACTOR = { workspaceId: WORKSPACE, channelId: 'C1', userId: 'UANA' };
const PACE = { everyMs: 1, burst: 1_000 };
/** The usual pause of the work below. */
const PAUSE_MS = 50 * SECOND;
/** One thing in that time. */
const SLOW_PACE = { everyMs: PAUSE_MS, burst: 1 };
const LEASE_MS = 20 * SECOND;

/** A store between two clocks that can be set apart. */
async function openWorld() {
  const time = { wall: 1_700_000_000_000, monotonic: 5_000, tokens: 0 };
  const db = openDatabase('sqlite::memory:');
  await migrateToLatest(db);
  const clocks = { clock: () => time.wall, monotonic: () => time.monotonic };
  const store = createStore(onSqlite(db, 'sqlite::memory:'), clocks);
  await store.openWorkspace({ id: WORKSPACE, name: 'Acme', at: time.wall });
  await store.openConnection({ id: CONNECTION, name: 'x', endpoint: 'https://x', projectId: 'p', at: time.wall });
  const world = {
    db,
    store,
    now: () => time.wall,
    token: () => `token-${++time.tokens}`,
    pass: (ms: number) => void ((time.wall += ms), (time.monotonic += ms)),
    setClock: (byMs: number) => void (time.wall += byMs),
  };
  await poll(world, [], null);
  await store.subscribe({
    actor: ACTOR,
    language: 'en',
    connectionId: CONNECTION,
    jobIds: [ORDERS],
    now: time.wall,
  });
  return world;
}
type World = Awaited<ReturnType<typeof openWorld>>;

async function poll({ store, now, token }: World, events: readonly JobEvent[], nextPollInMs: number | null) {
  const lease = { token: token(), leaseMs: LEASE_MS };
  await store.claimJob({ connectionId: CONNECTION, jobId: ORDERS, ...lease, now: now(), maxAgeMs: 0 });
  const state = { ...UNSEEN_JOB, report: aReport(), checkedAt: now() };
  const nextPollAt = nextPollInMs === null ? null : now() + nextPollInMs;
  await store.commitPoll({
    token: lease.token,
    connectionId: CONNECTION,
    now: now(),
    results: [{ jobId: ORDERS, state, events, nextPollAt, askAlone: false, refusals: 0 }],
  });
}

function failed(at: number): JobEvent {
  const moment = {
    at,
    report: aReport(),
    previous: null,
    lastLag: null,
    lagNote: 'settled' as const,
    percentBefore: null,
  };
  return { kind: 'status_changed', from: 'INCRE_TRANSFER_STARTED', to: 'INCRE_TRANSFER_FAILED', ...moment };
}

function runClaimed({ store, now, token }: World, pace = PACE): Promise<TurnClaim> {
  return store.claimTurn({
    ...AT_EASE,
    workspaceId: WORKSPACE,
    token: token(),
    leaseMs: LEASE_MS,
    editLeaseMs: LEASE_MS,
    newPostId: token(),
    now: now(),
    pace,
    editPace: pace,
    readPace: pace,
    reconcileAfterMs: PAUSE_MS,
  });
}

async function takeAny(world: World, pace = PACE) {
  const turn = await runClaimed(world, pace);
  return turn.kind === 'idle' ? null : turn;
}

async function claimChange(world: World, pace = PACE) {
  const turn = await takeAny(world, pace);
  if (turn?.kind !== 'edit' && turn?.kind !== 'remove') throw new Error(`nothing to change, but ${turn?.kind}`);
  return turn;
}

async function beginPost(world: World) {
  const turn = await runClaimed(world);
  if (turn.kind !== 'send') throw new Error(`nothing to send, but ${turn.kind}`);
  return turn;
}

async function settle(world: World, settlement: PostSettlement) {
  const { lease, post } = await beginPost(world);
  const { channelId } = lease;
  await world.store.settlePost(
    lease,
    post,
    settlement.kind === 'delivered' ? { ...settlement, channelId } : settlement,
  );
  return post;
}

const AGAIN: PostSettlement = { kind: 'try_again', afterMs: PAUSE_MS, plain: false, reason: 'rate_limited' };
const DELIVERED: PostSettlement = { kind: 'delivered', messageTs: '1001.1', channelId: 'C1', at: 9 };

/** Work that becomes due in `PAUSE_MS`, and how somebody takes it; null when there is nothing to take. */
interface Kind {
  readonly name: string;
  readonly plan: (world: World) => Promise<void>;
  readonly take: (world: World) => Promise<unknown>;
  /** It is done on the spot, so nothing of it is in flight. */
  readonly isInstant?: true;
}

const orNull = <T>(items: readonly T[]): readonly T[] | null => (items.length === 0 ? null : items);

const KINDS: readonly Kind[] = [
  {
    name: 'the next poll of a job',
    plan: (world) => poll(world, [], PAUSE_MS),
    take: async ({ store, now, token }) =>
      orNull(
        await store.claimDueJobs({
          connectionId: CONNECTION,
          now: now(),
          limit: 10,
          token: token(),
          leaseMs: LEASE_MS,
        }),
      ),
  },
  {
    name: 'the next try of a post',
    plan: async (world) =>
      void (await settle(world, { kind: 'try_again', afterMs: PAUSE_MS, plain: false, reason: 'rate_limited' })),
    take: async (world) => {
      const turn = await runClaimed(world);
      return turn.kind === 'idle' ? null : turn;
    },
  },
  {
    name: 'the look for a post whose answer was lost',
    plan: async (world) => void (await settle(world, { kind: 'look_for_it', afterMs: PAUSE_MS, reason: 'timeout' })),
    take: async (world) => {
      const turn = await runClaimed(world);
      return turn.kind === 'idle' ? null : turn;
    },
  },
  {
    name: 'the edit of a message',
    async plan(world) {
      const post = await settle(world, DELIVERED);
      await world.store.askPost(post.id);
      const due = await claimChange(world);
      await world.store.settlePost(due.lease, due.post, AGAIN);
    },
    take: (world) => takeAny(world),
  },
  {
    name: 'the removal of a copy',
    async plan(world) {
      const { lease, post } = await beginPost(world);
      await world.store.settlePost(lease, post, DELIVERED);
      await world.store.settlePost(lease, post, { ...DELIVERED, messageTs: '1002.2' });
      const copy = await claimChange(world);
      await world.store.settlePost(copy.lease, copy.post, AGAIN);
    },
    take: (world) => takeAny(world),
  },
  {
    name: 'the next page at the pace that Slack gives',
    async plan(world) {
      await settle(world, { kind: 'look_for_it', afterMs: 0, reason: 'timeout' });
      const page = await takeAny(world);
      if (page?.kind !== 'search') throw new Error('nothing to look for');
      const wait = { kind: 'wait', afterMs: PAUSE_MS, everyMs: PAUSE_MS } as const;
      await world.store.settleSearch(page.lease, page.search, wait);
    },
    take: (world) => takeAny(world),
  },
  {
    name: 'the search for the cause of a failure',
    async plan(world) {
      await poll(world, [failed(world.now())], PAUSE_MS);
      const token = world.token();
      await world.store.claimWantedCauses({ connectionId: CONNECTION, limit: 10, token, leaseMs: LEASE_MS });
      await world.store.saveCauses({
        connectionId: CONNECTION,
        token,
        found: [],
        givenUp: [],
        retryAfterMs: PAUSE_MS,
      });
    },
    take: async ({ store, token }) =>
      orNull(await store.claimWantedCauses({ connectionId: CONNECTION, limit: 10, token: token(), leaseMs: LEASE_MS })),
  },
  {
    name: 'what is read about an event after it was told',
    async plan(world) {
      await poll(world, [failed(world.now())], PAUSE_MS);
      const token = world.token();
      await world.store.claimWantedReads({ connectionId: CONNECTION, limit: 10, token, leaseMs: LEASE_MS });
      await world.store.saveReads({ connectionId: CONNECTION, token, reads: [], retryAfterMs: PAUSE_MS });
    },
    take: async ({ store, token }) =>
      orNull(await store.claimWantedReads({ connectionId: CONNECTION, limit: 10, token: token(), leaseMs: LEASE_MS })),
  },
  {
    name: 'the next post at the pace of its workspace',
    async plan(world) {
      for (const channelId of ['C2', 'C3', 'C4'])
        await world.store.greetChannel({
          channel: { workspaceId: WORKSPACE, channelId },
          connectionId: CONNECTION,
          by: 'UANA',
          now: world.now(),
        });
      await runClaimed(world, SLOW_PACE);
    },
    async take(world) {
      const turn = await runClaimed(world, SLOW_PACE);
      return turn.kind === 'idle' ? null : turn;
    },
    isInstant: true,
  },
  {
    name: 'the next edit at the pace of its workspace',
    async plan(world) {
      for (const messageTs of ['1001.1', '1002.2']) {
        const post = await settle(world, { ...DELIVERED, messageTs });
        await world.store.askPost(post.id);
        if (messageTs === '1001.1') await poll(world, [failed(world.now())], PAUSE_MS);
      }
      await runClaimed(world, SLOW_PACE);
    },
    take: (world) => takeAny(world, SLOW_PACE),
    isInstant: true,
  },
  {
    name: 'the reading of the list of jobs',
    plan: async ({ store, now }) =>
      void (await store.claimJobListRefresh({ connectionId: CONNECTION, now: now(), everyMs: PAUSE_MS })),
    take: async ({ store, now }) =>
      (await store.claimJobListRefresh({ connectionId: CONNECTION, now: now(), everyMs: PAUSE_MS })) || null,
    isInstant: true,
  },
  {
    name: 'the reading of details',
    plan: async (world) => void (await claimDetails(world)),
    take: async (world) => orNull(await claimDetails(world)),
    isInstant: true,
  },
];

function claimDetails({ store, now }: World) {
  return store.claimDetails({ connectionId: CONNECTION, jobIds: [ORDERS], now: now(), everyMs: PAUSE_MS });
}

const JUMPS = [-DAY, -HOUR, -MINUTE, MINUTE, HOUR, DAY];

describe.each(KINDS)('$name', ({ plan, take, isInstant }) => {
  async function started(): Promise<World> {
    const world = await openWorld();
    await plan(world);
    return world;
  }
  const close = (store: Store) => store.close();

  test('is due after its pause, and not before', async () => {
    const world = await started();
    world.pass(PAUSE_MS - 1);
    expect(await take(world)).toBeNull();
    world.pass(1);
    expect(await take(world)).not.toBeNull();
    await close(world.store);
  });

  test.each(JUMPS)('is due after its pause at the latest when the clock is set by %i ms meanwhile', async (jump) => {
    const world = await started();
    world.pass(SECOND);
    world.setClock(jump);
    world.pass(PAUSE_MS - SECOND);
    expect(await take(world)).not.toBeNull();
    await close(world.store);
  });

  test.skipIf(isInstant === true).each(JUMPS)(
    'is nobody else’s while it is in flight and the clock is set by %i ms',
    async (jump) => {
      const world = await started();
      world.pass(PAUSE_MS);
      expect(await take(world)).not.toBeNull();
      world.setClock(jump);
      expect(await take(world)).toBeNull();
      world.pass(LEASE_MS - 1);
      expect(await take(world)).toBeNull();
      await close(world.store);
    },
  );
});

test('which of 10,000 jobs are due is decided in the index, so that an idle pass reads no rows', async () => {
  const statements: string[] = [];
  const db = openDatabase('sqlite::memory:', { onStatement: (text) => void statements.push(text) });
  await migrateToLatest(db);
  const store = createStore(onSqlite(db, 'sqlite::memory:'), { clock: () => 1_000 });
  const claim = { connectionId: CONNECTION, now: 1_000, limit: 10, token: 'none', leaseMs: LEASE_MS };
  await store.claimDueJobs(claim);
  const claiming = statements.filter((text) => text.startsWith('update "jobs"'));
  expect(claiming).not.toEqual([]);
  for (const text of claiming) {
    const plan = await db.executeQuery<{ detail: string }>(
      CompiledQuery.raw(
        `explain query plan ${text}`,
        Array.from({ length: text.split('?').length - 1 }, () => 1),
      ),
    );
    expect(plan.rows.map((row) => row.detail)).toContainEqual(
      expect.stringMatching(/^SEARCH jobs USING INDEX jobs_queue \(connection_id=\? AND ask_alone=\?/),
    );
  }
  await store.close();
});

test.each([-DAY, -HOUR, -MINUTE])(
  'a search that a dead process left behind is looked for and counted anew when the clock was set by %i ms since',
  async (jump) => {
    const world = await openWorld();
    await settle(world, { kind: 'look_for_it', afterMs: PAUSE_MS, reason: 'timeout' });
    world.pass(PAUSE_MS);
    expect(await runClaimed(world)).toMatchObject({ kind: 'search', open: { searchedForMs: 0 } });
    // Another process on the same database knows nothing of what the first had in flight.
    world.setClock(jump);
    const restarted = { ...world, store: createStore(onSqlite(world.db, 'sqlite::memory:'), { clock: world.now }) };
    world.pass(2 * LEASE_MS);
    expect((await runClaimed(restarted)).kind).toBe('idle');
    world.pass(PAUSE_MS);
    const look = await runClaimed(restarted);
    if (look.kind !== 'search') throw new Error(`no search, but ${look.kind}`);
    // The time that it was looked for in vain decides when it is given up: never less than nothing.
    expect(look.open.searchedForMs).toBeGreaterThanOrEqual(0);
    await world.store.close();
  },
);

test.each(JUMPS)('a post is looked for no sooner than its pause when the clock is set by %i ms', async (jump) => {
  const world = await openWorld();
  await settle(world, { kind: 'look_for_it', afterMs: PAUSE_MS, reason: 'timeout' });
  world.pass(SECOND);
  world.setClock(jump);
  expect(await runClaimed(world)).toMatchObject({ kind: 'idle' });
  world.pass(PAUSE_MS - 2 * SECOND);
  expect(await runClaimed(world)).toMatchObject({ kind: 'idle' });
  world.pass(SECOND);
  const look = await runClaimed(world);
  if (look.kind !== 'search') throw new Error(`no search, but ${look.kind}`);
  const historyAccess = { kind: 'verified', since: 1 } as const;
  await world.store.settleSearch(look.lease, look.search, {
    kind: 'look_again',
    afterMs: PAUSE_MS,
    looks: 1,
    historyAccess,
  });
  world.setClock(jump);
  world.pass(PAUSE_MS - 1);
  expect(await runClaimed(world)).toMatchObject({ kind: 'idle' });
  world.pass(1);
  expect(await runClaimed(world)).toMatchObject({ kind: 'search', open: { looks: 1 } });
  await world.store.close();
});
