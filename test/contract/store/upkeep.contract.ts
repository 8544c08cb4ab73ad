import { expect, test } from 'vitest';

import { DAY } from '../../../src/domain/base/time.ts';
import { BILLING, ORDERS } from '../../support/reports.ts';
import { ana, CONNECTION, ended, key, lease, passingDesk } from './contract-desk.ts';
import type { OpenStore } from './contract-desk.ts';

/** What `UpkeepStore` promises about what is kept and what goes. */
export function pruneContract(open: OpenStore): void {
  const { desk, poll, watch, unsubscribe, drain, changed } = passingDesk(open);

  const prune = (limit = 100) =>
    desk.store.prune({
      now: desk.now,
      deliveriesBefore: desk.now - 30 * DAY,
      eventsBefore: desk.now - 400 * DAY,
      goneBefore: desk.now - 90 * DAY,
      unwatchedBefore: desk.now - 30 * DAY,
      limit,
    });
  const pruneAll = async () => {
    for (;;) if (Object.values(await prune()).every((rows) => rows === 0)) return;
  };

  test('pruning takes messages of 31 days with what they told, and leaves younger ones to be refreshed', async () => {
    await watch(ORDERS);
    const [old] = await drain();
    desk.now += 2 * DAY;
    await poll(ORDERS, 'PAUSING', [changed('PAUSING')]);
    const [young] = await drain();
    desk.now += 29 * DAY;
    expect(await prune()).toMatchObject({ posts: 1, deliveries: 1, events: 0 });
    expect(await desk.store.findPost(old?.id ?? '')).toBeNull();
    expect((await desk.store.findPost(young?.id ?? ''))?.post.facts).toMatchObject([{ event: { to: 'PAUSING' } }]);
  });

  test('pruning never takes what is owed, however old, nor the event it tells', async () => {
    await watch(ORDERS);
    await drain();
    await poll(ORDERS, 'PAUSING', [changed('PAUSING')]);
    await drain(() => ({ kind: 'pause_channel', reason: 'not_in_channel', at: desk.now }));
    await poll(ORDERS, 'INCRE_TRANSFER_STARTED', [changed('INCRE_TRANSFER_STARTED')]);
    desk.now += 1_000 * DAY;
    await pruneAll();
    expect(await desk.store.countPending(ana)).toBe(2);
    await desk.store.tryAtOnce({ channel: ana, now: desk.now });
    expect((await drain()).filter((post) => post.channelId === 'C1').map((post) => post.facts)).toMatchObject([
      // Nobody has seen the first one, and both happened at one moment.
      [{ event: { to: 'PAUSING' } }, { event: { to: 'INCRE_TRANSFER_STARTED' } }],
    ]);
  });

  test('pruning never takes a message that still has something new to show', async () => {
    await watch(ORDERS);
    await poll(ORDERS, 'INCRE_TRANSFER_FAILED', [changed('INCRE_TRANSFER_FAILED')]);
    const sent = await drain();
    const request = { ...lease(), connectionId: CONNECTION, limit: 10 };
    const wanted = await desk.store.claimWantedCauses(request);
    const cause = { code: 'DRS.M1', text: 'why' };
    const found = wanted.map(({ jobId, eventNumber }) => ({
      jobId,
      eventNumber,
      language: 'en' as const,
      cause,
      prepaid: null,
    }));
    await desk.store.saveCauses({
      connectionId: CONNECTION,
      token: request.token,
      found,
      givenUp: [],
      retryAfterMs: 0,
    });
    desk.now += 31 * DAY;
    await pruneAll();
    expect(await desk.store.findPost(sent.at(-1)?.id ?? '')).not.toBeNull();
    expect(await desk.store.findPost(sent[0]?.id ?? '')).toBeNull();
  });

  test('pruning takes what was suppressed before it was told', async () => {
    await watch(ORDERS);
    await drain();
    await poll(ORDERS, 'PAUSING', [changed('PAUSING')]);
    await unsubscribe(ORDERS);
    desk.now += 31 * DAY;
    expect(await prune()).toMatchObject({ posts: 1, deliveries: 2 });
  });

  test('pruning takes events after 400 days, and numbers go on where they were', async () => {
    await watch(ORDERS);
    await poll(ORDERS, 'PAUSING', [changed('PAUSING')]);
    await drain();
    desk.now += 399 * DAY;
    expect(await prune()).toMatchObject({ posts: 2, events: 0 });
    desk.now += 2 * DAY;
    expect(await prune()).toMatchObject({ events: 1, jobs: 0 });
    await poll(ORDERS, 'INCRE_TRANSFER_STARTED', [changed('INCRE_TRANSFER_STARTED')]);
    expect((await drain())[0]?.facts).toMatchObject([{ eventNumber: 2 }]);
  });

  test('pruning never takes a watched job, though nothing has changed for years', async () => {
    await watch(ORDERS);
    await drain();
    desk.now += 2_000 * DAY;
    await pruneAll();
    expect(await desk.store.findJob(key(ORDERS))).not.toBeNull();
    expect(await desk.store.listSubscriptions(ana)).toHaveLength(1);
  });

  test('pruning takes a job that nobody watches after a while, not sooner', async () => {
    await poll(ORDERS, 'PAUSING');
    desk.now += 29 * DAY;
    await poll(BILLING, 'PAUSING');
    desk.now += 2 * DAY;
    expect(await prune()).toMatchObject({ jobs: 1 });
    expect(await desk.store.findJob(key(ORDERS))).toBeNull();
    expect(await desk.store.findJob(key(BILLING))).not.toBeNull();
  });

  test('pruning takes a job once its subscriptions and events are gone, and what is known of its failures', async () => {
    await watch(ORDERS);
    await poll(ORDERS, 'INCRE_TRANSFER_FAILED', [changed('INCRE_TRANSFER_FAILED')]);
    desk.now += 1;
    await poll(ORDERS, 'RELEASE_RESOURCE_COMPLETE', [ended(desk.now)]);
    await drain();
    desk.now += 399 * DAY;
    await pruneAll();
    expect(await desk.store.findJob(key(ORDERS))).not.toBeNull();
    desk.now += 2 * DAY;
    await pruneAll();
    expect(await desk.store.findJob(key(ORDERS))).toBeNull();
    await watch(ORDERS);
    expect((await drain())[0]?.facts).toMatchObject([{ announcement: { kind: 'subscribed' } }]);
  });

  test('pruning takes at most so many rows of a kind at once', async () => {
    await watch(ORDERS);
    for (let change = 0; change < 5; change++) {
      desk.now += 1;
      await poll(ORDERS, 'PAUSING', [changed('PAUSING')]);
      await drain();
    }
    desk.now += 31 * DAY;
    const rounds: number[] = [];
    for (;;) {
      const { posts } = await prune(4);
      rounds.push(posts);
      if (posts === 0) break;
    }
    expect(rounds).toEqual([4, 2, 0]);
  });
}
