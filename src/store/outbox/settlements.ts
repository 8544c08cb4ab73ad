import type { Selectable } from 'kysely';

import type { MessageTs } from '../../domain/post/message-ts.ts';
import { laterTs } from '../../domain/post/message-ts.ts';
import type { Post, PostSettlement } from '../../domain/post/post.ts';
import type { SearchSettlement } from '../../domain/post/reconcile.ts';
import type { ChannelKey } from '../../domain/subscription.ts';
import { HOUR, MINUTE } from '../../domain/base/time.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import type { PostLease, Recorded } from '../../ports/store/outbox.ts';
import { updateChannel } from '../rows/update-channel.ts';
import { pauseChannel } from '../channels/pause-channel.ts';
import { decodeCopies, encodeCopies } from './copies.ts';
import { freeDeliveries, stopShowing } from './place-pending.ts';
import { findBelieved, saveReadBack } from './read-back.ts';
import { wantNewVersion } from '../rows/want-edit.ts';
import type { Db, Schema, Tx } from '../rows/schema.ts';
import { encodePlace } from './searches.ts';
import { WITHDRAWN } from '../channels/suppress-deliveries.ts';

/** A channel is held up no longer at once, in ms. */
const MAX_HOLD_MS = HOUR;
/** A message that somebody deleted is sent anew this often. */
const MOST_REPOSTS = 1;
/**
 * So long after a message was sent again, the channel is looked at once more for the first one: Slack has shown messages
 * minutes after it had taken them.
 */
const LATE_LOOK_MS = 5 * MINUTE;

type PostRow = Selectable<Schema['posts']>;

/** A post that is being worked on, and when. */
interface Work {
  readonly tx: Tx;
  readonly clock: EpochMs;
  readonly row: PostRow;
}

async function openWork(tx: Tx, clock: EpochMs, postId: string): Promise<Work | null> {
  const row = await tx.selectFrom('posts').selectAll().where('id', '=', postId).executeTakeFirst();
  return row === undefined ? null : { tx, clock, row };
}

function updatePost({ tx, row }: Work) {
  return tx.updateTable('posts').where('id', '=', row.id);
}

const FREE = { lease_token: null, lease_until: null } as const;

/** Whatever is left to do about a post's message is due now, unless it was put off; the post is given back by its holder. */
async function release(tx: Tx, clock: EpochMs, postId: string, isHeld: boolean): Promise<void> {
  await tx
    .updateTable('posts')
    .set((eb) => ({
      ...(isHeld ? FREE : {}),
      set_at: eb.case().when('due_at', 'is', null).then(clock).else(eb.ref('set_at')).end(),
      due_at: eb
        .case()
        .when(
          eb.or([
            eb('copies', 'is not', null),
            eb.and([
              eb('message_ts', 'is not', null),
              eb('ended', 'is', null),
              eb('wanted_version', '>', eb.ref('shown_version')),
            ]),
          ]),
        )
        .then(eb.fn.coalesce('due_at', eb.val(clock)))
        .else(null)
        .end(),
    }))
    .where('id', '=', postId)
    .execute();
}

export async function releaseTurn(db: Db, { postId, token }: PostLease): Promise<void> {
  await db.updateTable('posts').set(FREE).where('id', '=', postId).where('lease_token', '=', token).execute();
}

export async function settlePost(
  db: Db,
  clock: EpochMs,
  lease: PostLease,
  sent: Pick<Post, 'id' | 'version'>,
  settlement: PostSettlement,
): Promise<Recorded> {
  return await db.transaction().execute(async (tx) => {
    const work = await openWork(tx, clock, sent.id);
    if (work === null) return 'lease_lost';
    const isHeld = work.row.lease_token === lease.token;
    if (settlement.kind === 'delivered') {
      const { messageTs, channelId, at } = settlement;
      // Only who holds the message knows that no newer version was shown since; else Slack may show an older one again.
      if (isHeld && work.row.message_ts === messageTs) await show(work, sent.version);
      else if (sent.version < work.row.shown_version)
        await wantNewVersion(tx, clock).where('id', '=', sent.id).execute();
      const isCopy = await recordMessages(work, [messageTs], sent.version, at);
      await noteTimestamp(work, channelId, messageTs);
      await release(tx, clock, sent.id, isHeld);
      return isCopy ? 'copy' : 'recorded';
    }
    if (!isHeld) return 'lease_lost';
    await (isFirst(work.row) ? settleFirst(work, settlement) : settleChange(work, settlement));
    await release(tx, clock, sent.id, true);
    return 'recorded';
  });
}

