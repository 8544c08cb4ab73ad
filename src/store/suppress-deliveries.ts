import type { JobKey } from '../domain/job.ts';
import type { ChannelKey } from '../domain/subscription.ts';
import type { EpochMs } from '../domain/time.ts';
import { decodeAnnouncement } from './codec.ts';
import type { Tx } from './schema.ts';

/** The reason of a post whose subscription was taken back, because nothing can be posted in its channel. */
export const WITHDRAWN = 'cannot_post';

/** Suppresses what is owed to a channel for jobs it no longer watches, as far as it is not being sent already. */
export async function suppressOwed(
  tx: Tx,
  channel: ChannelKey,
  jobs: readonly JobKey[],
  reason: 'unsubscribed' | typeof WITHDRAWN,
  now: EpochMs,
): Promise<void> {
  for (const job of jobs) {
    await tx
      .updateTable('deliveries')
      .set({ outcome: 'suppressed', reason, settled_at: now })
      .where('workspace_id', '=', channel.workspaceId)
      .where('channel_id', '=', channel.channelId)
      .where('connection_id', '=', job.connectionId)
      .where('job_id', '=', job.jobId)
      .where('outcome', 'is', null)
      .where('post_id', 'is', null)
      .execute();
  }
  if (reason === WITHDRAWN) await withdrawAnnouncements(tx, channel, jobs, now);
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
    .where('workspace_id', '=', channel.workspaceId)
    .where('channel_id', '=', channel.channelId)
    .where('outcome', 'is', null)
    .where('announcement', 'is not', null)
    .execute();
  const taken = new Set(jobs.map((job) => job.jobId));
  for (const { id, announcement, post_id: postId } of rows) {
    const said = decodeAnnouncement(announcement ?? '');
    if (said.kind !== 'subscribed' || !said.jobs.every((job) => taken.has(job.jobId))) continue;
    const settled = { outcome: 'suppressed', reason: WITHDRAWN, settled_at: now };
    await tx.updateTable('deliveries').set(settled).where('id', '=', id).execute();
    if (postId !== null)
      await tx
        .updateTable('posts')
        .set({ ...settled, outcome: 'dead' })
        .where('id', '=', postId)
        .execute();
  }
}
