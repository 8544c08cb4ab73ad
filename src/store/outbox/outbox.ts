import { sql } from 'kysely';

import { nextGroupSize } from '../../domain/post/group-deliveries.ts';
import type { Language } from '../../domain/base/language.ts';
import { laterTs, tsAt, tsBefore } from '../../domain/post/message-ts.ts';
import type { MessageTs } from '../../domain/post/message-ts.ts';
import { msUntilTurn, takeTurn } from '../../domain/post/pace.ts';
import type { PostSearch } from '../../domain/post/post.ts';
import type { ReadBack } from '../../domain/post/read-back.ts';
import type { ChannelKey } from '../../domain/subscription.ts';
import { MINUTE } from '../../domain/base/time.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import type { ChannelLease, ChannelTurn, SentPost, TurnClaim, TurnRequest } from '../../ports.ts';
import { updateChannel } from '../rows/channel-lease.ts';
import { dropUnreadable, findPostById, loadPost, selectFacts, toFacts } from './delivery-facts.ts';
import { toReadBack } from './read-back.ts';
import { isDue, isFree, msUntilDue, stillMeant } from '../rows/timed-work.ts';
import type { Db, Tx } from '../rows/schema.ts';
import { withdrawUnwatched } from '../channels/suppress-deliveries.ts';

/** Pending deliveries read to find the next group; a group is never larger. */
const MOST_IN_A_POST = 20;
/** How far the parts of Slack that give out timestamps may be apart. */
const SLACK_SKEW_MS = MINUTE;
/** How far our clock may be off when no timestamp of Slack's is known. */
const OWN_SKEW_MS = 10 * MINUTE;

/** Channels of a workspace with something to send that nobody has stopped. Posts sent anew come first: their place in time is past. */
function sendable(db: Db, workspaceId: string) {
  return db
    .selectFrom('channels')
    .innerJoin('workspaces', 'workspaces.id', 'channels.workspace_id')
    .innerJoin(
      (eb) =>
        eb
          .selectFrom('deliveries')
          .select(['workspace_id', 'channel_id', eb.fn.min('id').as('oldest')])
          .where('workspace_id', '=', workspaceId)
          .where('outcome', 'is', null)
          .groupBy(['workspace_id', 'channel_id'])
          .unionAll(
            eb
              .selectFrom('posts')
              .select(['workspace_id', 'channel_id', sql<string>`0`.as('oldest')])
              .where('workspace_id', '=', workspaceId)
              .where('outcome', 'is', null)
              .where('reposts', '>', 0),
          )
          .as('owed'),
      (join) =>
        join
          .onRef('owed.workspace_id', '=', 'channels.workspace_id')
          .onRef('owed.channel_id', '=', 'channels.channel_id'),
    )
    .where('channels.paused_at', 'is', null)
    .where('workspaces.paused_at', 'is', null);
}

export async function claimTurn(db: Db, clock: EpochMs, language: Language, request: TurnRequest): Promise<TurnClaim> {
  return await db.transaction().execute(async (tx): Promise<TurnClaim> => {
    for (;;) {
      const channel = await nextChannel(tx, clock, request);
      if (channel === null) return { kind: 'idle', nextInMs: await msUntilNextTurn(tx, clock, request) };
      const turn = await beginTurn(tx, clock, language, request, channel);
      if (turn !== null) return turn;
    }
  });
}

/** A channel that may be written to, and how far the pace of its workspace would be used up. */
interface NextChannel extends ChannelKey {
  readonly pacedTo: EpochMs;
}

async function nextChannel(tx: Tx, clock: EpochMs, { workspaceId, pace }: TurnRequest): Promise<NextChannel | null> {
  const row = await sendable(tx, workspaceId)
    .select(['channels.workspace_id', 'channels.channel_id', 'workspaces.posts_paced_to', 'workspaces.posts_paced_at'])
    .where(isDue('channels.next_send_at', 'channels.send_set_at', clock))
    .where(isFree(clock, { until: 'channels.lease_until', leasedAt: 'channels.leased_at' }))
    .orderBy('owed.oldest')
    .executeTakeFirst();
  if (row === undefined) return null;
  const pacedTo = takeTurn(stillMeant(row.posts_paced_to, row.posts_paced_at, clock), clock, pace);
  if (pacedTo === null) return null;
  return { workspaceId: row.workspace_id, channelId: row.channel_id, pacedTo };
}

