import type { JobId } from './job-id.ts';
import type { JobState } from './job-state.ts';
import type { JobTerms } from './job-terms.ts';
import type { JobTimes } from './phases.ts';
import type { EpochMs } from '../base/time.ts';

/** Names one DRS job: which project, which job. */
export interface JobKey {
  readonly connectionId: string;
  readonly jobId: JobId;
}

/** Our row for a job: what people call it and what we know of it. */
export interface Job extends JobKey {
  /** The job's name in DRS, where known. */
  readonly name: string | null;
  /** `migration`, `sync`, `cloudDataGuard` or whatever DRS says; null while unknown. */
  readonly jobType: string | null;
  /** DRS's own times, where known. */
  readonly times: JobTimes;
  readonly terms: JobTerms;
  readonly state: JobState;
  /** When it was found to be over; null while it is not. */
  readonly overSince: EpochMs | null;
  /** It made DRS refuse a whole request, so it is asked for on its own. */
  readonly askAlone: boolean;
  /** How often in a row it has made DRS refuse a request. */
  readonly refusals: number;
  /** Its place in the queue: since when it wants to be asked about, or will; null while nobody watches it. */
  readonly waitingSince: EpochMs | null;
}
