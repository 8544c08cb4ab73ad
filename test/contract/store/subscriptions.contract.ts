import { expect, test } from 'vitest';

import { BILLING, ORDERS } from '../../support/reports.ts';
import { ana, ben, changed, CONNECTION, detail, key, stillDesk } from './contract-desk.ts';
import type { OpenStore } from './contract-desk.ts';

/** What `SubscriptionStore` promises. */
export function subscriptionContract(open: OpenStore): void {
  const { desk, poll, watch, begin, drain } = stillDesk(open);

  test('subscribing several jobs is announced once; again changes nothing', async () => {
    await poll(ORDERS);
    await poll(BILLING);
    const request = {
      actor: ana,
      language: 'en' as const,
      connectionId: CONNECTION,
      jobIds: [ORDERS, BILLING],
      now: 6,
    };
    expect((await desk.store.subscribe(request)).map((one) => one.kind)).toEqual(['subscribed', 'subscribed']);
    expect(await desk.store.subscribe({ ...request, actor: { ...ana, userId: 'UBEN' } })).toMatchObject([
      { kind: 'already_subscribed', subscription: { createdBy: 'UANA' } },
      { kind: 'already_subscribed' },
    ]);
    expect(await drain()).toEqual(['C1: subscribed']);
    expect((await desk.store.listSubscriptions(ana)).map((one) => one.jobId)).toEqual([ORDERS, BILLING]);
    expect(await desk.store.findSubscribed(ana, CONNECTION, [BILLING])).toEqual(new Map([[BILLING, {}]]));
    expect(await desk.store.findSubscribed(ben, CONNECTION, [ORDERS, BILLING])).toEqual(new Map());
    expect(await desk.store.findSubscribed(ana, 'another', [ORDERS])).toEqual(new Map());
    expect(await desk.store.listSubscriptions(ben)).toEqual([]);
  });

  test('unsubscribing withdraws what has not been sent yet, and says so itself', async () => {
    await watch(ORDERS);
    await drain();
    await poll(ORDERS, { events: [changed(30)] });
    const gone = await desk.store.unsubscribe({
      actor: ana,
      jobs: [key(ORDERS)],
      reason: 'unsubscribed',
      announce: true,
      now: 31,
    });
    expect(gone.map((one) => one.jobId)).toEqual([ORDERS]);
    expect(await drain()).toEqual(['C1: unsubscribed']);
  });

  test('a subscription that is taken back leaves no trace to be posted later', async () => {
    await watch(ORDERS);
    const { lease: channel, post } = await begin();
    await desk.store.settlePost(channel, post, { kind: 'pause_channel', reason: 'not_in_channel', at: 8 });
    await desk.store.unsubscribe({ actor: ana, jobs: [key(ORDERS)], reason: 'cannot_post', announce: false, now: 9 });
    await desk.store.tryAtOnce({ channel: ana, now: 8 });
    expect(await drain()).toEqual([]);
    expect(await desk.store.countPending(ana)).toBe(0);
  });

  test('what was held back with the line of a subscription that is taken back is told all the same', async () => {
    await watch(BILLING);
    await drain();
    await poll(BILLING, { events: [changed(30)] });
    const first = await begin();
    await desk.store.settlePost(first.lease, first.post, { kind: 'pause_channel', reason: 'is_archived', at: 31 });
    await watch(ORDERS);
    await desk.store.tryAtOnce({ channel: ana, now: 32 });
    const both = await begin();
    expect(both.post.facts).toHaveLength(2);
    await desk.store.settlePost(both.lease, both.post, { kind: 'pause_channel', reason: 'is_archived', at: 33 });
    await desk.store.unsubscribe({ actor: ana, jobs: [key(ORDERS)], reason: 'cannot_post', announce: false, now: 34 });
    await desk.store.tryAtOnce({ channel: ana, now: 35 });
    expect(await drain()).toEqual(['C1: status_changed 1']);
    expect(await desk.store.countPending(ana)).toBe(0);
  });

  test("a channel's subscriptions are part of the workspace's", async () => {
    await watch(ORDERS);
    await watch(BILLING, ben);
    await desk.store.saveDetails({ connectionId: CONNECTION, details: [detail()], language: 'en', now: 9 });
    const all = await desk.store.listWorkspaceSubscriptions('T1');
    expect(all.map((one) => [one.channelId, one.jobName])).toEqual([
      ['C1', 'orders'],
      ['C2', null],
    ]);
    expect(await desk.store.listWorkspaceSubscriptions('T2')).toEqual([]);
  });
}
