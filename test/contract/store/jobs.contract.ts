import { describe, expect, test } from 'vitest';

import { simulatedJobId } from '../../../demo/drs-simulator/jobs.ts';
import { HOUR, MINUTE } from '../../../src/domain/base/time.ts';
import { BILLING, ORDERS } from '../../support/reports.ts';
import { ana, ben, changed, CONNECTION, ended, key, lease, stillDesk } from './contract-desk.ts';
import type { OpenStore } from './contract-desk.ts';

/** What `JobStore` promises about polling and what it owes. */
export function jobContract(open: OpenStore): void {
  const { desk, result, poll, watch, due, drain } = stillDesk(open);

  describe('polling', () => {
    test('a job nobody watches is not due; a subscribed one is, until it is unsubscribed', async () => {
      await poll(ORDERS);
      expect(await due()).toEqual([]);
      await watch(ORDERS);
      expect(await desk.store.countDueJobs(CONNECTION, 20)).toBe(1);
      await desk.store.unsubscribe({ actor: ana, jobs: [key(ORDERS)], reason: 'unsubscribed', announce: true, now: 7 });
      expect(await due()).toEqual([]);
    });

    test('a job stays due while any channel watches it', async () => {
      await watch(ORDERS);
      await watch(ORDERS, ben);
      await desk.store.unsubscribe({ actor: ana, jobs: 'all', reason: 'unsubscribed', announce: true, now: 7 });
      expect(await due()).toEqual([ORDERS]);
    });

    test('no job is leased to two at once, and the one that waited longest comes first', async () => {
      for (const [number, nextPollAt] of [
        [1, 30],
        [2, 10],
        [3, 20],
      ] as const) {
        await watch(simulatedJobId(number));
        await poll(simulatedJobId(number), { nextPollAt });
      }
      expect(await due(40, 2)).toEqual(expect.arrayContaining([simulatedJobId(2), simulatedJobId(3)]));
      expect(await due(40, 2)).toEqual([simulatedJobId(1)]);
      expect(await due(40, 2)).toEqual([]);
    });

    test('a job that must be asked alone is leased alone, when its turn comes', async () => {
      await watch(ORDERS);
      await watch(BILLING);
      await watch(simulatedJobId(3));
      await poll(BILLING, { nextPollAt: 1 });
      await poll(ORDERS, { askAlone: true, refusals: 1, nextPollAt: 2 });
      await poll(simulatedJobId(3), { nextPollAt: 3 });
      expect(await due(20, 1)).toEqual([BILLING]);
      expect(await due(20, 2)).toEqual([ORDERS]);
      expect(await due(20, 2)).toEqual([simulatedJobId(3)]);
    });

    test('a job that was not answered keeps its place in the queue', async () => {
      await watch(ORDERS);
      await watch(BILLING);
      await poll(BILLING, { nextPollAt: 15 });
      await poll(ORDERS, { nextPollAt: 18, waitingSince: 2 });
      expect(await due(20, 1)).toEqual([ORDERS]);
    });

    test('the back of the queue can be asked about first', async () => {
      for (const number of [1, 2, 3]) {
        await watch(simulatedJobId(number));
        await poll(simulatedJobId(number), { nextPollAt: number });
      }
      const request = { ...lease(), connectionId: CONNECTION, now: 20, limit: 2, from: 'back' as const };
      expect((await desk.store.claimDueJobs(request)).map((job) => job.jobId)).toEqual([2, 3].map(simulatedJobId));
    });

    test('a lease expires by itself, also when the clock had jumped far ahead and came back', async () => {
      await watch(ORDERS);
      expect(await due()).toEqual([ORDERS]);
      expect(await due()).toEqual([]);
      desk.now += MINUTE;
      expect(await due()).toEqual([ORDERS]);
      desk.now -= 5 * HOUR;
      expect(await due()).toEqual([ORDERS]);
    });

    test('a job is due again at once when the clock that set its next poll has jumped back', async () => {
      await watch(ORDERS);
      await poll(ORDERS, { nextPollAt: 9 * HOUR });
      expect(await due(8 * HOUR)).toEqual([]);
      desk.now -= 1;
      expect(await due(8 * HOUR)).toEqual([ORDERS]);
    });

    test('a result with a stale lease changes nothing', async () => {
      await watch(ORDERS);
      const stale = lease();
      await desk.store.claimDueJobs({ ...stale, connectionId: CONNECTION, now: 20, limit: 10 });
      desk.now += MINUTE;
      await due();
      const late = await desk.store.commitPoll({
        token: stale.token,
        connectionId: CONNECTION,
        now: 21,
        results: [result(ORDERS, { events: [changed(21)] })],
      });
      expect(late).toEqual({ committed: [], deliveries: 0 });
      expect(await drain()).toEqual(['C1: subscribed']);
    });

    test('a lease that is given back frees its jobs', async () => {
      await watch(ORDERS);
      const first = lease();
      await desk.store.claimDueJobs({ ...first, connectionId: CONNECTION, now: 20, limit: 10 });
      await desk.store.releaseJobs(first.token);
      expect(await due()).toEqual([ORDERS]);
    });

    test('a lease that is renewed lasts longer', async () => {
      await watch(ORDERS);
      const first = lease();
      await desk.store.claimDueJobs({ ...first, connectionId: CONNECTION, now: 20, limit: 10 });
      desk.now += MINUTE - 1;
      await desk.store.renewJobs(first);
      desk.now += MINUTE - 1;
      expect(await due()).toEqual([]);
      desk.now += 1;
      expect(await due()).toEqual([ORDERS]);
    });

    test('a job asked about a moment ago is shown as it is; one being asked about is busy', async () => {
      await poll(ORDERS, {}, {}, 1_000);
      const claim = async (now: number) =>
        (await desk.store.claimJob({ ...key(ORDERS), ...lease(), now, maxAgeMs: 10 })).kind;
      expect(await claim(1_009)).toBe('fresh');
      expect(await claim(1_010)).toBe('claimed');
      expect(await claim(1_011)).toBe('busy');
    });

    test('an id that never had a report and that nobody watches is forgotten', async () => {
      await poll(ORDERS, {}, { report: null });
      expect(await desk.store.findJob(key(ORDERS))).toBeNull();
    });
  });

  describe('what is owed', () => {
    test('an event owes one delivery to each channel subscribed at that moment, and no other', async () => {
      await watch(ORDERS);
      await watch(ORDERS, ben);
      await watch(BILLING, ben);
      await drain();
      expect(await poll(ORDERS, { events: [changed(30)] })).toEqual({ committed: [ORDERS], deliveries: 2 });
      await desk.store.subscribe({
        language: 'en',
        actor: { ...ana, channelId: 'C3' },
        connectionId: CONNECTION,
        jobIds: [ORDERS],
        now: 31,
      });
      expect((await drain()).toSorted()).toEqual(['C1: status_changed 1', 'C2: status_changed 1', 'C3: subscribed']);
    });

    test('events are numbered on from the last one, and told in that order', async () => {
      await watch(ORDERS);
      await poll(ORDERS, { events: [changed(30)] });
      await poll(ORDERS, { events: [changed(31), changed(32)] });
      expect(await drain()).toEqual(['C1: subscribed', 'C1: status_changed 1 + status_changed 2 + status_changed 3']);
    });

    test('events of one job at one moment share a post', async () => {
      await watch(ORDERS);
      await drain();
      await poll(ORDERS, { events: [changed(30), changed(30)] });
      expect(await drain()).toEqual(['C1: status_changed 1 + status_changed 2']);
    });

    test('the end of a job ends its subscriptions and is still told', async () => {
      await watch(ORDERS);
      await drain();
      await poll(ORDERS, { events: [ended(30)], nextPollAt: null }, { over: 'ended' });
      expect(await desk.store.listSubscriptions(ana)).toEqual([]);
      expect(await drain()).toEqual(['C1: ended 1']);
      expect(await due(99)).toEqual([]);
      expect(await watch(ORDERS)).toMatchObject([{ kind: 'already_over' }]);
    });
  });
}
