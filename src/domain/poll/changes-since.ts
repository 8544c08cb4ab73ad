import type { Job } from '../job/job.ts';
import { standingOf, worstFirst } from '../job/standing.ts';
import type { WatchedState } from './last-seen.ts';
import type { EpochMs } from '../base/time.ts';

/** A job as a message names it. */
type NamedJob = Pick<Job, 'connectionId' | 'jobId' | 'name' | 'jobType'>;

/** How the jobs of a channel stand after a time in which nobody looked at them, compared with before. */
export interface ChangesSince {
  /** Worst first. */
  readonly changed: readonly ChangedJob[];
  readonly unchanged: number;
  /** Jobs that could not be read since. */
  readonly unknown: number;
}

/** A job whose status is another one than before. */
export interface ChangedJob {
  readonly job: NamedJob;
  /** As DRS sent it; `DELETED` for a job that DRS no longer knows. */
  readonly status: string;
}

/** A watched job as it is now. */
export interface SeenJob extends NamedJob, WatchedState {
  /** It is due, and nobody has asked about it since. */
  readonly isUnread: boolean;
}

/** What has become of `jobs` since somebody looks again. */
export function changesSince(jobs: readonly SeenJob[], since: EpochMs): ChangesSince {
  const sorted = worstFirst(jobs, ({ state, alarmMs }) => standingOf(state, alarmMs));
  const changed = sorted.flatMap((job) => changeOf(job, since) ?? []);
  const same = jobs.filter((job) => changeOf(job, since) === null);
  const unknown = same.filter((job) => job.isUnread || job.state.unknown !== null || job.state.report === null).length;
  return {
    changed,
    unchanged: same.length - unknown,
    unknown,
  };
}

function changeOf({ state, connectionId, jobId, name, jobType }: SeenJob, since: EpochMs): ChangedJob | null {
  const { report, statusSince, over, missing } = state;
  const job = { connectionId, jobId, name, jobType };
  // Believed gone only after several answers, so it has no new status that would say when.
  if (over === 'gone' && missing !== null && missing.since >= since) return { job, status: 'DELETED' };
  if (report === null || statusSince === null || statusSince < since) return null;
  return { job, status: over === 'gone' ? 'DELETED' : report.status };
}
