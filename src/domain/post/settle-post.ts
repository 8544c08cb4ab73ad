import type { Post, PostSettlement, SendOutcome } from './post.ts';
import type { EpochMs } from '../base/time.ts';
import type { ReadBack } from './read-back.ts';
import { backoffDelay } from '../base/backoff.ts';

/** Pauses between attempts, in ms. */
export interface RetryPauses {
  readonly firstRetryMs: number;
  readonly longestRetryMs: number;
}

/** Pauses around an attempt, in ms. */
export interface SendPauses extends RetryPauses {
  /** After an attempt whose outcome is not known, before it is looked for. */
  readonly reconcileAfterMs: number;
}

/**
 * Decides what an attempt's outcome means for the post. An uncertain send is looked for before anything else, or, where
 * Slack does not let us look, tried again; a refused payload gets one more chance as plain text; a refused channel or
 * workspace keeps everything it is owed.
 *
 * @param readBack whether the channel can be read
 * @param random a number from 0 to 1
 */
export function settlePost(
  post: Post,
  readBack: ReadBack,
  outcome: SendOutcome,
  now: EpochMs,
  random: () => number,
  pauses: SendPauses,
): PostSettlement {
  switch (outcome.kind) {
    case 'delivered':
      return { kind: 'delivered', messageTs: outcome.messageTs, channelId: outcome.channelId, at: now };
    case 'retry':
      return { kind: 'try_again', afterMs: outcome.afterMs, plain: post.plain, reason: outcome.reason };
    case 'uncertain':
      return readBack.kind === 'refused'
        ? {
            kind: 'try_again',
            afterMs: retryPause(post, random, pauses),
            plain: post.plain,
            reason: outcome.reason,
          }
        : { kind: 'look_for_it', afterMs: pauses.reconcileAfterMs, reason: outcome.reason };
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
