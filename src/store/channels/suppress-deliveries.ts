import { HELD } from '../../domain/access.ts';
import type { JobKey } from '../../domain/job/job.ts';
import type { ChannelKey } from '../../domain/subscription.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import { decodeAnnouncement } from '../rows/codec.ts';
import { noteLetGo } from '../rows/rule-endings.ts';
import { wantEditOfPosts } from '../rows/want-edit.ts';
import { ofChannel } from '../rows/keys.ts';
import type { Tx } from '../rows/schema.ts';

/** The reason of a post whose subscription was taken back, because nothing can be posted in its channel. */
export const WITHDRAWN = 'cannot_post';

/** Why somebody ended a subscription. */
type EndReason = 'unsubscribed' | typeof WITHDRAWN | typeof HELD.channel_deleted;

/**
 * Suppresses what is owed to a channel for jobs it no longer watches, also in a post that is held up or does not show it yet. A
 * post whose attempt may have reached the channel keeps its deliveries: it is looked for first (see `withdrawUnwatched`).
 */
export async function suppressOwed(
  tx: Tx,
  channel: ChannelKey,
  jobs: readonly JobKey[],
  reason: EndReason,
  now: EpochMs,
): Promise<void> {
  for (const job of jobs) {
    await tx
      .updateTable('deliveries')
      .set({ outcome: 'not_told', reason, settled_at: now, post_id: null })
      .where((eb) => eb.and(ofChannel(channel)))
      .where('connection_id', '=', job.connectionId)
      .where('subject', '=', job.jobId)
      .where('outcome', 'is', null)
      .where((eb) =>
        eb.or([
          eb('post_id', 'is', null),
          eb('post_id', 'in', heldUpPosts(tx, channel).select('id')),
          eb('post_id', 'in', shownPosts(tx, channel).select('id')),
        ]),
      )
      .execute();
  }
  await closeLetGo(tx, channel, jobs, now);
  const heldUp = await heldUpPosts(tx, channel).select('id').execute();
  for (const { id } of heldUp) await settleIfEmpty(tx, id, reason, now);
  if (reason === WITHDRAWN) await withdrawAnnouncements(tx, channel, jobs, now);
}

/**
 * Nobody here looks at these jobs any more: messages about their failures, and about what rules found, say so, and what waited
 * for them waits no longer.
 */
async function closeLetGo(tx: Tx, channel: ChannelKey, jobs: readonly JobKey[], now: EpochMs): Promise<void> {
  const rows = await tx
    .selectFrom('deliveries')
    .innerJoin('posts', 'posts.id', 'deliveries.post_id')
    .innerJoin('failures', (join) =>
      join
        .onRef('failures.connection_id', '=', 'deliveries.connection_id')
        .onRef('failures.job_id', '=', 'deliveries.subject')
        .onRef('failures.event_number', '=', 'deliveries.number'),
    )
    .select(['posts.id', 'posts.part_of'])
    .distinct()
    .where('deliveries.workspace_id', '=', channel.workspaceId)
    .where('deliveries.channel_id', '=', channel.channelId)
    .where('failures.recovered_at', 'is', null)
    .where(
      'deliveries.subject',
      'in',
      jobs.map((job) => job.jobId),
    )
    .execute();
  await wantEditOfPosts(tx, rows, now);
  for (const job of jobs) await noteLetGo(tx, channel, job, now);
  await tx
    .updateTable('deliveries')
    .set({ hold_until: 0 })
    .where((eb) => eb.and(ofChannel(channel)))
    .where('outcome', 'is', null)
    .where('post_id', 'is', null)
    .execute();
}

/**
 * Suppresses what a post tells of jobs that somebody in its channel has unsubscribed since, when it would be sent again:
 * its last attempt did not reach the channel, or nobody can look. True when nothing is left to be told.
 */
