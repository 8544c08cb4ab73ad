import { isDirectMessage } from '../../domain/conversation.ts';
import type { ChannelKey, NamedSubscription } from '../../domain/subscription.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import { announce, ensureChannel } from '../rows/announce.ts';
import { decodeAnnouncement } from '../rows/codec.ts';
import type { Tx } from '../rows/schema.ts';
import { listSubscriptions, named } from './subscriptions.ts';

/**
 * A channel's posts are held back: everybody who made a subscription there is told in a direct message, once. Those whose new
 * subscription a refused post announced are not: they are waiting for the answer, which says so.
 */
export async function tellOwners(
  tx: Tx,
  channel: ChannelKey,
  refusedPostId: string | null,
  reason: string,
  now: EpochMs,
): Promise<void> {
  // A direct message that fails is not told in another direct message.
  if (isDirectMessage(channel.channelId)) return;
  const answered = refusedPostId === null ? new Set<string>() : await jobsAnnounced(tx, refusedPostId);
  const waiting = (await listSubscriptions(tx, channel)).filter((one) => !answered.has(one.jobId));
  for (const [owner, subscriptions] of byOwner(waiting)) {
    const conversation = { workspaceId: channel.workspaceId, channelId: owner };
    const [first] = subscriptions;
    if (first === undefined) continue;
    await ensureChannel(tx, conversation, now);
    const jobs = subscriptions.map(named);
    const announcement = { kind: 'paused' as const, channelId: channel.channelId, reason, jobs };
    await announce(tx, conversation, first.connectionId, announcement, now);
  }
}

async function jobsAnnounced(tx: Tx, postId: string): Promise<ReadonlySet<string>> {
  const rows = await tx
    .selectFrom('deliveries')
    .select('announcement')
    .where('post_id', '=', postId)
    .where('announcement', 'is not', null)
    .execute();
  const said = rows.map((row) => decodeAnnouncement(row.announcement ?? ''));
  return new Set(said.flatMap((one) => (one?.kind === 'subscribed' ? one.jobs.map((job) => job.jobId) : [])));
}

function byOwner(subscriptions: readonly NamedSubscription[]): ReadonlyMap<string, readonly NamedSubscription[]> {
  const owners = new Map<string, NamedSubscription[]>();
  for (const one of subscriptions) owners.set(one.createdBy, [...(owners.get(one.createdBy) ?? []), one]);
  return owners;
}
