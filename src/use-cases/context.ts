import { MINUTE, SECOND } from '../domain/time.ts';
import type { PollBudget } from '../domain/poll-budget.ts';
import type { Clock, DrsClient, Log, NewId, Store } from '../ports.ts';

/** How long things take or are allowed to take, in milliseconds. */
export interface Durations {
  /** A job asked about within this time is shown as it is, so ten people clicking cost one request. */
  readonly askAgainMs: number;
  /** The right to ask about jobs expires after this unless it is renewed, so a crash holds them up no longer. */
  readonly jobLeaseMs: number;
  /** How long to wait for somebody else's answer about the same job. */
  readonly busyWaitMs: number;
  /** The least time between two polls of one job. */
  readonly pollSpacingMs: number;
  /** The right to write to a channel expires after this; longer than Slack may take to answer. */
  readonly channelLeaseMs: number;
  /** Between two posts to one channel: Slack allows about one a second. */
  readonly postPaceMs: number;
  /** First pause after an uncertain send; it doubles up to `longestRetryMs`. */
  readonly firstRetryMs: number;
  readonly longestRetryMs: number;
  /** How long a person waits to learn whether the public line of a subscription could be posted. */
  readonly announcementWaitMs: number;
  /** How often waiting code looks whether what it waits for has happened. */
  readonly lookIntervalMs: number;
}

export const DEFAULT_DURATIONS: Durations = {
  askAgainMs: 10 * SECOND,
  jobLeaseMs: 20 * SECOND,
  busyWaitMs: 10 * SECOND,
  pollSpacingMs: 10 * SECOND,
  channelLeaseMs: 15 * SECOND,
  postPaceMs: SECOND,
  firstRetryMs: SECOND,
  longestRetryMs: 5 * MINUTE,
  announcementWaitMs: 3 * SECOND,
  lookIntervalMs: 50,
};

/** What the use cases work with. */
export interface Context {
  readonly store: Store;
  readonly drs: DrsClient;
  readonly clock: Clock;
  readonly newId: NewId;
  /** A number from 0 (inclusive) to 1. */
  readonly random: () => number;
  readonly log: Log;
  readonly durations: Durations;
  /** The DRS project this bot asks. */
  readonly connectionId: string;
  readonly polling: PollBudget;
  /** Something to send has been committed. */
  readonly wakeDispatcher: () => void;
}
