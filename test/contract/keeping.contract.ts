import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { explanation } from '../../src/domain/job/explanation.ts';
import type { Explanation } from '../../src/domain/job/explanation.ts';
import { DEFAULT_BLIND_RULES } from '../../src/domain/poll/blind-episode.ts';
import type { JobEvent } from '../../src/domain/job/job-event.ts';
import type { JobId } from '../../src/domain/job/job-id.ts';
import { UNSEEN_JOB } from '../../src/domain/job/job-state.ts';
import type { JobState } from '../../src/domain/job/job-state.ts';
import type { Post, PostSettlement } from '../../src/domain/post/post.ts';
import type { OperatorAlert } from '../../src/domain/post/operator-alert.ts';
import { DAY, HOUR, MINUTE } from '../../src/domain/base/time.ts';
import type { PollResult } from '../../src/ports/store/jobs.ts';
import type { Store } from '../../src/ports/store/store.ts';
import { aReport, BILLING, ORDERS } from '../support/reports.ts';
import { AT_EASE } from '../support/turns.ts';

const CONNECTION = 'prod';
const ana = { workspaceId: 'T1', channelId: 'C1', userId: 'UANA' };
const ben = { workspaceId: 'T1', channelId: 'C2', userId: 'UBEN' };
const OPS = { workspaceId: 'T1', channelId: 'COPS' };
const START = 100 * DAY;
const REFUSED: OperatorAlert = { kind: 'credentials_refused', why: explanation('keys_wrong', { label: 'x' }) };

