import type { MessageTs } from '../../domain/post/message-ts.ts';
import { laterTs } from '../../domain/post/message-ts.ts';
import type { Post, PostSearch, PostSettlement } from '../../domain/post/post.ts';
import type { SearchSettlement } from '../../domain/post/reconcile.ts';
import { HOUR } from '../../domain/base/time.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import type { ChannelLease, Recorded } from '../../ports.ts';
import { holdsLease, releaseChannel, updateChannel } from '../rows/channel-lease.ts';
import { pauseChannel } from '../channels/pause-channel.ts';
import { saveReadBack } from './read-back.ts';
import type { Db, Tx } from '../rows/schema.ts';
import { addSurplus } from './surplus-messages.ts';
import { WITHDRAWN } from '../channels/suppress-deliveries.ts';

/** A channel is held up no longer at once, in ms. */
const MAX_HOLD_MS = HOUR;

/** A post whose message is, or may be, in its channel. */
type SentVersion = Pick<Post, 'id' | 'version'>;

export async function settlePost(
  db: Db,
  clock: EpochMs,
  lease: ChannelLease,
  sent: SentVersion,
  settlement: PostSettlement,
): Promise<Recorded> {
  return await db.transaction().execute(async (tx) => {
    const held = await holdsLease(tx, lease);
    if (settlement.kind === 'delivered') {
      const { messageTs, channelId, at } = settlement;
      const isCopy = await recordMessages(tx, lease, sent, [messageTs], channelId, at);
      await releaseChannel(tx, lease);
      return isCopy ? 'copy' : 'recorded';
    }
    if (!held) return 'lease_lost';
    await recordFailure(tx, lease, sent.id, settlement);
    await ('afterMs' in settlement ? holdUp(tx, lease, clock, settlement.afterMs) : releaseChannel(tx, lease));
    return 'recorded';
  });
}

export async function settleSearch(
  db: Db,
  clock: EpochMs,
  lease: ChannelLease,
  post: Pick<PostSearch, 'postId' | 'channelId'>,
  settlement: SearchSettlement,
): Promise<Recorded> {
  return await db.transaction().execute(async (tx) => {
    const held = await holdsLease(tx, lease);
    if (settlement.kind === 'found') {
      const { messageTs, copies, at } = settlement;
      const shown = { id: post.postId, version: await foundVersion(tx, post.postId, copies) };
      await recordMessages(tx, lease, shown, [messageTs, ...copies], post.channelId, at);
      await saveReadBack(tx, lease, { kind: 'proven', since: at });
      await releaseChannel(tx, lease);
      return 'recorded';
    }
    if (!held) return 'lease_lost';
    if (settlement.kind === 'pause_channel') {
      await pauseChannel(tx, lease, post.postId, settlement);
      // Time out of the channel is no time of looking in vain.
      await tx.updateTable('posts').set({ searched_since: null }).where('id', '=', post.postId).execute();
      await releaseChannel(tx, lease);
      return 'recorded';
    }
    await saveReadBack(tx, lease, settlement.readBack);
    await tx
      .updateTable('posts')
      .set(
        settlement.kind === 'look_again'
          ? { looks: settlement.looks, next_look_at: clock + settlement.afterMs, look_set_at: clock }
          : { attempt_started_at: null, looks: 0 },
      )
      .where('id', '=', post.postId)
      .where('outcome', 'is', null)
      .execute();
    await holdUp(tx, lease, clock, settlement.afterMs);
    return 'recorded';
  });
}

/**
 * A fact that no lease can make untrue: these messages of the post are in the channel. The first one ever recorded stays, also
 * of a post that had been given up; the others are copies that must go, and so is every message of an announcement that was
 * withdrawn. True when all of them must go.
 */
async function recordMessages(
  tx: Tx,
  channel: ChannelLease,
  { id: postId, version }: SentVersion,
  messages: readonly [MessageTs, ...MessageTs[]],
  conversationId: string,
  at: EpochMs,
): Promise<boolean> {
  const row = await tx
    .selectFrom('posts')
    .select(['outcome', 'reason', 'message_ts'])
    .where('id', '=', postId)
    .executeTakeFirst();
  const isFirst = row !== undefined && row.message_ts === null && !(row.outcome === 'dead' && row.reason === WITHDRAWN);
  const kept = isFirst ? messages[0] : (row?.message_ts ?? null);
  const copies = messages.filter((one) => one !== kept);
  if (isFirst) await recordDelivered(tx, postId, messages[0], version, at);
  if (row !== undefined) await addSurplus(tx, channel, postId, copies, at);
  await noteTimestamp(tx, channel, conversationId, messages[0], at);
  return row !== undefined && copies.length === messages.length;
}

