import { MINUTE, SECOND } from '../domain/time.ts';
import type { PollBudget } from '../domain/poll-budget.ts';
import type { ChannelKey } from '../domain/subscription.ts';
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
  /** DRS's list of jobs is read at most once in this time. */
  readonly listEveryMs: number;
  /** How long a person waits for that list; what is known by then is used. */
  readonly listWaitMs: number;
  /** The details of one job are asked for at most once in this time while they are missing. */
  readonly detailEveryMs: number;
  /** How long a person waits for details and recovery figures beside the progress. */
  readonly detailWaitMs: number;
  /** Between two tries to find out why a job failed, */
  readonly causeRetryMs: number;
  /** and how long that goes on. */
  readonly causeGiveUpMs: number;
  /** Between two edits of messages in the whole workspace: Slack allows 50 a minute. */
  readonly editPaceMs: number;
  /** How often the bot notes that it is alive, and looks after its disk. */
  readonly watchEveryMs: number;
  /** The bot was down when nobody was alive for this; people are told. */
  readonly downMs: number;
  /** A disk that was full has room again when nothing was refused for this. */
  readonly diskHealMs: number;
  /** Between two rounds of deleting what is old. */
  readonly pruneBreathMs: number;
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
  listEveryMs: MINUTE,
  listWaitMs: 15 * SECOND,
  detailEveryMs: MINUTE,
  detailWaitMs: 3 * SECOND,
  causeRetryMs: 15 * SECOND,
  causeGiveUpMs: 5 * MINUTE,
  editPaceMs: 1.5 * SECOND,
  watchEveryMs: MINUTE,
  downMs: 10 * MINUTE,
  diskHealMs: 5 * MINUTE,
  pruneBreathMs: 50,
  lookIntervalMs: 50,
};

/** DRS's list of jobs, as the store keeps it. */
export interface JobList {
  /** Reads it anew unless that was done a moment ago; ends when it has been read, or after a while without it. */
  refresh(): Promise<void>;
}

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
  readonly jobList: JobList;
  /** Where the operator of the bot hears of what must be mended; null: in the log only. */
  readonly opsChannel: ChannelKey | null;
  /** Something to send, to edit or to find out has been committed. */
  readonly wakeDispatcher: () => void;
}
