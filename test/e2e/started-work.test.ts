import { afterEach, beforeEach, expect, test } from 'vitest';

import type { DrsClient } from '../../src/ports/drs.ts';
import type { Store } from '../../src/ports/store/store.ts';
import { startWorld } from '../support/world.ts';

/** What would have ended the process: failures that nobody was there to catch. */
const uncaught: unknown[] = [];
const note = (failure: unknown) => void uncaught.push(failure);

beforeEach(() => {
  uncaught.length = 0;
  process.on('unhandledRejection', note);
});
afterEach(() => {
  process.off('unhandledRejection', note);
});

/** Node looks for uncaught failures after every turn of its event loop. */
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

test('a lease that cannot be renewed while DRS is slow neither ends the process nor loses the answer', async () => {
  let renewals = 0;
  const store = (inner: Store): Store => ({
    ...inner,
    renewJobs() {
      renewals++;
      return Promise.reject(new Error('the disk is full'));
    },
  });
  const drs = (inner: DrsClient): DrsClient => ({
    ...inner,
    async fetchProgress(jobIds, options) {
      while (renewals < 2) await nextTurn();
      return await inner.fetchProgress(jobIds, options);
    },
  });
  await using world = await startWorld({ overrides: { decorate: { store, drs }, durations: { jobLeaseMs: 600 } } });
  world.slack.addChannel('migrations');
  const job = world.drs.addJob('INCRE_TRANSFER_STARTED', {}, { name: 'orders' });
  expect((await world.ask('ana', '#migrations', `/drs status ${job.id}`)).text).toContain('orders');
  expect(uncaught).toEqual([]);
});

test('a status whose answers cannot be kept says so, though the details it had asked for beside fail later', async () => {
  let fail: (failure: Error) => void = () => undefined;
  const details = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  const store = (inner: Store): Store => ({
    ...inner,
    commitPoll: () => Promise.reject(new Error('nothing can be written')),
  });
  const drs = (inner: DrsClient): DrsClient => ({ ...inner, fetchDetails: () => details });
  await using world = await startWorld({ overrides: { decorate: { store, drs } } });
  world.slack.addChannel('migrations');
  const job = world.drs.addJob('INCRE_TRANSFER_STARTED');
  expect((await world.ask('ana', '#migrations', `/drs status ${job.id}`)).text).toContain('Something went wrong');
  fail(new Error('DRS has gone'));
  await nextTurn();
  await nextTurn();
  expect(uncaught).toEqual([]);
});
