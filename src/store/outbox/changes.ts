import { sql } from 'kysely';

import type { EpochMs } from '../../domain/base/time.ts';
import { msUntilPace, consumePace } from '../../domain/post/pace.ts';
import type { Post } from '../../domain/post/post.ts';
import type { Job } from '../../domain/job/job.ts';
import { findJobs } from '../jobs/jobs.ts';
import type { Db, Tx } from '../rows/schema.ts';
import { stillMeant } from '../rows/timed-work.ts';
import { wantNewVersion } from '../rows/want-edit.ts';
import { leaseOf, postsToWorkOn } from './claim.ts';
import type { Claim, Claimed } from './claim.ts';
import { decodeCopies } from './copies.ts';
import { loadPost } from './delivery-facts.ts';

/** The post tells something by this change that nobody was told yet. */
const isAwaited = sql<number>`exists (select 1 from deliveries
  where deliveries.post_id = posts.id and deliveries.outcome is null)`;

/**
 * The next message to change, or copy to take away: first what tells something new, then whatever has waited longest. A copy
 * stays until the post has its own message: how a first message ended is never to be taken for how the end of a copy did.
 */
async function nextChange(claim: Claim) {
  const { postId } = claim.request;
  const posts = postsToWorkOn(claim, 'posts.due_at', 'posts.set_at')
    .select(['workspaces.edits_paced_to', 'workspaces.edits_paced_at', isAwaited.as('is_awaited')])
    .where((eb) => eb.or([eb('posts.message_ts', 'is not', null), eb('posts.ended', 'is not', null)]))
    .orderBy('is_awaited', 'desc')
    .orderBy('posts.due_at');
  return await (postId === undefined ? posts : posts.where('posts.id', '=', postId)).executeTakeFirst();
}

/** The next change of a message, one at a time for each. */
export async function claimChange(claim: Claim): Promise<Claimed> {
  const { tx, clock, language, request } = claim;
  const row = await nextChange(claim);
  if (row === undefined) return null;
  const used = stillMeant(row.edits_paced_to, row.edits_paced_at, clock);
  const pacedTo = consumePace(used, clock, request.editPace);
  if (row.wait_ms > 0 || pacedTo === null) return Math.max(row.wait_ms, msUntilPace(used, clock, request.editPace));
  const { workspace_id: workspaceId, channel_id: channelId, id: postId, message_ts: messageTs } = row;
  const lease = { workspaceId, channelId, postId, token: request.token };
  const where = { lease, channelId: row.conversation_id ?? channelId, tries: row.tries };
  if (row.ended === null && messageTs !== null && row.wanted_version > row.shown_version) {
    const post = await loadPost(tx, clock, postId, language);
    if (post === null) return 'look again';
    await leasePost(claim, postId, pacedTo);
    return {
      kind: 'edit',
      ...where,
      post,
      messageTs,
      jobs: await findJobsOf(tx, post),
      isAwaited: row.is_awaited === 1,
    };
  }
  const [copy] = decodeCopies(row.copies);
  if (copy === undefined) {
    await tx.updateTable('posts').set({ due_at: null }).where('id', '=', postId).execute();
    return 'look again';
  }
  await leasePost(claim, postId, pacedTo);
  return { kind: 'remove', ...where, post: { id: postId, version: row.shown_version }, messageTs: copy };
}

async function leasePost(claim: Claim, postId: string, pacedTo: number): Promise<void> {
  const { tx, clock, request } = claim;
  await tx
    .updateTable('posts')
    .set((eb) => ({ attempt_version: eb.ref('wanted_version'), ...leaseOf(claim, request.editLeaseMs) }))
    .where('id', '=', postId)
    .execute();
  await tx
    .updateTable('workspaces')
    .set({ edits_paced_to: pacedTo, edits_paced_at: clock })
    .where('id', '=', request.workspaceId)
    .execute();
}

/** The jobs that a post is about, whatever their connection. */
async function findJobsOf(tx: Tx, { facts, around }: Post): Promise<readonly Job[]> {
  const jobs = [...facts, ...around.shown].flatMap((one) => (one.kind === 'event' ? [one.job] : []));
  const found: Job[] = [];
  for (const connectionId of new Set(jobs.map((job) => job.connectionId)))
    found.push(...(await findJobs(tx, connectionId, [...new Set(jobs.map(({ jobId }) => jobId))])));
  return found;
}

/** Somebody asks how a post's jobs are: its message wants to say it. */
export async function askPost(db: Db, clock: EpochMs, postId: string): Promise<boolean> {
  const { numUpdatedRows } = await wantNewVersion(db, clock)
    .set({ asked_at: clock })
    .where('id', '=', postId)
    .where('message_ts', 'is not', null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}