export async function withdrawUnwatched(tx: Tx, postId: string, now: EpochMs): Promise<boolean> {
  const rows = await tx
    .selectFrom('deliveries')
    .innerJoin('subscriptions', (join) =>
      join
        .onRef('subscriptions.connection_id', '=', 'deliveries.connection_id')
        .onRef('subscriptions.job_id', '=', 'deliveries.subject')
        .onRef('subscriptions.workspace_id', '=', 'deliveries.workspace_id')
        .onRef('subscriptions.channel_id', '=', 'deliveries.channel_id'),
    )
    // By their order, not by their times: a clock that was set back must not take away what a later subscription is owed.
    .select((eb) => ['deliveries.id', eb.fn.max('subscriptions.id').as('last_subscription')])
    .where('deliveries.post_id', '=', postId)
    .where('deliveries.outcome', 'is', null)
    .groupBy('deliveries.id')
    .execute();
  const ended = await endedBySomebody(tx, new Set(rows.map((row) => row.last_subscription)));
  const withdrawn = rows.filter((row) => ended.has(row.last_subscription)).map((row) => row.id);
  if (withdrawn.length === 0) return false;
  await tx
    .updateTable('deliveries')
    .set({ outcome: 'not_told', reason: 'unsubscribed', settled_at: now, post_id: null })
    .where('id', 'in', withdrawn)
    .execute();
  return await settleIfEmpty(tx, postId, 'unsubscribed', now);
}

const SOMEBODY: readonly EndReason[] = ['unsubscribed', WITHDRAWN, HELD.channel_deleted];

/** Those of these subscriptions that a person ended, not the end of their job. */
async function endedBySomebody(tx: Tx, ids: ReadonlySet<number>): Promise<ReadonlySet<number>> {
  if (ids.size === 0) return ids;
  const rows = await tx
    .selectFrom('subscriptions')
    .select('id')
    .where('id', 'in', [...ids])
    .where('ended_at', 'is not', null)
    .where('end_reason', 'in', SOMEBODY)
    .execute();
  return new Set(rows.map((row) => row.id));
}

/** Posts that were begun and that nobody has seen; not those sent anew, whose deliveries were told before. */
function heldUpPosts(tx: Tx, channel: ChannelKey) {
  return postsOf(tx, channel)
    .where('message_ts', 'is', null)
    .where('ended', 'is', null)
    .where('attempt_at', 'is', null)
    .where('reposts', '=', 0);
}

/** Posts with a message, which may owe an edit. */
function shownPosts(tx: Tx, channel: ChannelKey) {
  return postsOf(tx, channel).where('message_ts', 'is not', null);
}

function postsOf(tx: Tx, { workspaceId, channelId }: ChannelKey) {
  return tx.selectFrom('posts').where((eb) => eb.and(ofChannel({ workspaceId, channelId })));
}

/** A post that has nothing left to tell is over. True when it is. */
async function settleIfEmpty(tx: Tx, postId: string, reason: EndReason, now: EpochMs): Promise<boolean> {
  const left = await tx
    .selectFrom('deliveries')
    .select('id')
    .where('post_id', '=', postId)
    .where('outcome', 'is', null)
    .executeTakeFirst();
  if (left !== undefined) return false;
  await tx
    .updateTable('posts')
    .set({ ended: 'withdrawn', reason, settled_at: now, attempt_at: null, look_at: null })
    .where('id', '=', postId)
    .execute();
  return true;
}

/** The public line of a subscription that was taken back must not appear when the channel opens up one day. */
async function withdrawAnnouncements(
  tx: Tx,
  channel: ChannelKey,
  jobs: readonly JobKey[],
  now: EpochMs,
): Promise<void> {
  const rows = await tx
    .selectFrom('deliveries')
    .select(['id', 'announcement', 'post_id'])
    .where((eb) => eb.and(ofChannel(channel)))
    .where('outcome', 'is', null)
    .where('announcement', 'is not', null)
    .execute();
  const taken = new Set(jobs.map((job) => job.jobId));
  for (const { id, announcement, post_id: postId } of rows) {
    const said = decodeAnnouncement(announcement ?? '');
    if (said?.kind !== 'subscribed' || !said.jobs.every((job) => taken.has(job.jobId))) continue;
    const withdrawn = { outcome: 'not_told', reason: WITHDRAWN, settled_at: now };
    await tx.updateTable('deliveries').set(withdrawn).where('id', '=', id).execute();
    if (postId === null || (await settleIfEmpty(tx, postId, WITHDRAWN, now))) continue;
    // The post tells other things as well, and goes on without the line, in its channel too if it should be there.
    await tx.updateTable('deliveries').set({ post_id: null }).where('id', '=', id).execute();
    await wantEditOfPosts(tx, [{ id: postId, part_of: null }], now);
  }
}