async function msUntilNextTurn(tx: Tx, clock: EpochMs, { workspaceId, pace }: TurnRequest): Promise<number | null> {
  const rows = await sendable(tx, workspaceId)
    .select([
      'channels.next_send_at',
      'channels.send_set_at',
      'channels.lease_until',
      'channels.leased_at',
      'workspaces.posts_paced_to',
      'workspaces.posts_paced_at',
    ])
    .execute();
  const waits = rows.map((row) =>
    Math.max(
      msUntilDue(row.next_send_at, row.send_set_at, clock),
      msUntilDue(row.lease_until ?? 0, row.leased_at, clock),
      msUntilTurn(stillMeant(row.posts_paced_to, row.posts_paced_at, clock), clock, pace),
    ),
  );
  return waits.length === 0 ? null : Math.min(...waits);
}

/** What is to be done in the channel; null when it has to wait, and does. */
async function beginTurn(
  tx: Tx,
  clock: EpochMs,
  language: Language,
  request: TurnRequest,
  channel: NextChannel,
): Promise<ChannelTurn | null> {
  const open = await openAttempt(tx, channel);
  if (open !== null && open.readBack.kind !== 'refused') {
    const waitMs = await msUntilSearch(tx, clock, open, request.reconcileAfterMs);
    if (waitMs <= 0) return await beginSearch(tx, clock, language, request, channel, open);
    await updateChannel(tx, channel)
      .set({ next_send_at: clock + waitMs, send_set_at: clock })
      .execute();
    return null;
  }
  const begun = open?.postId ?? (await unsettledPost(tx, channel));
  if (begun !== null && (await withdrawUnwatched(tx, begun, request.now))) return null;
  const postId = begun ?? (await freezeGroup(tx, clock, language, channel, request));
  return postId === null ? null : await beginAttempt(tx, clock, language, request, channel, postId);
}

/** A post of which nobody knows whether its last attempt reached the channel. */
interface OpenAttempt {
  readonly postId: string;
  readonly startedAt: EpochMs;
  /** When it was first looked for; null if not yet. */
  readonly searchedSince: EpochMs | null;
  readonly nextLookAt: EpochMs;
  readonly lookSetAt: EpochMs;
  readonly looks: number;
  readonly readBack: ReadBack;
  readonly search: PostSearch;
}

async function openAttempt(tx: Tx, channel: ChannelKey): Promise<OpenAttempt | null> {
  const row = await unsettledPosts(tx, channel)
    .innerJoin('channels', (join) =>
      join
        .onRef('channels.workspace_id', '=', 'posts.workspace_id')
        .onRef('channels.channel_id', '=', 'posts.channel_id'),
    )
    .select([
      'posts.id',
      'posts.attempt_started_at',
      'posts.looks',
      'posts.searched_since',
      'posts.next_look_at',
      'posts.look_set_at',
      'posts.thread_ts',
      'posts.known_ts',
      'posts.created_at',
      'channels.conversation_id',
      'channels.read_back_at',
      'channels.read_back_refusal',
    ])
    .where('posts.attempt_started_at', 'is not', null)
    .executeTakeFirst();
  if (row === undefined || row.attempt_started_at === null) return null;
  return {
    postId: row.id,
    startedAt: row.attempt_started_at,
    searchedSince: row.searched_since,
    nextLookAt: row.next_look_at,
    lookSetAt: row.look_set_at,
    looks: row.looks,
    readBack: toReadBack(row),
    search: {
      postId: row.id,
      channelId: row.conversation_id ?? channel.channelId,
      threadTs: row.thread_ts,
      fromTs: row.known_ts ?? tsAt(row.created_at - OWN_SKEW_MS),
      toTs: null,
    },
  };
}

/** What was sent must have had the time to appear. An attempt in the future was begun before the clock jumped back. */
async function msUntilSearch(tx: Tx, clock: EpochMs, open: OpenAttempt, afterMs: number): Promise<number> {
  if (open.startedAt <= clock)
    return Math.max(open.startedAt + afterMs - clock, msUntilDue(open.nextLookAt, open.lookSetAt, clock));
  await tx.updateTable('posts').set({ attempt_started_at: clock }).where('id', '=', open.postId).execute();
  return afterMs;
}

/** Reading a channel may take long. Null when the post can no longer be read. */
async function beginSearch(
  tx: Tx,
  clock: EpochMs,
  language: Language,
  { token, searchLeaseMs }: TurnRequest,
  channel: ChannelKey,
  { postId, looks, readBack, searchedSince, search }: OpenAttempt,
): Promise<ChannelTurn | null> {
  await updateChannel(tx, channel)
    .set({ lease_token: token, lease_until: clock + searchLeaseMs, leased_at: clock })
    .execute();
  const post = await loadPost(tx, clock, postId, language);
  if (post === null) return null;
  // A first look in the future was made before the clock was set back, by a process that is gone.
  const since = searchedSince === null || searchedSince > clock ? clock : searchedSince;
  await tx.updateTable('posts').set({ searched_since: since }).where('id', '=', postId).execute();
  const open = { post, looks, readBack, searchedForMs: clock - since };
  return { kind: 'search', lease: leaseOf(channel, token), open, search };
}

