import type { Language } from '../../domain/base/language.ts';
import { placeDeliveries, placeInOrder } from '../../domain/post/place-deliveries.ts';
import type { JoinablePost, NewPost, PendingDelivery } from '../../domain/post/place-deliveries.ts';
import type { ChannelKey } from '../../domain/subscription.ts';
import { SECOND } from '../../domain/base/time.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import { wantNewVersion } from '../rows/want-edit.ts';
import type { Tx } from '../rows/schema.ts';
import type { Claim } from './claim-turn.ts';
import { decodePostKind, dropUnreadable, selectFacts, toFacts } from './delivery-facts.ts';

/** Pending deliveries of a channel that are placed at once. */
const MOST_PLACED = 200;
/** What has no place yet is looked at again after this, in ms. */
const LOOK_AGAIN_MS = SECOND;

/**
 * Gives the pending deliveries of a channel their places: in posts that take them, or in the new post whose id is returned.
 * Null when none is begun; what is still pending then waits.
 */
export async function placePending(claim: Claim, channel: ChannelKey): Promise<string | null> {
  const { tx, clock, language, request } = claim;
  const pending = await readPending(tx, clock, language, channel);
  const joinable = await readJoinable(tx, language, channel);
  const placements = placeDeliveries({ pending, joinable, now: clock });
  const { attached, begun, held } = placeInOrder(placements, await findUntold(tx, channel));
  for (const { postId, deliveries } of attached) await attach(tx, clock, postId, deliveries);
  for (const { until, deliveries } of held) await hold(tx, clock, deliveries, Math.max(until, clock + 1));
  if (begun === null) {
    const placed = new Set([...attached, ...held].flatMap(({ deliveries }) => deliveries));
    const left = pending.filter((one) => !placed.has(one));
    await hold(tx, clock, left, clock + LOOK_AGAIN_MS);
    return null;
  }
  await begin(tx, channel, request.newPostId, begun.post, request.now);
  await put(tx, request.newPostId, begun.deliveries, 1);
  return request.newPostId;
}

/** What is owed to the channel and in no post, oldest first; what cannot be read is not told. */
async function readPending(
  tx: Tx,
  clock: EpochMs,
  language: Language,
  { workspaceId, channelId }: ChannelKey,
): Promise<readonly PendingDelivery[]> {
  const rows = await selectFacts(tx)
    .where('deliveries.workspace_id', '=', workspaceId)
    .where('deliveries.channel_id', '=', channelId)
    .where('deliveries.outcome', 'is', null)
    .where('deliveries.post_id', 'is', null)
    .limit(MOST_PLACED)
    .execute();
  const readable = await dropUnreadable(tx, clock, rows, language);
  return readable.flatMap((row) => {
    const facts = toFacts(row, language);
    return facts === null ? [] : [{ id: row.id, subject: subjectOf(row), owedAt: row.created_at, facts }];
  });
}

function subjectOf(row: { readonly connection_id: string; readonly subject: string }): string {
  return `${row.connection_id} ${row.subject}`;
}

async function readJoinable(
  tx: Tx,
  language: Language,
  { workspaceId, channelId }: ChannelKey,
): Promise<readonly JoinablePost[]> {
  const rows = await tx
    .selectFrom('posts')
    .select(['id', 'kind', 'about', 'created_at'])
    .where('workspace_id', '=', workspaceId)
    .where('channel_id', '=', channelId)
    .where('joinable', '=', 1)
    .where('message_ts', 'is not', null)
    .execute();
  const posts: JoinablePost[] = [];
  for (const { id, kind, about, created_at: begunAt } of rows) {
    const told = await selectFacts(tx).where('deliveries.post_id', '=', id).execute();
    const facts = told.flatMap((row) => toFacts(row, language) ?? []);
    posts.push({ id, kind: decodePostKind(kind), about, begunAt, facts });
  }
  return posts;
}

/** For each subject with something that stands in a post and is not shown yet: that post. */
async function findUntold(tx: Tx, { workspaceId, channelId }: ChannelKey): Promise<ReadonlyMap<string, string>> {
  const rows = await tx
    .selectFrom('deliveries')
    .select(['connection_id', 'subject', 'post_id'])
    .where('workspace_id', '=', workspaceId)
    .where('channel_id', '=', channelId)
    .where('outcome', 'is', null)
    .where('post_id', 'is not', null)
    .orderBy('id')
    .execute();
  return new Map(rows.toReversed().map((row) => [subjectOf(row), row.post_id ?? '']));
}

/** The deliveries are told by the next edit of a message that is there. */
async function attach(tx: Tx, clock: EpochMs, postId: string, deliveries: readonly PendingDelivery[]): Promise<void> {
  const { wanted_version: version } = await wantNewVersion(tx, clock)
    .where('id', '=', postId)
    .returning('wanted_version')
    .executeTakeFirstOrThrow();
  await put(tx, postId, deliveries, version);
}

async function put(tx: Tx, postId: string, deliveries: readonly PendingDelivery[], version: number): Promise<void> {
  await withIds(tx, deliveries)?.set({ post_id: postId, at_version: version, hold_until: 0 }).execute();
}

async function hold(tx: Tx, clock: EpochMs, deliveries: readonly PendingDelivery[], until: EpochMs): Promise<void> {
  await withIds(tx, deliveries)?.set({ hold_until: until, hold_set_at: clock }).execute();
}

/** Begins an update of these deliveries; null for none. */
function withIds(tx: Tx, deliveries: readonly PendingDelivery[]) {
  if (deliveries.length === 0) return null;
  const ids = deliveries.map((one) => one.id);
  return tx.updateTable('deliveries').where('id', 'in', ids);
}

/** A new post; one of the same key that took deliveries so far is only kept current from now on. */
async function begin(
  tx: Tx,
  { workspaceId, channelId }: ChannelKey,
  postId: string,
  { kind, about, isJoinable }: NewPost,
  now: EpochMs,
): Promise<void> {
  if (isJoinable)
    await tx
      .updateTable('posts')
      .set({ joinable: 0 })
      .where('workspace_id', '=', workspaceId)
      .where('channel_id', '=', channelId)
      .where('kind', '=', kind)
      .where('about', '=', about)
      .where('joinable', '=', 1)
      .execute();
  await tx
    .insertInto('posts')
    .values({
      id: postId,
      workspace_id: workspaceId,
      channel_id: channelId,
      kind,
      about,
      joinable: isJoinable ? 1 : 0,
      wanted_version: 1,
      created_at: now,
    })
    .execute();
}

/** What the post owes and has not shown is free to be placed anew. */
export async function freeDeliveries(tx: Tx, postId: string): Promise<void> {
  await tx
    .updateTable('deliveries')
    .set({ post_id: null, at_version: 0 })
    .where('post_id', '=', postId)
    .where('outcome', 'is', null)
    .execute();
}