/** The promises of the Store port about what is kept, what goes, and what is told of the bot itself. */
export function keepingContract(open: (clock: () => number) => Promise<Store>): void {
  let store: Store;
  let now: number;
  let ids = 0;

  beforeEach(async () => {
    now = START;
    store = await open(() => now);
    await store.openWorkspace({ id: 'T1', name: 'Acme', at: now });
    await store.openConnection({ id: CONNECTION, name: 'default', endpoint: 'https://x', projectId: 'p', at: now });
  });
  afterEach(async () => store.close());

  const lease = () => ({ token: `token-${++ids}`, leaseMs: MINUTE });
  const key = (jobId: JobId) => ({ connectionId: CONNECTION, jobId });
  const changed = (to: string): JobEvent => ({
    kind: 'status_changed',
    from: 'A',
    to,
    at: now,
    report: aReport(),
    previous: null,
    lastLag: null,
    lagNote: 'settled',
    percentBefore: null,
  });
  const ended = (): JobEvent => ({
    kind: 'ended',
    verdict: 'stopped_in_sync',
    summary: null,
    standing: null,
    at: now,
    report: aReport(),
    previous: null,
    lastLag: null,
    lagNote: 'settled',
    percentBefore: null,
  });

  /** Reads a report of one job, now. */
  async function poll(
    jobId: JobId,
    status: string,
    events: readonly JobEvent[] = [],
    changes: Partial<PollResult> = {},
  ) {
    const before = (await store.findJob(key(jobId)))?.state ?? UNSEEN_JOB;
    const state: JobState = {
      ...before,
      report: aReport({ jobId, status }),
      checkedAt: now,
      statusSince: before.report?.status === status ? before.statusSince : now,
      over: events.some((event) => event.kind === 'ended') ? 'ended' : null,
      unknown: null,
    };
    const { token, leaseMs } = lease();
    expect((await store.claimJob({ ...key(jobId), token, leaseMs, now, maxAgeMs: 0 })).kind).toBe('claimed');
    const nextPollAt = state.over === null ? now + 1 : null;
    const result: PollResult = { jobId, state, events, nextPollAt, askAlone: false, refusals: 0, ...changes };
    return await store.commitPoll({ token, connectionId: CONNECTION, now, results: [result] });
  }
  /** DRS did not answer about it. */
  async function pollInVain(jobId: JobId) {
    const before = (await store.findJob(key(jobId)))?.state ?? UNSEEN_JOB;
    const state: JobState = {
      ...before,
      unknown: { since: now, why: explanation('timeout'), polls: 1, isLasting: false },
    };
    const { token, leaseMs } = lease();
    await store.claimJob({ ...key(jobId), token, leaseMs, now, maxAgeMs: 0 });
    const result: PollResult = { jobId, state, events: [], nextPollAt: now + 1, askAlone: false, refusals: 0 };
    await store.commitPoll({ token, connectionId: CONNECTION, now, results: [result] });
  }
  async function watch(jobId: JobId, actor = ana, status = 'INCRE_TRANSFER_STARTED') {
    if ((await store.findJob(key(jobId))) === null) await poll(jobId, status);
    await store.subscribe({ actor, language: 'en', connectionId: CONNECTION, jobIds: [jobId], now });
  }
  const unsubscribe = (jobId: JobId) =>
    store.unsubscribe({ actor: ana, jobs: [key(jobId)], reason: 'unsubscribed', announce: false, now });

  /** Sends what can be sent now. */
  async function drain(settle?: (post: Post) => PostSettlement): Promise<readonly Post[]> {
    const sent: Post[] = [];
    for (;;) {
      const claim = await store.claimTurn({
        workspaceId: 'T1',
        ...AT_EASE,
        ...lease(),
        newPostId: `post-${++ids}`,
        now,
      });
      if (claim.kind !== 'send') return sent;
      const { post } = claim;
      sent.push(post);
      const messageTs = `${now}.${ids}`;
      const delivered: PostSettlement = { kind: 'delivered', messageTs, channelId: post.channelId, at: now };
      await store.settlePost(claim.lease, post, settle?.(post) ?? delivered);
    }
  }
  const announced = (posts: readonly Post[]) =>
    posts.flatMap((post) =>
      post.facts.flatMap((facts) =>
        facts.kind === 'announcement' ? [{ channel: post.channelId, said: facts.announcement }] : [],
      ),
    );

  describe('pruning', () => {
    const prune = (limit = 100) =>
      store.prune({
        deliveriesBefore: now - 30 * DAY,
        eventsBefore: now - 400 * DAY,
        goneBefore: now - 90 * DAY,
        unwatchedBefore: now - 30 * DAY,
        limit,
      });
    const pruneAll = async () => {
      for (;;) if (Object.values(await prune()).every((rows) => rows === 0)) return;
    };

    test('takes messages of 31 days with what they told, and leaves younger ones to be refreshed', async () => {
      await watch(ORDERS);
      const [old] = await drain();
      now += 2 * DAY;
      await poll(ORDERS, 'PAUSING', [changed('PAUSING')]);
      const [young] = await drain();
      now += 29 * DAY;
      expect(await prune()).toMatchObject({ posts: 1, deliveries: 1, events: 0 });
      expect(await store.findPost(old?.id ?? '')).toBeNull();
      expect((await store.findPost(young?.id ?? ''))?.post.facts).toMatchObject([{ event: { to: 'PAUSING' } }]);
    });

    test('never takes what is owed, however old, nor the event it tells', async () => {
      await watch(ORDERS);
      await drain();
      await poll(ORDERS, 'PAUSING', [changed('PAUSING')]);
      await drain(() => ({ kind: 'pause_channel', reason: 'not_in_channel', at: now }));
      await poll(ORDERS, 'INCRE_TRANSFER_STARTED', [changed('INCRE_TRANSFER_STARTED')]);
      now += 1_000 * DAY;
      await pruneAll();
      expect(await store.countPending(ana)).toBe(2);
      await store.resumeChannel({ actor: ana, now });
      expect((await drain()).filter((post) => post.channelId === 'C1').map((post) => post.facts)).toMatchObject([
        // Nobody has seen the first one, and both happened at one moment.
        [{ event: { to: 'PAUSING' } }, { event: { to: 'INCRE_TRANSFER_STARTED' } }],
      ]);
    });

    test('never takes a message that still has something new to show', async () => {
      await watch(ORDERS);
      await poll(ORDERS, 'INCRE_TRANSFER_FAILED', [changed('INCRE_TRANSFER_FAILED')]);
      const sent = await drain();
      const request = { ...lease(), connectionId: CONNECTION, limit: 10 };
      const wanted = await store.claimWantedCauses(request);
      const cause = { code: 'DRS.M1', text: 'why' };
      const found = wanted.map(({ jobId, eventNumber }) => ({ jobId, eventNumber, language: 'en' as const, cause }));
      await store.saveCauses({ connectionId: CONNECTION, token: request.token, found, givenUp: [], retryAfterMs: 0 });
      now += 31 * DAY;
      await pruneAll();
      expect(await store.findPost(sent.at(-1)?.id ?? '')).not.toBeNull();
      expect(await store.findPost(sent[0]?.id ?? '')).toBeNull();
    });

    test('takes what was suppressed before it was told', async () => {
      await watch(ORDERS);
      await drain();
      await poll(ORDERS, 'PAUSING', [changed('PAUSING')]);
      await unsubscribe(ORDERS);
      now += 31 * DAY;
      expect(await prune()).toMatchObject({ posts: 1, deliveries: 2 });
    });

    test('takes events after 400 days, and numbers go on where they were', async () => {
      await watch(ORDERS);
      await poll(ORDERS, 'PAUSING', [changed('PAUSING')]);
      await drain();
      now += 399 * DAY;
      expect(await prune()).toMatchObject({ posts: 2, events: 0 });
      now += 2 * DAY;
      expect(await prune()).toMatchObject({ events: 1, jobs: 0 });
      await poll(ORDERS, 'INCRE_TRANSFER_STARTED', [changed('INCRE_TRANSFER_STARTED')]);
      expect((await drain())[0]?.facts).toMatchObject([{ eventNumber: 2 }]);
    });

    test('never takes a watched job, though nothing has changed for years', async () => {
      await watch(ORDERS);
      await drain();
      now += 2_000 * DAY;
      await pruneAll();
      expect(await store.findJob(key(ORDERS))).not.toBeNull();
      expect(await store.listSubscriptions(ana)).toHaveLength(1);
    });

    test('takes a job that was only asked about after a while, not sooner', async () => {
      await poll(ORDERS, 'PAUSING');
      now += 29 * DAY;
      await poll(BILLING, 'PAUSING');
      now += 2 * DAY;
      expect(await prune()).toMatchObject({ jobs: 1 });
      expect(await store.findJob(key(ORDERS))).toBeNull();
      expect(await store.findJob(key(BILLING))).not.toBeNull();
    });

    test('takes a job once its subscriptions and events are gone, and what is known of its failures', async () => {
      await watch(ORDERS);
      await poll(ORDERS, 'INCRE_TRANSFER_FAILED', [changed('INCRE_TRANSFER_FAILED')]);
      now += 1;
      await poll(ORDERS, 'RELEASE_RESOURCE_COMPLETE', [ended()]);
      await drain();
      now += 399 * DAY;
      await pruneAll();
      expect(await store.findJob(key(ORDERS))).not.toBeNull();
      now += 2 * DAY;
      await pruneAll();
      expect(await store.findJob(key(ORDERS))).toBeNull();
      await watch(ORDERS);
      expect((await drain())[0]?.facts).toMatchObject([{ announcement: { kind: 'subscribed' } }]);
    });

    test('takes at most so many rows of a kind at once', async () => {
      await watch(ORDERS);
      for (let change = 0; change < 5; change++) {
        now += 1;
        await poll(ORDERS, 'PAUSING', [changed('PAUSING')]);
        await drain();
      }
      now += 31 * DAY;
      const rounds: number[] = [];
      for (;;) {
        const { posts } = await prune(4);
        rounds.push(posts);
        if (posts === 0) break;
      }
      expect(rounds).toEqual([4, 2, 0]);
    });
  });

  describe('a down time', () => {
    const findDownTime = (last: number) => (now - last >= 10 * MINUTE ? last : null);
    const alive = () => store.noteAlive({ connectionId: CONNECTION, now, findDownTime });
    const rules = DEFAULT_BLIND_RULES;
    /** A pass has ended, with a report or without one. */
    async function tell(why: Explanation | null = null) {
      const noted = await store.noteSight({
        connectionId: CONNECTION,
        sight: { at: now, why },
        nextTryAt: null,
        rules,
      });
      return noted.channels + (await store.tellSight({ connectionId: CONNECTION, now, rules })).channels;
    }
    /** Alive until now, then away for so long, then back. */
    async function away(minutes: number) {
      await alive();
      now += minutes * MINUTE;
      await alive();
    }

    test('of ten minutes is told to each channel once, with what changed', async () => {
      await watch(ORDERS);
      await watch(BILLING);
      await watch(BILLING, ben);
      await drain();
      const from = now;
      await away(42);
      const until = now;
      await poll(ORDERS, 'INCRE_TRANSFER_FAILED', [changed('INCRE_TRANSFER_FAILED')]);
      expect(await tell()).toBe(0);
      await poll(BILLING, 'INCRE_TRANSFER_STARTED');
      expect(await tell()).toBe(2);
      expect(await tell()).toBe(0);
      const posts = await drain();
      expect(announced(posts)).toMatchObject([
        {
          channel: 'C1',
          said: {
            kind: 'back',
            from,
            until,
            meanwhile: {
              changed: [{ job: { jobId: ORDERS }, status: 'INCRE_TRANSFER_FAILED' }],
              unchanged: 1,
              unknown: 0,
            },
          },
        },
        { channel: 'C2', said: { meanwhile: { changed: [], unchanged: 1, unknown: 0 } } },
      ]);
      // What it names has no post of its own.
      const facts = posts.filter((post) => post.channelId === 'C1').map((post) => post.facts.map(({ kind }) => kind));
      expect(facts).toEqual([['event', 'announcement']]);
    });

    test('of nine minutes is not, nor is the first start', async () => {
      await watch(ORDERS);
      await drain();
      await away(9);
      await poll(ORDERS, 'PAUSING');
      expect(await tell()).toBe(0);
    });

    test('is not one while another bot is alive', async () => {
      await watch(ORDERS);
      await away(9);
      await away(9);
      await poll(ORDERS, 'PAUSING');
      expect(await tell()).toBe(0);
    });

    test('that is followed by another before it was told is told as one', async () => {
      await watch(ORDERS);
      await drain();
      const from = now;
      await away(20);
      await poll(ORDERS, 'PAUSING', [changed('PAUSING')]);
      await away(30);
      await poll(ORDERS, 'PAUSING');
      expect(await tell()).toBe(1);
      expect(announced(await drain())).toMatchObject([
        { said: { from, until: now, meanwhile: { changed: [{ status: 'PAUSING' }] } } },
      ]);
    });

    test('in which DRS does not answer afterwards is told as that, and what changed when it answers', async () => {
      await watch(ORDERS);
      await drain();
      const from = now;
      await away(42);
      const why = explanation('timeout');
      for (let minutes = 0; minutes < 10; minutes += 1) {
        await pollInVain(ORDERS);
        expect(await tell(why)).toBe(0);
        now += MINUTE;
      }
      expect(await tell(why)).toBe(1);
      expect(announced(await drain())).toMatchObject([
        { channel: 'C1', said: { kind: 'blind', since: from, why, jobs: 1, last: { standings: [{ count: 1 }] } } },
      ]);
      await poll(ORDERS, 'PAUSING', [changed('PAUSING')]);
      expect(await tell()).toBe(1);
      expect(announced(await drain())).toMatchObject([
        { said: { kind: 'back', after: 'blind', from, meanwhile: { changed: [{ status: 'PAUSING' }] } } },
      ]);
      expect(await tell()).toBe(0);
    });

    test('is told of a job that ended in it, not of one that was unsubscribed or subscribed after it', async () => {
      await watch(ORDERS);
      await watch(BILLING, ben);
      await drain();
      await away(42);
      await poll(ORDERS, 'RELEASE_RESOURCE_COMPLETE', [ended()]);
      now += 1;
      await poll(BILLING, 'PAUSING');
      await store.unsubscribe({ actor: ben, jobs: 'all', reason: 'unsubscribed', announce: false, now });
      await watch(BILLING);
      expect(await tell()).toBe(1);
      expect(announced(await drain()).filter(({ said }) => said.kind === 'back')).toMatchObject([
        {
          channel: 'C1',
          said: { meanwhile: { changed: [{ job: { jobId: ORDERS } }], unchanged: 0, unknown: 0 } },
        },
      ]);
    });
  });

  describe('the operator', () => {
    const about = () => ({ connectionId: CONNECTION, channel: OPS, kind: 'credentials' as const, now });
    const raise = () => store.raiseAlert({ ...about(), alert: REFUSED });
    const clear = () =>
      store.clearAlert({
        ...about(),
        alert: (since) => ({ kind: 'credentials_accepted', since, until: now }),
      });
    const heard = async (): Promise<readonly OperatorAlert[]> =>
      announced(await drain()).flatMap(({ said }) => (said.kind === 'signal' ? [said.signal] : []));

    test('hears once that something is wrong and once that it is well again', async () => {
      expect(await clear()).toBe(false);
      expect([await raise(), await raise()]).toEqual([true, false]);
      expect(await heard()).toEqual([REFUSED]);
      now += 5;
      expect([await clear(), await clear()]).toEqual([true, false]);
      expect(await heard()).toEqual([{ kind: 'credentials_accepted', since: now - 5, until: now }]);
      expect(await raise()).toBe(true);
    });

    test('is not asked to answer a request twice, and old requests go', async () => {
      const claim = (key: string, at = now, workspaceId = 'T1') => store.claimRequest({ workspaceId, key, now: at });
      expect(await Promise.all([claim('a'), claim('a'), claim('b')])).toEqual([true, false, true]);
      expect([await claim('a'), await claim('a', now, 'T2')]).toEqual([false, true]);
      expect(await claim('c', now + HOUR)).toBe(true);
      expect(await claim('a', now + HOUR)).toBe(false);
      expect(await claim('d', now + 3 * HOUR)).toBe(true);
      expect(await claim('a', now + 3 * HOUR)).toBe(true);
    });

    test('hears of messages that Slack refused, once each, and never of a refused word about that', async () => {
      const report = () => store.reportRefusedPosts({ connectionId: CONNECTION, channel: OPS, now, limit: 10 });
      const dead = () => ({ kind: 'dead' as const, reason: 'invalid_blocks', at: now });
      await watch(ORDERS);
      await drain(dead);
      await poll(ORDERS, 'PAUSING', [changed('PAUSING')]);
      await drain(dead);
      expect([await report(), await report()]).toEqual([2, 0]);
      expect(announced(await drain(dead))).toMatchObject([
        {
          channel: 'COPS',
          said: {
            signal: {
              posts: [
                { channelId: 'C1', reason: 'invalid_blocks', jobs: [] },
                { channelId: 'C1', jobs: [{ jobId: ORDERS }] },
              ],
            },
          },
        },
      ]);
      expect(await report()).toBe(0);
      expect(await drain()).toEqual([]);
      await poll(ORDERS, 'INCRE_TRANSFER_STARTED', [changed('INCRE_TRANSFER_STARTED')]);
      await drain(dead);
      now += DAY;
      expect(await report()).toBe(0);
    });
  });
}
