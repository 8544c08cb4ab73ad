import type { EpochMs } from '../../domain/base/time.ts';
import type { Explanation } from '../../domain/job/explanation.ts';
import type { JobId } from '../../domain/job/job-id.ts';
import type { ListedJob, NameCandidate } from '../../domain/names/listed-job.ts';
import type { SubJob } from '../../domain/poll/combine-sub-jobs.ts';
import type { JobListing } from '../drs.ts';

/** What is known of DRS's list of jobs. */
export interface JobListState {
  /** When a type was last read to its end; null if never. */
  readonly listedAt: EpochMs | null;
  /** Why the last try did not read all of it. */
  readonly failure: Explanation | null;
}

/** DRS's list of jobs, as it was last read. */
export interface JobListStore {
  /**
   * Takes the right to read DRS's list of jobs now. False when somebody took it less than `everyMs` ago, in whatever
   * process.
   */
  claimJobListRefresh(request: {
    readonly connectionId: string;
    readonly now: EpochMs;
    readonly everyMs: number;
  }): Promise<boolean>;
  /**
   * Replaces what is listed of the types that were read, names known jobs after it, and notes why other types were not read.
   * A job that got another name is told of in the channels that watch it, once. Where a job that was told to be over has
   * left its name to another one, its message learns of that. A job that was gone, is listed again, and whose return some
   * channel awaits is due at once. Returns how many channels are told something. `now`: when the reading began.
   */
  saveJobList(request: {
    readonly connectionId: string;
    readonly listing: JobListing;
    readonly now: EpochMs;
  }): Promise<number>;
  findJobListState(connectionId: string): Promise<JobListState>;
  /**
   * Listed jobs and jobs we have a report of that `text` may mean (domain/names/choose-job.ts): by their name or the beginning of
   * their id, sub-jobs too; else by the beginning of their name; and only if there is none such, by a word in their name.
   * The better matches first, at most `limit`.
   */
  findJobsLike(connectionId: string, text: string, limit: number): Promise<readonly NameCandidate[]>;
  /** When DRS last said what each of these jobs, as far as they have a row, is called; null: that was not written down. */
  findNamedAt(connectionId: string, jobIds: readonly JobId[]): Promise<ReadonlyMap<JobId, EpochMs | null>>;
  /** All listed jobs and jobs we have a report of that have a name, sub-jobs aside. */
  findNamedJobs(connectionId: string): Promise<readonly NameCandidate[]>;
  /** What is listed, sub-jobs aside: running ones first, then by name; all, or those with `text` in name or id. */
  findListedJobs(connectionId: string, text: string | null): Promise<readonly ListedJob[]>;
  /** The listed sub-jobs of those of `jobIds` that have any. */
  findSubJobs(connectionId: string, jobIds: readonly JobId[]): Promise<ReadonlyMap<JobId, readonly SubJob[]>>;
}
