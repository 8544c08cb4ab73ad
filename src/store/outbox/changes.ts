import { sql } from 'kysely';

import { msUntilTurn, takeTurn } from '../../domain/post/pace.ts';
import { findJobs } from '../jobs/jobs.ts';
import { isDue, isFree, msUntilDue, stillMeant } from '../rows/timed-work.ts';
import type { Claim, Claimed } from './claim-turn.ts';
import { decodeCopies } from './copies.ts';
import { jobIdsOf, loadPost } from './delivery-facts.ts';
import { reachablePosts } from './reachable-posts.ts';

/**
 * Posts of a workspace with a message to change, or a copy to take away, where posts go out. A copy stays until the post has
 * its own message: how a first message ended is never to be taken for how the end of a copy did.
 */
function changing(claim: Claim) {
  const { postId } = claim.request;
  const due = reachablePosts(claim)
    .where('posts.due_at', 'is not', null)
    .where((eb) => eb.or([eb('posts.message_ts', 'is not', null), eb('posts.ended', 'is not', null)]));
  return postId === undefined ? due : due.where('posts.id', '=', postId);
}

/** The post tells something by this change that nobody was told yet. */
const isAwaited = sql<number>`exists (select 1 from deliveries
  where deliveries.post_id = posts.id and deliveries.outcome is null)`;

/**
 * The next change of a message, one at a time for each: first those that tell something new, then whichever has waited
 * longest.
 */
export async function claimChange(claim: Claim): Promise<Claimed> {
  const { tx, clock, request } = claim;
  const row = await changing(claim)
    .selectAll('posts')
    .select([
      'channels.conversation_id',
      'workspaces.edits_paced_to',
      'workspaces.edits_paced_at',
      isAwaited.as('is_awaited'),
    ])
    .where(isDue('posts.due_at', 'posts.set_at', clock))
    .where(isFree(clock, { until: 'posts.lease_until', leasedAt: 'posts.leased_at' }))
    .orderBy('is_awaited', 'desc')
    .orderBy('posts.due_at')
    .executeTakeFirst();
  if (row === undefined) return 'nothing';
  const pacedTo = takeTurn(stillMeant(row.edits_paced_to, row.edits_paced_at, clock), clock, request.editPace);
  if (pacedTo === null) return 'nothing';
  const { workspace_id: workspaceId, channel_id: channelId, id: postId, message_ts: messageTs } = row;
  const lease = { workspaceId, channelId, postId, token: request.token };
  const where = { lease, channelId: row.conversation_id ?? channelId, tries: row.tries };
  if (row.ended === null && messageTs !== null && row.wanted_version > row.shown_version) {
    const post = await loadPost(tx, clock, postId, claim.language);
    if (post === null) return 'look again';
    await leasePost(claim, postId, pacedTo);
    const connectionId = post.facts.find((facts) => facts.kind === 'event')?.job.connectionId ?? '';
    const jobs = await findJobs(tx, connectionId, jobIdsOf(post));
    return { kind: 'edit', ...where, post, messageTs, jobs, isAwaited: row.is_awaited === 1 };
  }
  const [copy] = decodeCopies(row.copies);
  if (copy === undefined) {
    await tx.updateTable('posts').set({ due_at: null }).where('id', '=', postId).execute();
    return 'look again';
  }
  await leasePost(claim, postId, pacedTo);
  return { kind: 'remove', ...where, post: { id: postId, version: row.shown_version }, messageTs: copy };
}

async function leasePost({ tx, clock, request }: Claim, postId: string, pacedTo: number): Promise<void> {
  await tx
    .updateTable('posts')
    .set((eb) => ({
      attempt_version: eb.ref('wanted_version'),
      lease_token: request.token,
      lease_until: clock + request.editLeaseMs,
      leased_at: clock,
    }))
    .where('id', '=', postId)
    .execute();
  await tx
    .updateTable('workspaces')
    .set({ edits_paced_to: pacedTo, edits_paced_at: clock })
    .where('id', '=', request.workspaceId)
    .execute();
}

/** How long until a message may be changed, in ms; null when none is to be. */
export async function msUntilChange(claim: Claim): Promise<number | null> {
  const { clock, request } = claim;
  const rows = await changing(claim)
    .select([
      'posts.due_at',
      'posts.set_at',
      'posts.lease_until',
      'posts.leased_at',
      'workspaces.edits_paced_to',
      'workspaces.edits_paced_at',
    ])
    .execute();
  const waits = rows.map((row) =>
    Math.max(
      msUntilDue(row.due_at ?? 0, row.set_at, clock),
      msUntilDue(row.lease_until ?? 0, row.leased_at, clock),
      msUntilTurn(stillMeant(row.edits_paced_to, row.edits_paced_at, clock), clock, request.editPace),
    ),
  );
  return waits.length === 0 ? null : Math.min(...waits);
}
