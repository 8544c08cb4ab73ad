import type { Language } from '../domain/base/language.ts';
import type { Comparison } from '../domain/job/comparison.ts';
import type { JobDetail, RecoveryFigures } from '../domain/job/job-detail.ts';
import type { JobId } from '../domain/job/job-id.ts';
import type { JobTerms } from '../domain/job/job-terms.ts';
import type { LogLine } from '../domain/job/log-line.ts';
import type { DrsFailure, ProgressAnswers } from '../domain/job/progress-answer.ts';
import type { TimelineEntry } from '../domain/job/timeline.ts';
import type { DrsAllowance } from '../domain/poll/poll-budget.ts';

/** A job as DRS's list of jobs has it. */
export interface JobListEntry {
  readonly jobId: JobId;
  readonly name: string | null;
  readonly status: string | null;
  readonly jobType: string;
  /** `engine_type`: from which engine to which; null when it does not say. */
  readonly engines: string | null;
  /** The job it is a part of. */
  readonly parentId: JobId | null;
}

/** What could be read of the list of jobs. */
export interface JobListing {
  /** One for each type that could be read. */
  readonly parts: readonly {
    readonly jobType: string;
    readonly entries: readonly JobListEntry[];
    /** It was read to its end, and as many jobs came as DRS says there are: what is not among them is not listed. */
    readonly isWhole: boolean;
  }[];
  /** Why a type is missing; null when none is. */
  readonly failure: DrsFailure | null;
}

/** What could be read about some jobs; those DRS said nothing about are missing. */
export interface CompanionAnswer<T> {
  readonly found: ReadonlyMap<JobId, T>;
  /** Why some may be missing; null when every request was answered. */
  readonly failure: DrsFailure | null;
}

/** What could be read about one job when somebody asked. */
export type Insight<T> =
  | { readonly kind: 'read'; readonly value: T }
  /** This region does not have it, or the credentials may not read it: not asked for again for a while. */
  | { readonly kind: 'not_here'; readonly failure: DrsFailure }
  /** DRS could not be asked, refused this job, or answered with something else. */
  | { readonly kind: 'failed'; readonly failure: DrsFailure };

/** Asks DRS. */
export interface DrsClient {
  /**
   * Asks for the progress of `jobIds`: duplicates once, in requests of at most the configured batch size, at most two
   * at a time and within the configured rate and the quota that DRS names, over the whole process. Every id asked for is
   * in the answer. Never rejects for what the other side does: failures are answers.
   *
   * A batch that is refused for what may be the reason of one id is asked in parts, in this call and the next ones, until
   * that id is `rejected` and the others are answered. A refusal that meets all ids is nobody's fault: `unanswered`.
   */
  fetchProgress(
    jobIds: readonly JobId[],
    options?: { readonly signal?: AbortSignal; readonly language?: Language },
  ): Promise<ProgressAnswers>;

  /** How soon progress may be asked for again. Asks nothing. */
  allowance(): DrsAllowance;

  /*
   * The reads below have a budget of their own beside the progress requests, never reject for what the other side does,
   * and pause by themselves where an API is not to be had. The bot works without any of them.
   */

  /** Every job there is, type by type. May take minutes where there are thousands. */
  listJobs(): Promise<JobListing>;
  /** Names, times and causes; private parts of error texts are masked. One request per batch. */
  fetchDetails(jobIds: readonly JobId[], language: Language): Promise<CompanionAnswer<JobDetail>>;
  /** RPO and RTO of disaster recovery jobs. */
  fetchRecoveryFigures(jobIds: readonly JobId[]): Promise<CompanionAnswer<RecoveryFigures>>;

  /* These are of one job, on demand and when something happens to it: up to five requests each. */

  /**
   * What DRS found when it compared both sides: of each kind the newest comparison that has ended, scheduled ones among
   * them. Empty when nobody ever compared.
   */
  fetchComparisons(jobId: JobId): Promise<Insight<readonly Comparison[]>>;
  /** Who did what to the job and when, in no order. */
  fetchTimeline(jobId: JobId): Promise<Insight<readonly TimelineEntry[]>>;
  /** How long DRS keeps it once it is abnormal, and how it is paid for. */
  fetchTerms(jobId: JobId): Promise<Insight<JobTerms>>;
  /**
   * What DRS says of it in the progress answer, field by field as it came, `name: value`, private parts masked: one request
   * within the budget of progress.
   */
  fetchRaw(jobId: JobId): Promise<Insight<readonly string[]>>;
  /** Lines of its log, oldest first: errors, or where there are none all; private parts are masked. */
  fetchLog(jobId: JobId, language: Language): Promise<Insight<readonly LogLine[]>>;
}
