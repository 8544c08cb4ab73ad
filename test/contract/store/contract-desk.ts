import { afterEach, beforeEach, expect } from 'vitest';

import type { JobDetail } from '../../../src/domain/job/job-detail.ts';
import type { JobEvent } from '../../../src/domain/job/job-event.ts';
import type { JobId } from '../../../src/domain/job/job-id.ts';
import { UNSEEN_JOB } from '../../../src/domain/job/job-state.ts';
import type { JobState } from '../../../src/domain/job/job-state.ts';
import type { Post, PostSettlement } from '../../../src/domain/post/post.ts';
import { DAY, MINUTE } from '../../../src/domain/base/time.ts';
import type { PollResult } from '../../../src/ports/store/jobs.ts';
import type { Store } from '../../../src/ports/store/store.ts';
import type { TurnRequest } from '../../../src/ports/store/outbox.ts';
import { aReport, ORDERS } from '../../support/reports.ts';
import { AT_EASE } from '../../support/turns.ts';

/** Opens a store on fresh data; `clock` is the store's own. */
export type OpenStore = (clock: () => number) => Promise<Store>;

export const CONNECTION = 'prod';
export const ana = { workspaceId: 'T1', channelId: 'C1', userId: 'UANA' };
export const ben = { workspaceId: 'T1', channelId: 'C2', userId: 'UBEN' };
/** Faster than any test. */
const ANY_PACE = { everyMs: 1, burst: 1_000 };

/** A post that is in its channel under this timestamp. */
export const deliveredAs = (messageTs: string, at = 9): PostSettlement => ({
  kind: 'delivered',
  messageTs,
  channelId: 'C1',
  at,
});
export const DELIVERED = deliveredAs('1.1');

export const key = (jobId: JobId) => ({ connectionId: CONNECTION, jobId });

const MOMENT = {
  report: aReport(),
  previous: null,
  lastLag: null,
  lagNote: 'settled' as const,
  percentBefore: null,
};
const changedTo = (to: string, at: number): JobEvent => ({
  kind: 'status_changed',
  from: 'A',
  to,
  at,
  ...MOMENT,
});
export const changed = (at: number): JobEvent => changedTo('B', at);
export const ended = (at: number): JobEvent => ({
  kind: 'ended',
  verdict: 'stopped_in_sync',
  summary: null,
  standing: null,
  at,
  ...MOMENT,
});
export const gone = (at: number): JobEvent => ({ kind: 'gone', code: null, at, ...MOMENT });
export const detail = (changes: Partial<JobDetail> = {}): JobDetail => ({
  jobId: ORDERS,
  status: 'INCRE_TRANSFER_STARTED',
  name: 'orders',
  jobType: 'migration',
  parentId: null,
  startedAt: 10,
  fullCopyDoneAt: 20,
  prepaid: null,
  cause: null,
  ...changes,
});

/** Slack answers from the channel that it was asked about. */
function answeringInPlace(store: Store): Store {
  return {
    ...store,
    settlePost: (held, post, settlement) =>
      store.settlePost(
        held,
        post,
        settlement.kind === 'delivered' ? { ...settlement, channelId: held.channelId } : settlement,
      ),
  };
}

/** A store that is opened before each test and closed after it, and what is done with it again and again. */
export interface Desk {
  readonly store: Store;
  /** The store's own clock. */
  now: number;
}

/** Opens a store for each test at `startAt`. */
function openDesk(open: OpenStore, startAt: number, madeAt = startAt): Desk {
  let opened: Store | null = null;
  const desk = {
    now: startAt,
    get store(): Store {
      if (opened === null) throw new Error('no store is open');
      return opened;
    },
  };
  beforeEach(async () => {
    desk.now = startAt;
    opened = answeringInPlace(await open(() => desk.now));
    await opened.openWorkspace({ id: 'T1', name: 'Acme', at: madeAt });
    const place = { name: 'default', endpoint: 'https://x', projectId: 'p' };
    await opened.openConnection({ id: CONNECTION, ...place, at: madeAt });
  });
  afterEach(async () => {
    await opened?.close();
    opened = null;
  });
  return desk;
}

let tokens = 0;
/** Another one with each call. */
export const lease = () => ({ token: `token-${++tokens}`, leaseMs: MINUTE, pace: ANY_PACE });

