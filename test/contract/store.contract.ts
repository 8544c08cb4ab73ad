import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { simulatedJobId } from '../../demo/drs-simulator/jobs.ts';
import { explanation } from '../../src/domain/job/explanation.ts';
import type { JobDetail } from '../../src/domain/job/job-detail.ts';
import type { JobEvent } from '../../src/domain/job/job-event.ts';
import type { JobId } from '../../src/domain/job/job-id.ts';
import { UNSEEN_JOB } from '../../src/domain/job/job-state.ts';
import type { JobState } from '../../src/domain/job/job-state.ts';
import type { PostSettlement } from '../../src/domain/post/post.ts';
import { failureOf } from '../../src/domain/job/progress-answer.ts';
import { HOUR, MINUTE } from '../../src/domain/base/time.ts';
import type { JobListEntry, JobListing } from '../../src/ports/drs.ts';
import type { PollResult } from '../../src/ports/store/jobs.ts';
import type { Store } from '../../src/ports/store/store.ts';
import type { TurnRequest } from '../../src/ports/store/outbox.ts';
import { aReport, BILLING, ORDERS } from '../support/reports.ts';
import { AT_EASE, claimChange } from '../support/turns.ts';

/** Opens a store on fresh data; `clock` is the store's own. */
export type OpenStore = (clock: () => number) => Promise<Store>;

