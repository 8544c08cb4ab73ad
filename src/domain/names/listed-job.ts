import type { JobId } from '../job/job-id.ts';
import { isOver, statusGroup } from '../job/job-status.ts';
import type { EpochMs } from '../base/time.ts';

/** A job as lists and lookups know it: from DRS's list of jobs, or from what we watch. */
export interface ListedJob {
  readonly jobId: JobId;
  /** Null while only the id is known. */
  readonly name: string | null;
  /** As the list said; null when unknown. */
  readonly status: string | null;
  /** `migration`, `sync`, `cloudDataGuard` or whatever DRS says; null when unknown. */
  readonly jobType: string | null;
  /** From which engine to which, as DRS calls it (`engine_type`, such as `mysql` or `mysql-to-taurus`); null when unknown. */
  readonly engines: string | null;
  /** How many sub-jobs it has; 0 for most. */
  readonly subJobs: number;
}

/** A listed job with what tells whether its name may be believed. */
export interface NameCandidate extends ListedJob {
  /** It is a part of another job: found by its own name or id only. */
  readonly isSubJob: boolean;
  /** DRS's list has been read since the job became known, and did not have it: deleted, most likely. */
  readonly isOffList: boolean;
  /** When DRS last said that it is called so; null when that was not written down. */
  readonly namedAt: EpochMs | null;
}

/** Whether a listed job still does something, or may. */
export function isListedAsOver({ status }: Pick<ListedJob, 'status'>): boolean {
  return status !== null && isOver(statusGroup(status));
}
