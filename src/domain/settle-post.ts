import type { Post, PostSettlement, SendOutcome } from './post.ts';
import type { EpochMs } from './time.ts';
import { backoffDelay } from './backoff.ts';

/** Pauses between attempts, in ms. */
export interface RetryPauses {
  readonly firstRetryMs: number;
  readonly longestRetryMs: number;
}

/**
 * Decides what an attempt's outcome means for the post. An uncertain send is tried again (at least once); a refused
 * payload gets one more chance as plain text; a refused channel or workspace keeps everything it is owed.
 *
 * @param random a number from 0 to 1
 */
export function settlePost(
  post: Post,
  outcome: SendOutcome,
  now: EpochMs,
  random: () => number,
  pauses: RetryPauses,
): PostSettlement {
  switch (outcome.kind) {
    case 'delivered':
      return { kind: 'delivered', messageTs: outcome.messageTs, at: now };
    case 'retry':
      return { kind: 'try_again', afterMs: outcome.afterMs, plain: post.plain, reason: outcome.reason };
    case 'uncertain':
      return {
        kind: 'try_again',
        afterMs: retryPause(post, random, pauses),
        plain: post.plain,
        reason: outcome.reason,
      };
    case 'refused':
      return refusal(post, outcome.what, outcome.reason, now);
  }
}

function refusal(post: Post, what: 'payload' | 'channel' | 'workspace', reason: string, now: EpochMs): PostSettlement {
  switch (what) {
    case 'payload':
      return post.plain ? { kind: 'dead', reason, at: now } : { kind: 'try_again', afterMs: 0, plain: true, reason };
    case 'channel':
      return { kind: 'pause_channel', reason, at: now };
    case 'workspace':
      return { kind: 'pause_workspace', reason, at: now };
  }
}

function retryPause(post: Post, random: () => number, pauses: RetryPauses): number {
  const policy = { baseMs: pauses.firstRetryMs, capMs: pauses.longestRetryMs };
  return backoffDelay(post.attempt, policy, random);
}
