import { sql } from 'kysely';
import type { Selectable } from 'kysely';

import { isDirectMessage } from '../../domain/conversation.ts';
import type { MessageTs } from '../../domain/post/message-ts.ts';
import type { Post, PostSettlement } from '../../domain/post/post.ts';
import type { SearchSettlement } from '../../domain/post/reconcile.ts';
import type { ChannelKey } from '../../domain/subscription.ts';
import { HOUR, MINUTE } from '../../domain/base/time.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import type { PostLease, Recorded } from '../../ports/store/outbox.ts';
import { updateChannel } from '../rows/update-channel.ts';
import { moveChannelIn } from '../channels/move-channel.ts';
import { endPauses, giveTrialBack, notePause } from '../channels/pauses.ts';
import { decodeCopies, encodeCopies } from './copies.ts';
import { freeDeliveries, undoPost } from './place-pending.ts';
import { noteReadRefused, saveHistoryAccess } from './history-access.ts';
import { wantNewVersion } from '../rows/want-edit.ts';
import type { Db, Schema, Tx } from '../rows/schema.ts';
import { encodePlace } from './searches.ts';
import { WITHDRAWN } from '../channels/suppress-deliveries.ts';

/** A channel is held up no longer at once, in ms. */
const MAX_HOLD_MS = HOUR;
/** A message that somebody deleted is sent anew this often. */
const MAX_REPOSTS = 1;
/**
 * So long after a message was sent again, the channel is looked at once more for the first one: Slack has shown messages
 * minutes after it had taken them.
 */
const LATE_LOOK_MS = 5 * MINUTE;

type PostRow = Selectable<Schema['posts']>;
/** What changes of a post's row. */
type Change = Partial<PostRow>;

/** When something is settled, by the store's clock, and how often what is refused is tried again. */
export interface Timing {
  readonly clock: EpochMs;
  readonly trialsMs: readonly number[];
}

/** A post that somebody tells the end of an attempt or of a page of. */
interface Work extends Timing {
  readonly tx: Tx;
  readonly row: PostRow;
  /** Whoever tells it has the post still. */
  readonly isHeld: boolean;
}

const FREE = { lease_token: null, lease_until: null } as const;
/** It is known that no message is there. */
const CERTAIN = { attempt_at: null, look_at: null } as const;

export async function releaseTurn(db: Db, { postId, token }: PostLease): Promise<void> {
  await db.updateTable('posts').set(FREE).where('id', '=', postId).where('lease_token', '=', token).execute();
}

export async function settlePost(
  db: Db,
  timing: Timing,
  lease: PostLease,
  sent: Pick<Post, 'id' | 'version'>,
  settlement: PostSettlement,
): Promise<Recorded> {
  return await settle(db, timing, lease, async (work) => {
    const { row, isHeld } = work;
    if (settlement.kind === 'delivered') return await settleDelivered(work, sent.version, settlement);
    if (!isHeld) return 'lease_lost';
    // Nobody has seen a message of the post yet.
    const isFirst = row.message_ts === null && row.ended === null;
    return await write(work, isFirst ? await failFirst(work, settlement) : await failChange(work, settlement));
  });
}

export async function settleSearch(
  db: Db,
  timing: Timing,
  lease: PostLease,
  { channelId: conversationId }: { readonly channelId: string },
  settlement: SearchSettlement,
): Promise<Recorded> {
  return await settle(db, timing, lease, async (work) => {
    const { tx, clock, row, isHeld } = work;
    if (settlement.kind === 'found') {
      const { messageTs, duplicates, at } = settlement;
      // Of several attempts nobody knows which one's it is: it shows at least what the post began with.
      const version = row.attempts === 1 ? row.attempt_version : 1;
      const { change } = await recordMessages(work, [messageTs, ...duplicates], version, at);
      await noteTimestamp(work, conversationId, messageTs);
      await saveHistoryAccess(tx, lease, { kind: 'verified', since: at }, clock);
      await endPauses(tx, placeOf(row), at);
      return await write(work, { look_at: null, ...change });
    }
    if (!isHeld) return 'lease_lost';
    if ('historyAccess' in settlement) await saveHistoryAccess(tx, lease, settlement.historyAccess, clock);
    return await write(work, await settlePage(work, lease, settlement));
  });
}

async function settle(
  db: Db,
  timing: Timing,
  { postId, token }: PostLease,
  settleWork: (work: Work) => Promise<Recorded>,
): Promise<Recorded> {
  return await db.transaction().execute(async (tx) => {
    const row = await tx.selectFrom('posts').selectAll().where('id', '=', postId).executeTakeFirst();
    return row === undefined
      ? 'lease_lost'
      : await settleWork({ tx, ...timing, row, isHeld: row.lease_token === token });
  });
}