/** Nobody has seen a message of the post yet. */
function isFirst({ message_ts: messageTs, ended }: PostRow): boolean {
  return messageTs === null && ended === null;
}

type Failure = Exclude<PostSettlement, { readonly kind: 'delivered' }>;

async function settleFirst(work: Work, settlement: Failure): Promise<void> {
  const { tx, clock, row } = work;
  const channel = { workspaceId: row.workspace_id, channelId: row.channel_id };
  const certain = { attempt_at: null, look_at: null };
  const post = updatePost(work);
  switch (settlement.kind) {
    case 'look_for_it':
      if ((await findBelieved(tx, channel, clock)).kind === 'refused') {
        // Nobody can look: it is sent again as the post it was, for it may be there.
        await post.set({ ...certain, reason: settlement.reason, resent: 1 }).execute();
        return await holdUp(tx, channel, clock, settlement.afterMs);
      }
      await post.set({ reason: settlement.reason, look_at: clock + settlement.afterMs, look_set_at: clock }).execute();
      return;
    case 'try_again':
      await post.set({ ...certain, reason: settlement.reason, plain: settlement.plain ? 1 : 0 }).execute();
      return await holdUp(tx, channel, clock, settlement.afterMs);
    case 'dead':
      await post
        .set({ ...certain, reason: settlement.reason, ended: 'refused', joinable: 0, settled_at: settlement.at })
        .execute();
      await settleDeliveries(tx, row.id, row.wanted_version, 'not_told', settlement.reason, settlement.at);
      return await stopShowing(tx, row.id);
    case 'pause_channel':
      await post.set({ ...certain, reason: settlement.reason }).execute();
      return await pauseChannel(tx, channel, row.id, settlement);
    case 'pause_workspace':
      await post.set({ ...certain, reason: settlement.reason }).execute();
      await tx
        .updateTable('workspaces')
        .set({ paused_at: settlement.at, pause_reason: settlement.reason })
        .where('id', '=', row.workspace_id)
        .execute();
      return;
    case 'gone':
    case 'removed':
      return;
  }
}

async function settleChange(work: Work, settlement: Failure): Promise<void> {
  const { tx, clock, row } = work;
  switch (settlement.kind) {
    case 'try_again':
    case 'look_for_it':
      await updatePost(work)
        .set((eb) => ({ due_at: clock + settlement.afterMs, set_at: clock, tries: eb('tries', '+', 1) }))
        .execute();
      return;
    case 'dead':
      // What it was to tell is told in another message.
      await updatePost(work)
        .set({ reason: settlement.reason, shown_version: row.attempt_version, joinable: 0, tries: 0, due_at: null })
        .execute();
      return await freeDeliveries(tx, row.id);
    case 'gone':
      return await settleGone(work, settlement);
    case 'removed': {
      const copies = decodeCopies(row.copies).filter((one) => one !== settlement.messageTs);
      await updatePost(work)
        .set({ copies: encodeCopies(copies), tries: 0, due_at: null })
        .execute();
      return;
    }
    // A message that is there is no reason to pause anything: first messages are.
    case 'pause_channel':
    case 'pause_workspace':
      return;
  }
}

