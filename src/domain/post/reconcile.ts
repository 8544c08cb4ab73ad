import { backoffDelay } from '../base/backoff.ts';
import type { MessageTs } from './message-ts.ts';
import type { Post, SearchOutcome } from './post.ts';
import type { ReadBack } from './read-back.ts';
import type { RetryPauses } from './settle-post.ts';
import type { EpochMs } from '../base/time.ts';

/** A post must be missed this many times before it is sent again. */
const LOOKS_BEFORE_RESENDING = 2;

/** What is known of a post whose last attempt may or may not have put it into the channel. */
export interface OpenPost {
  readonly post: Post;
  /** How often it was looked for in vain. */
  readonly looks: number;
  readonly readBack: ReadBack;
  /** How long ago it was first looked for, in ms. */
  readonly searchedForMs: number;
}

/** Pauses of the search, in ms. */
export interface SearchPauses extends RetryPauses {
  /** Between two looks. */
  readonly reconcileAgainMs: number;
  /** A channel that could not be read for so long counts as one that cannot be read. */
  readonly searchGiveUpMs: number;
}

/** What a search means for the post, and what it says about reading in this channel. */
export type SearchSettlement =
  /** It is there. Further copies of it are to be taken away. */
  | {
      readonly kind: 'found';
      readonly messageTs: MessageTs;
      readonly copies: readonly MessageTs[];
      readonly at: EpochMs;
    }
  /** Nobody knows yet. */
  | { readonly kind: 'look_again'; readonly afterMs: number; readonly looks: number; readonly readBack: ReadBack }
  /** The bot was put out of a channel that it could read: whether the post is there will be seen when it is back. */
  | { readonly kind: 'pause_channel'; readonly reason: string; readonly at: EpochMs }
  /** It is not there, or there is no way to know: the next attempt may be made after `afterMs`. */
  | { readonly kind: 'send_again'; readonly afterMs: number; readonly readBack: ReadBack };

/**
 * Decides what a search for a post means. In a channel that can be read, it is sent again only after it was missed twice;
 * where one cannot know, it is sent again rather than lost.
 *
 * @param random a number from 0 to 1
 */
export function settleSearch(
  { post, looks, readBack, searchedForMs }: OpenPost,
  outcome: SearchOutcome,
  now: EpochMs,
  random: () => number,
  pauses: SearchPauses,
): SearchSettlement {
  const afterMs = backoffDelay(post.attempt, { baseMs: pauses.firstRetryMs, capMs: pauses.longestRetryMs }, random);
  switch (outcome.kind) {
    case 'found': {
      const [messageTs, ...copies] = outcome.messageTs;
      return { kind: 'found', messageTs, copies, at: now };
    }
    case 'absent': {
      const known: ReadBack = readBack.kind !== 'proven' && outcome.ownSeen ? { kind: 'proven', since: now } : readBack;
      if (known.kind !== 'proven') return { kind: 'send_again', afterMs, readBack: known };
      return looks + 1 < LOOKS_BEFORE_RESENDING
        ? { kind: 'look_again', afterMs: pauses.reconcileAgainMs, looks: looks + 1, readBack: known }
        : { kind: 'send_again', afterMs: 0, readBack: known };
    }
    case 'refused':
      // A channel that was read before is not given up for one odd answer, unless the right to read is gone.
      if (
        outcome.what === 'reading' &&
        readBack.kind === 'proven' &&
        outcome.reason !== 'missing_scope' &&
        searchedForMs < pauses.searchGiveUpMs
      )
        return { kind: 'look_again', afterMs, looks, readBack };
      return outcome.what === 'channel' && readBack.kind === 'proven'
        ? { kind: 'pause_channel', reason: outcome.reason, at: now }
        : { kind: 'send_again', afterMs, readBack: { kind: 'refused', reason: outcome.reason } };
    case 'again':
      return searchedForMs < pauses.searchGiveUpMs
        ? { kind: 'look_again', afterMs: outcome.afterMs ?? afterMs, looks, readBack }
        : { kind: 'send_again', afterMs, readBack: { kind: 'refused', reason: outcome.reason } };
  }
}
