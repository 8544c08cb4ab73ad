import { expect, test } from 'vitest';

import { simulatedJobId } from '../../../demo/drs-simulator/jobs.ts';
import { explanation } from '../../../src/domain/job/explanation.ts';
import { failureOf } from '../../../src/domain/job/progress-answer.ts';
import { HOUR, MINUTE } from '../../../src/domain/base/time.ts';
import type { JobListEntry, JobListing } from '../../../src/ports/drs.ts';
import { BILLING, ORDERS } from '../../support/reports.ts';
import { ana, ben, changed, CONNECTION, DELIVERED, detail, gone, key, stillDesk } from './contract-desk.ts';
import type { OpenStore } from './contract-desk.ts';

/** What `JobListStore` promises. */
export function jobListContract(open: OpenStore): void {
  const { desk, poll, watch, turn, begin, drain } = stillDesk(open);

  const entry = (number: number, changes: Partial<JobListEntry> = {}): JobListEntry => ({
    jobId: simulatedJobId(number),
    name: `job-${number}`,
    status: 'INCRE_TRANSFER_STARTED',
    jobType: 'migration',
    engines: null,
    parentId: null,
    ...changes,
  });
  const save = (entries: readonly JobListEntry[], failure: JobListing['failure'] = null, jobType = 'migration') =>
    desk.store.saveJobList({
      connectionId: CONNECTION,
      listing: { parts: [{ jobType, entries, isWhole: true }], failure },
      now: 50,
    });
  const like = async (text: string, limit = 20) =>
    (await desk.store.findJobsLike(CONNECTION, text, limit)).map((one) => one.name);
  const listedWith = async (text: string | null) =>
    (await desk.store.findListedJobs(CONNECTION, text)).map((one) => one.name);

  test('the list of jobs may be read once in a while, by one of all who want to', async () => {
    const claim = (now: number) => desk.store.claimJobListRefresh({ connectionId: CONNECTION, now, everyMs: MINUTE });
    expect([await claim(HOUR), await claim(HOUR), await claim(HOUR + MINUTE - 1)]).toEqual([true, false, false]);
    expect(await claim(HOUR + MINUTE)).toBe(true);
    expect(await claim(1)).toBe(true);
  });

  test('jobs that are called the same keep what tells them apart', async () => {
    await save([
      entry(1, { name: 'orders', engines: 'mysql' }),
      entry(2, { name: 'orders', engines: 'mysql-to-taurus' }),
    ]);
    const found = await desk.store.findJobsLike(CONNECTION, 'orders', 9);
    expect(found.map((one) => one.engines).toSorted()).toEqual(['mysql', 'mysql-to-taurus']);
  });

  test('the list of jobs is replaced type by type; what was not read stays', async () => {
    await save([entry(1), entry(2)]);
    await save([entry(3, { jobType: 'sync' })], null, 'sync');
    await save([entry(2, { name: 'renamed' })]);
    expect((await desk.store.findNamedJobs(CONNECTION)).map((one) => one.name).toSorted()).toEqual([
      'job-3',
      'renamed',
    ]);
    expect(await desk.store.findJobListState(CONNECTION)).toEqual({ listedAt: 50, failure: null });
  });

  test('the list of jobs that could not be read says why and keeps what it had', async () => {
    await save([entry(1)]);
    const failure = failureOf('timeout', explanation('timeout'));
    await desk.store.saveJobList({ connectionId: CONNECTION, listing: { parts: [], failure }, now: 90 });
    expect(await desk.store.findJobListState(CONNECTION)).toEqual({ listedAt: 50, failure: explanation('timeout') });
    expect(await like('job')).toEqual(['job-1']);
  });

  test('the list of jobs is searched by a name, in any capitals and alphabet, and by a word in names only where none begins so', async () => {
    await save([
      entry(1, { name: 'my Orders' }),
      entry(2, { name: 'orders-old', status: 'RELEASE_RESOURCE_COMPLETE' }),
      entry(3, { name: 'orders-eu' }),
      entry(4, { name: 'ORDERS' }),
      entry(5, { name: '订单 100%' }),
    ]);
    expect(await like('orders')).toEqual(['ORDERS', 'orders-eu', 'orders-old']);
    expect(await like('eu')).toEqual([]);
    expect(await like('old')).toEqual(['orders-old']);
    expect(await like('rders')).toEqual([]);
    expect(await like('orders', 2)).toEqual(['ORDERS', 'orders-eu']);
    expect(await like('订单')).toEqual(['订单 100%']);
    expect(await like('100%')).toEqual(['订单 100%']);
    expect(await like('_00%')).toEqual([]);
    expect(await like('_')).toEqual([]);
    expect(await like(simulatedJobId(3).slice(0, 4))).toEqual(['orders-eu']);
  });

  test('the list of jobs shows sub-jobs with their parent only, unless their own name is asked for', async () => {
    const [parent, part] = [entry(1, { name: 'shop' }), entry(2, { name: 'shop-1', parentId: simulatedJobId(1) })];
    await save([parent, part]);
    expect(await like('shop')).toEqual(['shop']);
    expect(await like('sho')).toEqual(['shop']);
    expect(await like('SHOP-1')).toEqual(['shop-1']);
    expect(await desk.store.findListedJobs(CONNECTION, null)).toMatchObject([{ name: 'shop', subJobs: 1 }]);
    const subJobs = await desk.store.findSubJobs(CONNECTION, [parent.jobId, part.jobId]);
    expect([...subJobs]).toEqual([[parent.jobId, [{ jobId: part.jobId, name: 'shop-1' }]]]);
  });

  test('the list of jobs is paged, running jobs first', async () => {
    await save([
      entry(1, { name: 'a', status: 'RELEASE_RESOURCE_COMPLETE' }),
      entry(2, { name: 'c' }),
      entry(3, { name: 'b' }),
    ]);
    expect(await listedWith(null)).toEqual(['b', 'c', 'a']);
    expect(await listedWith('B')).toEqual(['b']);
  });

  test('the list of jobs has jobs without a name before those with one', async () => {
    await save([entry(1, { name: 'a' }), entry(2, { name: null }), entry(3, { name: 'b' })]);
    expect(await listedWith(null)).toEqual([null, 'a', 'b']);
  });

  test('the list of jobs names the jobs that are watched, also those it learns of later', async () => {
    await watch(ORDERS);
    await save([
      entry(1, { jobId: ORDERS, name: 'orders' }),
      entry(2, { jobId: BILLING, name: 'billing', jobType: 'sync' }),
    ]);
    expect(await desk.store.findJob(key(ORDERS))).toMatchObject({ name: 'orders', jobType: 'migration' });
    await poll(BILLING);
    expect(await desk.store.findJob(key(BILLING))).toMatchObject({ name: 'billing' });
    expect((await desk.store.listSubscriptions(ana)).map((one) => one.jobName)).toEqual(['orders']);
  });

  /** What the next post tells; it is delivered. */
  const nextTold = async () => {
    const { lease: channel, post } = await begin();
    await desk.store.settlePost(channel, post, DELIVERED);
    return post;
  };

  test('the list of jobs tells a new name of a watched job once, in the channels that watch it, and of no other job', async () => {
    await watch(ORDERS);
    await watch(ORDERS, ben);
    await poll(BILLING);
    await drain();
    const names = (orders: string, billing: string) =>
      save([entry(1, { jobId: ORDERS, name: orders }), entry(2, { jobId: BILLING, name: billing })]);
    expect(await names('orders', 'billing')).toBe(0);
    expect(await names('billing', 'orders')).toBe(2);
    expect(await names('billing', 'orders')).toBe(0);
    const [first, second] = [await nextTold(), await nextTold()];
    expect([first, second].map((post) => post.channelId).toSorted()).toEqual(['C1', 'C2']);
    for (const post of [first, second])
      expect(post.facts).toMatchObject([
        { job: { name: 'billing' }, event: { kind: 'renamed', from: 'orders', to: 'billing' } },
      ]);
  });

  test('details that name a watched job otherwise tell its new name too', async () => {
    await watch(ORDERS);
    await save([entry(1, { jobId: ORDERS, name: 'orders' })]);
    await drain();
    const details = [detail({ name: 'shop orders' })];
    for (const now of [60, 61])
      await desk.store.saveDetails({ connectionId: CONNECTION, details, language: 'en', now });
    expect((await nextTold()).facts).toMatchObject([{ event: { from: 'orders', to: 'shop orders' } }]);
    expect((await turn()).kind).toBe('idle');
  });

  test('what was told and done stays under the name the job had then', async () => {
    await poll(ORDERS);
    await save([entry(1, { jobId: ORDERS, name: 'orders' })]);
    await watch(ORDERS);
    await drain();
    await poll(ORDERS, { events: [changed(5)] });
    await save([entry(1, { jobId: ORDERS, name: 'orders-v2' })]);
    expect((await nextTold()).facts).toMatchObject([{ job: { name: 'orders' } }, { job: { name: 'orders-v2' } }]);
    await desk.store.unsubscribe({ actor: ana, jobs: 'all', reason: 'unsubscribed', announce: false, now: 70 });
    const { entries } = await desk.store.pageAudit({ channel: ana, job: null, before: null, limit: 9 });
    expect(entries.map((one) => one.job?.name)).toEqual(['orders-v2', 'orders']);
    expect([...new Set((await desk.store.listAuditedJobs(ana)).map((one) => one.name))].toSorted()).toEqual([
      'orders',
      'orders-v2',
    ]);
  });

  test('what was told without a name is shown under the first one that became known', async () => {
    await watch(ORDERS);
    await drain();
    await poll(ORDERS, { events: [changed(5)] });
    const told = await nextTold();
    expect(told.facts).toMatchObject([{ job: { name: null } }]);
    for (const name of ['orders', 'orders-v2', 'orders-v3']) await save([entry(1, { jobId: ORDERS, name })]);
    expect((await desk.store.findPost(told.id))?.post.facts).toMatchObject([{ job: { name: 'orders' } }]);
  });

  test('the end of a job shows who bears its name now, as soon as the list does and for good', async () => {
    await watch(ORDERS);
    await save([entry(1, { jobId: ORDERS, name: 'orders' })]);
    await drain();
    await poll(ORDERS, { events: [gone(60)] });
    const told = await nextTold();
    expect(told.facts).toMatchObject([{ aftermath: { namesake: null } }]);
    expect(await save([entry(2, { name: 'orders', status: 'RELEASE_RESOURCE_COMPLETE' })])).toBe(0);
    expect(await save([entry(2, { name: 'Orders' }), entry(3, { name: 'orders' })])).toBe(0);
    expect(await save([entry(3, { name: 'orders' })])).toBe(1);
    expect(await save([entry(4, { name: 'orders' })])).toBe(0);
    expect((await desk.store.findPost(told.id))?.post.facts).toMatchObject([
      { aftermath: { namesake: { jobId: simulatedJobId(3), name: 'orders' } } },
    ]);
  });

  test('a job is called off the list only when the list was read and could have it', async () => {
    await poll(ORDERS);
    await desk.store.saveDetails({
      connectionId: CONNECTION,
      details: [detail({ name: 'orders' })],
      language: 'en',
      now: 7,
    });
    const isOffList = async () => (await desk.store.findJobsLike(CONNECTION, 'orders', 9)).map((one) => one.isOffList);
    expect(await isOffList()).toEqual([false]);
    await save([], failureOf('timeout', explanation('timeout')));
    expect(await isOffList()).toEqual([false]);
    await save([]);
    expect(await isOffList()).toEqual([true]);
    await save([entry(1, { jobId: ORDERS, name: 'orders' })]);
    expect(await isOffList()).toEqual([false]);
  });

  test('the list of jobs does not hide a job that has a report and is not on it', async () => {
    await poll(ORDERS);
    await desk.store.saveDetails({
      connectionId: CONNECTION,
      details: [detail({ name: 'shop orders' })],
      language: 'en',
      now: 9,
    });
    expect(await like('shop')).toEqual(['shop orders']);
    expect(await like(ORDERS.slice(0, 6))).toEqual(['shop orders']);
  });
}
