import { nextGroupSize } from '../domain/group-deliveries.ts';
import type { Language } from '../domain/language.ts';
import type { Post, PostSettlement } from '../domain/post.ts';
import type { ChannelKey } from '../domain/subscription.ts';
import { HOUR } from '../domain/time.ts';
import type { EpochMs } from '../domain/time.ts';
import type { ChannelLease, LeaseRequest, SentPost } from '../ports.ts';
import { loadPost, selectFacts, toFacts } from './delivery-facts.ts';
import { leaseIsFree } from './leases.ts';
import { tellOwners } from './tell-owners.ts';
import type { Db, Tx } from './schema.ts';

/** Pending deliveries read to find the next group; a group is never larger. */
const MOST_IN_A_POST = 20;
/** A channel held up longer than this was held up by a clock that has since jumped back. */
const LONGEST_HOLD_MS = HOUR;

/** Channels with something to send that nobody has stopped. */
function sendable(db: Db) {
  return db
    .selectFrom('channels')
    .innerJoin('workspaces', 'workspaces.id', 'channels.workspace_id')
    .innerJoin(
      (eb) =>
        eb
          .selectFrom('deliveries')
          .select(['workspace_id', 'channel_id', eb.fn.min('id').as('oldest')])
          .where('outcome', 'is', null)
          .groupBy(['workspace_id', 'channel_id'])
          .as('owed'),
      (join) =>
        join
          .onRef('owed.workspace_id', '=', 'channels.workspace_id')
          .onRef('owed.channel_id', '=', 'channels.channel_id'),
    )
    .where('channels.paused_at', 'is', null)
    .where('workspaces.paused_at', 'is', null);
}

export async function claimChannel(
  db: Db,
  clock: number,
  { token, leaseMs }: LeaseRequest,
): Promise<ChannelLease | null> {
  return await db.transaction().execute(async (tx) => {
    const row = await sendable(tx)
      .select(['channels.workspace_id', 'channels.channel_id'])
      .where((eb) => eb.or([eb('next_send_at', '<=', clock), eb('next_send_at', '>', clock + LONGEST_HOLD_MS)]))
      .where(leaseIsFree(clock))
      .orderBy('owed.oldest')
      .executeTakeFirst();
    if (row === undefined) return null;
    const lease = { workspaceId: row.workspace_id, channelId: row.channel_id, token };
    await updateChannel(tx, lease)
      .set({ lease_token: token, lease_until: clock + leaseMs })
      .execute();
    return lease;
  });
}

export async function msUntilNextPost(db: Db, clock: number): Promise<number | null> {
  const rows = await sendable(db).select(['channels.next_send_at', 'channels.lease_until']).execute();
  const waits = rows.map((row) => Math.max(0, row.next_send_at - clock, (row.lease_until ?? 0) - clock));
  return waits.length === 0 ? null : Math.min(...waits);
}

export async function beginPost(
  db: Db,
  language: Language,
  lease: ChannelLease,
  newPostId: string,
  now: EpochMs,
): Promise<Post | null> {
  return await db.transaction().execute(async (tx) => {
    if (!(await holdsLease(tx, lease))) return null;
    const postId = (await unsettledPost(tx, lease)) ?? (await freezeGroup(tx, language, lease, newPostId, now));
    if (postId === null) return null;
    await tx
      .updateTable('posts')
      .set((eb) => ({ attempts: eb('attempts', '+', 1), attempt_started_at: now }))
      .where('id', '=', postId)
      .execute();
    return await loadPost(tx, postId, language);
  });
}

async function unsettledPost(tx: Tx, channel: ChannelKey): Promise<string | null> {
  const row = await tx
    .selectFrom('posts')
    .select('id')
    .where('workspace_id', '=', channel.workspaceId)
    .where('channel_id', '=', channel.channelId)
    .where('outcome', 'is', null)
    .executeTakeFirst();
  return row?.id ?? null;
}

