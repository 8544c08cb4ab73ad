import type { Explanation } from './explanation.ts';
import { NO_LAGS } from './lag-history.ts';
import type { LagHistory } from './lag-history.ts';
import type { PhaseTimes } from './phases.ts';
import type { ProgressReport } from './progress-report.ts';
import type { EpochMs } from './time.ts';

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
  /** Statuses this version does not know and has told once already. */
  readonly toldUnknownStatuses: readonly string[];
  /** The last lag measured while replicating, and when. It goes stale, it does not vanish, on pause and failure. */
  readonly lastLag: { readonly ms: number; readonly at: EpochMs } | null;
  /** The last status that says how the job stands (working, paused or failed), with its lag if it had one then. */
  readonly lastStanding: {
    readonly status: string;
    readonly taskMode: string | null;
    readonly lagMs: number | null;
    readonly at: EpochMs;
  } | null;
  /** Set from the first failed report until the job has recovered, paused or ended. */
  readonly failure: { readonly status: string; readonly since: EpochMs } | null;
  /** Failed, then seen working once: a second working report in a row makes it a recovery. */
  readonly recovering: { readonly since: EpochMs } | null;
  /** DRS says there is no such job: since when, when it said so last, and in how many answers. Null after a report. */
  readonly missing: {
    readonly code: string;
    readonly since: EpochMs;
    readonly lastAt: EpochMs;
    readonly ticks: number;
  } | null;
  /** The last look gave no report: since when, and why. Null after a good one. */
  readonly unknown: { readonly since: EpochMs; readonly why: Explanation } | null;
  /** What the first report said, and when. */
  readonly firstSeen: { readonly status: string; readonly at: EpochMs } | null;
  /** How long the job was in each phase since then. */
  readonly phases: PhaseTimes;
  /** Every lag measured since then. */
  readonly lags: LagHistory;
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
  toldUnknownStatuses: [],
  lastLag: null,
  lastStanding: null,
  failure: null,
  recovering: null,
  missing: null,
  unknown: null,
  firstSeen: null,
  phases: {},
  lags: NO_LAGS,
  over: null,
};