/** Nothing is left to be changed. */
async function settleGone(
  work: Work,
  { isOver, at }: Extract<PostSettlement, { readonly kind: 'gone' }>,
): Promise<void> {
  const { tx, row } = work;
  const gone = { message_ts: null, joinable: 0, tries: 0, due_at: null, look_at: null };
  if (isOver || row.reposts >= MOST_REPOSTS) {
    await updatePost(work)
      .set({ ...gone, ended: 'deleted', reason: 'deleted', settled_at: at, shown_version: row.wanted_version })
      .execute();
    return await freeDeliveries(tx, row.id);
  }
  await updatePost(work)
    .set({ ...gone, reposts: row.reposts + 1, resent: 0, known_ts: null, shown_version: 0, looks: 0 })
    .execute();
}

/** The message shows this version: whatever it tells so far is told. */
async function show({ tx, clock, row }: Work, version: number): Promise<void> {
  const shown = Math.max(row.shown_version, version);
  await tx
    .updateTable('posts')
    .set({ reason: null, shown_version: shown, tries: 0, due_at: null })
    .where('id', '=', row.id)
    .execute();
  await settleDeliveries(tx, row.id, shown, 'told', null, clock);
}

/** What a post tells up to a version ends like this, as far as it is owed. */
async function settleDeliveries(
  tx: Tx,
  postId: string,
  version: number,
  outcome: 'told' | 'not_told',
  reason: string | null,
  at: EpochMs,
): Promise<void> {
  await tx
    .updateTable('deliveries')
    .set({ outcome, reason, settled_at: at })
    .where('post_id', '=', postId)
    .where('at_version', '<=', version)
    .where('outcome', 'is', null)
    .execute();
}

/**
 * A fact that no lease can make untrue: these messages of the post are in the channel. The first one ever recorded stays, also
 * of a post that had been given up; the others are copies that must go, and so is every message of an announcement that was
 * withdrawn. True when all of them must go.
 */
async function recordMessages(
  work: Work,
  messages: readonly [MessageTs, ...MessageTs[]],
  version: number,
  at: EpochMs,
): Promise<boolean> {
  const { row } = work;
  const isKept = row.message_ts === null && !(row.ended !== null && row.reason === WITHDRAWN);
  const kept = isKept ? messages[0] : row.message_ts;
  const copies = messages.filter((one) => one !== kept);
  if (isKept) await recordFirst(work, messages[0], version, at);
  if (copies.length > 0)
    await updatePost(work)
      .set({ copies: encodeCopies([...decodeCopies(row.copies), ...copies]) })
      .execute();
  return copies.length === messages.length;
}

async function recordFirst(work: Work, messageTs: MessageTs, version: number, at: EpochMs): Promise<void> {
  const { tx, clock, row } = work;
  await updatePost(work)
    .set({
      message_ts: messageTs,
      shown_version: version,
      ended: null,
      reason: null,
      attempt_at: null,
      search_cursor: null,
      tries: 0,
      settled_at: at,
      // The message that was missed may appear yet.
      look_at: row.resent === 1 ? clock + LATE_LOOK_MS : null,
      look_set_at: clock,
    })
    .where('id', '=', row.id)
    .execute();
  await settleDeliveries(tx, row.id, version, 'told', null, at);
  // Now there is a message that those can point to whose jobs it shows.
  await wantNewVersion(tx, clock).where('part_of', '=', row.id).execute();
}

/** The newest timestamps are where a later search begins. */
async function noteTimestamp({ tx, row }: Work, conversationId: string, messageTs: MessageTs): Promise<void> {
  const channel = { workspaceId: row.workspace_id, channelId: row.channel_id };
  const known = await tx
    .selectFrom('channels')
    .innerJoin('workspaces', 'workspaces.id', 'channels.workspace_id')
    .select(['channels.last_ts', 'workspaces.last_ts as workspace_last_ts'])
    .where('channels.workspace_id', '=', channel.workspaceId)
    .where('channels.channel_id', '=', channel.channelId)
    .executeTakeFirstOrThrow();
  await updateChannel(tx, channel)
    .set({ last_ts: laterTs(known.last_ts, messageTs), conversation_id: conversationId })
    .execute();
  await tx
    .updateTable('workspaces')
    .set({ last_ts: laterTs(known.workspace_last_ts, messageTs) })
    .where('id', '=', channel.workspaceId)
    .execute();
}

