import type { MessageTs } from './message-ts.ts';
import type { Post, PostSettlement, SendOutcome, SlackFailure } from './post.ts';
import type { EpochMs } from '../base/time.ts';
import type { HistoryAccess } from './history-access.ts';
import { backoffDelay } from '../base/backoff.ts';

/** Pauses between attempts, in ms. */
export interface RetryPauses {
  readonly firstRetryMs: number;
  readonly longestRetryMs: number;
}

/** Pauses around an attempt, in ms. */
export interface SendPauses extends RetryPauses {
  /** After an attempt whose outcome is not known, before its post is looked for or changed again. */
  readonly reconcileAfterMs: number;
  /** A change that nobody waits for is tried ever less often, down to once in this time. */
  readonly longestEditRetryMs: number;
}

/** What was attempted: a first message, a change of one that is there, or the end of a copy. */
export type Attempted =
  | { readonly kind: 'send'; readonly post: Pick<Post, 'attempt' | 'plain'>; readonly historyAccess: HistoryAccess }
  | {
      readonly kind: 'edit';
      /** How often in a row it was tried in vain. */
      readonly tries: number;
      /** It tells something that nobody has been told yet. */
      readonly isAwaited: boolean;
      /** What the post tells is over: should somebody have deleted it, nobody misses it. */
      readonly isOver: boolean;
    }
  | { readonly kind: 'remove'; readonly tries: number; readonly messageTs: MessageTs };

/** What somebody waits for is told in a new message when its change is refused this often in a row. */
const REFUSALS_BELIEVED = 3;

/**
 * Decides what an attempt's outcome means for the post. An uncertain first message is looked for before anything else, or,
 * where Slack does not let us look, tried again; a change is repeated harmlessly. A refused first message gets one more chance
 * as plain text. Whatever is refused keeps everything it is owed.
 *
 * @param random a number from 0 to 1
 */
export function decideSettlement(
  attempted: Attempted,
  outcome: SendOutcome,
  now: EpochMs,
  random: () => number,
  pauses: SendPauses,
): PostSettlement {
  switch (outcome.kind) {
    case 'delivered':
    case 'gone':
      if (attempted.kind === 'remove') return { kind: 'removed', messageTs: attempted.messageTs };
      if (outcome.kind === 'gone')
        return { kind: 'gone', isOver: attempted.kind === 'edit' && attempted.isOver, at: now };
      return { kind: 'delivered', messageTs: outcome.messageTs, channelId: outcome.channelId, at: now };
    case 'retry':
      return tryAgain(outcome, outcome.afterMs, attempted.kind === 'send' && attempted.post.plain);
    case 'uncertain':
    case 'refused':
      return attempted.kind === 'send'
        ? settleSend(attempted, outcome, now, random, pauses)
        : settleChange(attempted, outcome, now, random, pauses);
  }
}

type Failed = Exclude<SlackFailure, { readonly kind: 'retry' }>;

function tryAgain({ reason }: SlackFailure, afterMs: number, plain: boolean): PostSettlement {
  return { kind: 'try_again', afterMs, plain, reason };
}

function settleSend(
  { post, historyAccess }: Extract<Attempted, { readonly kind: 'send' }>,
  outcome: Failed,
  now: EpochMs,
  random: () => number,
  pauses: SendPauses,
): PostSettlement {
  const { reason } = outcome;
  if (outcome.kind === 'uncertain') {
    if (historyAccess.kind !== 'denied') return { kind: 'look_for_it', afterMs: pauses.reconcileAfterMs, reason };
    // Nobody can look there: it is sent again then.
    const policy = { baseMs: pauses.firstRetryMs, capMs: pauses.longestRetryMs };
    const afterMs = backoffDelay(post.attempt, policy, random);
    return { kind: 'try_again', afterMs, plain: post.plain, reason, mayBeThere: true };
  }
  switch (outcome.what) {
    case 'payload':
    case 'reading':
      return post.plain ? { kind: 'pause_message', reason, at: now } : tryAgain(outcome, 0, true);
    case 'channel':
      return { kind: 'pause_channel', reason, at: now };
    case 'workspace':
      return { kind: 'pause_workspace', reason, at: now };
  }
}

/**
 * A change may be repeated at will, so an uncertain one simply is, when the first can no longer arrive. One that is refused
 * may be taken another time: it is tried ever less often. What is never taken away stays.
 */
function settleChange(
  attempted: Exclude<Attempted, { readonly kind: 'send' }>,
  outcome: Failed,
  now: EpochMs,
  random: () => number,
  pauses: SendPauses,
): PostSettlement {
  const { reason } = outcome;
  const { kind, tries } = attempted;
  const isAwaited = kind === 'edit' && attempted.isAwaited;
  if (outcome.kind === 'refused') {
    if (outcome.what === 'workspace') return { kind: 'pause_workspace', reason, at: now };
    if (kind === 'remove' && outcome.what === 'payload') return { kind: 'removed', messageTs: attempted.messageTs };
    const isBelieved = isAwaited && tries + 1 >= REFUSALS_BELIEVED;
    if (kind === 'edit' && (BEYOND_EDITING.has(reason) || isBelieved)) return { kind: 'dead', reason, at: now };
  }
  const capMs = isAwaited ? pauses.longestRetryMs : pauses.longestEditRetryMs;
  const backoffMs = backoffDelay(tries + 1, { baseMs: pauses.firstRetryMs * 10, capMs }, random);
  return tryAgain(outcome, pauses.reconcileAfterMs + backoffMs, false);
}

/** Slack lets nobody change the message any more (docs.slack.dev, "chat.update", errors), or we cannot say it. */
const BEYOND_EDITING = new Set(['cant_update_message', 'edit_window_closed', 'is_inactive', 'cannot_be_rendered']);
