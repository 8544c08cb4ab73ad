import { DAY, HOUR, MINUTE, SECOND } from '../domain/base/time.ts';
import { DEFAULT_INCIDENT_RULES } from '../domain/post/incident.ts';
import type { IncidentRules } from '../domain/post/incident.ts';
import { DEFAULT_VERDICT_RULES } from '../domain/job/verdict-rules.ts';
import type { VerdictRules } from '../domain/job/verdict-rules.ts';
import type { Pace } from '../domain/post/pace.ts';
import type { PollBudget } from '../domain/poll/poll-budget.ts';
import type { ChannelKey } from '../domain/subscription.ts';
import type { Vitals } from './upkeep/vitals.ts';
import type { Clock } from '../ports/clock.ts';
import type { DrsClient } from '../ports/drs.ts';
import type { Log } from '../ports/log.ts';
import type { NewId } from '../ports/new-id.ts';
import type { Store } from '../ports/store/store.ts';

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
  /** What a verdict on a job takes; how often jobs are polled follows from the schedule. */
  readonly verdicts: Omit<VerdictRules, 'pollMs'>;
  /** How long DRS may take to answer one request, to its last byte. */
  readonly drsTimeoutMs: number;
  /** How long Slack may take to answer one call. */
  readonly slackTimeoutMs: number;
  /** The right to send a post, or to read a page for one, expires after this; longer than Slack may take to answer. */
  readonly channelLeaseMs: number;
  /** Between two posts to one channel: Slack allows about one a second. */
  readonly postPaceMs: number;
  /** Posts to a whole workspace: Slack allows several hundred a minute. */
  readonly workspacePace: Pace;
  /** After an attempt whose outcome is not known, before its post is looked for, */
  readonly reconcileAfterMs: number;
  /** and between two looks: a message may take a moment to appear in a channel's history. */
  readonly reconcileAgainMs: number;
  /** Pages read in a whole workspace: Slack lets an app read 50 times a minute, or says that it does not. */
  readonly readPace: Pace;
  /** A search that has taken longer than this says so. */
  readonly searchSayMs: number;
  /** After which a channel whose reading Slack refuses is written to all the same. */
  readonly searchGiveUpMs: number;
  /** First pause after an uncertain send; it doubles up to `longestRetryMs`. */
  readonly firstRetryMs: number;
  readonly longestRetryMs: number;
  /** The pause between two tries of an edit or a removal grows up to this. */
  readonly longestEditRetryMs: number;
  /** How long a person waits to learn whether the public line of a subscription could be posted. */
  readonly announcementWaitMs: number;
  /** DRS's list of jobs is read at most once in this time. */
  readonly listEveryMs: number;
  /** How long a person waits for that list; what is known by then is used, */
  readonly listWaitMs: number;
  /** or, where a job of just that name is known already, not that long. */
  readonly listRecheckMs: number;
  /** While anything is watched, that list is not read less often than this: so old may the name of a watched job be. */
  readonly namesEveryMs: number;
  /** The details of one job are asked for at most once in this time while they are missing. */
  readonly detailEveryMs: number;
  /** How long a person waits for details and recovery figures beside the progress. */
  readonly detailWaitMs: number;
  /** Between two tries to find out why a job failed, */
  readonly causeRetryMs: number;
  /** and how long that goes on. */
  readonly causeGiveUpMs: number;
  /** How long news is collected, and what becomes an incident. */
  readonly incidents: IncidentRules;
  /** Edits of messages in the whole workspace: Slack allows 50 a minute. */
  readonly editPace: Pace;
  /** Each channel that watches something is asked about once in this time: may it still be told things? */
  readonly reviewEveryMs: number;
  /** Between two such questions: Slack answers about 50 a minute. */
  readonly reviewPaceMs: number;
  /** A loop that has not turned for this long is taken for dead; longer than a turn with its requests may take. */
  readonly stillMs: number;
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
  verdicts: DEFAULT_VERDICT_RULES,
  incidents: DEFAULT_INCIDENT_RULES,
  drsTimeoutMs: 15 * SECOND,
  slackTimeoutMs: 10 * SECOND,
  channelLeaseMs: 15 * SECOND,
  postPaceMs: SECOND,
  workspacePace: { everyMs: 200, burst: 10 },
  reconcileAfterMs: 30 * SECOND,
  reconcileAgainMs: 30 * SECOND,
  readPace: { everyMs: 1.25 * SECOND, burst: 3 },
  searchSayMs: MINUTE,
  searchGiveUpMs: 15 * MINUTE,
  firstRetryMs: SECOND,
  longestRetryMs: 5 * MINUTE,
  longestEditRetryMs: DAY,
  announcementWaitMs: 3 * SECOND,
  listEveryMs: MINUTE,
  listWaitMs: 15 * SECOND,
  listRecheckMs: 3 * SECOND,
  // Renaming is rare, and a list of ten thousand jobs takes a dozen requests: 1 % of the budget of companion reads.
  namesEveryMs: 10 * MINUTE,
  detailEveryMs: MINUTE,
  detailWaitMs: 3 * SECOND,
  causeRetryMs: 15 * SECOND,
  causeGiveUpMs: 5 * MINUTE,
  editPace: { everyMs: 1.25 * SECOND, burst: 5 },
  reviewEveryMs: HOUR,
  reviewPaceMs: 1.5 * SECOND,
  stillMs: 3 * MINUTE,
  watchEveryMs: MINUTE,
  downMs: 10 * MINUTE,
  diskHealMs: 5 * MINUTE,
  pruneBreathMs: 50,
  lookIntervalMs: 50,
};

/** DRS's list of jobs, as the store keeps it. */
export interface JobList {
  /**
   * Reads it anew unless that was tried within `everyMs` (a minute, and never less); ends when it has been read, or after
   * `waitMs` (15 s) without it: then it is still being read.
   */
  refresh(options?: { readonly everyMs?: number; readonly waitMs?: number }): Promise<{ readonly isReading: boolean }>;
  /** Resolves when no reading is under way, so that a stop can let it finish. */
  idle(): Promise<void>;
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
  /** The workspace this bot speaks in. */
  readonly workspaceId: string;
  readonly polling: PollBudget;
  readonly jobList: JobList;
  readonly vitals: Vitals;
  /** What this is, and what it runs on. */
  readonly runtime: { readonly program: string; readonly node: string };
  /** Where the operator of the bot hears of what must be mended; null: in the log only. */
  readonly opsChannel: ChannelKey | null;
  /** The app is known to have no right to read the conversation back. */
  readonly lacksHistory: (channelId: string) => boolean;
  /** Something to send, to edit or to find out has been committed. */
  readonly wakeDispatcher: () => void;
}
