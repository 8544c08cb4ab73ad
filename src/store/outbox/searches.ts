import type { OpenPost } from '../../domain/post/reconcile.ts';
import { tsAt } from '../../domain/post/message-ts.ts';
import { msUntilTurn, takeTurn } from '../../domain/post/pace.ts';
import type { Pace } from '../../domain/post/pace.ts';
import type { PostSearch } from '../../domain/post/post.ts';
import type { ReadBack } from '../../domain/post/read-back.ts';
import { HOUR, isWithin } from '../../domain/base/time.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import { isDue, isFree, msUntilDue, stillMeant } from '../rows/timed-work.ts';
import type { Tx } from '../rows/schema.ts';
import type { Claim, Claimed } from './claim-turn.ts';
import { reachablePosts } from './reachable-posts.ts';
import { believedReadBack } from './read-back.ts';

/** Before the mark of a page: which page of a search comes next. Null in the row: the first one. */
const PAGE = 'page:';
const PROOF = 'proof';

/** What the row keeps of how far a search has come. */
export function encodePlace({
  cursor,
  proof,
}: {
  readonly cursor: string | null;
  readonly proof: boolean;
}): string | null {
  if (proof) return PROOF;
  return cursor === null ? null : `${PAGE}${cursor}`;
}

/** After so long without a page Slack is asked at the usual pace again, in ms: what it said may have been said for once. */
const PACE_BELIEVED_MS = HOUR;

/** Posts of the workspace whose message is to be looked for, where posts go out. */
function lookedFor(claim: Claim) {
  return reachablePosts(claim).where('posts.look_at', 'is not', null);
}

type LookedFor = NonNullable<Awaited<ReturnType<typeof nextLook>>>;

/** Whoever has waited longest has its turn; after its page it waits again, so that one long search holds up no other. */
async function nextLook(claim: Claim) {
  return await lookedFor(claim)
    .selectAll('posts')
    .select([
      'channels.conversation_id',
      'channels.last_ts',
      'channels.read_back_at',
      'channels.read_back_refusal',
      'channels.read_back_refused_at',
      'workspaces.reads_paced_to',
      'workspaces.reads_paced_at',
      'workspaces.reads_every_ms',
    ])
    .where(isDue('posts.look_at', 'posts.look_set_at', claim.clock))
    .where(isFree(claim.clock, { until: 'posts.lease_until', leasedAt: 'posts.leased_at' }))
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
  if (row === undefined) return 'nothing';
  if (row.message_ts === null && (row.attempt_at ?? 0) > clock) {
    // The attempt was begun before the clock was set back: its message must have had the time to appear.
    await updatePost(tx, row.id)
      .set({ attempt_at: clock, look_at: clock + request.reconcileAfterMs, look_set_at: clock })
      .execute();
    return 'look again';
  }
  const readBack = believedReadBack(row, clock);
  if (readBack.kind === 'refused') {
    // Nobody can look: it is sent again rather than lost.
    await updatePost(tx, row.id).set({ attempt_at: null, look_at: null, resent: 1 }).execute();
    return 'look again';
  }
  const pacedTo = takeTurn(
    stillMeant(row.reads_paced_to, row.reads_paced_at, clock),
    clock,
    paceOf(request.readPace, row, clock),
  );
  return pacedTo === null ? 'nothing' : await beginPage(claim, row, readBack, pacedTo);
}

/** How fast Slack lets us read: as usual, or as it said last. */
function paceOf(pace: Pace, said: SaidPace, clock: EpochMs): Pace {
  const everyMs = saidPace(said, clock);
  return everyMs > pace.everyMs ? { everyMs, burst: 1 } : pace;
}

type SaidPace = Pick<LookedFor, 'reads_every_ms' | 'reads_paced_at'>;

/** What Slack said last, unless nothing was read for long; 0 for nothing. */
function saidPace({ reads_every_ms: everyMs, reads_paced_at: readAt }: SaidPace, clock: EpochMs): number {
  return isWithin(clock, readAt, PACE_BELIEVED_MS) ? everyMs : 0;
}

async function beginPage(claim: Claim, row: LookedFor, readBack: ReadBack, pacedTo: EpochMs): Promise<Claimed> {
  const { tx, clock, request } = claim;
  const { workspace_id: workspaceId, channel_id: channelId, id: postId } = row;
  // A first look in the future was made before the clock was set back, by a process that is gone.
  const since = row.searched_since === null || row.searched_since > clock ? clock : row.searched_since;
  await updatePost(tx, postId)
    .set({
      searched_since: since,
      lease_token: request.token,
      lease_until: clock + request.leaseMs,
      leased_at: clock,
    })
    .execute();
  await tx
    .updateTable('workspaces')
    .set({ reads_paced_to: pacedTo, reads_paced_at: clock, reads_every_ms: saidPace(row, clock) })
    .where('id', '=', workspaceId)
    .execute();
  const open: OpenPost = {
    attempt: row.attempts,
    looks: row.looks,
    tries: row.tries,
    readBack,
    searchedForMs: clock - since,
    messageTs: row.message_ts,
    pageOf: row.search_cursor === PROOF ? 'proof' : 'post',
    hasProof: row.last_ts !== null,
  };
  const lease = { workspaceId, channelId, postId, token: request.token };
  return { kind: 'search', lease, open, search: searchOf(row, clock) };
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

/** How long until a page may be read, in ms; null when nothing is looked for. */
export async function msUntilSearch(claim: Claim): Promise<number | null> {
  const { clock, request } = claim;
  const rows = await lookedFor(claim)
    .select([
      'posts.look_at',
      'posts.look_set_at',
      'posts.lease_until',
      'posts.leased_at',
      'workspaces.reads_paced_to',
      'workspaces.reads_paced_at',
      'workspaces.reads_every_ms',
    ])
    .execute();
  const waits = rows.map((row) =>
    Math.max(
      msUntilDue(row.look_at ?? 0, row.look_set_at, clock),
      msUntilDue(row.lease_until ?? 0, row.leased_at, clock),
      msUntilTurn(
        stillMeant(row.reads_paced_to, row.reads_paced_at, clock),
        clock,
        paceOf(request.readPace, row, clock),
      ),
    ),
  );
  return waits.length === 0 ? null : Math.min(...waits);
}

function updatePost(tx: Tx, postId: string) {
  return tx.updateTable('posts').where('id', '=', postId);
}
