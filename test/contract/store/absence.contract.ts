import { describe, expect, test } from 'vitest';

import type { JobEvent } from '../../../src/domain/job/job-event.ts';
import type { JobId } from '../../../src/domain/job/job-id.ts';
import { UNSEEN_JOB } from '../../../src/domain/job/job-state.ts';
import type { JobState } from '../../../src/domain/job/job-state.ts';
import { GONE_AWAITED_FOR_MS } from '../../../src/domain/poll/absence.ts';
import { DAY, HOUR, MINUTE } from '../../../src/domain/base/time.ts';
import type { JobListEntry } from '../../../src/ports/drs.ts';
import { aReport, BILLING, ORDERS } from '../../support/reports.ts';
import { ana, ben, CONNECTION, gone, key, passingDesk } from './contract-desk.ts';
import type { OpenStore } from './contract-desk.ts';

/** What `JobStore` promises about jobs that are missing, gone, and back. */
export function absenceContract(open: OpenStore): void {
  const { desk, commit } = passingDesk(open);

  async function poll(jobId: JobId, state: Partial<JobState> = {}, events: readonly JobEvent[] = []) {
    const seen = { ...UNSEEN_JOB, report: aReport({ jobId }), checkedAt: desk.now, ...state };
    return await commit(jobId, seen, { events, nextPollAt: desk.now + HOUR });
  }
  const watch = async (jobId: JobId, actor = ana) => {
    await poll(jobId);
    const about = { connectionId: CONNECTION, jobIds: [jobId], now: desk.now };
    await desk.store.subscribe({ actor, language: 'en', ...about });
  };
  const unsubscribe = () =>
    desk.store.unsubscribe({
      actor: ana,
      jobs: [key(ORDERS)],
      reason: 'unsubscribed',
      announce: false,
      now: desk.now,
    });
  const isMissing = () =>
    poll(ORDERS, {
      checkedAt: desk.now - 1,
      missing: { code: 'DRS.M00289', since: desk.now, lastAt: desk.now, ticks: 1 },
      unknown: {
        since: desk.now,
        why: { key: 'no_such_job', values: { label: 'DRS.M00289' } },
        polls: 1,
        isLasting: false,
      },
    });
  const isGone = () => poll(ORDERS, { over: 'gone' }, [gone(30)]);
  const absence = () => desk.store.findAbsence({ connectionId: CONNECTION, now: desk.now });
  const list = (jobIds: readonly JobId[], changes: { readonly isWhole?: boolean; readonly status?: string } = {}) => {
    const { isWhole = true, status = 'PAUSING' } = changes;
    const about = { name: null, jobType: 'migration', engines: null, parentId: null };
    const entries: readonly JobListEntry[] = jobIds.map((jobId) => ({ ...about, jobId, status }));
    const listing = { parts: [{ jobType: 'migration', entries, isWhole }], failure: null };
    return desk.store.saveJobList({ connectionId: CONNECTION, listing, now: desk.now });
  };
  const watched = async () => (await desk.store.listSubscriptions(ana)).map((one) => one.jobId);
  const dueCount = () => desk.store.countDueJobs(CONNECTION, desk.now);

  describe('missing jobs', () => {
    test('no job is missing while every one answers, nor one that nobody watches', async () => {
      await watch(BILLING);
      await isMissing();
      expect(await absence()).toMatchObject({ suspects: [], isListAwaited: false, listTriedAt: null });
    });

    test('a watched job that DRS does not know is missing, with what the list says and how many answer', async () => {
      await watch(ORDERS);
      await watch(BILLING);
      await list([ORDERS, BILLING]);
      const listedAt = desk.now;
      desk.now += HOUR;
      await isMissing();
      const seen = { jobId: ORDERS, listedAt, listReadAt: listedAt, listedStatus: 'PAUSING', listHasOthers: true };
      expect(await absence()).toMatchObject({ watched: 2, answering: 1, suspects: [seen] });
      desk.now += MINUTE;
      await list([BILLING]);
      expect((await absence()).suspects).toMatchObject([{ listedAt, listReadAt: desk.now, listedStatus: null }]);
      await poll(ORDERS);
      expect((await absence()).suspects).toEqual([]);
    });

    test('a list that ended too early does not say what is missing', async () => {
      await watch(ORDERS);
      await list([ORDERS]);
      const listReadAt = desk.now;
      desk.now += HOUR;
      await isMissing();
      await list([], { isWhole: false });
      expect((await absence()).suspects).toMatchObject([{ listReadAt, listHasOthers: false }]);
    });

    test('a job without a report that the list calls deleted is missing', async () => {
      await watch(ORDERS);
      desk.now += HOUR;
      const unknown: JobState['unknown'] = {
        since: desk.now,
        why: { key: 'left_out', values: {} },
        polls: 1,
        isLasting: false,
      };
      await poll(ORDERS, { checkedAt: desk.now - HOUR, unknown });
      expect((await absence()).suspects).toEqual([]);
      await list([ORDERS], { status: 'DELETED' });
      expect((await absence()).suspects).toMatchObject([
        { listedStatus: 'DELETED', unknownSince: desk.now, listedAt: null, missing: null },
      ]);
    });
  });

  describe('jobs that come back', () => {
    test('a subscription to a job that was gone goes on in each channel when the job has a report again: audited, announced, polled', async () => {
      await watch(ORDERS);
      await watch(ORDERS, ben);
      await isGone();
      expect(await watched()).toEqual([]);
      desk.now += HOUR;
      expect(await dueCount()).toBe(1);
      expect(await poll(ORDERS)).toMatchObject({ deliveries: 2 });
      expect([await watched(), (await desk.store.listSubscriptions(ben)).length]).toEqual([[ORDERS], 1]);
      const { entries } = await desk.store.pageAudit({ channel: ana, job: null, before: null, limit: 9 });
      expect(entries[0]).toMatchObject({ by: null, change: { kind: 'resubscribed' }, job: { jobId: ORDERS } });
      expect(await poll(ORDERS)).toMatchObject({ deliveries: 0 });
    });

    test('a subscription to a job that was gone does not go on where somebody ended it meanwhile, which is then asked about no more', async () => {
      await watch(ORDERS);
      await isGone();
      expect(await desk.store.listAwaitedSubscriptions(ana, desk.now)).toMatchObject([{ jobId: ORDERS }]);
      expect(await unsubscribe()).toMatchObject([{ jobId: ORDERS }]);
      desk.now += HOUR;
      expect(await dueCount()).toBe(0);
      await poll(ORDERS);
      expect([await watched(), await dueCount()]).toEqual([[], 0]);
    });

    test('a subscription to a job that was gone does not go on a second time once it has come back and somebody has ended it', async () => {
      await watch(ORDERS);
      await isGone();
      await poll(ORDERS);
      await unsubscribe();
      await isGone();
      expect(await poll(ORDERS)).toMatchObject({ deliveries: 0 });
      expect(await watched()).toEqual([]);
    });

    test('a subscription to a job that was gone does not go on after 90 days, nor when the job has ended', async () => {
      await watch(ORDERS);
      await isGone();
      await poll(ORDERS, { over: 'ended' });
      expect(await watched()).toEqual([]);
      desk.now += GONE_AWAITED_FOR_MS + 1;
      await poll(ORDERS);
      expect(await watched()).toEqual([]);
    });

    test('a subscription to a job that was gone makes its job due when the list has it again, and the list wanted when the job is asked no more', async () => {
      await watch(ORDERS);
      await isGone();
      expect(await dueCount()).toBe(0);
      await list([BILLING]);
      expect(await dueCount()).toBe(0);
      await list([ORDERS], { status: 'DELETED' });
      expect(await dueCount()).toBe(0);
      await list([ORDERS]);
      expect(await dueCount()).toBe(1);
      expect((await absence()).isListAwaited).toBe(false);
      desk.now += 8 * DAY;
      expect((await absence()).isListAwaited).toBe(true);
      desk.now += 90 * DAY;
      expect((await absence()).isListAwaited).toBe(false);
    });

    test('a subscription to a job that was gone is kept for as long as it may come back, however little is kept', async () => {
      await watch(ORDERS);
      await isGone();
      desk.now += DAY;
      const prune = (goneBefore: number) =>
        desk.store.prune({
          now: desk.now,
          deliveriesBefore: desk.now,
          eventsBefore: desk.now,
          unwatchedBefore: desk.now,
          goneBefore,
          limit: 100,
        });
      expect(await prune(desk.now - 90 * DAY)).toMatchObject({ subscriptions: 0 });
      expect(await prune(desk.now)).toMatchObject({ subscriptions: 1 });
    });
  });
}
