import { describe, expect, test } from 'vitest';

import type { JobDetail } from '../../../src/domain/job/job-detail.ts';
import type { JobEvent } from '../../../src/domain/job/job-event.ts';
import type { JobId } from '../../../src/domain/job/job-id.ts';
import { HOUR, MINUTE } from '../../../src/domain/base/time.ts';
import { aReport, BILLING, ORDERS } from '../../support/reports.ts';
import { claimChange } from '../../support/turns.ts';
import { ben, CONNECTION, deliveredAs, detail, key, lease, stillDesk } from './contract-desk.ts';
import type { OpenStore } from './contract-desk.ts';

/** What `DetailStore` promises. */
export function detailContract(open: OpenStore): void {
  const { desk, poll, watch, turn, begin, drain } = stillDesk(open);

  const FAILED = { report: aReport({ status: 'INCRE_TRANSFER_FAILED' }) };
  const CAUSE = { code: 'DRS.M05023', text: 'Duplicate entry' };

  describe('details', () => {
    const claim = (now: number, ...jobIds: readonly JobId[]) =>
      desk.store.claimDetails({ connectionId: CONNECTION, jobIds, now, everyMs: MINUTE });
    const save = (changes: Partial<JobDetail> = {}) =>
      desk.store.saveDetails({ connectionId: CONNECTION, details: [detail(changes)], language: 'en', now: 5 });

    test('details are asked for until they are known, at most once in a while', async () => {
      await poll(ORDERS);
      expect(await claim(HOUR, ORDERS, BILLING)).toEqual([ORDERS, BILLING]);
      expect(await claim(HOUR + 1, ORDERS)).toEqual([]);
      expect(await claim(HOUR + MINUTE, ORDERS)).toEqual([ORDERS]);
      await save();
      expect(await claim(2 * HOUR, ORDERS)).toEqual([]);
      expect(await desk.store.findJob(key(ORDERS))).toMatchObject({
        name: 'orders',
        jobType: 'migration',
        times: { startedAt: 10, fullCopyDoneAt: 20 },
      });
    });

    test('details are asked for again while a failed job has no cause, which is kept for its readers', async () => {
      await poll(ORDERS, {}, FAILED);
      await save();
      expect(await claim(HOUR, ORDERS)).toEqual([ORDERS]);
      await save({ cause: CAUSE });
      expect(await desk.store.findCause(key(ORDERS), 'zh')).toEqual(CAUSE);
      expect(await claim(2 * HOUR, ORDERS)).toEqual([]);
    });

    test('details of a job that works keep no cause', async () => {
      await poll(ORDERS);
      await save({ cause: CAUSE });
      expect(await desk.store.findCause(key(ORDERS), 'en')).toBeNull();
    });
  });

  describe('failures', () => {
    const failedAt = (at: number): JobEvent => ({
      kind: 'status_changed',
      from: 'INCRE_TRANSFER_STARTED',
      to: 'INCRE_TRANSFER_FAILED',
      at,
      report: FAILED.report,
      previous: null,
      lastLag: null,
      lagNote: 'settled',
      percentBefore: null,
    });
    const recovered: JobEvent = {
      kind: 'recovered',
      from: 'INCRE_TRANSFER_FAILED',
      failedAt: 30,
      startSeen: true,
      workingAt: 40,
      at: 41,
      report: aReport(),
      previous: null,
      lastLag: null,
      lagNote: 'settled',
      percentBefore: null,
    };
    const wanted = () => desk.store.claimWantedCauses({ ...lease(), connectionId: CONNECTION, limit: 10 });
    const found = (token: string, language: 'en' | 'zh') =>
      desk.store.saveCauses({
        connectionId: CONNECTION,
        token,
        found: [{ jobId: ORDERS, eventNumber: 1, language, cause: CAUSE, prepaid: null }],
        givenUp: [],
        retryAfterMs: 999,
      });

    test('a failure wants its cause in the languages of those who were told, and is found by one at a time', async () => {
      await watch(ORDERS);
      await watch(ORDERS, ben);
      await desk.store.setChannelLanguage({ actor: ben, connectionId: CONNECTION, language: 'zh', now: 7 });
      await poll(ORDERS, { events: [failedAt(30)] }, FAILED, 30);
      const [one, ...others] = await wanted();
      expect(others).toEqual([]);
      expect(one).toMatchObject({ jobId: ORDERS, eventNumber: 1, tries: 0 });
      expect(one?.languages.toSorted()).toEqual(['en', 'zh']);
      expect(await wanted()).toEqual([]);
      desk.now += 2 * MINUTE;
      expect(await wanted()).toHaveLength(1);
    });

    test('a failure that nobody was told of wants nothing', async () => {
      await poll(ORDERS, { events: [failedAt(30)] }, FAILED, 30);
      expect(await wanted()).toEqual([]);
    });

    test('a failure whose cause is not there yet is tried again later, until it is let go', async () => {
      await watch(ORDERS);
      await poll(ORDERS, { events: [failedAt(30)] }, FAILED, 30);
      const token = 'first';
      const claim = () => desk.store.claimWantedCauses({ token, leaseMs: MINUTE, connectionId: CONNECTION, limit: 10 });
      const [one] = await claim();
      if (one === undefined) throw new Error('nothing wanted');
      await desk.store.saveCauses({ connectionId: CONNECTION, token, found: [], givenUp: [], retryAfterMs: 60 });
      desk.now += 59;
      expect(await claim()).toEqual([]);
      desk.now += 1;
      expect(await claim()).toMatchObject([{ tries: 1 }]);
      await desk.store.saveCauses({ connectionId: CONNECTION, token, found: [], givenUp: [one], retryAfterMs: 90 });
      desk.now += HOUR;
      expect(await claim()).toEqual([]);
    });

    test('a failure shows its cause in messages sent before and after it was found', async () => {
      await watch(ORDERS);
      await watch(ORDERS, ben);
      await drain();
      await poll(ORDERS, { events: [failedAt(30)] }, FAILED, 30);
      const first = await begin({ newPostId: 'sent-before' });
      await desk.store.settlePost(first.lease, first.post, deliveredAs('17.5', 31));
      expect(await claimChange(desk.store, 'sent-before')).toBeNull();
      await wanted();
      await found('token-none', 'en');
      expect(await claimChange(desk.store, 'sent-before')).toMatchObject({
        messageTs: '17.5',
        post: { id: 'sent-before', facts: [{ aftermath: { cause: CAUSE } }] },
        jobs: [{ jobId: ORDERS }],
      });
      const second = await begin({ newPostId: 'sent-after' });
      expect(second.post).toMatchObject({ facts: [{ aftermath: { cause: CAUSE } }] });
      await desk.store.settlePost(second.lease, second.post, deliveredAs('18.5', 34));
      expect((await turn()).kind).toBe('idle');
    });

    test('a failure says on its message when the job recovered, and the recovery links to it', async () => {
      await watch(ORDERS);
      await drain();
      await poll(ORDERS, { events: [failedAt(30)] }, FAILED, 30);
      expect(await drain(deliveredAs('17.5', 31))).toEqual(['C1: status_changed 1']);
      await poll(ORDERS, { events: [recovered] }, {}, 41);
      expect((await begin()).post).toMatchObject({
        facts: [{ event: { kind: 'recovered' }, aftermath: { firstMessageTs: '17.5' } }],
      });
      expect(await turn()).toMatchObject({
        kind: 'edit',
        messageTs: '17.5',
        post: { facts: [{ aftermath: { closed: { how: 'recovered', at: 40 } } }] },
      });
      expect(await desk.store.findCause(key(ORDERS), 'en')).toBeNull();
    });

    test('a failure that is edited twice at once shows the newer state in the end', async () => {
      await watch(ORDERS);
      await drain();
      await poll(ORDERS, { events: [failedAt(30)] }, FAILED, 30);
      await drain(deliveredAs('17.5', 31));
      await wanted();
      await found('token-none', 'en');
      const edit = async () => {
        const due = await turn();
        return due.kind === 'edit' ? due : null;
      };
      const due = await edit();
      if (due === null) throw new Error('nothing to edit');
      await poll(ORDERS, { events: [recovered] }, {}, 41);
      await drain(deliveredAs('18.5', 42));
      expect(await edit()).toBeNull();
      await desk.store.settlePost(due.lease, due.post, deliveredAs('17.5', 43));
      const again = await edit();
      expect(again?.post.facts).toMatchObject([{ aftermath: { closed: { how: 'recovered', at: 40 }, cause: CAUSE } }]);
      if (again === null) return;
      const putOff = { kind: 'try_again', afterMs: 500, plain: false, reason: 'x' } as const;
      await desk.store.settlePost(again.lease, again.post, putOff);
      expect(await edit()).toBeNull();
      desk.now += 500;
      expect(await edit()).not.toBeNull();
    });
  });
}
