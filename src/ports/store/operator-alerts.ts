import type { EpochMs } from '../../domain/base/time.ts';
import type { SetAsideRow, Signal, SignalKind } from '../../domain/post/signal.ts';
import type { ChannelKey } from '../../domain/subscription.ts';

/** A word to the operator of the bot. */
export interface SignalRequest {
  readonly connectionId: string;
  /** Where the operator reads it. */
  readonly channel: ChannelKey;
  readonly kind: SignalKind;
  readonly now: EpochMs;
}

/** What whoever runs the bot must mend. */
export interface OperatorAlertStore {
  /**
   * Something has become wrong at `now`: owes the channel `signal` (null: it has been said already), unless that is known.
   * False when it is.
   */
  raiseSignal(request: SignalRequest & { readonly signal: Signal | null }): Promise<boolean>;
  /** It is well again: owes the channel what `signal` makes of when it became wrong. False when nothing was wrong. */
  clearSignal(request: SignalRequest & { readonly signal: (since: EpochMs) => Signal }): Promise<boolean>;
  /**
   * Owes the channel word of up to `limit` posts of its workspace that Slack has refused for good within the last day and that
   * nobody was told of; each post is told of once. A refused word of this kind is not told of again. Returns how many there were.
   */
  reportRefusedPosts(request: {
    readonly connectionId: string;
    readonly channel: ChannelKey;
    readonly now: EpochMs;
    readonly limit: number;
  }): Promise<number>;
  /**
   * What could not be read since the last report, each row once, and not sooner again than after a day; owes the channel word of it, if there is one. What was
   * to be read in another workspace is that one's. Such a row
   * never keeps anything else from being polled or told: a job is asked anew, a delivery is not told, with the reason `unreadable`.
   */
  reportSetAside(request: {
    readonly workspaceId: string;
    readonly connectionId: string;
    readonly channel: ChannelKey | null;
    readonly now: EpochMs;
  }): Promise<readonly SetAsideRow[]>;
}