/** Nothing is sent to the channel meanwhile. Whoever asks for more than the longest wait is asked again after it. */
async function holdUp(tx: Tx, channel: ChannelKey, clock: EpochMs, waitMs: number): Promise<void> {
  const until = clock + Math.min(waitMs, MAX_HOLD_MS);
  await updateChannel(tx, channel).set({ next_send_at: until, send_set_at: clock }).execute();
}

export async function settleSearch(
  db: Db,
  clock: EpochMs,
  lease: PostLease,
  { channelId: conversationId }: { readonly channelId: string },
  settlement: SearchSettlement,
): Promise<Recorded> {
  return await db.transaction().execute(async (tx) => {
    const work = await openWork(tx, clock, lease.postId);
    if (work === null) return 'lease_lost';
    if (settlement.kind === 'found') {
      await recordFound(work, settlement, conversationId);
      await saveReadBack(tx, lease, { kind: 'proven', since: settlement.at }, clock);
      await release(tx, clock, lease.postId, work.row.lease_token === lease.token);
      return 'recorded';
    }
    if (work.row.lease_token !== lease.token) return 'lease_lost';
    if ('readBack' in settlement) await saveReadBack(tx, lease, settlement.readBack, clock);
    await settlePage(work, lease, settlement);
    await release(tx, clock, lease.postId, true);
    return 'recorded';
  });
}

async function recordFound(
  work: Work,
  { messageTs, copies, at }: Extract<SearchSettlement, { readonly kind: 'found' }>,
  conversationId: string,
): Promise<void> {
  const { row } = work;
  // Of several attempts nobody knows which one's it is: it shows at least what the post began with.
  const version = row.attempts === 1 ? row.attempt_version : 1;
  if (row.message_ts !== null) await updatePost(work).set({ look_at: null }).execute();
  await recordMessages(work, [messageTs, ...copies], version, at);
  await noteTimestamp(work, conversationId, messageTs);
}

async function settlePage(
  work: Work,
  lease: PostLease,
  settlement: Exclude<SearchSettlement, { readonly kind: 'found' }>,
): Promise<void> {
  const { tx, clock, row } = work;
  const look = (afterMs: number) => ({ look_at: clock + afterMs, look_set_at: clock });
  switch (settlement.kind) {
    case 'read_on':
      await updatePost(work)
        .set({ ...look(0), search_cursor: encodePlace(settlement) })
        .execute();
      return;
    case 'look_again':
      await updatePost(work)
        .set({ ...look(settlement.afterMs), search_cursor: null, looks: settlement.looks, tries: 0 })
        .execute();
      return;
    case 'try_page_again':
      await updatePost(work)
        .set({
          ...look(settlement.afterMs),
          tries: row.tries + 1,
          search_cursor: settlement.isPlaceLost === true ? null : row.search_cursor,
        })
        .execute();
      return;
    case 'wait':
      await tx
        .updateTable('workspaces')
        .set({
          reads_paced_to: clock + settlement.afterMs,
          reads_paced_at: clock,
          reads_every_ms: settlement.everyMs,
        })
        .where('id', '=', row.workspace_id)
        .execute();
      return;
    case 'pause_channel':
      // Time out of the channel is no time of looking in vain.
      await updatePost(work).set({ searched_since: null }).execute();
      return await pauseChannel(tx, lease, lease.postId, settlement);
    case 'send_again':
      await updatePost(work)
        .set({ attempt_at: null, look_at: null, looks: 0, search_cursor: null, tries: 0, resent: 1 })
        .where('message_ts', 'is', null)
        .execute();
      return await holdUp(tx, lease, clock, settlement.afterMs);
    case 'alone':
      await updatePost(work).set({ look_at: null, search_cursor: null, tries: 0 }).execute();
  }
}
