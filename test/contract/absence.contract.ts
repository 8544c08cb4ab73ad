import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { JobEvent } from '../../src/domain/job/job-event.ts';
import type { JobId } from '../../src/domain/job/job-id.ts';
import { UNSEEN_JOB } from '../../src/domain/job/job-state.ts';
import type { JobState } from '../../src/domain/job/job-state.ts';
import { GONE_AWAITED_FOR_MS } from '../../src/domain/poll/absence.ts';
import { DAY, HOUR, MINUTE } from '../../src/domain/base/time.ts';
import type { JobListEntry } from '../../src/ports/drs.ts';
import type { Store } from '../../src/ports/store/store.ts';
import { aReport, BILLING, ORDERS } from '../support/reports.ts';
import type { OpenStore } from './store.contract.ts';

const CONNECTION = 'prod';
const ana = { workspaceId: 'T1', channelId: 'C1', userId: 'UANA' };
const ben = { workspaceId: 'T1', channelId: 'C2', userId: 'UBEN' };
const GONE: JobEvent = {
  kind: 'gone',
  code: null,
  at: 30,
  report: aReport(),
  previous: null,
  lastLag: null,
  lagNote: 'settled',
  percentBefore: null,
};

/** What the Store port promises about jobs that are missing, gone, and back, for any implementation. */
export function absenceContract(open: OpenStore): void {
  let store: Store;
  let now: number;
  let tokens = 0;

  beforeEach(async () => {
    now = 100 * DAY;
    store = await open(() => now);
    await store.openWorkspace({ id: 'T1', name: 'Acme', at: 1 });
    await store.openConnection({ id: CONNECTION, name: 'default', endpoint: 'https://x', projectId: 'p', at: 1 });
  });
  afterEach(async () => store.close());

  const key = (jobId: JobId) => ({ connectionId: CONNECTION, jobId });

  async function poll(jobId: JobId, state: Partial<JobState> = {}, events: readonly JobEvent[] = []) {
    const lease = { token: `token-${++tokens}`, leaseMs: MINUTE };
    await store.claimJob({ ...key(jobId), ...lease, now, maxAgeMs: 0 });
    const seen = { ...UNSEEN_JOB, report: aReport({ jobId }), checkedAt: now, ...state };
    const result = { jobId, state: seen, events, nextPollAt: now + HOUR, askAlone: false, refusals: 0 };
    return await store.commitPoll({ ...lease, connectionId: CONNECTION, now, results: [result] });
  }
  const watch = async (jobId: JobId, actor = ana) => {
    await poll(jobId);
    await store.subscribe({ actor, language: 'en', connectionId: CONNECTION, jobIds: [jobId], now });
  };
  const unsubscribe = (actor = ana) =>
    store.unsubscribe({ actor, jobs: [key(ORDERS)], reason: 'unsubscribed', announce: false, now });
  const missing = () =>
    poll(ORDERS, {
      checkedAt: now - 1,
      missing: { code: 'DRS.M00289', since: now, lastAt: now, ticks: 1 },
      unknown: { since: now, why: { key: 'no_such_job', values: { label: 'DRS.M00289' } }, polls: 1, isLasting: false },
    });
  const gone = () => poll(ORDERS, { over: 'gone' }, [GONE]);
  const absence = () => store.findAbsence({ connectionId: CONNECTION, now });
  const list = (jobIds: readonly JobId[], changes: { readonly isWhole?: boolean; readonly status?: string } = {}) => {
    const { isWhole = true, status = 'PAUSING' } = changes;
    const about = { name: null, jobType: 'migration', parentId: null };
    const entries: readonly JobListEntry[] = jobIds.map((jobId) => ({ ...about, jobId, status }));
    const listing = { parts: [{ jobType: 'migration', entries, isWhole }], failure: null };
    return store.saveJobList({ connectionId: CONNECTION, listing, now });
  };
  const watched = async () => (await store.listSubscriptions(ana)).map((one) => one.jobId);
  const dueCount = () => store.countDueJobs(CONNECTION, now);

  describe('what is missing', () => {
    test('is nothing while every job answers, nor a job that nobody watches', async () => {
      await watch(BILLING);
      await missing();
      expect(await absence()).toMatchObject({ suspects: [], isListAwaited: false, listTriedAt: null });
    });

    test('is a watched job that DRS does not know, with what the list says and how many answer', async () => {
      await watch(ORDERS);
      await watch(BILLING);
      await list([ORDERS, BILLING]);
      const listedAt = now;
      now += HOUR;
      await missing();
      const seen = { jobId: ORDERS, listedAt, listReadAt: listedAt, listedStatus: 'PAUSING', listHasOthers: true };
      expect(await absence()).toMatchObject({ watched: 2, answering: 1, suspects: [seen] });
      now += MINUTE;
      await list([BILLING]);
      expect((await absence()).suspects).toMatchObject([{ listedAt, listReadAt: now, listedStatus: null }]);
      await poll(ORDERS);
      expect((await absence()).suspects).toEqual([]);
    });

    test('is not read from a list that ended too early', async () => {
      await watch(ORDERS);
      await list([ORDERS]);
      const listReadAt = now;
      now += HOUR;
      await missing();
      await list([], { isWhole: false });
      expect((await absence()).suspects).toMatchObject([{ listReadAt, listHasOthers: false }]);
    });

    test('is a job without a report that the list calls deleted', async () => {
      await watch(ORDERS);
      now += HOUR;
      const unknown: JobState['unknown'] = {
        since: now,
        why: { key: 'left_out', values: {} },
        polls: 1,
        isLasting: false,
      };
      await poll(ORDERS, { checkedAt: now - HOUR, unknown });
      expect((await absence()).suspects).toEqual([]);
      await list([ORDERS], { status: 'DELETED' });
      expect((await absence()).suspects).toMatchObject([
        { listedStatus: 'DELETED', unknownSince: now, listedAt: null, missing: null },
      ]);
    });
  });

  describe('a subscription to a job that was gone', () => {
    test('goes on in each channel when the job has a report again: audited, announced, polled', async () => {
      await watch(ORDERS);
      await watch(ORDERS, ben);
      await gone();
      expect(await watched()).toEqual([]);
      now += HOUR;
      expect(await dueCount()).toBe(1);
      expect(await poll(ORDERS)).toMatchObject({ deliveries: 2 });
      expect([await watched(), (await store.listSubscriptions(ben)).length]).toEqual([[ORDERS], 1]);
      const { entries } = await store.pageAudit({ channel: ana, job: null, before: null, limit: 9 });
      expect(entries[0]).toMatchObject({ by: null, change: { kind: 'resubscribed' }, job: { jobId: ORDERS } });
      expect(await poll(ORDERS)).toMatchObject({ deliveries: 0 });
    });

    test('does not go on where somebody ended it meanwhile, which is then asked about no more', async () => {
      await watch(ORDERS);
      await gone();
      expect(await store.listAwaitedSubscriptions(ana, now)).toMatchObject([{ jobId: ORDERS }]);
      expect(await unsubscribe()).toMatchObject([{ jobId: ORDERS }]);
      now += HOUR;
      expect(await dueCount()).toBe(0);
      await poll(ORDERS);
      expect([await watched(), await dueCount()]).toEqual([[], 0]);
    });

    test('does not go on a second time once it has come back and somebody has ended it', async () => {
      await watch(ORDERS);
      await gone();
      await poll(ORDERS);
      await unsubscribe();
      await gone();
      expect(await poll(ORDERS)).toMatchObject({ deliveries: 0 });
      expect(await watched()).toEqual([]);
    });

    test('does not go on after 90 days, nor when the job has ended', async () => {
      await watch(ORDERS);
      await gone();
      await poll(ORDERS, { over: 'ended' });
      expect(await watched()).toEqual([]);
      now += GONE_AWAITED_FOR_MS + 1;
      await poll(ORDERS);
      expect(await watched()).toEqual([]);
    });

    test('makes its job due when the list has it again, and the list wanted when the job is asked no more', async () => {
      await watch(ORDERS);
      await gone();
      expect(await dueCount()).toBe(0);
      await list([BILLING]);
      expect(await dueCount()).toBe(0);
      await list([ORDERS], { status: 'DELETED' });
      expect(await dueCount()).toBe(0);
      await list([ORDERS]);
      expect(await dueCount()).toBe(1);
      expect((await absence()).isListAwaited).toBe(false);
      now += 8 * DAY;
      expect((await absence()).isListAwaited).toBe(true);
      now += 90 * DAY;
      expect((await absence()).isListAwaited).toBe(false);
    });

    test('is kept for as long as it may come back, however little is kept', async () => {
      await watch(ORDERS);
      await gone();
      now += DAY;
      const prune = (goneBefore: number) =>
        store.prune({ deliveriesBefore: now, eventsBefore: now, unwatchedBefore: now, goneBefore, limit: 100 });
      expect(await prune(now - 90 * DAY)).toMatchObject({ subscriptions: 0 });
      expect(await prune(now)).toMatchObject({ subscriptions: 1 });
    });
  });
}