async function recordDelivered(
  tx: Tx,
  postId: string,
  messageTs: MessageTs,
  version: number,
  at: EpochMs,
): Promise<void> {
  await tx
    .updateTable('posts')
    .set({
      outcome: 'delivered',
      message_ts: messageTs,
      shown_version: version,
      attempt_started_at: null,
      settled_at: at,
    })
    .where('id', '=', postId)
    .execute();
  await settleDeliveries(tx, postId, 'delivered', 'merged', null, at);
}

/** The newest timestamps are where a later search begins; the first message in a channel is tried to be read back. */
async function noteTimestamp(
  tx: Tx,
  { workspaceId, channelId }: ChannelLease,
  conversationId: string,
  messageTs: MessageTs,
  at: EpochMs,
): Promise<void> {
  const row = await tx
    .selectFrom('channels')
    .innerJoin('workspaces', 'workspaces.id', 'channels.workspace_id')
    .select(['channels.last_ts', 'workspaces.last_ts as workspace_last_ts', 'read_back_at', 'read_back_due_at'])
    .where('channels.workspace_id', '=', workspaceId)
    .where('channels.channel_id', '=', channelId)
    .executeTakeFirst();
  if (row === undefined) return;
  const isTrialDue = row.read_back_at === null && row.read_back_due_at === null;
  await updateChannel(tx, { workspaceId, channelId })
    .set({
      last_ts: laterTs(row.last_ts, messageTs),
      conversation_id: conversationId,
      ...(isTrialDue ? { read_back_due_at: at, read_back_set_at: at } : {}),
    })
    .execute();
  await tx
    .updateTable('workspaces')
    .set({ last_ts: laterTs(row.workspace_last_ts, messageTs) })
    .where('id', '=', workspaceId)
    .execute();
}

async function recordFailure(
  tx: Tx,
  lease: ChannelLease,
  postId: string,
  settlement: Exclude<PostSettlement, { readonly kind: 'delivered' }>,
): Promise<void> {
  const post = tx.updateTable('posts').where('id', '=', postId);
  const certain = { attempt_started_at: null, reason: settlement.reason };
  switch (settlement.kind) {
    case 'look_for_it':
      await post.set({ reason: settlement.reason }).execute();
      return;
    case 'dead':
      await post.set({ ...certain, outcome: 'dead', settled_at: settlement.at }).execute();
      return await settleDeliveries(tx, postId, 'dead', 'dead', settlement.reason, settlement.at);
    case 'try_again':
      await post.set({ ...certain, plain: settlement.plain ? 1 : 0 }).execute();
      return;
    case 'pause_channel':
      await post.set(certain).execute();
      return await pauseChannel(tx, lease, postId, settlement);
    case 'pause_workspace':
      await post.set(certain).execute();
      await tx
        .updateTable('workspaces')
        .set({ paused_at: settlement.at, pause_reason: settlement.reason })
        .where('id', '=', lease.workspaceId)
        .execute();
  }
}

/** The first delivery of a post was told by it, the others with it. What was settled before stays as it was. */
async function settleDeliveries(
  tx: Tx,
  postId: string,
  first: string,
  others: string,
  reason: string | null,
  at: EpochMs,
): Promise<void> {
  await tx
    .updateTable('deliveries')
    .set((eb) => ({
      outcome: eb
        .case()
        .when(
          'id',
          '=',
          eb
            .selectFrom('deliveries as d')
            .select((d) => d.fn.min('d.id').as('first'))
            .where('d.post_id', '=', postId),
        )
        .then(first)
        .else(others)
        .end(),
      reason,
      settled_at: at,
    }))
    .where('post_id', '=', postId)
    .where('outcome', 'is', null)
    .execute();
}

/** What a message shows that was found: what its attempt sent; of several, nobody knows which attempt's it is. */
async function foundVersion(tx: Tx, postId: string, copies: readonly MessageTs[]): Promise<number> {
  const row = await tx
    .selectFrom('posts')
    .select(['attempt_version', 'attempts'])
    .where('id', '=', postId)
    .executeTakeFirst();
  const isClear = copies.length === 0 && row?.attempts === 1;
  return (row?.attempt_version ?? 0) - (isClear ? 0 : 1);
}

/** Gives the channel back; nobody has it meanwhile. Whoever asks for more than the longest wait is asked again after it. */
async function holdUp(tx: Tx, lease: ChannelLease, clock: EpochMs, waitMs: number): Promise<void> {
  const until = clock + Math.min(waitMs, MAX_HOLD_MS);
  await updateChannel(tx, lease)
    .set({ next_send_at: until, send_set_at: clock, lease_token: null, lease_until: null })
    .execute();
}
