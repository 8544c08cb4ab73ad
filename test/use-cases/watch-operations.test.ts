import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { Post } from '../../src/domain/post/post.ts';
import type { OperatorAlert } from '../../src/domain/post/operator-alert.ts';
import { MINUTE } from '../../src/domain/base/time.ts';
import { DiskFullError } from '../../src/ports/operator-error.ts';
import type { Notifier } from '../../src/ports/slack.ts';
import type { Store } from '../../src/ports/store/store.ts';
import { NO_METRICS } from '../../src/runtime/no-metrics.ts';
import { createTimetable } from '../../src/runtime/cron.ts';
import { Vitals } from '../../src/use-cases/upkeep/vitals.ts';
import { openStore } from '../../src/store/open-store.ts';
import { DEFAULT_DURATIONS } from '../../src/use-cases/context.ts';
import type { Context } from '../../src/use-cases/context.ts';
import { DiskState, watchOperations } from '../../src/use-cases/upkeep/watch-operations.ts';
import type { Watch } from '../../src/use-cases/upkeep/watch-operations.ts';
import { fastClock } from '../support/fast-clock.ts';
import type { FastClock } from '../support/fast-clock.ts';
import { SILENT } from '../support/silent-log.ts';
import { AT_EASE } from '../support/turns.ts';

const MB = 1024 * 1024;
const OPS = { workspaceId: 'T1', channelId: 'COPS' };

describe('watching the disk', () => {
  let store: Store;
  let clock: FastClock;
  let disk: DiskState;
  let logged: string[];
  let direct: Post[];
  let room: { freeBytes: number; isFull: boolean };
  let ids = 0;

  beforeEach(async () => {
    clock = fastClock();
    disk = new DiskState();
    logged = [];
    direct = [];
    room = { freeBytes: 1_000 * MB, isFull: false };
    store = await openStore('sqlite::memory:', { clock: () => clock.now() });
    await store.openWorkspace({ id: 'T1', name: 'Acme', at: 1 });
    await store.openConnection({ id: 'prod', name: 'default', endpoint: 'https://x', projectId: 'p', at: 1 });
  });
  afterEach(async () => store.close());

  /** One look, as the bot takes it every minute. */
  async function look(opsChannel: Context['opsChannel'] = OPS): Promise<void> {
    const log = { ...SILENT, warn: (_fields: object, said: string) => void logged.push(said) };
    const notifier: Notifier = {
      send: (post) =>
        Promise.resolve(void direct.push(post)).then(() => ({
          kind: 'delivered',
          messageTs: '1.1',
          channelId: 'C1',
        })),
      edit: () => Promise.resolve({ kind: 'gone' }),
      remove: () => Promise.resolve({ kind: 'gone' }),
    };
    const full = () => {
      disk.metFull(clock.now());
      return Promise.reject(new DiskFullError('full'));
    };
    const onDisk: Store = {
      ...store,
      freeBytes: () => Promise.resolve(room.freeBytes),
      noteAlive: (request) => (room.isFull ? full() : store.noteAlive(request)),
    };
    const allowance = () => ({ waitMs: 0, quota: null });
    const unused = { fetchProgress: none, allowance, listJobs: none, fetchDetails: none, fetchRecoveryFigures: none };
    const context: Context = {
      store: onDisk,
      workspaceId: OPS.workspaceId,
      drs: unused,
      clock,
      newId: () => `id-${++ids}`,
      random: () => 0,
      log,
      durations: DEFAULT_DURATIONS,
      connectionId: 'prod',
      polling: { batchSize: 10, maxRps: 1, intervalMs: MINUTE },
      jobList: { idle: () => Promise.resolve(), refresh: () => Promise.resolve({ isReading: false }) },
      opsChannel,
      lacksHistory: () => false,
      wakeDispatcher: () => undefined,
      vitals: new Vitals(clock, NO_METRICS, createTimetable('* * * * *', 'UTC', clock.now())),
      runtime: { program: 'test', node: 'test' },
    };
    const watch: Watch = { notifier, disk, language: 'zh', leastFreeBytes: 200 * MB };
    await watchOperations(context, watch);
    clock.advance(MINUTE);
  }
  const none = () => Promise.reject(new Error('nobody asks DRS here'));

  /** What the operator has been owed since the last call. */
  async function heard(): Promise<readonly OperatorAlert['kind'][]> {
    const kinds: OperatorAlert['kind'][] = [];
    for (;;) {
      const lease = { token: `t-${++ids}`, leaseMs: 1 };
      const claim = await store.claimTurn({
        workspaceId: OPS.workspaceId,
        ...AT_EASE,
        ...lease,
        newPostId: `p-${++ids}`,
        now: clock.now(),
      });
      if (claim.kind !== 'send') return kinds;
      const { post } = claim;
      for (const facts of post.facts)
        if (facts.kind === 'announcement' && facts.announcement.kind === 'signal')
          kinds.push(facts.announcement.signal.kind);
      await store.settlePost(claim.lease, post, { kind: 'delivered', messageTs: '1.1', channelId: 'C1', at: 1 });
    }
  }

  test('says once that little room is left, and once that it is enough again', async () => {
    await look();
    room.freeBytes = 199 * MB;
    await look();
    await look();
    expect(await heard()).toEqual(['disk_low']);
    expect(logged).toEqual(['little room is left on the disk with the database: free some space']);
    room.freeBytes = 201 * MB;
    await look();
    expect(await heard()).toEqual([]);
    room.freeBytes = 240 * MB;
    await look();
    await look();
    expect(await heard()).toEqual(['disk_enough']);
  });

  test('without a channel for the operator says it in the log', async () => {
    room.freeBytes = 1;
    await look(null);
    await look(null);
    expect(logged).toHaveLength(1);
    expect(await heard()).toEqual([]);
  });

  test('says past the store that the disk is full, once, in the language of the bot, and later that it can write again', async () => {
    room.isFull = true;
    await look();
    await look();
    expect(direct).toMatchObject([
      { ...OPS, language: 'zh', facts: [{ announcement: { kind: 'signal', signal: { kind: 'disk_full' } } }] },
    ]);
    room.isFull = false;
    for (let minute = 0; minute < 4; minute++) await look();
    expect(await heard()).toEqual([]);
    await look();
    expect(await heard()).toEqual(['disk_writable']);
    await look();
    expect(await heard()).toEqual([]);
    room.isFull = true;
    await look();
    expect(direct).toHaveLength(2);
  });
});
