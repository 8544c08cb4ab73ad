import type { EpochMs } from '../../domain/base/time.ts';
import type { JobEvent } from '../../domain/job/job-event.ts';
import type { JobKey } from '../../domain/job/job.ts';

/** What became of an event in one channel. */
export type Telling =
  /** `messageTs`: of the message that tells it; null when that is no longer there. */
  | { readonly kind: 'told'; readonly at: EpochMs; readonly messageTs: string | null }
  /** It will not be told, for this reason. */
  | { readonly kind: 'not_told'; readonly at: EpochMs; readonly reason: string }
  /** It is still to be told; where it is held, why: one of HOLD_REASONS. */
  | { readonly kind: 'owed'; readonly holdReason: string | null };

/** An event of a job, and each channel of one workspace that was owed it. */
export interface ToldEvent {
  readonly number: number;
  readonly event: JobEvent;
  /** What the job was called then. */
  readonly jobName: string | null;
  /** In the order in which they were owed; empty when nobody watched the job, or nobody wanted such an event. */
  readonly channels: readonly { readonly channelId: string; readonly telling: Telling }[];
}

/** What was told of a job, where, and what was not. */
export interface ToldStore {
  /**
   * The last events of a job, newest first, as far as they can be read, with what became of each in the channels of a
   * workspace; and how many are kept in all.
   */
  listTold(request: {
    readonly workspaceId: string;
    readonly job: JobKey;
    /** Events at most. */
    readonly limit: number;
  }): Promise<{ readonly events: readonly ToldEvent[]; readonly total: number }>;
}
