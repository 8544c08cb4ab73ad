import { expect, test } from 'vitest';

import { UNSEEN_JOB } from '../../src/domain/job/job-state.ts';
import { MINUTE } from '../../src/domain/base/time.ts';
import { openStore } from '../../src/store/open-store.ts';
import { aReport, ORDERS } from '../support/reports.ts';
import { AT_EASE, claimChange } from '../support/turns.ts';

const ana = { workspaceId: 'T1', channelId: 'C1', userId: 'UANA' };
const KEY = { connectionId: 'prod', jobId: ORDERS };

/** A subscription whose public line is being sent to its channel. */
async function whileAnnouncing() {
  const store = await openStore('sqlite::memory:', { clock: () => 1_000_000 });
  await store.openWorkspace({ id: 'T1', name: 'Acme', at: 1 });
  await store.openConnection({ id: 'prod', name: 'default', endpoint: 'https://x', projectId: 'p', at: 1 });
  await store.claimJob({ ...KEY, token: 'job', leaseMs: MINUTE, now: 5, maxAgeMs: 0 });
  const state = { ...UNSEEN_JOB, report: aReport(), checkedAt: 5 };
  const read = { jobId: ORDERS, state, events: [], nextPollAt: 10, askAlone: false, refusals: 0 };
  await store.commitPoll({ token: 'job', connectionId: 'prod', now: 5, results: [read] });
  await store.subscribe({ actor: ana, language: 'en', connectionId: 'prod', jobIds: [ORDERS], now: 6 });
  const claim = await store.claimTurn({ ...AT_EASE, workspaceId: 'T1', token: 'turn', newPostId: 'post', now: 7 });
  if (claim.kind !== 'send') throw new Error(`nothing to send, but ${JSON.stringify(claim)}`);
  return { store, ...claim };
}

const arrived = (at: number) => ({ kind: 'delivered' as const, messageTs: '1.1', channelId: 'C1', at });

test('the line of a subscription that was taken back while it was on its way is taken away when it arrives', async () => {
  const { store, lease, post } = await whileAnnouncing();
  await store.unsubscribe({ actor: ana, jobs: [KEY], reason: 'cannot_post', announce: false, now: 8 });
  expect(await store.settlePost(lease, post, arrived(9))).toBe('copy');
  expect(await claimChange(store, post.id)).toMatchObject({ kind: 'remove', messageTs: '1.1' });
  expect(await store.findPost(post.id)).toMatchObject({ messageTs: null });
  await store.close();
});

test('a post that was given up and is in its channel after all is kept, and counts as delivered', async () => {
  const { store, lease, post } = await whileAnnouncing();
  await store.settlePost(lease, post, { kind: 'dead', reason: 'invalid_blocks', at: 8 });
  expect(await store.settlePost(lease, post, arrived(9))).toBe('recorded');
  expect(await claimChange(store, post.id)).toBeNull();
  expect(await store.findPost(post.id)).toMatchObject({ messageTs: '1.1' });
  await store.close();
});