/** Decides, once and for all, which deliveries the next post tells. */
async function freezeGroup(
  tx: Tx,
  language: Language,
  channel: ChannelKey,
  postId: string,
  now: EpochMs,
): Promise<string | null> {
  const pending = await selectFacts(tx)
    .where('deliveries.workspace_id', '=', channel.workspaceId)
    .where('deliveries.channel_id', '=', channel.channelId)
    .where('deliveries.outcome', 'is', null)
    .where('deliveries.post_id', 'is', null)
    .limit(MOST_IN_A_POST)
    .execute();
  const group = pending.slice(0, nextGroupSize(pending.map((row) => toFacts(row, language))));
  if (group.length === 0) return null;
  await tx
    .insertInto('posts')
    .values({ id: postId, workspace_id: channel.workspaceId, channel_id: channel.channelId, created_at: now })
    .execute();
  await tx
    .updateTable('deliveries')
    .set({ post_id: postId })
    .where(
      'id',
      'in',
      group.map((row) => row.id),
    )
    .execute();
  return postId;
}

export async function settlePost(
  db: Db,
  clock: number,
  lease: ChannelLease,
  sent: Pick<Post, 'id' | 'version'>,
  settlement: PostSettlement,
  paceMs: number,
): Promise<boolean> {
  return await db.transaction().execute(async (tx) => {
    if (!(await holdsLease(tx, lease))) return false;
    await recordSettlement(tx, lease, sent, settlement);
    const waitMs = settlement.kind === 'try_again' ? settlement.afterMs : paceMs;
    await updateChannel(tx, lease)
      .set({ next_send_at: clock + waitMs, lease_token: null, lease_until: null })
      .execute();
    return true;
  });
}

async function recordSettlement(
  tx: Tx,
  lease: ChannelLease,
  { id: postId, version }: Pick<Post, 'id' | 'version'>,
  settlement: PostSettlement,
): Promise<void> {
  const post = tx.updateTable('posts').where('id', '=', postId);
  switch (settlement.kind) {
    case 'delivered':
      await post
        .set({
          outcome: 'delivered',
          message_ts: settlement.messageTs,
          shown_version: version,
          settled_at: settlement.at,
        })
        .execute();
      return await settleDeliveries(tx, postId, 'delivered', 'merged', null, settlement.at);
    case 'dead':
      await post.set({ outcome: 'dead', reason: settlement.reason, settled_at: settlement.at }).execute();
      return await settleDeliveries(tx, postId, 'dead', 'dead', settlement.reason, settlement.at);
    case 'try_again':
      await post.set({ plain: settlement.plain ? 1 : 0, reason: settlement.reason }).execute();
      return;
    case 'pause_channel':
      await post.set({ reason: settlement.reason }).execute();
      await updateChannel(tx, lease).set({ paused_at: settlement.at, pause_reason: settlement.reason }).execute();
      await tellOwners(tx, lease, postId, settlement.reason, settlement.at);
      return;
    case 'pause_workspace':
      await post.set({ reason: settlement.reason }).execute();
      await tx
        .updateTable('workspaces')
        .set({ paused_at: settlement.at, pause_reason: settlement.reason })
        .where('id', '=', lease.workspaceId)
        .execute();
  }
}

/** The first delivery of a post was told by it, the others with it. */
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
    .execute();
}

export async function releaseChannel(db: Db, lease: ChannelLease): Promise<void> {
  await updateChannel(db, lease)
    .set({ lease_token: null, lease_until: null })
    .where('lease_token', '=', lease.token)
    .execute();
}

export async function findPost(db: Db, language: Language, postId: string): Promise<SentPost | null> {
  const post = await loadPost(db, postId, language);
  if (post === null) return null;
  const row = await db.selectFrom('posts').select('message_ts').where('id', '=', postId).executeTakeFirst();
  return { post, messageTs: row?.message_ts ?? null };
}

async function holdsLease(tx: Tx, lease: ChannelLease): Promise<boolean> {
  const row = await tx
    .selectFrom('channels')
    .select('lease_token')
    .where('workspace_id', '=', lease.workspaceId)
    .where('channel_id', '=', lease.channelId)
    .executeTakeFirst();
  return row?.lease_token === lease.token;
}

function updateChannel(db: Db, { workspaceId, channelId }: ChannelKey) {
  return db.updateTable('channels').where('workspace_id', '=', workspaceId).where('channel_id', '=', channelId);
}