/** A desk at which the time of polls is given with each, and the store's clock stands still. */
export function stillDesk(open: OpenStore) {
  const desk = openDesk(open, 1_000_000, 1);

  const result = (jobId: JobId, changes: Partial<PollResult> = {}, state: Partial<JobState> = {}): PollResult => ({
    jobId,
    state: { ...UNSEEN_JOB, report: aReport({ jobId }), checkedAt: 5, ...state },
    events: [],
    nextPollAt: 10,
    askAlone: false,
    refusals: 0,
    ...changes,
  });

  async function poll(jobId: JobId, changes: Partial<PollResult> = {}, state: Partial<JobState> = {}, now = 5) {
    const { token, leaseMs } = lease();
    const claim = await desk.store.claimJob({ ...key(jobId), token, leaseMs, now, maxAgeMs: 0 });
    expect(claim.kind).toBe('claimed');
    const results = [result(jobId, changes, state)];
    return await desk.store.commitPoll({ token, connectionId: CONNECTION, now, results });
  }
  const watch = async (jobId: JobId, actor = ana) => {
    if ((await desk.store.findJob(key(jobId))) === null) await poll(jobId);
    return await desk.store.subscribe({ actor, language: 'en', connectionId: CONNECTION, jobIds: [jobId], now: 6 });
  };
  const due = async (now = 20, limit = 10) =>
    (await desk.store.claimDueJobs({ ...lease(), connectionId: CONNECTION, now, limit })).map((job) => job.jobId);

  const turn = (changes: Partial<TurnRequest> = {}) =>
    desk.store.claimTurn({
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
      expect(await desk.store.settlePost(channel, post, settlement)).toBe('recorded');
    }
  }
  return { desk, result, poll, watch, due, turn, begin, drain };
}

/** A desk at which the store's clock is that of the polls, and time passes. */
export function passingDesk(open: OpenStore) {
  const desk = openDesk(open, 100 * DAY);
  let ids = 0;

  /** Records what is said of a job, now. */
  async function commit(jobId: JobId, state: JobState, changes: Partial<PollResult> = {}) {
    const { token, leaseMs } = lease();
    const claim = await desk.store.claimJob({ ...key(jobId), token, leaseMs, now: desk.now, maxAgeMs: 0 });
    expect(claim.kind).toBe('claimed');
    const nextPollAt = state.over === null ? desk.now + 1 : null;
    const result: PollResult = { jobId, state, events: [], nextPollAt, askAlone: false, refusals: 0, ...changes };
    return await desk.store.commitPoll({ token, connectionId: CONNECTION, now: desk.now, results: [result] });
  }
  const stateOf = async (jobId: JobId) => (await desk.store.findJob(key(jobId)))?.state ?? UNSEEN_JOB;
  /** Reads a report of one job, now. */
  async function poll(jobId: JobId, status: string, events: readonly JobEvent[] = []) {
    const before = await stateOf(jobId);
    const state: JobState = {
      ...before,
      report: aReport({ jobId, status }),
      checkedAt: desk.now,
      statusSince: before.report?.status === status ? before.statusSince : desk.now,
      over: events.some(({ kind }) => kind === 'ended') ? 'ended' : null,
      unknown: null,
    };
    return await commit(jobId, state, { events });
  }
  async function watch(jobId: JobId, actor = ana) {
    if ((await desk.store.findJob(key(jobId))) === null) await poll(jobId, 'INCRE_TRANSFER_STARTED');
    const about = { connectionId: CONNECTION, jobIds: [jobId], now: desk.now };
    await desk.store.subscribe({ actor, language: 'en', ...about });
  }
  const unsubscribe = (jobId: JobId, actor = ana) =>
    desk.store.unsubscribe({ actor, jobs: [key(jobId)], reason: 'unsubscribed', announce: false, now: desk.now });

  /** Sends what can be sent now. */
  async function drain(settle?: (post: Post) => PostSettlement): Promise<readonly Post[]> {
    const sent: Post[] = [];
    for (;;) {
      const request = { ...AT_EASE, ...lease(), newPostId: `post-${++ids}`, now: desk.now };
      const claim = await desk.store.claimTurn({ workspaceId: 'T1', ...request });
      if (claim.kind !== 'send') return sent;
      const { post } = claim;
      sent.push(post);
      const messageTs = `${desk.now}.${ids}`;
      const delivered: PostSettlement = { kind: 'delivered', messageTs, channelId: post.channelId, at: desk.now };
      await desk.store.settlePost(claim.lease, post, settle?.(post) ?? delivered);
    }
  }
  const changed = (to: string) => changedTo(to, desk.now);
  return { desk, commit, stateOf, poll, watch, unsubscribe, drain, changed };
}

/** What posts announce, and where. */
export function announced(posts: readonly Post[]) {
  return posts.flatMap((post) =>
    post.facts.flatMap((facts) =>
      facts.kind === 'announcement' ? [{ channel: post.channelId, said: facts.announcement }] : [],
    ),
  );
}
