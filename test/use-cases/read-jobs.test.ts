import { expect, test } from 'vitest';

import type { Store } from '../../src/ports/store/store.ts';
import type { Parts } from '../../src/wiring/parts.ts';
import { readJobs } from '../../src/use-cases/polling/read-jobs.ts';
import { CONNECTION, jobNumber, openDesk } from '../support/desk.ts';

const [FIRST, SECOND_JOB] = [jobNumber(1), jobNumber(2)];

const withStore = (context: Parts, store: Partial<Store>): Parts => ({
  ...context,
  store: { ...context.store, ...store },
});

test('jobs that were claimed before a fault are free at once', async () => {
  await using desk = await openDesk();
  const { store } = desk.context;
  const failing = withStore(desk.context, {
    claimJob: (request) =>
      request.jobId === SECOND_JOB ? Promise.reject(new Error('the disk has a fault')) : store.claimJob(request),
  });
  await expect(readJobs(failing, [FIRST, SECOND_JOB])).rejects.toThrow('the disk has a fault');
  const request = { connectionId: CONNECTION, token: 'other', leaseMs: 1_000, now: desk.clock.now(), maxAgeMs: 0 };
  expect(await store.claimJob({ ...request, jobId: FIRST })).toMatchObject({ kind: 'claimed' });
});

test("somebody else's answer is waited for without a claim, and is shown when it is there", async () => {
  await using desk = await openDesk();
  const { context, clock } = desk;
  const lease = { token: 'other', leaseMs: context.durations.jobLeaseMs };
  const request = { connectionId: CONNECTION, jobId: FIRST, now: clock.now(), maxAgeMs: 0 };
  await context.store.claimJob({ ...request, ...lease });
  let claims = 0;
  let answers = 0;
  const counting = withStore(context, {
    async claimJob(asked) {
      claims += 1;
      return await context.store.claimJob(asked);
    },
    async isJobLeased(job) {
      answers += 1;
      if (answers === 20) await context.store.releaseJobs('other');
      return await context.store.isJobLeased(job);
    },
  });
  expect(await readJobs(counting, [FIRST])).toMatchObject([{ kind: 'known', job: { jobId: FIRST } }]);
  expect(claims).toBe(2);
});

test('an answer that does not come is waited for no longer than it may take, wherever the clock is set to', async () => {
  await using desk = await openDesk();
  const { context, clock } = desk;
  const request = { connectionId: CONNECTION, jobId: FIRST, now: clock.now(), maxAgeMs: 0 };
  await context.store.claimJob({ ...request, token: 'other', leaseMs: context.durations.jobLeaseMs });
  const setBack = { ...clock, now: () => clock.now() - clock.slept.length * 60_000 };
  await readJobs({ ...context, clock: setBack }, [FIRST]);
  const waitedMs = clock.slept.reduce((sum, ms) => sum + ms, 0);
  expect(waitedMs).toBe(context.durations.busyWaitMs);
});
