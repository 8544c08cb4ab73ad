import { ALARM_LAG_MS } from './verdict-rules.ts';
import type { JobState } from './job-state.ts';
import { isFinishedCopy, statusGroup } from './job-status.ts';
import type { ProgressReport } from './progress-report.ts';
import { stateNote } from './state-note.ts';

/** How a job stands, in one word, worst first. A closed list: it is stored as well. */
export const STANDINGS = [
  'failed',
  'gone',
  'unknown',
  'flapping',
  'sub_jobs_failed',
  'lag_high',
  'stalled',
  'paused',
  'ended',
  'passing',
  'copying',
  'in_sync',
  'caught_up',
  'copied',
] as const;
export type Standing = (typeof STANDINGS)[number];

/** Those that people must hear of when they begin to watch a job. */
const UNWELL: ReadonlySet<Standing> = new Set<Standing>([
  'failed',
  'gone',
  'unknown',
  'flapping',
  'sub_jobs_failed',
  'lag_high',
  'stalled',
  'paused',
]);

/**
 * How a job stands that was looked at last as `state` says.
 *
 * @param alarmMs the level in force where it is shown, in ms
 */
export function standingOf(state: JobState, alarmMs: number = ALARM_LAG_MS): Standing {
  const { report, unknown, over, flapping } = state;
  if (over === 'gone') return 'gone';
  if (over === 'ended') return 'ended';
  if (unknown?.isLasting === true || report === null) return 'unknown';
  if (flapping !== null) return 'flapping';
  return standingByStatus(state, report, alarmMs);
}

function standingByStatus(state: JobState, report: ProgressReport, alarmMs: number): Standing {
  const group = statusGroup(report.status);
  switch (group) {
    case 'failed':
    case 'paused':
    case 'gone':
    case 'ended':
      return group;
    case 'full_copy':
      return stateNote(state) === 'stalled' ? 'stalled' : 'copying';
    case 'full_copy_done':
      return isFinishedCopy(report.status, report.taskMode) ? 'copied' : 'copying';
    case 'replicating':
      return replicating(state, report, alarmMs);
    default:
      return 'passing';
  }
}

/**
 * How a job stands that nobody looked at, by what DRS's list says: nothing is in sync of which no lag is known, and one that was
 * deleted is over, which nobody has to look at.
 */
export function standingByList(status: string | null): Standing {
  const group = status === null ? 'unknown' : statusGroup(status);
  switch (group) {
    case 'failed':
    case 'paused':
    case 'ended':
      return group;
    case 'gone':
      return 'ended';
    case 'full_copy':
    case 'full_copy_done':
      return 'copying';
    default:
      return 'passing';
  }
}

/** A lag that means nothing yet is neither high nor in sync, and nothing is well while a part of the job is not. */
function replicating(state: JobState, { lagMs, subJob, failedSubJobs }: ProgressReport, alarmMs: number): Standing {
  if ((failedSubJobs?.failed.length ?? 0) > 0) return 'sub_jobs_failed';
  const note = stateNote(state, alarmMs);
  if (note === 'unsettled') return 'copying';
  if (note === 'jumping' || note === 'lag_high') return 'lag_high';
  if (lagMs === null) return 'passing';
  if (lagMs > alarmMs) return 'lag_high';
  if ((subJob?.unmeasured ?? 0) > 0) return 'passing';
  return note === 'caught_up' ? 'caught_up' : 'in_sync';
}

/** Whether somebody who begins to watch a job must hear how it stands. */
export function isUnwell(standing: Standing): boolean {
  return UNWELL.has(standing);
}

/** The worst first, otherwise in the order they came in: to be used before anything is cut. */
export function worstFirst<T>(jobs: readonly T[], standing: (job: T) => Standing): readonly T[] {
  const rank = (job: T) => STANDINGS.indexOf(standing(job));
  return jobs.toSorted((one, other) => rank(one) - rank(other));
}
