import { tsAt } from '../../domain/post/message-ts.ts';
import { msUntilPace, consumePace } from '../../domain/post/pace.ts';
import type { PostSearch } from '../../domain/post/post.ts';
import type { HistoryAccess } from '../../domain/post/history-access.ts';
import { HOUR, isWithin } from '../../domain/base/time.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import { stillMeant } from '../rows/timed-work.ts';
import { leaseOf, postsToWorkOn } from './claim.ts';
import type { Claim, Claimed } from './claim.ts';
import { believedHistoryAccess, HISTORY_ACCESS, refusedForMs } from './history-access.ts';

/** Before the mark of a page: which page of a search comes next. Null in the row: the first one. */
const PAGE = 'page:';
const PROOF = 'proof';
/** After so long without a page Slack is asked at the usual pace again, in ms: what it said may have been said for once. */
const PACE_BELIEVED_MS = HOUR;

/** What the row keeps of how far a search has come. */
export function encodePlace(place: { readonly cursor: string | null; readonly proof: boolean }): string | null {
  if (place.proof) return PROOF;
  return place.cursor === null ? null : `${PAGE}${place.cursor}`;
}

type LookedFor = NonNullable<Awaited<ReturnType<typeof nextLook>>>;

/** Whoever has waited longest has its turn; after its page it waits again, so that one long search holds up no other. */
async function nextLook(claim: Claim) {
  return await postsToWorkOn(claim, 'posts.look_at', 'posts.look_set_at')
    .select(HISTORY_ACCESS)
    .select(['workspaces.reads_paced_to', 'workspaces.reads_paced_at', 'workspaces.reads_every_ms'])
    .orderBy('posts.look_at')
    .orderBy('posts.attempt_at')
    .executeTakeFirst();
}

/**
 * The next page of a conversation in which a post is looked for: reading is one scarce thing of the whole workspace, had in
 * turn and at the pace that Slack gives.
 */
export async function claimSearch(claim: Claim): Promise<Claimed> {
  const { tx, clock, request } = claim;
  const row = await nextLook(claim);
  if (row === undefined) return null;
  const saidMs = isWithin(clock, row.reads_paced_at, PACE_BELIEVED_MS) ? row.reads_every_ms : 0;
  const pace = saidMs > request.readPace.everyMs ? { everyMs: saidMs, burst: 1 } : request.readPace;
  const used = stillMeant(row.reads_paced_to, row.reads_paced_at, clock);
  if (row.wait_ms > 0) return Math.max(row.wait_ms, msUntilPace(used, clock, pace));
  const historyAccess = believedHistoryAccess(row, clock);
  const instead = insteadOfReading(claim, row, historyAccess);
  if (instead !== null) {
    await tx.updateTable('posts').set(instead).where('id', '=', row.id).execute();
    return 'look again';
  }
  const pacedTo = consumePace(used, clock, pace);
  if (pacedTo === null) return msUntilPace(used, clock, pace);
  // A first look in the future was made before the clock was set back, by a process that is gone.
  const since = row.searched_since === null || row.searched_since > clock ? clock : row.searched_since;
  await tx
    .updateTable('posts')
    .set({ searched_since: since, ...leaseOf(claim, request.leaseMs) })
    .where('id', '=', row.id)
    .execute();
  await tx
    .updateTable('workspaces')
    .set({ reads_paced_to: pacedTo, reads_paced_at: clock, reads_every_ms: saidMs })
    .where('id', '=', row.workspace_id)
    .execute();
  const open = {
    looks: row.looks,
    tries: row.tries,
    historyAccess,
    searchedForMs: clock - since,
    refusedForMs: refusedForMs(row, since, clock),
    messageTs: row.message_ts,
    pageOf: row.search_cursor === PROOF ? ('proof' as const) : ('post' as const),
    hasProof: row.last_ts !== null,
  };
  const lease = { workspaceId: row.workspace_id, channelId: row.channel_id, postId: row.id, token: request.token };
  return { kind: 'search', lease, open, search: searchOf(row, clock) };
}

/** What is to be done where a page cannot be read now, or tells nothing; null: it is to be read. */
function insteadOfReading({ clock, request }: Claim, row: LookedFor, historyAccess: HistoryAccess) {
  // The attempt was begun before the clock was set back: its message must have had the time to appear.
  if (row.message_ts === null && (row.attempt_at ?? 0) > clock)
    return { attempt_at: clock, look_at: clock + request.reconcileAfterMs, look_set_at: clock };
  // Nobody can look: it is sent again rather than lost.
  return historyAccess.kind === 'denied' ? { attempt_at: null, look_at: null, resent: 1 } : null;
}

/** What is read: a page between the earliest and the latest timestamp the message can have, or a message known to be there. */
function searchOf(row: LookedFor, clock: EpochMs): PostSearch {
  const { search_cursor: place, last_ts: lastTs } = row;
  const about = { postId: row.id, channelId: row.conversation_id ?? row.channel_id };
  if (place === PROOF && lastTs !== null)
    return { ...about, threadTs: null, fromTs: lastTs, toTs: lastTs, cursor: null };
  return {
    ...about,
    threadTs: row.thread_ts,
    fromTs: row.known_ts ?? tsAt(row.attempt_at ?? clock),
    toTs: row.until_ts,
    cursor: place === null ? null : place.slice(PAGE.length),
  };
}
