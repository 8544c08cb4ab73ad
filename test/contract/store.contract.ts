import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { simulatedJobId } from '../../src/demo/drs-simulator/jobs.ts';
import type { JobEvent } from '../../src/domain/job-event.ts';
import type { JobId } from '../../src/domain/job-id.ts';
import { UNSEEN_JOB } from '../../src/domain/job-state.ts';
import type { JobState } from '../../src/domain/job-state.ts';
import type { PostSettlement } from '../../src/domain/post.ts';
import { HOUR, MINUTE } from '../../src/domain/time.ts';
import type { PollResult, Store } from '../../src/ports.ts';
import { aReport, BILLING, ORDERS } from '../support/reports.ts';

/** Opens a store on fresh data; `clock` is the store's own. */
export type OpenStore = (clock: () => number) => Promise<Store>;

const CONNECTION = 'prod';
const ana = { workspaceId: 'T1', channelId: 'C1', userId: 'UANA' };
const elsewhere = { workspaceId: 'T1', channelId: 'C2', userId: 'UBEN' };
const DELIVERED: PostSettlement = { kind: 'delivered', messageTs: '1.1', at: 9 };

/** Every promise of the Store port, for any implementation. */
export function storeContract(open: OpenStore): void {
  let store: Store;
  let storeNow: number;
  let tokens = 0;

  beforeEach(async () => {
    storeNow = 1_000_000;
    store = await open(() => storeNow);
    await store.openWorkspace({ id: 'T1', name: 'Acme', at: 1 });
    await store.openConnection({ id: CONNECTION, name: 'default', endpoint: 'https://x', projectId: 'p', at: 1 });
  });
  afterEach(async () => store.close());

  const lease = () => ({ token: `token-${++tokens}`, leaseMs: MINUTE });
  const key = (jobId: JobId) => ({ connectionId: CONNECTION, jobId });
  const result = (jobId: JobId, changes: Partial<PollResult> = {}, state: Partial<JobState> = {}): PollResult => ({
    jobId,
    state: { ...UNSEEN_JOB, report: aReport({ jobId }), checkedAt: 5, ...state },
    events: [],
    nextPollAt: 10,
    askAlone: false,
    refusals: 0,
    ...changes,
  });
  const changed = (at: number): JobEvent => ({
    kind: 'status_changed',
    from: 'A',
    to: 'B',
    at,
    report: aReport(),
    previous: null,
    lastLag: null,
  });
  const ended = (at: number): JobEvent => ({
    kind: 'ended',
    verdict: 'stopped_in_sync',
    summary: null,
    at,
    report: aReport(),
    previous: null,
    lastLag: null,
  });

  async function poll(jobId: JobId, changes: Partial<PollResult> = {}, state: Partial<JobState> = {}, now = 5) {
    const { token, leaseMs } = lease();
    const claim = await store.claimJob({ ...key(jobId), token, leaseMs, now, maxAgeMs: 0 });
    expect(claim.kind).toBe('claimed');
    return await store.commitPoll({ token, connectionId: CONNECTION, now, results: [result(jobId, changes, state)] });
  }
  const watch = async (jobId: JobId, actor = ana) => {
    if ((await store.findJob(key(jobId))) === null) await poll(jobId);
    return await store.subscribe({ actor, connectionId: CONNECTION, jobIds: [jobId], now: 6 });
  };
  const due = async (now = 20, limit = 10) =>
    (await store.claimDueJobs({ ...lease(), connectionId: CONNECTION, now, limit })).map((job) => job.jobId);

  /** Sends everything that can be sent now; returns what each post told. */
  async function drain(settlement: PostSettlement = DELIVERED): Promise<readonly string[]> {
    const told: string[] = [];
    for (;;) {
      const channel = await store.claimChannel(lease());
      if (channel === null) return told;
      const post = await store.beginPost(channel, `post-${++tokens}`, 7);
      if (post === null) return told;
      told.push(
        `${post.channelId}: ${post.facts.map((facts) => (facts.kind === 'event' ? `${facts.event.kind} ${facts.eventNumber}` : facts.announcement.kind)).join(' + ')}`,
      );
      expect(await store.settlePost(channel, post, settlement, 0)).toBe(true);
    }
  }

  describe('polling', () => {
    test('a job nobody watches is not due; a subscribed one is, until it is unsubscribed', async () => {
      await poll(ORDERS);
      expect(await due()).toEqual([]);
      await watch(ORDERS);
      expect(await store.countDueJobs(CONNECTION, 20)).toBe(1);
      await store.unsubscribe({ actor: ana, jobs: [key(ORDERS)], reason: 'unsubscribed', announce: true, now: 7 });
      expect(await due()).toEqual([]);
    });

    test('a job stays due while any channel watches it', async () => {
      await watch(ORDERS);
      await watch(ORDERS, elsewhere);
      await store.unsubscribe({ actor: ana, jobs: 'all', reason: 'unsubscribed', announce: true, now: 7 });
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

    test('a job that must be asked alone is leased alone, after all others', async () => {
      await watch(ORDERS);
      await watch(BILLING);
      await poll(ORDERS, { askAlone: true, refusals: 1, nextPollAt: 1 });
      expect(await due()).toEqual([BILLING]);
      expect(await due()).toEqual([ORDERS]);
    });

    test('a lease expires by itself, also when the clock had jumped far ahead and came back', async () => {
      await watch(ORDERS);
      expect(await due()).toEqual([ORDERS]);
      expect(await due()).toEqual([]);
      storeNow += MINUTE;
      expect(await due()).toEqual([ORDERS]);
      storeNow -= 5 * HOUR;
      expect(await due()).toEqual([ORDERS]);
    });

    test('a job is due again at once when the clock that set its next poll has jumped back', async () => {
      await watch(ORDERS);
      await poll(ORDERS, { nextPollAt: 9 * HOUR });
      expect(await due(8 * HOUR)).toEqual([]);
      expect(await due(1 * HOUR)).toEqual([ORDERS]);
    });

    test('a result with a stale lease changes nothing', async () => {
      await watch(ORDERS);
      const stale = lease();
      await store.claimDueJobs({ ...stale, connectionId: CONNECTION, now: 20, limit: 10 });
      storeNow += MINUTE;
      await due();
      const late = await store.commitPoll({
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
      await store.claimDueJobs({ ...first, connectionId: CONNECTION, now: 20, limit: 10 });
      await store.releaseJobs(first.token);
      expect(await due()).toEqual([ORDERS]);
    });

    test('a lease that is renewed lasts longer', async () => {
      await watch(ORDERS);
      const first = lease();
      await store.claimDueJobs({ ...first, connectionId: CONNECTION, now: 20, limit: 10 });
      storeNow += MINUTE - 1;
      await store.renewJobs(first);
      storeNow += MINUTE - 1;
      expect(await due()).toEqual([]);
      storeNow += 1;
      expect(await due()).toEqual([ORDERS]);
    });

    test('a job asked about a moment ago is shown as it is; one being asked about is busy', async () => {
      await poll(ORDERS, {}, {}, 1_000);
      const claim = async (now: number) =>
        (await store.claimJob({ ...key(ORDERS), ...lease(), now, maxAgeMs: 10 })).kind;
      expect(await claim(1_009)).toBe('fresh');
      expect(await claim(1_010)).toBe('claimed');
      expect(await claim(1_011)).toBe('busy');
    });

    test('an id that never had a report and that nobody watches is forgotten', async () => {
      await poll(ORDERS, {}, { report: null });
      expect(await store.findJob(key(ORDERS))).toBeNull();
    });
  });

  describe('what is owed', () => {
    test('an event owes one delivery to each channel subscribed at that moment, and no other', async () => {
      await watch(ORDERS);
      await watch(ORDERS, elsewhere);
      await watch(BILLING, elsewhere);
      await drain();
      expect(await poll(ORDERS, { events: [changed(30)] })).toEqual({ committed: [ORDERS], deliveries: 2 });
      await store.subscribe({
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
      expect(await drain()).toEqual([
        'C1: subscribed',
        'C1: status_changed 1',
        'C1: status_changed 2',
        'C1: status_changed 3',
      ]);
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
      expect(await store.listSubscriptions(ana)).toEqual([]);
      expect(await drain()).toEqual(['C1: ended 1']);
      expect(await due(99)).toEqual([]);
      expect(await watch(ORDERS)).toMatchObject([{ kind: 'already_over' }]);
    });

    test('unsubscribing withdraws what has not been sent yet, and says so itself', async () => {
      await watch(ORDERS);
      await drain();
      await poll(ORDERS, { events: [changed(30)] });
      const gone = await store.unsubscribe({
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
      const channel = await store.claimChannel(lease());
      if (channel === null) throw new Error('nothing to send');
      const post = await store.beginPost(channel, 'p1', 7);
      await store.settlePost(
        channel,
        post ?? { id: '', version: 0 },
        { kind: 'pause_channel', reason: 'not_in_channel', at: 8 },
        0,
      );
      await store.unsubscribe({ actor: ana, jobs: [key(ORDERS)], reason: 'cannot_post', announce: false, now: 9 });
      await store.resumeChannel(ana);
      expect(await drain()).toEqual([]);
      expect(await store.countPending(ana)).toBe(0);
    });
  });

  describe('subscribing', () => {
    test('several jobs is announced once; again changes nothing', async () => {
      await poll(ORDERS);
      await poll(BILLING);
      const request = { actor: ana, connectionId: CONNECTION, jobIds: [ORDERS, BILLING], now: 6 };
      expect((await store.subscribe(request)).map((one) => one.kind)).toEqual(['subscribed', 'subscribed']);
      expect(await store.subscribe({ ...request, actor: { ...ana, userId: 'UBEN' } })).toMatchObject([
        { kind: 'already_subscribed', subscription: { createdBy: 'UANA' } },
        { kind: 'already_subscribed' },
      ]);
      expect(await drain()).toEqual(['C1: subscribed']);
      expect((await store.listSubscriptions(ana)).map((one) => one.jobId)).toEqual([ORDERS, BILLING]);
      expect(await store.listSubscriptions(elsewhere)).toEqual([]);
    });
  });

  describe('sending', () => {
    const begin = async () => {
      const channel = await store.claimChannel(lease());
      if (channel === null) throw new Error('nothing to send');
      const post = await store.beginPost(channel, `post-${++tokens}`, 7);
      if (post === null) throw new Error('no post');
      return { channel, post };
    };

    test('a channel is leased to one at a time, so its order holds', async () => {
      await watch(ORDERS);
      await poll(ORDERS, { events: [changed(30)] });
      const { channel, post } = await begin();
      expect(await store.claimChannel(lease())).toBeNull();
      await store.settlePost(channel, post, DELIVERED, 0);
      expect((await begin()).post.facts).toMatchObject([{ eventNumber: 1 }]);
    });

    test('a post that did not end is the next one again, with the same content, before anything newer', async () => {
      await watch(ORDERS);
      const first = await begin();
      await poll(ORDERS, { events: [changed(30)] });
      storeNow += MINUTE;
      const second = await begin();
      expect(second.post).toMatchObject({ id: first.post.id, attempt: 2, facts: first.post.facts });
      expect(await store.settlePost(first.channel, first.post, DELIVERED, 0)).toBe(false);
      expect(await store.settlePost(second.channel, second.post, DELIVERED, 0)).toBe(true);
    });

    test('a channel told to wait waits, and delays no other', async () => {
      await watch(ORDERS);
      const { channel, post } = await begin();
      await store.settlePost(
        channel,
        post,
        { kind: 'try_again', afterMs: 30_000, plain: false, reason: 'ratelimited' },
        0,
      );
      expect(await store.claimChannel(lease())).toBeNull();
      expect(await store.msUntilNextPost()).toBe(30_000);
      await watch(ORDERS, elsewhere);
      expect(await drain()).toEqual(['C2: subscribed']);
      storeNow += 30_000;
      expect(await drain()).toEqual(['C1: subscribed']);
      expect(await store.msUntilNextPost()).toBeNull();
    });

    test('posts to one channel keep their pace', async () => {
      await watch(ORDERS);
      await poll(ORDERS, { events: [changed(30)] });
      const { channel, post } = await begin();
      await store.settlePost(channel, post, DELIVERED, 1_000);
      expect(await store.claimChannel(lease())).toBeNull();
      storeNow += 1_000;
      expect(await drain()).toEqual(['C1: status_changed 1']);
    });

    test('a paused channel keeps everything it is owed, in order, until it is resumed', async () => {
      await watch(ORDERS);
      const { channel, post } = await begin();
      await store.settlePost(channel, post, { kind: 'pause_channel', reason: 'is_archived', at: 50 }, 0);
      await poll(ORDERS, { events: [changed(30)] });
      expect(await drain()).toEqual([]);
      expect(await store.findPause(ana)).toEqual({ reason: 'is_archived', since: 50, waiting: 2 });
      await store.resumeChannel(ana);
      expect(await store.findPause(ana)).toBeNull();
      expect(await drain()).toEqual(['C1: subscribed', 'C1: status_changed 1']);
    });

    test('a refused workspace pauses every channel until the bot is started again', async () => {
      await watch(ORDERS);
      await watch(ORDERS, elsewhere);
      const { channel, post } = await begin();
      await store.settlePost(channel, post, { kind: 'pause_workspace', reason: 'token_revoked', at: 50 }, 0);
      expect(await drain()).toEqual([]);
      expect(await store.findPause(elsewhere)).toMatchObject({ reason: 'token_revoked' });
      await store.openWorkspace({ id: 'T1', name: 'Acme', at: 60 });
      expect(await drain()).toHaveLength(2);
    });

    test('a post given up for good lets the queue move on', async () => {
      await watch(ORDERS);
      await poll(ORDERS, { events: [changed(30)] });
      const { channel, post } = await begin();
      await store.settlePost(channel, post, { kind: 'dead', reason: 'invalid_blocks', at: 50 }, 0);
      expect(await drain()).toEqual(['C1: status_changed 1']);
    });

    test('a post is asked for as plain text once that is decided', async () => {
      await watch(ORDERS);
      const { channel, post } = await begin();
      await store.settlePost(
        channel,
        post,
        { kind: 'try_again', afterMs: 0, plain: true, reason: 'invalid_blocks' },
        0,
      );
      expect((await begin()).post.plain).toBe(true);
    });

    test('a sent post can be read again with what it told', async () => {
      await watch(ORDERS);
      const { channel, post } = await begin();
      await store.settlePost(channel, post, { kind: 'delivered', messageTs: '17.5', at: 9 }, 0);
      expect(await store.findPost(post.id)).toMatchObject({
        messageTs: '17.5',
        post: { channelId: 'C1', facts: post.facts },
      });
      expect(await store.findPost('nobody')).toBeNull();
    });

    test('giving a channel back changes nothing else', async () => {
      await watch(ORDERS);
      const channel = await store.claimChannel(lease());
      if (channel === null) throw new Error('nothing to send');
      await store.releaseChannel(channel);
      expect(await drain()).toEqual(['C1: subscribed']);
    });
  });
}
