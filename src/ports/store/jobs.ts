import type { EpochMs } from '../../domain/base/time.ts';
import type { JobEvent } from '../../domain/job/job-event.ts';
import type { JobId } from '../../domain/job/job-id.ts';
import type { JobState } from '../../domain/job/job-state.ts';
import type { Job, JobKey } from '../../domain/job/job.ts';
import type { ConnectionAbsence } from '../../domain/poll/absence.ts';
import type { Judgement } from '../../domain/poll/judge.ts';
import type { LeaseRequest } from './leases.ts';

/** The answer to a claim of one job. */
export type JobClaim =
  | { readonly kind: 'claimed'; readonly job: Job }
  /** The last report is younger than asked for; nothing was claimed. */
  | { readonly kind: 'fresh'; readonly job: Job }
  /** Somebody else is asking about it right now. */
  | { readonly kind: 'busy'; readonly job: Job };

/** Whom to ask about next. */
export interface DueJobsRequest extends LeaseRequest {
  readonly connectionId: string;
  readonly now: EpochMs;
  readonly limit: number;
  /** The front unless given. */
  readonly from?: 'front' | 'back';
}

/** What one poll found out about one job. */
export interface PollResult {
  readonly jobId: JobId;
  readonly state: JobState;
  /** In the order they happened. */
  readonly events: readonly JobEvent[];
  /** Null: over, do not poll again. */
  readonly nextPollAt: EpochMs | null;
  /** The job's place in the queue; `nextPollAt` unless given. */
  readonly waitingSince?: EpochMs | null;
  readonly askAlone: boolean;
  readonly refusals: number;
  /** What the rules made of it, kept while somebody watches the job; what they remember stays as it was unless given. */
  readonly judgement?: Pick<Judgement, 'memory' | 'aged'> | null;
}

/** What a commit did. */
export interface CommittedPoll {
  /** Jobs whose lease was still held; nothing was written for any other. */
  readonly committed: readonly JobId[];
  /** How many deliveries are owed because of it. */
  readonly deliveries: number;
}

/** Jobs and the right to ask about them. */
export interface JobStore {
  /** The row, or null when nobody ever asked about the job. */
  findJob(job: JobKey): Promise<Job | null>;
  /** The rows there are of these jobs, in no particular order. */
  findJobs(connectionId: string, jobIds: readonly JobId[]): Promise<readonly Job[]>;
  /**
   * What tells whether watched jobs are gone. The figures of the connection are 0 while nothing is suspect: no watched job
   * that DRS does not know, and none without a report that its list calls deleted.
   */
  findAbsence(request: { readonly connectionId: string; readonly now: EpochMs }): Promise<ConnectionAbsence>;
  /** How many jobs a tick at `now` has to ask about. */
  countDueJobs(connectionId: string, now: EpochMs): Promise<number>;
  /**
   * Leases up to `limit` watched jobs that are due at `now`, in the order in which they have waited; or exactly one job
   * that must be asked alone, when that one has waited longest. `from` the back of the queue: those that have waited
   * least, none of them a job that must be asked alone. Empty when nothing is due. No job is leased to two at once.
   */
  claimDueJobs(request: DueJobsRequest): Promise<readonly Job[]>;
  /**
   * Leases one job, watched or not; creates its row if there is none. `fresh` when its last report was read after
   * `now - maxAgeMs`.
   */
  claimJob(request: LeaseRequest & JobKey & { readonly now: EpochMs; readonly maxAgeMs: number }): Promise<JobClaim>;
  /** Whether somebody is asking about the job right now. Writes nothing, so it may be asked often. */
  isJobLeased(job: JobKey): Promise<boolean>;
  /**
   * Records what a poll found and gives the leases back: the new state, its events (numbered on from the job's last),
   * one delivery for each channel subscribed at this moment that wants such an event (SubscriptionRules: what a rule found is for
   * those under whose rules it was found, nothing is for those who want only what is more urgent), what the rules remember, the
   * samples that are too old for that, and the end of the subscriptions where an event ends them
   * (audited). Subscriptions that ended because the job was gone, within 90 days, and that nobody ended or made anew since,
   * go on when it has a report again: audited, and announced in one delivery to each channel.
   * A job whose lease is no longer `token`'s is left alone. A job that nobody watches and that never had a report is
   * forgotten.
   */
  commitPoll(poll: {
    readonly token: string;
    readonly connectionId: string;
    readonly now: EpochMs;
    readonly results: readonly PollResult[];
  }): Promise<CommittedPoll>;
  /** Makes the leases that `token` still holds last `leaseMs` from now, for work that takes longer than one lease. */
  renewJobs(request: LeaseRequest): Promise<void>;
  /** Gives back what `token` still holds, unchanged. */
  releaseJobs(token: string): Promise<void>;
}
