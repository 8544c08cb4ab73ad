import { expect, test } from 'vitest';

import type { Store } from '../../../src/ports/store/store.ts';
import { BILLING, ORDERS } from '../../support/reports.ts';
import { ana, ben, CONNECTION, ended, key, stillDesk } from './contract-desk.ts';
import type { OpenStore } from './contract-desk.ts';

/** What `AuditStore` promises. */
export function auditContract(open: OpenStore): void {
  const { desk, poll, watch, drain } = stillDesk(open);

  const page = (request: Partial<Parameters<Store['pageAudit']>[0]> = {}) =>
    desk.store.pageAudit({ channel: ana, job: null, before: null, limit: 10, ...request });
  const changes = async (request: Partial<Parameters<Store['pageAudit']>[0]> = {}) =>
    (await page(request)).entries.map(({ at, by, job, change }) => ({ at, by, job: job?.jobId ?? null, ...change }));
  const unsubscribe = (actor: typeof ana, now: number) =>
    desk.store.unsubscribe({ actor, jobs: 'all', reason: 'unsubscribed', announce: true, now });

  test('the audit says who did what, before and after, newest first, in one channel only', async () => {
    await watch(ORDERS);
    await watch(ORDERS, ben);
    await unsubscribe({ ...ana, userId: 'UBEN' }, 7);
    await unsubscribe({ ...ana, userId: 'UBEN' }, 8);
    await desk.store.setChannelLanguage({ actor: ana, connectionId: CONNECTION, language: 'zh', now: 9 });
    await desk.store.setChannelLanguage({ actor: ana, connectionId: CONNECTION, language: 'zh', now: 10 });
    expect(await changes()).toEqual([
      { at: 9, by: 'UANA', job: null, kind: 'language', from: 'en', to: 'zh' },
      { at: 7, by: 'UBEN', job: ORDERS, kind: 'unsubscribed', madeBy: 'UANA', reason: 'unsubscribed' },
      { at: 6, by: 'UANA', job: ORDERS, kind: 'subscribed' },
    ]);
    expect(await changes({ channel: { workspaceId: 'T2', channelId: 'C1' } })).toEqual([]);
    expect(await desk.store.listAuditedJobs(ana)).toMatchObject([{ jobId: ORDERS }]);
  });

  test.each([
    ['ended', ended(30), 'job_ended'],
    ['gone', { ...ended(30), kind: 'gone' as const, code: null }, 'job_gone'],
  ])('the audit has the end of subscriptions to a job that is %s, in each channel', async (_how, event, reason) => {
    await watch(ORDERS);
    await watch(ORDERS, ben);
    await poll(ORDERS, { events: [event] }, {}, 30);
    const end = { at: 30, by: null, job: ORDERS, kind: 'unsubscribed', reason };
    expect((await changes())[0]).toEqual({ ...end, madeBy: 'UANA' });
    expect((await changes({ channel: ben }))[0]).toEqual({ ...end, madeBy: 'UBEN' });
  });

  test('the audit has posts that are held back and go on, and no going on where nothing was held back', async () => {
    await watch(ORDERS);
    expect(await desk.store.tryAtOnce({ channel: ana, now: 7 })).toBe(false);
    await drain({ kind: 'pause_channel', reason: 'is_archived', at: 8 });
    await desk.store.tryAtOnce({ channel: ana, now: 9 });
    await drain();
    await desk.store.holdChannel({ channel: ana, reason: 'externally_shared', now: 10 });
    await desk.store.releaseHeldChannel({ channel: ana, now: 11 });
    expect((await changes()).slice(0, 4)).toEqual([
      { at: 11, by: null, job: null, kind: 'resumed', reason: 'externally_shared' },
      { at: 10, by: null, job: null, kind: 'paused', reason: 'externally_shared' },
      { at: 9, by: null, job: null, kind: 'resumed', reason: 'is_archived' },
      { at: 8, by: null, job: null, kind: 'paused', reason: 'is_archived' },
    ]);
  });

  test('the audit is read in pages, of everything or of one job', async () => {
    for (let time = 0; time < 3; time++) {
      await watch(ORDERS);
      await watch(BILLING);
      await unsubscribe(ana, 7);
    }
    const first = await page({ limit: 5 });
    expect([first.entries.length, first.older]).toEqual([5, 7]);
    const rest = await page({ limit: 10, before: first.entries.at(-1)?.id ?? null });
    expect([rest.entries.length, rest.older]).toEqual([7, 0]);
    const ids = [...first.entries, ...rest.entries].map((entry) => entry.id);
    expect(ids).toEqual(ids.toSorted((one, other) => other - one));
    expect(new Set((await changes({ job: key(BILLING) })).map((one) => one.job))).toEqual(new Set([BILLING]));
    expect(await page({ job: key(BILLING), limit: 1 })).toMatchObject({ older: 5 });
  });
}
