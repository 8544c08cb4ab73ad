import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { JobEvent } from '../../src/domain/job/job-event.ts';
import type { JobId } from '../../src/domain/job/job-id.ts';
import { UNSEEN_JOB } from '../../src/domain/job/job-state.ts';
import type { Post, PostSettlement } from '../../src/domain/post/post.ts';
import { MINUTE } from '../../src/domain/base/time.ts';
import type { PostLease, TurnClaim } from '../../src/ports/store/outbox.ts';
import type { Store } from '../../src/ports/store/store.ts';
import { openStore } from '../../src/store/open-store.ts';
import { aReport, BILLING, ORDERS } from '../support/reports.ts';
import { AT_EASE } from '../support/turns.ts';

const CONNECTION = 'prod';
const ana = { workspaceId: 'T1', channelId: 'C1', userId: 'UANA' };
const PAUSED: PostSettlement = { kind: 'pause_channel', reason: 'is_archived', at: 8 };
const BACK_OFF: PostSettlement = { kind: 'try_again', afterMs: 5_000, plain: false, reason: 'rate_limited' };
const LOST: PostSettlement = { kind: 'look_for_it', afterMs: 30_000, reason: 'timeout' };
const MISSED = { kind: 'send_again', afterMs: 0, historyAccess: { kind: 'verified', since: 8 } } as const;

let store: Store;
let now: number;
let tokens: number;

beforeEach(async () => {
  now = 1_000_000;
  tokens = 0;
  store = await openStore('sqlite::memory:', { clock: () => now });
  await store.openWorkspace({ id: 'T1', name: 'Acme', at: now });
  await store.openConnection({ id: CONNECTION, name: 'x', endpoint: 'https://x', projectId: 'p', at: now });
  for (const jobId of [ORDERS, BILLING]) await poll(jobId, []);
  const jobIds = [ORDERS, BILLING];
  await store.subscribe({ actor: ana, language: 'en', connectionId: CONNECTION, jobIds, now });
  const first = await send();
  await store.settlePost(first.lease, first.post, {
    kind: 'delivered',
    messageTs: '1.1',
    channelId: 'C1',
    at: now,
  });
});
afterEach(() => store.close());

async function poll(jobId: JobId, events: readonly JobEvent[]) {
  const token = `poll-${++tokens}`;
  await store.claimJob({ connectionId: CONNECTION, jobId, token, leaseMs: MINUTE, now, maxAgeMs: 0 });
  const state = { ...UNSEEN_JOB, report: aReport({ jobId }), checkedAt: now };
  const results = [{ jobId, state, events, nextPollAt: now + MINUTE, askAlone: false, refusals: 0 }];
  await store.commitPoll({ token, connectionId: CONNECTION, now, results });
}

const changed = (): JobEvent => {
  const moment = {
    at: now,
    report: aReport(),
    previous: null,
    lastLag: null,
    lagNote: 'settled' as const,
    percentBefore: null,
  };
  return { kind: 'status_changed', from: 'A', to: 'B', ...moment };
};

function turn(): Promise<TurnClaim> {
  return store.claimTurn({
    ...AT_EASE,
    workspaceId: 'T1',
    token: `turn-${++tokens}`,
    newPostId: `post-${tokens}`,
    now,
  });
}

interface Sending {
  readonly lease: PostLease;
  readonly post: Post;
  /** The jobs and announcements that it tells. */
  readonly told: readonly string[];
}

/** Claims what is to be sent now. */
async function send(): Promise<Sending> {
  const claim = await turn();
  if (claim.kind !== 'send') throw new Error(`nothing to send, but ${claim.kind}`);
  const { lease, post } = claim;
  const told = post.facts.map((one) => (one.kind === 'event' ? one.job.jobId : one.announcement.kind));
  return { lease, post, told };
}

/** Both jobs change, and the post that tells the first change comes to this end. */
async function freeze(end: PostSettlement): Promise<Post> {
  for (const jobId of [ORDERS, BILLING]) await poll(jobId, [changed()]);
  const { lease, post } = await send();
  await store.settlePost(lease, post, end);
  return post;
}

const unsubscribe = (jobs: 'all' | readonly JobId[]): Promise<unknown> =>
  store.unsubscribe({
    actor: ana,
    jobs: jobs === 'all' ? jobs : jobs.map((jobId) => ({ connectionId: CONNECTION, jobId })),
    reason: 'unsubscribed',
    announce: true,
    now,
  });

