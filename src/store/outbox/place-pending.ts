import type { Selectable } from 'kysely';

import { LOOK_AGAIN_MS, newsKind, placeDeliveries, placeInOrder } from '../../domain/post/place-deliveries.ts';
import type { NewPost, PendingDelivery, ToldInChannel } from '../../domain/post/place-deliveries.ts';
import { DEFAULT_INCIDENT_RULES } from '../../domain/post/incident.ts';
import type { HoldReason } from '../../domain/post/incident.ts';
import type { ChannelKey } from '../../domain/subscription.ts';
import { MINUTE } from '../../domain/base/time.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import { isPaused, listPausedPosts } from '../channels/pauses.ts';
import { findEpisode } from '../upkeep/blind-episodes.ts';
import { CHANNEL_SUBJECT } from '../rows/announce.ts';
import { wantNewVersion } from '../rows/want-edit.ts';
import type { Schema, Tx } from '../rows/schema.ts';
import { isDue } from '../rows/timed-work.ts';
import type { Claim } from './claim.ts';
import { decodePostKind, readDeliveries, readTold, selectFacts, subjectOf } from './delivery-facts.ts';

/** Nothing is collected. */
const AT_ONCE = {
  passBeganAt: null,
  rules: { ...DEFAULT_INCIDENT_RULES, collectFailuresMs: 0, collectMs: 0 },
};
/** Pending deliveries of a channel that are placed at once: more than any channel is owed of what is held for a while. */
const MAX_PLACED = 2_000;

/**
 * Gives the pending deliveries of a channel their places: in posts that take them, or in the new post whose id is returned.
 * Null when none is begun; what is still pending then waits.
 */
export async function placePending(claim: Claim, channel: ChannelKey): Promise<string | null> {
  const { tx, clock, request } = claim;
  const { pending, untold } = await readUntold(claim, channel);
  const posts = await readPosts(tx, claim, channel, pending);
  const lookingSince = await findLookingSince(tx, pending);
  const { passBeganAt, rules } = request.news ?? AT_ONCE;
  const isHeld = await isPaused(tx, channel);
  const placements = placeDeliveries({ pending, posts, now: clock, passBeganAt, rules, lookingSince, isHeld });
  const { attached, begun, held } = placeInOrder(placements, untold);
  for (const { postId, deliveries } of attached)
    await put(tx, deliveries, postId, await oneMoreVersion(tx, clock, postId));
  for (const { until, reason, deliveries } of held)
    await update(tx, deliveries, { hold_until: Math.max(until, clock + 1), hold_set_at: clock, hold_reason: reason });
  if (begun === null) {
    await holdLeft(tx, clock, channel);
    return null;
  }
  await begin(tx, channel, request.newPostId, begun.post, request.now);
  await put(tx, begun.deliveries, request.newPostId, 1);
  return request.newPostId;
}

/** Since when nobody saw, for each connection of these deliveries that is being looked at again. */
async function findLookingSince(tx: Tx, pending: readonly PendingDelivery[]): Promise<ReadonlyMap<string, EpochMs>> {
  const since = new Map<string, EpochMs>();
  for (const connectionId of new Set(pending.map((one) => one.connectionId))) {
    const episode = await findEpisode(tx, connectionId);
    if (episode !== null && (episode.kind === 'down' || episode.toldAt !== null))
      since.set(connectionId, episode.newsSince);
  }
  return since;
}

/**
 * What is owed to the channel and in no post, oldest first, as far as it can be read; and for each subject with something that
 * stands in a post and is not shown yet that post, the oldest one.
 */
async function readUntold({ tx, clock, language }: Claim, { workspaceId, channelId }: ChannelKey) {
  const rows = await selectFacts(tx)
    .where('deliveries.workspace_id', '=', workspaceId)
    .where('deliveries.channel_id', '=', channelId)
    .where('deliveries.outcome', 'is', null)
    .limit(MAX_PLACED)
    .execute();
  const refused = await listPausedPosts(tx, { workspaceId, channelId });
  // What is said to the channel itself is no step of anything: one announcement that is refused holds up no other.
  const isInTheWay = (row: (typeof rows)[number]) => row.subject !== CHANNEL_SUBJECT || !refused.has(row.post_id ?? '');
  const placed = rows
    .filter(isInTheWay)
    .flatMap((row) => (row.post_id === null ? [] : [[subjectOf(row), row.post_id] as const]));
  const waiting = rows.filter((row) => row.post_id === null);
  const read = await readDeliveries(tx, clock, waiting, language);
  const pending = read.map(({ row, facts }) => {
    const { id, connection_id: connectionId, created_at: owedAt } = row;
    return { id, subject: subjectOf(row), connectionId, owedAt, facts };
  });
  return { pending, untold: new Map(placed.toReversed()) };
}

/** A post that tells failures may become part of an incident for so long; an older incident is wanted for its recoveries. */
const RECENT_MS = 15 * MINUTE;