function unsettledPosts(tx: Tx, { workspaceId, channelId }: ChannelKey) {
  return tx
    .selectFrom('posts')
    .where('posts.workspace_id', '=', workspaceId)
    .where('posts.channel_id', '=', channelId)
    .where('posts.outcome', 'is', null);
}

async function unsettledPost(tx: Tx, channel: ChannelKey): Promise<string | null> {
  const row = await unsettledPosts(tx, channel).select('id').orderBy('created_at').executeTakeFirst();
  return row?.id ?? null;
}

/**
 * Records the attempt, and from when on the post would have to be looked for. The channel's next turn is counted from now:
 * Slack counts from when a message comes, not from when its answer does.
 */
async function beginAttempt(
  tx: Tx,
  clock: EpochMs,
  language: Language,
  { token, leaseMs, paceMs }: TurnRequest,
  channel: NextChannel,
  postId: string,
): Promise<ChannelTurn | null> {
  const post = await loadPost(tx, clock, postId, language);
  if (post === null) return null;
  const row = await tx
    .selectFrom('channels')
    .innerJoin('workspaces', 'workspaces.id', 'channels.workspace_id')
    .select([
      'channels.last_ts',
      'channels.read_back_at',
      'channels.read_back_refusal',
      'workspaces.last_ts as workspace_last_ts',
    ])
    .where('channels.workspace_id', '=', channel.workspaceId)
    .where('channels.channel_id', '=', channel.channelId)
    .executeTakeFirst();
  const knownTs = latestKnownTs(row?.last_ts ?? null, row?.workspace_last_ts ?? null);
  await tx
    .updateTable('posts')
    .set((eb) => ({
      attempts: eb('attempts', '+', 1),
      attempt_started_at: clock,
      attempt_version: eb.ref('wanted_version'),
      looks: 0,
      searched_since: null,
      next_look_at: 0,
      look_set_at: clock,
      known_ts: eb.fn.coalesce('known_ts', eb.val(knownTs)),
    }))
    .where('id', '=', postId)
    .execute();
  await updateChannel(tx, channel)
    .set({
      next_send_at: clock + paceMs,
      send_set_at: clock,
      lease_token: token,
      lease_until: clock + leaseMs,
      leased_at: clock,
    })
    .execute();
  await tx
    .updateTable('workspaces')
    .set({ posts_paced_to: channel.pacedTo, posts_paced_at: clock })
    .where('id', '=', channel.workspaceId)
    .execute();
  const attempted = { ...post, attempt: post.attempt + 1 };
  return { kind: 'send', lease: leaseOf(channel, token), post: attempted, readBack: toReadBack(row) };
}

function leaseOf({ workspaceId, channelId }: ChannelKey, token: string): ChannelLease {
  return { workspaceId, channelId, token };
}

/** All of a workspace's timestamps come from Slack's clock, so one from another channel narrows a search as well. */
function latestKnownTs(inChannel: MessageTs | null, inWorkspace: MessageTs | null): MessageTs | null {
  return laterTs(inChannel, inWorkspace === null ? null : tsBefore(inWorkspace, SLACK_SKEW_MS));
}

/** Decides, once and for all, which deliveries the next post tells; null when none of them can be read. */
async function freezeGroup(
  tx: Tx,
  clock: EpochMs,
  language: Language,
  channel: ChannelKey,
  { newPostId: postId, now }: TurnRequest,
): Promise<string | null> {
  const pending = await selectFacts(tx)
    .where('deliveries.workspace_id', '=', channel.workspaceId)
    .where('deliveries.channel_id', '=', channel.channelId)
    .where('deliveries.outcome', 'is', null)
    .where('deliveries.post_id', 'is', null)
    .limit(MOST_IN_A_POST)
    .execute();
  if (pending.length === 0) throw new Error(`channel ${channel.channelId} is owed something that cannot be found`);
  const readable = await dropUnreadable(tx, clock, pending, language);
  if (readable.length === 0) return null;
  const group = readable.slice(0, nextGroupSize(readable.flatMap((row) => toFacts(row, language) ?? [])));
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

export async function findPost(db: Db, language: Language, postId: string): Promise<SentPost | null> {
  const post = await findPostById(db, postId, language);
  if (post === null) return null;
  const row = await db.selectFrom('posts').select('message_ts').where('id', '=', postId).executeTakeFirst();
  return { post, messageTs: row?.message_ts ?? null };
}
