import { backoffDelay } from '../base/backoff.ts';
import type { MessageTs } from './message-ts.ts';
import type { Refused } from './pause.ts';
import type { SearchOutcome } from './post.ts';
import type { HistoryAccess } from './history-access.ts';
import type { RetryPauses } from './settle-post.ts';
import { MINUTE, SECOND } from '../base/time.ts';
import type { EpochMs } from '../base/time.ts';

/** A post must be missed this many times before it is sent again. */
const LOOKS_BEFORE_RESENDING = 2;
/** A mark of where a page ended that Slack does not know any more: the search begins anew. */
const LOST_PLACE = new Set(['invalid_cursor', 'invalid_ts_oldest', 'invalid_ts_latest']);
/** It begins anew this often at most; after that such an answer is one like any other that tells nothing. */
const MAX_RESTARTS = 5;
/** The strictest pace that Slack has for reading is one call a minute (docs.slack.dev, "Rate limit changes for non-Marketplace apps"). */
const STRICTEST_READ_MS = MINUTE;
/** Slack is not asked again sooner than this, whatever it says, in ms. */
const MIN_WAIT_MS = SECOND;

/** What is known of a post whose message is looked for. */
export interface OpenPost {
  /** How often the whole window was read in vain. */
  readonly looks: number;
  /** How often a page of this look could not be read. */
  readonly tries: number;
  readonly historyAccess: HistoryAccess;
  /** How long ago it was first looked for, in ms. */
  readonly searchedForMs: number;
  /** For how long Slack has let nobody read this channel, in ms; 0 where it did at the last answer, or was not asked yet. */
  readonly refusedForMs: number;
  /** The message that is on record, which was sent after one that was missed; null while none is. */
  readonly messageTs: MessageTs | null;
  /**
   * What this page is for. `post`: the message itself; `proof`: a message that is known to be there, which shows whether the
   * channel can be read at all.
   */
  readonly pageOf: 'post' | 'proof';
  /** There is such a message. */
  readonly hasProof: boolean;
}

/** Pauses of the search, in ms. */
export interface SearchPauses extends RetryPauses {
  /** Between two looks; a refusal to let us read is believed when it has lasted as long. */
  readonly reconcileAgainMs: number;
  /** A channel that was read before counts as one that cannot be read when Slack has refused that for so long. */
  readonly searchGiveUpMs: number;
}

/** What a page means for the post, and what it says about reading in this channel. */
export type SearchSettlement =
  /** It is there. Further duplicates of it are to be taken away. */
  | {
      readonly kind: 'found';
      readonly messageTs: MessageTs;
      readonly duplicates: readonly MessageTs[];
      readonly at: EpochMs;
    }
  /** There is more to read, or `proof` to be read: in turn. */
  | {
      readonly kind: 'read_on';
      readonly cursor: string | null;
      readonly proof: boolean;
      readonly historyAccess: HistoryAccess;
    }
  /** Nobody knows yet. */
  | {
      readonly kind: 'look_again';
      readonly afterMs: number;
      readonly looks: number;
      readonly historyAccess: HistoryAccess;
    }
  /** Slack wants the whole workspace to wait; the place in the channel is kept. From then on a page each `everyMs`. */
  | { readonly kind: 'wait'; readonly afterMs: number; readonly everyMs: number }
  /** The page could not be read just now; the place in the channel is kept unless it is lost. */
  | {
      readonly kind: 'try_page_again';
      readonly afterMs: number;
      readonly isPlaceLost?: true;
      readonly isRefused?: true;
    }
  /** The bot was put out of a channel that it could read: whether the post is there will be seen when it is back. */
  | ({ readonly kind: 'pause_channel' } & Refused)
  /** It is not there, or there is no way to know: the next attempt may be made after `afterMs`. */
  | { readonly kind: 'send_again'; readonly afterMs: number; readonly historyAccess: HistoryAccess }
  /** A message is on record, and no other one is there. */
  | { readonly kind: 'alone'; readonly historyAccess: HistoryAccess };