/** Whatever is left to do about the post's message is due now, unless it was put off; its holder gives the post back. */
async function write({ tx, clock, row, isHeld }: Work, change: Change): Promise<'recorded'> {
  const next = { ...row, ...change };
  const isOld = next.message_ts !== null && next.ended === null && next.wanted_version > next.shown_version;
  const due = {
    due_at: isOld || next.copies !== null ? (next.due_at ?? clock) : null,
    set_at: next.due_at === null ? clock : next.set_at,
  };
  await tx
    .updateTable('posts')
    .set({ ...change, ...due, ...(isHeld ? FREE : {}) })
    .where('id', '=', row.id)
    .execute();
  return 'recorded';
}

type Delivered = Extract<PostSettlement, { readonly kind: 'delivered' }>;
type Failure = Exclude<PostSettlement, Delivered>;

async function settleDelivered(work: Work, version: number, settled: Delivered) {
  const recorded = await recordDelivered(work, version, settled);
  await endPauses(work.tx, placeOf(work.row), settled.at);
  await followAnswer(work, settled);
  return recorded;
}

/** Slack has answered with another id than the one it was asked for: the conversation is called so now. */
async function followAnswer({ tx, row }: Work, { channelId: to, at }: Delivered): Promise<void> {
  const channel = { workspaceId: row.workspace_id, channelId: row.channel_id };
  if (!isDirectMessage(channel.channelId) && to !== channel.channelId) await moveChannelIn(tx, channel, to, at);
}

async function recordDelivered(work: Work, version: number, { messageTs, channelId, at }: Delivered) {
  const { clock, row, isHeld } = work;
  const { kept, change } = await recordMessages(work, [messageTs], version, at);
  await noteTimestamp(work, channelId, messageTs);
  // Only who holds the message knows that no newer version was shown since; else Slack may show an older one again.
  if (isHeld && row.message_ts === messageTs) {
    const shown = Math.max(row.shown_version, version);
    await settleDeliveries(work, shown, { outcome: 'told', reason: null, settled_at: clock });
    return await write(work, { reason: null, shown_version: shown, tries: 0, due_at: null });
  }
  const isOlder = version < row.shown_version;
  await write(work, { ...change, wanted_version: row.wanted_version + (isOlder ? 1 : 0) });
  return kept === messageTs ? 'recorded' : 'copy';
}

async function failFirst(work: Work, settlement: Failure): Promise<Change> {
  const { tx, clock, row } = work;
  const workspace = { workspaceId: row.workspace_id };
  const channel = { ...workspace, channelId: row.channel_id };
  if (settlement.kind === 'gone' || settlement.kind === 'removed' || settlement.kind === 'dead') return {};
  const { kind, reason } = settlement;
  switch (kind) {
    case 'look_for_it':
      return { reason, look_at: clock + settlement.afterMs, look_set_at: clock };
    case 'try_again':
      await giveTrialBack(tx, placeOf(row), clock);
      await holdUp(tx, channel, clock, settlement.afterMs);
      return {
        ...CERTAIN,
        reason,
        plain: settlement.plain ? 1 : 0,
        ...(settlement.mayBeThere === true ? { resent: 1 } : {}),
      };
    case 'pause_message':
      return await pauseMessage(work, settlement);
    case 'pause_channel':
    case 'pause_workspace':
      await notePause(tx, kind === 'pause_channel' ? channel : workspace, settlement, work);
      return { ...CERTAIN, reason };
  }
}

/** The post as what may be paused. */
function placeOf(row: PostRow) {
  return { workspaceId: row.workspace_id, channelId: row.channel_id, postId: row.id };
}

/**
 * Slack has taken offence at this one message, so it takes others here. What was told together only because all of it had
 * been held back is taken apart, so that nothing waits for another's sake.
 */
async function pauseMessage(
  work: Work,
  refused: Extract<Failure, { readonly kind: 'pause_message' }>,
): Promise<Change> {
  const { tx, row } = work;
  const wasTrial = await endPauses(tx, { ...placeOf(row), postId: '' }, refused.at);
  if (wasTrial && row.reposts === 0 && (await countSubjects(work)) > 1) await undoPost(tx, row.id);
  else await notePause(tx, placeOf(row), refused, work);
  return { ...CERTAIN, plain: 0, reason: refused.reason };
}

async function countSubjects({ tx, row }: Work): Promise<number> {
  const rows = await tx
    .selectFrom('deliveries')
    .select(['connection_id', 'subject'])
    .distinct()
    .where('post_id', '=', row.id)
    .where('outcome', 'is', null)
    .execute();
  return rows.length;
}

