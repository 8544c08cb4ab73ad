import type { EpochMs } from '../../domain/base/time.ts';
import type { AlertKind, OperatorAlert, SetAsideRow } from '../../domain/post/operator-alert.ts';
import type { ChannelKey } from '../../domain/subscription.ts';

/** An operator alert, and where it is told. */
export interface AlertRequest {
  readonly connectionId: string;
  /** Where the operator reads it. */
  readonly channel: ChannelKey;
  readonly kind: AlertKind;
  readonly now: EpochMs;
}

/** What whoever runs the bot must mend. */
export interface OperatorAlertStore {
  /**
   * Something has become wrong at `now`: owes the channel `alert`, unless that is known.
   * False when it is.
   */
  raiseAlert(request: AlertRequest & { readonly alert: OperatorAlert }): Promise<boolean>;
  /** It is well again: owes the channel what `alert` makes of when it became wrong. False when nothing was wrong. */
  clearAlert(request: AlertRequest & { readonly alert: (since: EpochMs) => OperatorAlert }): Promise<boolean>;
  /**
   * Owes the channel an alert of up to `limit` posts of its workspace that Slack has refused by themselves for `sayMs` and that
   * nobody was told of; each post is told of once. A refused alert of this kind is not told of again. Returns how many there were.
   */
  reportRefusedPosts(request: {
    readonly connectionId: string;
    readonly channel: ChannelKey;
    readonly now: EpochMs;
    readonly limit: number;
    readonly sayMs: number;
  }): Promise<number>;
  /**
   * What could not be read since the last report, each row once, and not sooner again than after a day; owes the channel an alert of it, if there is one. What was
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