/** The posts that pending deliveries may join, show or be recoveries of; of an incident with what it shows. */
async function readPosts(
  tx: Tx,
  { clock, language }: Pick<Claim, 'clock' | 'language'>,
  { workspaceId, channelId }: ChannelKey,
  pending: readonly PendingDelivery[],
): Promise<readonly ToldInChannel[]> {
  const recovered = pending.flatMap(({ facts }) =>
    newsKind(facts) === 'recovered' && facts.kind === 'event' ? [facts.job.jobId] : [],
  );
  const incidents = await findIncidents(tx, recovered);
  const rows = await tx
    .selectFrom('posts')
    .select(['id', 'kind', 'joinable', 'reason', 'part_of', 'created_at'])
    .where('workspace_id', '=', workspaceId)
    .where('channel_id', '=', channelId)
    .where('message_ts', 'is not', null)
    .where('ended', 'is', null)
    .where((eb) =>
      eb.or([eb('created_at', '>', clock - RECENT_MS), ...(incidents.length === 0 ? [] : [eb('id', 'in', incidents)])]),
    )
    .orderBy('created_at')
    .execute();
  const posts: ToldInChannel[] = [];
  for (const row of rows) {
    const told = await readTold(tx, language, row.id);
    posts.push({
      id: row.id,
      kind: decodePostKind(row.kind),
      begunAt: row.created_at,
      isJoinable: row.joinable === 1,
      isFrozen: row.reason !== null,
      partOf: row.part_of,
      told: told.map(({ row: one, facts }) => ({ subject: subjectOf(one), toldAt: one.created_at, facts })),
    });
  }
  return posts;
}

/** The posts that told of these jobs, or the incidents that show those. */
async function findIncidents(tx: Tx, jobIds: readonly string[]): Promise<readonly string[]> {
  if (jobIds.length === 0) return [];
  const rows = await tx
    .selectFrom('deliveries')
    .innerJoin('posts', 'posts.id', 'deliveries.post_id')
    .select(['posts.id', 'posts.part_of'])
    .distinct()
    .where('deliveries.subject', 'in', jobIds)
    .where((eb) => eb.or([eb('posts.kind', '=', 'incident'), eb('posts.part_of', 'is not', null)]))
    .execute();
  return [...new Set(rows.map(({ id, part_of: partOf }) => partOf ?? id))];
}

/** What is put into a post that is there is told by its next edit. */
async function oneMoreVersion(tx: Tx, clock: EpochMs, postId: string): Promise<number> {
  const next = wantNewVersion(tx, clock).where('id', '=', postId).returning('wanted_version');
  return (await next.executeTakeFirstOrThrow()).wanted_version;
}

async function put(tx: Tx, deliveries: readonly PendingDelivery[], postId: string, version: number): Promise<void> {
  await update(tx, deliveries, { post_id: postId, at_version: version, hold_until: 0, hold_reason: null });
}

async function update(
  tx: Tx,
  deliveries: readonly PendingDelivery[],
  change: Partial<Selectable<Schema['deliveries']>>,
): Promise<void> {
  const ids = deliveries.map((one) => one.id);
  if (ids.length > 0) await tx.updateTable('deliveries').set(change).where('id', 'in', ids).execute();
}

/** Whatever else is due waits as well, be it for its place in the order or because there is too much: else it was due for ever. */
async function holdLeft(tx: Tx, clock: EpochMs, { workspaceId, channelId }: ChannelKey): Promise<void> {
  await tx
    .updateTable('deliveries')
    .set({
      hold_until: clock + LOOK_AGAIN_MS,
      hold_set_at: clock,
      hold_reason: 'older_comes_first' satisfies HoldReason,
    })
    .where('workspace_id', '=', workspaceId)
    .where('channel_id', '=', channelId)
    .where('outcome', 'is', null)
    .where('post_id', 'is', null)
    .where(isDue('hold_until', 'hold_set_at', clock))
    .execute();
}

/**
 * A new post. One of the same key that took deliveries so far is only kept current from now on; and so are those whose jobs,
 * and those that they show, stand in the new one as well: each says where once that is there.
 */
async function begin(
  tx: Tx,
  { workspaceId, channelId }: ChannelKey,
  postId: string,
  { kind, about, isJoinable, shows }: NewPost,
  now: EpochMs,
): Promise<void> {
  const post = { workspace_id: workspaceId, channel_id: channelId, kind, about, joinable: isJoinable ? 1 : 0 };
  if (isJoinable)
    await tx
      .updateTable('posts')
      .set({ joinable: 0 })
      .where((eb) => eb.and(post))
      .execute();
  await tx
    .insertInto('posts')
    .values({ id: postId, ...post, wanted_version: 1, created_at: now })
    .execute();
  if (shows.length > 0)
    await tx
      .updateTable('posts')
      .set({ part_of: postId, joinable: 0 })
      .where((eb) => eb.or([eb('id', 'in', [...shows]), eb('part_of', 'in', [...shows])]))
      .execute();
}

/** A post that nobody has seen is undone: what it tells is free to be placed anew, and what it would have shown to be shown. */
export async function undoPost(tx: Tx, postId: string): Promise<void> {
  await tx.updateTable('deliveries').set({ post_id: null, at_version: 0 }).where('post_id', '=', postId).execute();
  await stopShowing(tx, postId);
  await tx.deleteFrom('posts').where('id', '=', postId).execute();
}

/** The posts that this one would show stand for themselves again. */
async function stopShowing(tx: Tx, postId: string): Promise<void> {
  await tx.updateTable('posts').set({ part_of: null }).where('part_of', '=', postId).execute();
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