async function failChange(work: Work, settlement: Failure): Promise<Change> {
  const { tx, clock, row } = work;
  switch (settlement.kind) {
    case 'try_again':
    case 'look_for_it':
      return { due_at: clock + settlement.afterMs, set_at: clock, tries: row.tries + 1 };
    case 'dead':
      // What it was to tell is told in another message.
      await freeDeliveries(tx, row.id);
      return { reason: settlement.reason, shown_version: row.attempt_version, joinable: 0, tries: 0, due_at: null };
    case 'gone': {
      const gone = { message_ts: null, joinable: 0, tries: 0, due_at: null, look_at: null };
      if (!settlement.isOver && row.reposts < MAX_REPOSTS)
        return { ...gone, reposts: row.reposts + 1, resent: 0, known_ts: null, shown_version: 0, looks: 0 };
      await freeDeliveries(tx, row.id);
      const ended = { ended: 'deleted', reason: 'deleted', settled_at: settlement.at };
      return { ...gone, ...ended, shown_version: row.wanted_version };
    }
    case 'removed': {
      const copies = decodeCopies(row.copies).filter((one) => one !== settlement.messageTs);
      return { copies: encodeCopies(copies), tries: 0, due_at: null };
    }
    case 'pause_workspace':
      await notePause(tx, { workspaceId: row.workspace_id }, settlement, work);
      return {};
    // That a message cannot be changed says nothing about the channel.
    case 'pause_channel':
    case 'pause_message':
      return {};
  }
}

async function settlePage(
  work: Work,
  channel: ChannelKey,
  settlement: Exclude<SearchSettlement, { readonly kind: 'found' }>,
): Promise<Change> {
  const { tx, clock, row } = work;
  const look = (afterMs: number) => ({ look_at: clock + afterMs, look_set_at: clock });
  const done = { look_at: null, search_cursor: null, tries: 0 };
  switch (settlement.kind) {
    case 'read_on':
      return { ...look(0), search_cursor: encodePlace(settlement) };
    case 'look_again':
      return { ...done, ...look(settlement.afterMs), looks: settlement.looks };
    case 'try_page_again':
      if (settlement.isRefused === true) await noteReadRefused(tx, channel, row.searched_since, clock);
      return {
        ...look(settlement.afterMs),
        tries: row.tries + 1,
        search_cursor: settlement.isPlaceLost === true ? null : row.search_cursor,
      };
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
      return {};
    case 'pause_channel':
      await notePause(tx, { workspaceId: row.workspace_id, channelId: row.channel_id }, settlement, work);
      // Time out of the channel is no time of looking in vain.
      return { searched_since: null };
    case 'send_again':
      await holdUp(tx, channel, clock, settlement.afterMs);
      return row.message_ts === null ? { ...done, attempt_at: null, looks: 0, resent: 1 } : {};
    case 'alone':
      return done;
  }
}

/** What a post tells up to a version ends like this, as far as it is owed. */
async function settleDeliveries(
  { tx, row }: Work,
  version: number,
  end: { readonly outcome: 'told'; readonly reason: null; readonly settled_at: EpochMs },
): Promise<void> {
  await tx
    .updateTable('deliveries')
    .set(end)
    .where('post_id', '=', row.id)
    .where('at_version', '<=', version)
    .where('outcome', 'is', null)
    .execute();
}

/**
 * A fact that no lease can make untrue: these messages of the post are in the channel. The first one ever recorded stays, also
 * of a post that had been given up; the others are copies that must go, and so is every message of an announcement that was
 * withdrawn.
 */
async function recordMessages(
  work: Work,
  messages: readonly [MessageTs, ...MessageTs[]],
  version: number,
  at: EpochMs,
): Promise<{ readonly kept: MessageTs | null; readonly change: Change }> {
  const { row } = work;
  const isFirst = row.message_ts === null && !(row.ended !== null && row.reason === WITHDRAWN);
  const kept = isFirst ? messages[0] : row.message_ts;
  const copies = encodeCopies([...decodeCopies(row.copies), ...messages.filter((one) => one !== kept)]);
  return { kept, change: isFirst ? { copies, ...(await recordFirst(work, messages[0], version, at)) } : { copies } };
}

async function recordFirst(work: Work, messageTs: MessageTs, version: number, at: EpochMs): Promise<Change> {
  const { tx, clock, row } = work;
  await settleDeliveries(work, version, { outcome: 'told', reason: null, settled_at: at });
  // Now there is a message that those can point to whose jobs it shows.
  await wantNewVersion(tx, clock).where('part_of', '=', row.id).execute();
  return {
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
  };
}

/** The newest timestamps are where a later search begins. */
async function noteTimestamp({ tx, row }: Work, conversationId: string, messageTs: MessageTs): Promise<void> {
  const { workspace_id: workspaceId, channel_id: channelId } = row;
  const last_ts = sql<string>`case when cast(last_ts as double precision) > cast(${messageTs} as double precision)
    then last_ts else ${messageTs} end`;
  await updateChannel(tx, { workspaceId, channelId }).set({ last_ts, conversation_id: conversationId }).execute();
  await tx.updateTable('workspaces').set({ last_ts }).where('id', '=', workspaceId).execute();
}

/** Nothing is sent to the channel meanwhile. Whoever asks for more than the longest wait is asked again after it. */
async function holdUp(tx: Tx, channel: ChannelKey, clock: EpochMs, waitMs: number): Promise<void> {
  const until = clock + Math.min(waitMs, MAX_HOLD_MS);
  await updateChannel(tx, channel).set({ next_send_at: until, send_set_at: clock }).execute();
}
