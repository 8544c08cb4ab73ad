import type { JobId } from './job-id.ts';
import type { JobTimes } from './phases.ts';

/** Why a job failed, as DRS says it; private parts masked before it got here (mask-private.ts). */
export interface Cause {
  /** Such as `DRS.M05023`. */
  readonly code: string | null;
  readonly text: string | null;
}

/** What batch detail says about one job, as far as the bot uses it. */
export interface JobDetail extends JobTimes {
  readonly jobId: JobId;
  /** As DRS sent it; `DELETED` for a job that was deleted. Null where it was not read. */
  readonly status: string | null;
  readonly name: string | null;
  readonly jobType: string | null;
  /** The job this is a part of. */
  readonly parentId: JobId | null;
  /** Whether it is paid for in advance, by month or year; null where DRS does not say. */
  readonly prepaid: boolean | null;
  /** Null when DRS gives none. */
  readonly cause: Cause | null;
}

/** How much a disaster recovery job would lose, and how long it would take, in ms; null: not measurable. */
export interface RecoveryFigures {
  readonly rpoMs: number | null;
  readonly rtoMs: number | null;
}