interface Hold {
  readonly what: string;
  readonly end: PostSettlement;
  readonly goOn: () => Promise<void>;
}

const HOLDS: readonly Hold[] = [
  { what: 'a paused channel', end: PAUSED, goOn: async () => void (await store.tryAtOnce({ channel: ana, now })) },
  { what: 'a back-off', end: BACK_OFF, goOn: () => Promise.resolve(void (now += MINUTE)) },
];

describe.each(HOLDS)('a post that was held up by $what', ({ end, goOn }) => {
  test('is not sent after everybody has unsubscribed; that they did is said', async () => {
    await freeze(end);
    await unsubscribe('all');
    await goOn();
    expect((await send()).told).toEqual(['unsubscribed']);
    expect(await store.countPending(ana)).toBe(1);
  });

  test('makes way for what the channel still watches', async () => {
    await freeze(end);
    await unsubscribe([ORDERS]);
    await goOn();
    const { told } = await send();
    expect([told.includes(ORDERS), told[0]]).toEqual([false, BILLING]);
  });

  test('is sent when only another job was unsubscribed', async () => {
    const post = await freeze(end);
    await unsubscribe([BILLING]);
    await goOn();
    expect(post.facts).toMatchObject([{ job: { jobId: ORDERS } }]);
    const { told } = await send();
    expect([told.includes(BILLING), told[0]]).toEqual([false, ORDERS]);
  });

  test('tells nothing of what was unsubscribed when somebody subscribes again', async () => {
    await freeze(end);
    await unsubscribe('all');
    const jobIds = [ORDERS, BILLING];
    await store.subscribe({ actor: ana, language: 'en', connectionId: CONNECTION, jobIds, now });
    await goOn();
    const { post } = await send();
    expect(post.facts.map(({ kind }) => kind)).not.toContain('event');
  });
});

describe('a post whose answer was lost before everybody unsubscribed', () => {
  async function look() {
    now += MINUTE;
    const claim = await turn();
    if (claim.kind !== 'search') throw new Error(`no search, but ${claim.kind}`);
    return claim;
  }

  test('is looked for all the same, and what is found counts', async () => {
    const post = await freeze(LOST);
    await unsubscribe('all');
    const { lease, search } = await look();
    expect(search.postId).toBe(post.id);
    await store.settleSearch(lease, search, { kind: 'found', messageTs: '2.1', duplicates: [], at: now });
    expect(await store.findPost(post.id)).toMatchObject({ messageTs: '2.1', post: { facts: [{ kind: 'event' }] } });
    expect((await send()).told).toEqual(['unsubscribed']);
  });

  test('is not sent again when it was missed', async () => {
    await freeze(LOST);
    await unsubscribe('all');
    const { lease, search } = await look();
    await store.settleSearch(lease, search, MISSED);
    expect((await send()).told).toEqual(['unsubscribed']);
  });

  test('is sent again when it was missed and somebody has subscribed again, wherever the clock was set to', async () => {
    await freeze(LOST);
    await unsubscribe('all');
    now -= 2 * MINUTE;
    const jobIds = [ORDERS];
    await store.subscribe({ actor: ana, language: 'en', connectionId: CONNECTION, jobIds, now });
    // The attempt lies ahead of the clock now: its time to appear is counted anew.
    expect((await turn()).kind).toBe('idle');
    const { lease, search } = await look();
    await store.settleSearch(lease, search, MISSED);
    expect((await send()).told).toEqual([ORDERS]);
  });

  test('is not sent again where the channel cannot be read', async () => {
    await freeze(LOST);
    await unsubscribe('all');
    const { lease, search } = await look();
    const historyAccess = { kind: 'denied', reason: 'missing_scope' } as const;
    await store.settleSearch(lease, search, { kind: 'send_again', afterMs: 0, historyAccess });
    expect((await send()).told).toEqual(['unsubscribed']);
  });
});

test('an ended job has its last post sent although its subscriptions are over', async () => {
  const moment = {
    at: now,
    report: aReport(),
    previous: null,
    lastLag: null,
    lagNote: 'settled' as const,
    percentBefore: null,
  };
  await poll(ORDERS, [{ kind: 'ended', verdict: 'stopped_in_sync', summary: null, standing: null, ...moment }]);
  const { lease, post } = await send();
  await store.settlePost(lease, post, BACK_OFF);
  now += MINUTE;
  expect((await send()).told).toEqual([ORDERS]);
});