/**
 * Decides what one page of a search means. In a channel that can be read, a post is sent again only after it was missed
 * twice; where Slack goes on refusing to let us know, it is sent again rather than lost. Waiting never becomes sending again.
 *
 * @param random a number from 0 to 1
 */
export function decideSearch(
  open: OpenPost,
  outcome: SearchOutcome,
  now: EpochMs,
  random: () => number,
  pauses: SearchPauses,
): SearchSettlement {
  const policy = { baseMs: pauses.firstRetryMs, capMs: pauses.longestRetryMs };
  const afterMs = backoffDelay(open.tries + 1, policy, random);
  switch (outcome.kind) {
    case 'read':
      return settlePage(open, outcome, now, pauses);
    case 'retry': {
      const waitMs = Math.max(outcome.afterMs, MIN_WAIT_MS);
      return { kind: 'wait', afterMs: waitMs, everyMs: Math.min(waitMs, STRICTEST_READ_MS) };
    }
    case 'uncertain':
      return { kind: 'try_page_again', afterMs };
    case 'refused':
      if (LOST_PLACE.has(outcome.reason) && open.tries < MAX_RESTARTS)
        return { kind: 'try_page_again', afterMs, isPlaceLost: true };
      return settleRefusal(open, outcome.what, outcome.reason, now, afterMs, pauses);
  }
}

function settlePage(
  open: OpenPost,
  { found, ownSeen, cursor }: Extract<SearchOutcome, { readonly kind: 'read' }>,
  now: EpochMs,
  pauses: SearchPauses,
): SearchSettlement {
  const historyAccess: HistoryAccess =
    open.historyAccess.kind !== 'verified' && ownSeen ? { kind: 'verified', since: now } : open.historyAccess;
  // A channel that shows nothing of ours where something is known to be may show nothing of ours anywhere.
  if (open.pageOf === 'proof') return missed(open, historyAccess, pauses);
  const [first, ...duplicates] = found.filter((ts) => ts !== open.messageTs);
  if (first !== undefined) return { kind: 'found', messageTs: first, duplicates, at: now };
  if (cursor !== null) return { kind: 'read_on', cursor, proof: false, historyAccess };
  if (historyAccess.kind !== 'verified' && open.hasProof && open.messageTs === null)
    return { kind: 'read_on', cursor: null, proof: true, historyAccess };
  return missed(open, historyAccess, pauses);
}

/** Everything was read, and it was not there. */
function missed(open: OpenPost, historyAccess: HistoryAccess, pauses: SearchPauses): SearchSettlement {
  if (open.messageTs !== null) return { kind: 'alone', historyAccess };
  if (historyAccess.kind !== 'verified') return { kind: 'send_again', afterMs: pauses.firstRetryMs, historyAccess };
  return open.looks + 1 < LOOKS_BEFORE_RESENDING
    ? { kind: 'look_again', afterMs: pauses.reconcileAgainMs, looks: open.looks + 1, historyAccess }
    : { kind: 'send_again', afterMs: 0, historyAccess };
}

function settleRefusal(
  { historyAccess, refusedForMs, messageTs }: OpenPost,
  what: 'payload' | 'channel' | 'workspace' | 'reading',
  reason: string,
  now: EpochMs,
  afterMs: number,
  pauses: SearchPauses,
): SearchSettlement {
  const denied: HistoryAccess = { kind: 'denied', reason };
  if (what === 'channel' && historyAccess.kind === 'verified') return { kind: 'pause_channel', reason, at: now };
  // A token that is refused says nothing about any channel.
  if (what === 'workspace') return { kind: 'try_page_again', afterMs };
  // No channel is given up for one odd answer, one that was read before not soon either, unless the right to read is gone.
  const isOdd = what !== 'channel' && historyAccess.kind === 'verified' && reason !== 'missing_scope';
  const believedAfterMs = isOdd ? pauses.searchGiveUpMs : pauses.reconcileAgainMs;
  if (refusedForMs < believedAfterMs) return { kind: 'try_page_again', afterMs, isRefused: true };
  return messageTs === null
    ? { kind: 'send_again', afterMs, historyAccess: denied }
    : { kind: 'alone', historyAccess: denied };
}
