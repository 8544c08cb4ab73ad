import type { Explanation } from './explanation.ts';
import type { Flapping, Round } from './flapping.ts';
import type { JobId } from './job-id.ts';
import type { LagBreak, Reading } from './readings.ts';
import type { PhaseTimes } from './phases.ts';
import type { ProgressReport } from './progress-report.ts';
import type { EpochMs } from '../base/time.ts';

/** How a job stood before it began to end. */
export interface LastStanding {
  readonly status: string;
  readonly taskMode: string | null;
  /** In ms, where the job replicated and a lag could be measured. */
  readonly lagMs: number | null;
  readonly at: EpochMs;
  /** So many reports in a row said this status. */
  readonly reports: number;
}

/** What the default rules hold of a job, and since when; null for what they do not. */
export interface RuleMarks {
  /** A lag that was told as high or rising, and is not fine again. */
  readonly lagHighSince: EpochMs | null;
  /** A full copy that was told to stand still, and has not moved since. */
  readonly stalledSince: EpochMs | null;
  /** It was told that it has caught up, and that still stands. */
  readonly caughtUpSince: EpochMs | null;
}

/** What we know of a job between two answers: everything the next assessment needs, and what people are shown. */
export interface JobState {
  /** The last usable report; null until DRS has given one. */
  readonly report: ProgressReport | null;
  /** When that report was read. */
  readonly checkedAt: EpochMs | null;
  /** When the present status was first seen by us. */
  readonly statusSince: EpochMs | null;
  /** True when we saw the job enter its present status; false when it was there already at our first look. */
  readonly statusStartSeen: boolean;
  /** The status people know: the baseline, or the last one told. */
  readonly toldStatus: string | null;
  /** The last lag measured while replicating, and when. It goes stale, it does not vanish, on pause and failure. */
  readonly lastLag: { readonly ms: number; readonly at: EpochMs } | null;
  /** The last status before the job began to end, with its lag if it had one then. */
  readonly lastStanding: LastStanding | null;
  /** Set from the first failed report until the job has recovered, paused or ended. */
  readonly failure: {
    readonly status: string;
    readonly since: EpochMs;
    /** False when it had failed before our first look, so that a duration is "at least". */
    readonly startSeen: boolean;
  } | null;
  /** Failed, then seen working: since when, and in how many reports. */
  readonly recovering: { readonly since: EpochMs; readonly reports: number } | null;
  /** The last failures, whatever was told of them, oldest first. */
  readonly rounds: readonly Round[];
  /** It fails and works in turns, and was told as that; null while it was not. */
  readonly flapping: Flapping | null;
  /** DRS says there is no such job: since when, when it said so last, and in how many answers. Null after a report. */
  readonly missing: {
    readonly code: string;
    readonly since: EpochMs;
    readonly lastAt: EpochMs;
    readonly ticks: number;
  } | null;
  /**
   * The last look gave no report: since when, why, and for how many polls. Null after a good one. One failed read changes no
   * headline; only when it lasts is the job unknown.
   */
  readonly unknown: {
    readonly since: EpochMs;
    readonly why: Explanation;
    readonly polls: number;
    readonly isLasting: boolean;
  } | null;
  /** It alone cannot be read while other jobs can: since when, and when that was told. */
  readonly alone: { readonly since: EpochMs; readonly toldAt: EpochMs | null } | null;
  /** What the first report said, and when. */
  readonly firstSeen: { readonly status: string; readonly at: EpochMs } | null;
  /** How long the job was in each phase since then. */
  readonly phases: PhaseTimes;
  /** The lags of the last minutes, oldest first, those before the last break among them: a jump is one all the same. */
  readonly readings: readonly Reading[];
  /** The last look at which a lag meant nothing yet: none was to be had, or replication had just begun. */
  readonly unsettledAt: EpochMs | null;
  /** What interrupted replication, until enough reports came after it; null when nothing did. */
  readonly lagBreak: LagBreak | null;
  /** The last look at which it replicated, or the first look of all, while it does not replicate. */
  readonly awaySince: EpochMs | null;
  /** When it was last in sync, judged over several readings; null once something came between. */
  readonly inSyncAt: EpochMs | null;
  /** The first look after the last stretch that nobody saw; null when there was none since the job was first seen. */
  readonly unseenUntil: EpochMs | null;
  /** The last look at which it was paused or failed. */
  readonly brokenAt: EpochMs | null;
  /** How far the full copy was at the last report of one, in percent. */
  readonly copyPercent: number | null;
  /** The same when it was last paused or failed. */
  readonly brokenPercent: number | null;
  /** The job was seen ended or deleted once: a second report makes it so. */
  readonly ending: { readonly status: string; readonly at: EpochMs } | null;
  /** Sub-jobs whose failure was told, while the parent goes on. */
  readonly toldFailedSubJobs: readonly JobId[];
  /** So many reports in a row said of one of these that it has not failed: when several do, it may fail anew. */
  readonly betterReports: number;
  /** What the default rules hold of it; null while they hold nothing. */
  readonly marks: RuleMarks | null;
  /** Nothing more will come of this job. */
  readonly over: 'ended' | 'gone' | null;
}

/** A job nothing is known of yet. */
export const UNSEEN_JOB: JobState = {
  report: null,
  checkedAt: null,
  statusSince: null,
  statusStartSeen: false,
  toldStatus: null,
  lastLag: null,
  lastStanding: null,
  failure: null,
  recovering: null,
  rounds: [],
  flapping: null,
  missing: null,
  unknown: null,
  alone: null,
  firstSeen: null,
  phases: {},
  readings: [],
  unsettledAt: null,
  lagBreak: null,
  awaySince: null,
  inSyncAt: null,
  unseenUntil: null,
  brokenAt: null,
  copyPercent: null,
  brokenPercent: null,
  ending: null,
  toldFailedSubJobs: [],
  betterReports: 0,
  marks: null,
  over: null,
};