const CONNECTION = 'prod';
const ana = { workspaceId: 'T1', channelId: 'C1', userId: 'UANA' };
const elsewhere = { workspaceId: 'T1', channelId: 'C2', userId: 'UBEN' };
/** A post that is in its channel under this timestamp. */
const deliveredAs = (messageTs: string, at = 9): PostSettlement => ({
  kind: 'delivered',
  messageTs,
  channelId: 'C1',
  at,
});
const DELIVERED = deliveredAs('1.1');
/** Faster than any test. */
const ANY_PACE = { everyMs: 1, burst: 1_000 };

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

  const lease = () => ({ token: `token-${++tokens}`, leaseMs: MINUTE, pace: ANY_PACE });
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
    lagNote: 'settled',
    percentBefore: null,
  });
  const ended = (at: number): JobEvent => ({
    kind: 'ended',
    verdict: 'stopped_in_sync',
    summary: null,
    standing: null,
    at,
    report: aReport(),
    previous: null,
    lastLag: null,
    lagNote: 'settled',
    percentBefore: null,
  });

  async function poll(jobId: JobId, changes: Partial<PollResult> = {}, state: Partial<JobState> = {}, now = 5) {
    const { token, leaseMs } = lease();
    const claim = await store.claimJob({ ...key(jobId), token, leaseMs, now, maxAgeMs: 0 });
    expect(claim.kind).toBe('claimed');
    return await store.commitPoll({ token, connectionId: CONNECTION, now, results: [result(jobId, changes, state)] });
  }
  const watch = async (jobId: JobId, actor = ana) => {
    if ((await store.findJob(key(jobId))) === null) await poll(jobId);
    return await store.subscribe({ actor, language: 'en', connectionId: CONNECTION, jobIds: [jobId], now: 6 });
  };
  const due = async (now = 20, limit = 10) =>
    (await store.claimDueJobs({ ...lease(), connectionId: CONNECTION, now, limit })).map((job) => job.jobId);

  const turn = (changes: Partial<TurnRequest> = {}) =>
    store.claimTurn({
      ...AT_EASE,
      workspaceId: 'T1',
      ...lease(),
      newPostId: `post-${++tokens}`,
      now: 7,
      ...changes,
    });
  /** Claims a channel and begins the post that is to be sent there. */
  const begin = async (changes: Partial<TurnRequest> = {}) => {
    const claim = await turn(changes);
    if (claim.kind !== 'send') throw new Error(`nothing to send, but ${JSON.stringify(claim)}`);
    return claim;
  };

  /** Sends everything that can be sent now; returns what each post told. */
  async function drain(settlement: PostSettlement = DELIVERED): Promise<readonly string[]> {
    const told: string[] = [];
    for (;;) {
      const claim = await turn();
      if (claim.kind !== 'send') return told;
      const { lease: channel, post } = claim;
      told.push(
        `${post.channelId}: ${post.facts.map((facts) => (facts.kind === 'event' ? `${facts.event.kind} ${facts.eventNumber}` : facts.announcement.kind)).join(' + ')}`,
      );
      expect(await store.settlePost(channel, post, settlement)).toBe('recorded');
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
      expect((await store.claimDueJobs(request)).map((job) => job.jobId)).toEqual([2, 3].map(simulatedJobId));
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
      storeNow -= 1;
      expect(await due(8 * HOUR)).toEqual([ORDERS]);
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
      const { lease: channel, post } = await begin();
      await store.settlePost(channel, post, { kind: 'pause_channel', reason: 'not_in_channel', at: 8 });
      await store.unsubscribe({ actor: ana, jobs: [key(ORDERS)], reason: 'cannot_post', announce: false, now: 9 });
      await store.resumeChannel({ actor: ana, now: 8 });
      expect(await drain()).toEqual([]);
      expect(await store.countPending(ana)).toBe(0);
    });
  });

  describe('subscribing', () => {
    test('several jobs is announced once; again changes nothing', async () => {
      await poll(ORDERS);
      await poll(BILLING);
      const request = {
        actor: ana,
        language: 'en' as const,
        connectionId: CONNECTION,
        jobIds: [ORDERS, BILLING],
        now: 6,
      };
      expect((await store.subscribe(request)).map((one) => one.kind)).toEqual(['subscribed', 'subscribed']);
      expect(await store.subscribe({ ...request, actor: { ...ana, userId: 'UBEN' } })).toMatchObject([
        { kind: 'already_subscribed', subscription: { createdBy: 'UANA' } },
        { kind: 'already_subscribed' },
      ]);
      expect(await drain()).toEqual(['C1: subscribed']);
      expect((await store.listSubscriptions(ana)).map((one) => one.jobId)).toEqual([ORDERS, BILLING]);
      expect(await store.findSubscribed(ana, CONNECTION, [BILLING])).toEqual(new Set([BILLING]));
      expect(await store.findSubscribed(elsewhere, CONNECTION, [ORDERS, BILLING])).toEqual(new Set());
      expect(await store.findSubscribed(ana, 'another', [ORDERS])).toEqual(new Set());
      expect(await store.listSubscriptions(elsewhere)).toEqual([]);
    });
  });

  describe('sending', () => {
    test('a channel is leased to one at a time, so its order holds', async () => {
      await watch(ORDERS);
      await poll(ORDERS, { events: [changed(30)] });
      const { lease: channel, post } = await begin();
      expect((await turn()).kind).toBe('idle');
      await store.settlePost(channel, post, DELIVERED);
      expect((await begin()).post.facts).toMatchObject([{ eventNumber: 1 }]);
    });

    test('a channel told to wait waits, and delays no other', async () => {
      await watch(ORDERS);
      const { lease: channel, post } = await begin();
      await store.settlePost(channel, post, {
        kind: 'try_again',
        afterMs: 30_000,
        plain: false,
        reason: 'ratelimited',
      });
      expect(await turn()).toEqual({ kind: 'idle', nextInMs: 30_000 });
      await watch(ORDERS, elsewhere);
      expect(await drain()).toEqual(['C2: subscribed']);
      storeNow += 30_000;
      expect(await drain()).toEqual(['C1: subscribed']);
      expect(await turn()).toEqual({ kind: 'idle', nextInMs: null });
    });

    test('posts to one channel keep their pace, counted from one beginning to the next', async () => {
      await watch(ORDERS);
      await poll(ORDERS, { events: [changed(30)] });
      const { lease: channel, post } = await begin({ paceMs: 1_000 });
      storeNow += 400;
      await store.settlePost(channel, post, DELIVERED);
      expect((await turn()).kind).toBe('idle');
      storeNow += 600;
      expect(await drain()).toEqual(['C1: status_changed 1']);
    });

    test('posts to a whole workspace keep theirs, whoever sends them', async () => {
      const pace = { everyMs: 200, burst: 2 };
      for (const channelId of ['C1', 'C2', 'C3']) await watch(ORDERS, { ...ana, channelId });
      expect((await begin({ pace })).post.channelId).toBe('C1');
      expect((await begin({ pace })).post.channelId).toBe('C2');
      expect(await turn({ pace })).toEqual({ kind: 'idle', nextInMs: 200 });
      storeNow += 200;
      expect((await begin({ pace })).post.channelId).toBe('C3');
    });

    test('a paused channel keeps everything it is owed, in order, until it is resumed', async () => {
      await watch(ORDERS);
      const { lease: channel, post } = await begin();
      await store.settlePost(channel, post, { kind: 'pause_channel', reason: 'is_archived', at: 50 });
      await poll(ORDERS, { events: [changed(30)] });
      expect(await drain()).toEqual([]);
      expect(await store.findPause(ana)).toEqual({ reason: 'is_archived', since: 50, waiting: 2 });
      await store.resumeChannel({ actor: ana, now: 8 });
      expect(await store.findPause(ana)).toBeNull();
      expect(await drain()).toEqual(['C1: subscribed', 'C1: status_changed 1']);
    });

    test('a refused workspace pauses every channel until the bot is started again', async () => {
      await watch(ORDERS);
      await watch(ORDERS, elsewhere);
      const { lease: channel, post } = await begin();
      await store.settlePost(channel, post, { kind: 'pause_workspace', reason: 'token_revoked', at: 50 });
      expect(await drain()).toEqual([]);
      expect(await store.findPause(elsewhere)).toMatchObject({ reason: 'token_revoked' });
      await store.openWorkspace({ id: 'T1', name: 'Acme', at: 60 });
      expect(await drain()).toHaveLength(2);
    });

    test('a post given up for good lets the queue move on', async () => {
      await watch(ORDERS);
      await poll(ORDERS, { events: [changed(30)] });
      const { lease: channel, post } = await begin();
      await store.settlePost(channel, post, { kind: 'dead', reason: 'invalid_blocks', at: 50 });
      expect(await drain()).toEqual(['C1: status_changed 1']);
    });

    test('a post is asked for as plain text once that is decided', async () => {
      await watch(ORDERS);
      const { lease: channel, post } = await begin();
      await store.settlePost(channel, post, { kind: 'try_again', afterMs: 0, plain: true, reason: 'invalid_blocks' });
      expect((await begin()).post.plain).toBe(true);
    });

    test('a sent post can be read again with what it told', async () => {
      await watch(ORDERS);
      const { lease: channel, post } = await begin();
      await store.settlePost(channel, post, deliveredAs('17.5'));
      expect(await store.findPost(post.id)).toMatchObject({
        messageTs: '17.5',
        post: { channelId: 'C1', facts: post.facts },
      });
      expect(await store.findPost('nobody')).toBeNull();
    });

    test('giving a post back changes nothing else', async () => {
      await watch(ORDERS);
      const { lease: channel, post } = await begin();
      await store.settlePost(channel, post, { kind: 'try_again', afterMs: 0, plain: false, reason: 'x' });
      const again = await begin();
      await store.releaseTurn(channel);
      expect((await turn()).kind).toBe('idle');
      await store.releaseTurn(again.lease);
      storeNow += MINUTE;
      expect(await turn()).toMatchObject({ kind: 'search', search: { postId: again.post.id } });
    });
  });

  describe('a post of which nobody knows whether it was sent', () => {
    const proven = async (changes: Partial<TurnRequest> = {}) => {
      await watch(ORDERS);
      await drain(deliveredAs('1000.000001'));
      await poll(ORDERS, { events: [changed(30)] });
      return await begin(changes);
    };
    const search = async () => {
      const claim = await turn();
      if (claim.kind !== 'search') throw new Error(`nothing to look for, but ${JSON.stringify(claim)}`);
      return { channel: claim.lease, open: claim.open, where: claim.search };
    };
    const lookAgain = {
      kind: 'look_again',
      afterMs: 30_000,
      looks: 1,
      readBack: { kind: 'proven', since: 8 },
    } as const;
    const sendAgain = { kind: 'send_again', afterMs: 0, readBack: { kind: 'proven', since: 8 } } as const;

    test('is looked for 30 s after its attempt began, from the last timestamp known before it', async () => {
      const { post } = await proven();
      await poll(ORDERS, { events: [changed(40)] });
      storeNow += MINUTE + 1;
      const { where, open } = await search();
      // Slack gave its last timestamp a moment ago: no message of this attempt has one that is much later.
      const window = { fromTs: '1000.000001', toTs: '1300.000000', cursor: null };
      expect(where).toEqual({ postId: post.id, channelId: 'C1', threadTs: null, ...window });
      expect(open).toMatchObject({ looks: 0, messageTs: null, pageOf: 'post' });
    });

    test('holds its channel up until then', async () => {
      const { lease: channel, post } = await proven();
      await store.settlePost(channel, post, { kind: 'look_for_it', afterMs: 30_000, reason: 'timeout' });
      expect((await turn()).kind).toBe('idle');
      storeNow += 30_000;
      expect((await search()).where.postId).toBe(post.id);
    });

    test('is held up as long when a crash left it, although its lease is over sooner', async () => {
      await proven({ reconcileAfterMs: 2 * MINUTE });
      storeNow += MINUTE;
      expect(await turn()).toEqual({ kind: 'idle', nextInMs: MINUTE });
      await watch(ORDERS, elsewhere);
      expect((await begin()).post.channelId).toBe('C2');
    });

    test('is delivered when it is found, and the channel goes on with the next', async () => {
      await proven();
      await poll(ORDERS, { events: [changed(40)] });
      storeNow += MINUTE;
      const { channel, where } = await search();
      await store.settleSearch(channel, where, { kind: 'found', messageTs: '1001.1', copies: [], at: 50 });
      expect(await store.findPost(where.postId)).toMatchObject({ messageTs: '1001.1' });
      expect(await drain(deliveredAs('1002.1'))).toEqual(['C1: status_changed 2']);
      expect((await turn()).kind).toBe('idle');
    });

    test('is sent again, unchanged, only after it was missed', async () => {
      const { post } = await proven();
      storeNow += MINUTE;
      const first = await search();
      await store.settleSearch(first.channel, first.where, lookAgain);
      expect((await turn()).kind).toBe('idle');
      storeNow += 30_000;
      const second = await search();
      expect(second.open.looks).toBe(1);
      await store.settleSearch(second.channel, second.where, sendAgain);
      expect((await begin()).post).toMatchObject({ id: post.id, attempt: 2, facts: post.facts });
    });

    test('is not looked for sooner because somebody invites the bot', async () => {
      await proven();
      storeNow += MINUTE;
      const { channel, where } = await search();
      await store.settleSearch(channel, where, lookAgain);
      await store.greetChannel({ channel: ana, connectionId: CONNECTION, by: 'UANA', now: 50 });
      expect(await turn()).toEqual({ kind: 'idle', nextInMs: 30_000 });
    });

    test('is given up counting from the first look, not from an attempt made before a long rest', async () => {
      await proven();
      storeNow += 24 * HOUR;
      const { channel, where, open } = await search();
      expect(open.searchedForMs).toBe(0);
      await store.settleSearch(channel, where, lookAgain);
      storeNow += MINUTE;
      expect((await search()).open.searchedForMs).toBe(MINUTE);
    });

    test('is sent again at once where Slack does not let us look', async () => {
      const { post } = await proven();
      storeNow += MINUTE;
      const { channel, where } = await search();
      const readBack = { kind: 'refused', reason: 'missing_scope' } as const;
      await store.settleSearch(channel, where, { ...sendAgain, readBack });
      expect(await begin()).toMatchObject({ readBack, post: { id: post.id, attempt: 2 } });
      storeNow += MINUTE;
      // Nobody looks for what is lost now, until the refusal may be over.
      expect((await begin()).post).toMatchObject({ id: post.id, attempt: 3 });
      storeNow += HOUR;
      expect((await search()).where.postId).toBe(post.id);
    });

    test('waits for the bot to be let in again when it was put out of the channel', async () => {
      const { post } = await proven();
      storeNow += MINUTE;
      const { channel, where } = await search();
      await store.settleSearch(channel, where, { kind: 'pause_channel', reason: 'not_in_channel', at: 50 });
      expect(await store.findPause(ana)).toMatchObject({ reason: 'not_in_channel' });
      const toOwner = await begin();
      await store.settlePost(toOwner.lease, toOwner.post, deliveredAs('1002.1'));
      await store.resumeChannel({ actor: ana, now: 8 });
      storeNow += MINUTE;
      expect((await search()).where.postId).toBe(post.id);
    });

    test('stays as it was first seen: what a late sender posted is a copy, and is taken away', async () => {
      const late = await proven();
      storeNow += MINUTE;
      const { channel, where } = await search();
      await store.settleSearch(channel, where, sendAgain);
      const again = await begin();
      expect(await store.settlePost(again.lease, again.post, deliveredAs('1002.1'))).toBe('recorded');
      expect(await store.settlePost(late.lease, late.post, deliveredAs('1001.1'))).toBe('copy');
      const remove = () => claimChange(store, late.post.id);
      const copy = await remove();
      expect(copy).toMatchObject({ kind: 'remove', channelId: 'C1', messageTs: '1001.1', tries: 0 });
      expect(await remove()).toBeNull();
      if (copy === null) return;
      await store.settlePost(copy.lease, copy.post, { kind: 'try_again', afterMs: 5, plain: false, reason: 'x' });
      storeNow += 5;
      const again2 = await remove();
      expect(again2).toMatchObject({ kind: 'remove', messageTs: '1001.1', tries: 1 });
      if (again2 === null) return;
      await store.settlePost(again2.lease, again2.post, { kind: 'removed', messageTs: '1001.1' });
      storeNow += HOUR;
      expect(await remove()).toBeNull();
    });

    test('is delivered also when its sender lost the channel meanwhile; nothing else of that sender counts', async () => {
      const late = await proven();
      storeNow += MINUTE;
      const other = await search();
      const lost = { kind: 'try_again', afterMs: 5, plain: true, reason: 'x' } as const;
      expect(await store.settlePost(late.lease, late.post, lost)).toBe('lease_lost');
      expect(await store.settlePost(late.lease, late.post, deliveredAs('1001.1'))).toBe('recorded');
      expect(await store.settleSearch(other.channel, other.where, sendAgain)).toBe('recorded');
      expect(await drain()).toEqual([]);
    });

    test('that is there twice keeps the older message', async () => {
      await proven();
      storeNow += MINUTE;
      const { channel, where } = await search();
      await store.settleSearch(channel, where, { kind: 'found', messageTs: '1001.1', copies: ['1002.1'], at: 50 });
      expect(await store.findPost(where.postId)).toMatchObject({ messageTs: '1001.1' });
      expect(await claimChange(store, where.postId)).toMatchObject({ kind: 'remove', messageTs: '1002.1' });
    });
  });

  describe('reading back', () => {
    /** A lost answer, and the page that is read because of it. */
    const lost = async () => {
      await poll(ORDERS, { events: [changed(storeNow)] });
      await begin();
      storeNow += MINUTE;
      const page = await turn();
      if (page.kind !== 'search') throw new Error(`nothing to look for, but ${page.kind}`);
      return page;
    };
    const inDoubt = async () => {
      await watch(ORDERS);
      await drain(deliveredAs('1000.1', storeNow));
      return await lost();
    };

    test('is known to work from any page that showed a message of ours, and remembered', async () => {
      const { lease: held, search } = await inDoubt();
      expect(await store.findReadBack(ana)).toEqual({ kind: 'untried' });
      const readBack = { kind: 'proven', since: 77 } as const;
      await store.settleSearch(held, search, { kind: 'look_again', afterMs: 5, looks: 1, readBack });
      expect(await store.findReadBack(ana)).toEqual(readBack);
      await store.openWorkspace({ id: 'T1', name: 'Acme', at: storeNow });
      expect(await store.findReadBack(ana)).toEqual(readBack);
    });

    test('that Slack refused is tried again after a start', async () => {
      const { lease: held, search } = await inDoubt();
      const readBack = { kind: 'refused', reason: 'missing_scope' } as const;
      await store.settleSearch(held, search, { kind: 'send_again', afterMs: 0, readBack });
      expect(await store.listReadBacks('T1')).toEqual([{ channelId: 'C1', readBack }]);
      await store.openWorkspace({ id: 'T1', name: 'Acme', at: storeNow });
      expect(await store.findReadBack(ana)).toEqual({ kind: 'untried' });
      await drain(deliveredAs('1000.2', storeNow));
      expect((await lost()).open.readBack).toEqual({ kind: 'untried' });
    });

    test('is proven by a message known to be there, where the search itself saw none of ours', async () => {
      const { lease: held, open, search } = await inDoubt();
      expect(open).toMatchObject({ pageOf: 'post', hasProof: true });
      const proof = { kind: 'read_on', cursor: null, proof: true, readBack: { kind: 'untried' } } as const;
      await store.settleSearch(held, search, proof);
      expect(await turn()).toMatchObject({
        kind: 'search',
        open: { pageOf: 'proof' },
        search: { fromTs: '1000.1', toTs: '1000.1', cursor: null },
      });
    });

    test('goes on where it was, after a page and after Slack asked to wait', async () => {
      const { lease: held, search } = await inDoubt();
      const readOn = { kind: 'read_on', cursor: 'next', proof: false, readBack: { kind: 'untried' } } as const;
      await store.settleSearch(held, search, readOn);
      const second = await turn();
      if (second.kind !== 'search') throw new Error(`no page, but ${second.kind}`);
      expect(second.search).toEqual({ ...search, cursor: 'next' });
      await store.settleSearch(second.lease, second.search, { kind: 'wait', afterMs: 40_000, everyMs: 40_000 });
      expect(await turn()).toEqual({ kind: 'idle', nextInMs: 40_000 });
      storeNow += 40_000;
      expect(await turn()).toMatchObject({ kind: 'search', search: { cursor: 'next' } });
    });

    test('in one channel waits for the pace of the workspace, and has its turn after whoever waited longer', async () => {
      await watch(ORDERS);
      await watch(ORDERS, elsewhere);
      await drain(deliveredAs('1000.1', storeNow));
      await poll(ORDERS, { events: [changed(30)] });
      const [first, other] = [await begin(), await begin()];
      storeNow += MINUTE;
      const readPace = { everyMs: 1_000, burst: 1 };
      const page = async () => {
        const claim = await turn({ readPace });
        if (claim.kind !== 'search') return claim;
        const readOn = { kind: 'read_on', cursor: 'next', proof: false, readBack: { kind: 'untried' } } as const;
        await store.settleSearch(claim.lease, claim.search, readOn);
        return claim.search.postId;
      };
      const read: unknown[] = [await page()];
      expect(await page()).toEqual({ kind: 'idle', nextInMs: 1_000 });
      for (let second = 0; second < 3; second++) {
        storeNow += 1_000;
        read.push(await page());
      }
      expect(read).toEqual([first.post.id, other.post.id, first.post.id, other.post.id]);
    });
  });

  describe('an edit', () => {
    const edited = async () => {
      await watch(ORDERS);
      await drain();
      await poll(ORDERS, { events: [changed(30)] });
      const { lease: channel, post } = await begin();
      await store.settlePost(channel, post, deliveredAs('17.5'));
      expect(await store.askPost(post.id)).toBe(true);
      return post;
    };

    test('is made when somebody wants it, of one message alone, within the pace of the workspace', async () => {
      const post = await edited();
      const editPace = { everyMs: 1_000, burst: 1 };
      expect(await claimChange(store, 'another', { editPace })).toBeNull();
      const due = await claimChange(store, post.id, { editPace });
      expect(due).toMatchObject({ kind: 'edit', messageTs: '17.5', channelId: 'C1', post: { id: post.id } });
      if (due === null) return;
      await store.settlePost(due.lease, due.post, deliveredAs('17.5'));
      await store.askPost(post.id);
      expect(await turn({ editPace })).toEqual({ kind: 'idle', nextInMs: 1_000 });
      storeNow += 1_000;
      expect(await turn({ editPace })).toMatchObject({ kind: 'edit' });
    });

    test('of a deleted message sends it anew, once', async () => {
      const post = await edited();
      const remove = async () => {
        const due = await claimChange(store, post.id);
        if (due === null) throw new Error('nothing to edit');
        await store.settlePost(due.lease, due.post, { kind: 'gone', isOver: false, at: 50 });
      };
      await remove();
      const again = await begin();
      expect(again.post).toMatchObject({ id: post.id, facts: post.facts });
      await store.settlePost(again.lease, again.post, deliveredAs('18.5'));
      await store.askPost(post.id);
      await remove();
      expect((await turn()).kind).toBe('idle');
      expect(await store.askPost(post.id)).toBe(false);
    });

    test('of a deleted message that told what is over sends nothing', async () => {
      const post = await edited();
      const due = await claimChange(store, post.id);
      if (due === null) throw new Error('nothing to edit');
      await store.settlePost(due.lease, due.post, { kind: 'gone', isOver: true, at: 50 });
      expect((await turn()).kind).toBe('idle');
    });

    test('cannot be made of a post that has no message', async () => {
      expect(await store.askPost('nobody')).toBe(false);
    });
  });

  describe('the list of jobs', () => {
    const entry = (number: number, changes: Partial<JobListEntry> = {}): JobListEntry => ({
      jobId: simulatedJobId(number),
      name: `job-${number}`,
      status: 'INCRE_TRANSFER_STARTED',
      jobType: 'migration',
      parentId: null,
      ...changes,
    });
    const save = (entries: readonly JobListEntry[], failure: JobListing['failure'] = null, jobType = 'migration') =>
      store.saveJobList({
        connectionId: CONNECTION,
        listing: { parts: [{ jobType, entries, isWhole: true }], failure },
        now: 50,
      });
    const like = async (text: string, limit = 20) =>
      (await store.findJobsLike(CONNECTION, text, limit)).map((one) => one.name);
    const pageOf = async (text: string | null, offset = 0) => {
      const { total, jobs } = await store.pageListedJobs({ connectionId: CONNECTION, text, offset, limit: 2 });
      return { total, names: jobs.map((one) => one.name) };
    };

    test('may be read once in a while, by one of all who want to', async () => {
      const claim = (now: number) => store.claimJobListRefresh({ connectionId: CONNECTION, now, everyMs: MINUTE });
      expect([await claim(HOUR), await claim(HOUR), await claim(HOUR + MINUTE - 1)]).toEqual([true, false, false]);
      expect(await claim(HOUR + MINUTE)).toBe(true);
      expect(await claim(1)).toBe(true);
    });

    test('is replaced type by type; what was not read stays', async () => {
      await save([entry(1), entry(2)]);
      await save([entry(3, { jobType: 'sync' })], null, 'sync');
      await save([entry(2, { name: 'renamed' })]);
      expect((await store.findNamedJobs(CONNECTION)).map((one) => one.name).toSorted()).toEqual(['job-3', 'renamed']);
      expect(await store.findJobListState(CONNECTION)).toEqual({ listedAt: 50, failure: null });
    });

    test('that could not be read says why and keeps what it had', async () => {
      await save([entry(1)]);
      const failure = failureOf('timeout', explanation('timeout'));
      await store.saveJobList({ connectionId: CONNECTION, listing: { parts: [], failure }, now: 90 });
      expect(await store.findJobListState(CONNECTION)).toEqual({ listedAt: 50, failure: explanation('timeout') });
      expect(await like('job')).toEqual(['job-1']);
    });

    test('is searched by a name, in any capitals and alphabet, and by a word in names only where none begins so', async () => {
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

    test('has sub-jobs with their parent only, but for their own names', async () => {
      const [parent, part] = [entry(1, { name: 'shop' }), entry(2, { name: 'shop-1', parentId: simulatedJobId(1) })];
      await save([parent, part]);
      expect(await like('shop')).toEqual(['shop']);
      expect(await like('sho')).toEqual(['shop']);
      expect(await like('SHOP-1')).toEqual(['shop-1']);
      expect(await store.pageListedJobs({ connectionId: CONNECTION, text: null, offset: 0, limit: 9 })).toMatchObject({
        total: 1,
        jobs: [{ name: 'shop', subJobs: 1 }],
      });
      const subJobs = await store.findSubJobs(CONNECTION, [parent.jobId, part.jobId]);
      expect([...subJobs]).toEqual([[parent.jobId, [{ jobId: part.jobId, name: 'shop-1' }]]]);
    });

    test('is paged, running jobs first', async () => {
      await save([
        entry(1, { name: 'a', status: 'RELEASE_RESOURCE_COMPLETE' }),
        entry(2, { name: 'c' }),
        entry(3, { name: 'b' }),
      ]);
      expect(await pageOf(null)).toEqual({ total: 3, names: ['b', 'c'] });
      expect(await pageOf(null, 2)).toEqual({ total: 3, names: ['a'] });
      expect(await pageOf('B')).toEqual({ total: 1, names: ['b'] });
    });

    test('names the jobs that are watched, also those it learns of later', async () => {
      await watch(ORDERS);
      await save([
        entry(1, { jobId: ORDERS, name: 'orders' }),
        entry(2, { jobId: BILLING, name: 'billing', jobType: 'sync' }),
      ]);
      expect(await store.findJob(key(ORDERS))).toMatchObject({ name: 'orders', jobType: 'migration' });
      await poll(BILLING);
      expect(await store.findJob(key(BILLING))).toMatchObject({ name: 'billing' });
      expect((await store.listSubscriptions(ana)).map((one) => one.jobName)).toEqual(['orders']);
    });

    /** What the next post tells; it is delivered. */
    const nextTold = async () => {
      const { lease: channel, post } = await begin();
      await store.settlePost(channel, post, DELIVERED);
      return post;
    };

    test('tells a new name of a watched job once, in the channels that watch it, and of no other job', async () => {
      await watch(ORDERS);
      await watch(ORDERS, elsewhere);
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

    test('whose details name a watched job otherwise tells that too', async () => {
      await watch(ORDERS);
      await save([entry(1, { jobId: ORDERS, name: 'orders' })]);
      await drain();
      const details = [detail({ name: 'shop orders' })];
      for (const now of [60, 61]) await store.saveDetails({ connectionId: CONNECTION, details, language: 'en', now });
      expect((await nextTold()).facts).toMatchObject([{ event: { from: 'orders', to: 'shop orders' } }]);
      expect((await turn()).kind).toBe('idle');
    });

    test('leaves what was told and done under the name it had then', async () => {
      await poll(ORDERS);
      await save([entry(1, { jobId: ORDERS, name: 'orders' })]);
      await watch(ORDERS);
      await drain();
      await poll(ORDERS, { events: [changed(5)] });
      await save([entry(1, { jobId: ORDERS, name: 'orders-v2' })]);
      expect((await nextTold()).facts).toMatchObject([{ job: { name: 'orders' } }, { job: { name: 'orders-v2' } }]);
      await store.unsubscribe({ actor: ana, jobs: 'all', reason: 'unsubscribed', announce: false, now: 70 });
      const { entries } = await store.pageAudit({ channel: ana, job: null, before: null, limit: 9 });
      expect(entries.map((one) => one.job?.name)).toEqual(['orders-v2', 'orders']);
      expect([...new Set((await store.listAuditedJobs(ana)).map((one) => one.name))].toSorted()).toEqual([
        'orders',
        'orders-v2',
      ]);
    });

    test('leaves what was told without a name under the first one that became known', async () => {
      await watch(ORDERS);
      await drain();
      await poll(ORDERS, { events: [changed(5)] });
      const told = await nextTold();
      expect(told.facts).toMatchObject([{ job: { name: null } }]);
      for (const name of ['orders', 'orders-v2', 'orders-v3']) await save([entry(1, { jobId: ORDERS, name })]);
      expect((await store.findPost(told.id))?.post.facts).toMatchObject([{ job: { name: 'orders' } }]);
    });

    test('shows who bears the name of a job that is over, as soon as it does and for good', async () => {
      await watch(ORDERS);
      await save([entry(1, { jobId: ORDERS, name: 'orders' })]);
      await drain();
      const gone = {
        kind: 'gone' as const,
        code: null,
        at: 60,
        report: null,
        previous: null,
        lastLag: null,
        lagNote: 'settled' as const,
        percentBefore: null,
      };
      await poll(ORDERS, { events: [gone] });
      const told = await nextTold();
      expect(told.facts).toMatchObject([{ aftermath: { namesake: null } }]);
      expect(await save([entry(2, { name: 'orders', status: 'RELEASE_RESOURCE_COMPLETE' })])).toBe(0);
      expect(await save([entry(2, { name: 'Orders' }), entry(3, { name: 'orders' })])).toBe(0);
      expect(await save([entry(3, { name: 'orders' })])).toBe(1);
      expect(await save([entry(4, { name: 'orders' })])).toBe(0);
      expect((await store.findPost(told.id))?.post.facts).toMatchObject([
        { aftermath: { namesake: { jobId: simulatedJobId(3), name: 'orders' } } },
      ]);
    });

    test('knows what is on it no more from what it could not have', async () => {
      await poll(ORDERS);
      await store.saveDetails({
        connectionId: CONNECTION,
        details: [detail({ name: 'orders' })],
        language: 'en',
        now: 7,
      });
      const isOffList = async () => (await store.findJobsLike(CONNECTION, 'orders', 9)).map((one) => one.isOffList);
      expect(await isOffList()).toEqual([false]);
      await save([], failureOf('timeout', explanation('timeout')));
      expect(await isOffList()).toEqual([false]);
      await save([]);
      expect(await isOffList()).toEqual([true]);
      await save([entry(1, { jobId: ORDERS, name: 'orders' })]);
      expect(await isOffList()).toEqual([false]);
    });

    test('does not hide a job that has a report and is not on it', async () => {
      await poll(ORDERS);
      await store.saveDetails({
        connectionId: CONNECTION,
        details: [detail({ name: 'shop orders' })],
        language: 'en',
        now: 9,
      });
      expect(await like('shop')).toEqual(['shop orders']);
      expect(await like(ORDERS.slice(0, 6))).toEqual(['shop orders']);
    });
  });

  const detail = (changes: Partial<JobDetail> = {}): JobDetail => ({
    jobId: ORDERS,
    status: 'INCRE_TRANSFER_STARTED',
    name: 'orders',
    jobType: 'migration',
    parentId: null,
    startedAt: 10,
    fullCopyDoneAt: 20,
    cause: null,
    ...changes,
  });
  const FAILED = { report: aReport({ status: 'INCRE_TRANSFER_FAILED' }) };
  const CAUSE = { code: 'DRS.M05023', text: 'Duplicate entry' };

  describe('details', () => {
    const claim = (now: number, ...jobIds: readonly JobId[]) =>
      store.claimDetails({ connectionId: CONNECTION, jobIds, now, everyMs: MINUTE });
    const save = (changes: Partial<JobDetail> = {}) =>
      store.saveDetails({ connectionId: CONNECTION, details: [detail(changes)], language: 'en', now: 5 });

    test('are asked for until they are known, at most once in a while', async () => {
      await poll(ORDERS);
      expect(await claim(HOUR, ORDERS, BILLING)).toEqual([ORDERS, BILLING]);
      expect(await claim(HOUR + 1, ORDERS)).toEqual([]);
      expect(await claim(HOUR + MINUTE, ORDERS)).toEqual([ORDERS]);
      await save();
      expect(await claim(2 * HOUR, ORDERS)).toEqual([]);
      expect(await store.findJob(key(ORDERS))).toMatchObject({
        name: 'orders',
        jobType: 'migration',
        times: { startedAt: 10, fullCopyDoneAt: 20 },
      });
    });

    test('are asked for again while a failed job has no cause, which is kept for its readers', async () => {
      await poll(ORDERS, {}, FAILED);
      await save();
      expect(await claim(HOUR, ORDERS)).toEqual([ORDERS]);
      await save({ cause: CAUSE });
      expect(await store.findCause(key(ORDERS), 'zh')).toEqual(CAUSE);
      expect(await claim(2 * HOUR, ORDERS)).toEqual([]);
    });

    test('of a job that works keep no cause', async () => {
      await poll(ORDERS);
      await save({ cause: CAUSE });
      expect(await store.findCause(key(ORDERS), 'en')).toBeNull();
    });
  });

  describe('a failure', () => {
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
    const wanted = () => store.claimWantedCauses({ ...lease(), connectionId: CONNECTION, limit: 10 });
    const found = (token: string, language: 'en' | 'zh') =>
      store.saveCauses({
        connectionId: CONNECTION,
        token,
        found: [{ jobId: ORDERS, eventNumber: 1, language, cause: CAUSE }],
        givenUp: [],
        retryAfterMs: 999,
      });

    test('wants its cause in the languages of those who were told, and is found by one at a time', async () => {
      await watch(ORDERS);
      await watch(ORDERS, elsewhere);
      await store.setChannelLanguage({ actor: elsewhere, connectionId: CONNECTION, language: 'zh', now: 7 });
      await poll(ORDERS, { events: [failedAt(30)] }, FAILED, 30);
      const [one, ...others] = await wanted();
      expect(others).toEqual([]);
      expect(one).toMatchObject({ jobId: ORDERS, eventNumber: 1, tries: 0 });
      expect(one?.languages.toSorted()).toEqual(['en', 'zh']);
      expect(await wanted()).toEqual([]);
      storeNow += 2 * MINUTE;
      expect(await wanted()).toHaveLength(1);
    });

    test('that nobody was told of wants nothing', async () => {
      await poll(ORDERS, { events: [failedAt(30)] }, FAILED, 30);
      expect(await wanted()).toEqual([]);
    });

    test('whose cause is not there yet is tried again later, until it is let go', async () => {
      await watch(ORDERS);
      await poll(ORDERS, { events: [failedAt(30)] }, FAILED, 30);
      const token = 'first';
      const claim = () => store.claimWantedCauses({ token, leaseMs: MINUTE, connectionId: CONNECTION, limit: 10 });
      const [one] = await claim();
      if (one === undefined) throw new Error('nothing wanted');
      await store.saveCauses({ connectionId: CONNECTION, token, found: [], givenUp: [], retryAfterMs: 60 });
      storeNow += 59;
      expect(await claim()).toEqual([]);
      storeNow += 1;
      expect(await claim()).toMatchObject([{ tries: 1 }]);
      await store.saveCauses({ connectionId: CONNECTION, token, found: [], givenUp: [one], retryAfterMs: 90 });
      storeNow += HOUR;
      expect(await claim()).toEqual([]);
    });

    test('shows its cause in messages sent before and after it was found', async () => {
      await watch(ORDERS);
      await watch(ORDERS, elsewhere);
      await drain();
      await poll(ORDERS, { events: [failedAt(30)] }, FAILED, 30);
      const first = await begin({ newPostId: 'sent-before' });
      await store.settlePost(first.lease, first.post, deliveredAs('17.5', 31));
      expect(await claimChange(store, 'sent-before')).toBeNull();
      await wanted();
      await found('token-none', 'en');
      expect(await claimChange(store, 'sent-before')).toMatchObject({
        messageTs: '17.5',
        post: { id: 'sent-before', facts: [{ aftermath: { cause: CAUSE } }] },
        jobs: [{ jobId: ORDERS }],
      });
      const second = await begin({ newPostId: 'sent-after' });
      expect(second.post).toMatchObject({ facts: [{ aftermath: { cause: CAUSE } }] });
      await store.settlePost(second.lease, second.post, deliveredAs('18.5', 34));
      expect((await turn()).kind).toBe('idle');
    });

    test('says on its message when the job recovered, and the recovery links to it', async () => {
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
      expect(await store.findCause(key(ORDERS), 'en')).toBeNull();
    });

    test('that is edited twice at once shows the newer state in the end', async () => {
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
      await store.settlePost(due.lease, due.post, deliveredAs('17.5', 43));
      const again = await edit();
      expect(again?.post.facts).toMatchObject([{ aftermath: { closed: { how: 'recovered', at: 40 }, cause: CAUSE } }]);
      if (again === null) return;
      const putOff = { kind: 'try_again', afterMs: 500, plain: false, reason: 'x' } as const;
      await store.settlePost(again.lease, again.post, putOff);
      expect(await edit()).toBeNull();
      storeNow += 500;
      expect(await edit()).not.toBeNull();
    });
  });

  describe('a channel', () => {
    test('speaks the language somebody chose, and says who did', async () => {
      const choose = (language: 'en' | 'zh') =>
        store.setChannelLanguage({ actor: ana, connectionId: CONNECTION, language, now: 5 });
      expect(await store.findChannelLanguage(ana)).toBe('en');
      expect([await choose('en'), await choose('zh'), await choose('zh')]).toEqual([false, true, false]);
      expect(await store.findChannelLanguage(ana)).toBe('zh');
      expect(await drain()).toEqual([]);
      await watch(ORDERS);
      await drain();
      expect([await choose('en'), await choose('zh')]).toEqual([true, true]);
      expect(await drain()).toEqual(['C1: language', 'C1: language']);
      await choose('en');
      await choose('zh');
      expect((await begin()).post).toMatchObject({
        language: 'zh',
        facts: [{ announcement: { kind: 'language', by: 'UANA', language: 'en' } }],
      });
    });

    test('is greeted once, and goes on where it was paused', async () => {
      const greet = () => store.greetChannel({ channel: ana, connectionId: CONNECTION, by: 'UANA', now: 5 });
      await greet();
      await greet();
      expect(await drain()).toEqual(['C1: hello']);
      await watch(ORDERS);
      expect(await drain({ kind: 'pause_channel', reason: 'not_in_channel', at: 8 })).toEqual(['C1: subscribed']);
      expect(await store.findPause(ana)).toMatchObject({ waiting: 1 });
      await greet();
      expect(await drain()).toEqual(['C1: subscribed']);
    });

    test('that refuses posts has its owners told in direct messages, but not whoever is being answered', async () => {
      await watch(ORDERS);
      await drain();
      await watch(BILLING, { ...ana, userId: 'UBEN' });
      const told = await drain({ kind: 'pause_channel', reason: 'not_in_channel', at: 8 });
      expect(told).toEqual(['C1: subscribed', 'UANA: paused']);
      expect(await store.findPause({ workspaceId: 'T1', channelId: 'UANA' })).toMatchObject({ waiting: 1 });
      expect(await drain({ kind: 'pause_channel', reason: 'not_in_channel', at: 9 })).toEqual([]);
    });

    test('that may be told nothing keeps what it is owed until it may again, and only that ends it', async () => {
      const hold = (reason: 'externally_shared' | 'channel_not_allowed', now: number) =>
        store.holdChannel({ channel: ana, reason, now });
      const release = () => store.releaseHeldChannel({ channel: ana, now: 20 });
      await hold('externally_shared', 8);
      expect(await store.findPause(ana)).toBeNull();
      await watch(ORDERS);
      await drain();
      expect(await release()).toBe(false);
      await hold('externally_shared', 9);
      await hold('externally_shared', 10);
      expect(await drain()).toEqual(['UANA: paused']);
      await poll(ORDERS, { events: [changed(30)] });
      expect(await store.findPause(ana)).toEqual({ reason: 'externally_shared', since: 9, waiting: 1 });
      expect(await drain()).toEqual([]);
      expect(await release()).toBe(true);
      expect(await drain()).toEqual(['C1: status_changed 1']);
      await poll(ORDERS, { events: [changed(31)] });
      await drain({ kind: 'pause_channel', reason: 'is_archived', at: 11 });
      expect(await release()).toBe(false);
      expect(await store.findPause(ana)).toMatchObject({ reason: 'is_archived' });
    });

    test('is among those that watch something while it does', async () => {
      expect(await store.listWatchingChannels('T1')).toEqual([]);
      await watch(ORDERS, elsewhere);
      await watch(ORDERS);
      await watch(BILLING);
      expect(await store.listWatchingChannels('T1')).toEqual(['C1', 'C2']);
      expect(await store.listWatchingChannels('T2')).toEqual([]);
      await poll(ORDERS, { events: [ended(30)] });
      expect(await store.listWatchingChannels('T1')).toEqual(['C1']);
    });

    test("'s subscriptions are part of the workspace's", async () => {
      await watch(ORDERS);
      await watch(BILLING, elsewhere);
      await store.saveDetails({ connectionId: CONNECTION, details: [detail()], language: 'en', now: 9 });
      const all = await store.listWorkspaceSubscriptions('T1');
      expect(all.map((one) => [one.channelId, one.jobName])).toEqual([
        ['C1', 'orders'],
        ['C2', null],
      ]);
      expect(await store.listWorkspaceSubscriptions('T2')).toEqual([]);
    });
  });

  describe('the audit', () => {
    const page = (request: Partial<Parameters<Store['pageAudit']>[0]> = {}) =>
      store.pageAudit({ channel: ana, job: null, before: null, limit: 10, ...request });
    const changes = async (request: Partial<Parameters<Store['pageAudit']>[0]> = {}) =>
      (await page(request)).entries.map(({ at, by, job, change }) => ({ at, by, job: job?.jobId ?? null, ...change }));
    const unsubscribe = (actor: typeof ana, now: number) =>
      store.unsubscribe({ actor, jobs: 'all', reason: 'unsubscribed', announce: true, now });

    test('says who did what, before and after, newest first, in one channel only', async () => {
      await watch(ORDERS);
      await watch(ORDERS, elsewhere);
      await unsubscribe({ ...ana, userId: 'UBEN' }, 7);
      await unsubscribe({ ...ana, userId: 'UBEN' }, 8);
      await store.setChannelLanguage({ actor: ana, connectionId: CONNECTION, language: 'zh', now: 9 });
      await store.setChannelLanguage({ actor: ana, connectionId: CONNECTION, language: 'zh', now: 10 });
      expect(await changes()).toEqual([
        { at: 9, by: 'UANA', job: null, kind: 'language', from: 'en', to: 'zh' },
        { at: 7, by: 'UBEN', job: ORDERS, kind: 'unsubscribed', madeBy: 'UANA', reason: 'unsubscribed' },
        { at: 6, by: 'UANA', job: ORDERS, kind: 'subscribed' },
      ]);
      expect(await changes({ channel: { workspaceId: 'T2', channelId: 'C1' } })).toEqual([]);
      expect(await store.listAuditedJobs(ana)).toMatchObject([{ jobId: ORDERS }]);
    });

    test.each([
      ['ended', ended(30), 'job_ended'],
      ['gone', { ...ended(30), kind: 'gone' as const, code: null }, 'job_gone'],
    ])('has the end of subscriptions to a job that is %s, in each channel', async (_how, event, reason) => {
      await watch(ORDERS);
      await watch(ORDERS, elsewhere);
      await poll(ORDERS, { events: [event] }, {}, 30);
      const end = { at: 30, by: null, job: ORDERS, kind: 'unsubscribed', reason };
      expect((await changes())[0]).toEqual({ ...end, madeBy: 'UANA' });
      expect((await changes({ channel: elsewhere }))[0]).toEqual({ ...end, madeBy: 'UBEN' });
    });

    test('has posts that are held back and go on, and no going on where nothing was held back', async () => {
      await watch(ORDERS);
      await store.resumeChannel({ actor: ana, now: 7 });
      await drain({ kind: 'pause_channel', reason: 'is_archived', at: 8 });
      await store.resumeChannel({ actor: ana, now: 9 });
      await store.holdChannel({ channel: ana, reason: 'externally_shared', now: 10 });
      await store.greetChannel({ channel: ana, connectionId: CONNECTION, by: 'UBEN', now: 11 });
      expect((await changes()).slice(0, 4)).toEqual([
        { at: 11, by: 'UBEN', job: null, kind: 'resumed', reason: 'externally_shared' },
        { at: 10, by: null, job: null, kind: 'paused', reason: 'externally_shared' },
        { at: 9, by: 'UANA', job: null, kind: 'resumed', reason: 'is_archived' },
        { at: 8, by: null, job: null, kind: 'paused', reason: 'is_archived' },
      ]);
    });

    test('is read in pages, of everything or of one job', async () => {
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
  });

  describe('the operator', () => {
    test('sees nothing where there is nothing', async () => {
      expect(await store.readFigures({ workspaceId: 'T1', connectionId: CONNECTION })).toEqual({
        watchedJobs: 0,
        subscriptions: 0,
        pausedChannels: 0,
        workspaceRefusal: null,
        queued: { count: 0, oldestAt: null },
        held: 0,
        heldFor: {},
        searching: { count: 0, oldestAt: null },
        waitingSince: null,
        episode: null,
        lastReportAt: null,
        unreadableJobs: 0,
      });
    });

    test('sees what is watched, what waits its turn and since when, and what a paused channel holds up', async () => {
      await watch(ORDERS);
      await watch(ORDERS, elsewhere);
      await watch(BILLING);
      expect(await store.readFigures({ workspaceId: 'T1', connectionId: CONNECTION })).toMatchObject({
        watchedJobs: 2,
        subscriptions: 3,
        queued: { count: 3, oldestAt: 6 },
      });
      await drain();
      await watch(BILLING, elsewhere);
      await drain({ kind: 'pause_channel', reason: 'is_archived', at: 8 });
      // The channel, and the direct messages in which its owner was to be told.
      expect(await store.readFigures({ workspaceId: 'T1', connectionId: CONNECTION })).toMatchObject({
        pausedChannels: 2,
        held: 2,
        queued: { count: 0 },
      });
      await store.unsubscribe({ actor: ana, jobs: 'all', reason: 'unsubscribed', announce: false, now: 9 });
      expect(await store.readFigures({ workspaceId: 'T1', connectionId: CONNECTION })).toMatchObject({
        watchedJobs: 2,
        subscriptions: 2,
      });
    });

    test('sees that a whole workspace refuses the bot, and why, until the bot is started again', async () => {
      await watch(ORDERS);
      await drain({ kind: 'pause_workspace', reason: 'token_revoked', at: 8 });
      expect(await store.readFigures({ workspaceId: 'T1', connectionId: CONNECTION })).toMatchObject({
        workspaceRefusal: 'token_revoked',
        held: 1,
      });
      await store.openWorkspace({ id: 'T1', name: 'Acme', at: 9 });
      expect(await store.readFigures({ workspaceId: 'T1', connectionId: CONNECTION })).toMatchObject({
        workspaceRefusal: null,
        held: 0,
      });
    });

    test('learns that the database can be written, which leaves nothing behind', async () => {
      await store.probeWrite();
      await store.probeWrite();
      expect(await store.readFigures({ workspaceId: 'T1', connectionId: CONNECTION })).toMatchObject({
        pausedChannels: 0,
      });
    });

    test('learns which migrations the database has', async () => {
      expect(await store.findSchemaVersion()).toMatch(/^\d{4}-[\w-]+$/);
    });
  });
}
