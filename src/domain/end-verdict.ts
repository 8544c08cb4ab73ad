import type { EndVerdict } from './job-event.ts';
import type { JobState } from './job-state.ts';
import { statusGroup } from './job-status.ts';
import { SECOND } from './time.ts';

/** A lag up to this counts as "in sync" when a job is stopped. */
const IN_SYNC_LAG_MS = 10 * SECOND;

/**
 * How a job ended. Only a stop in sync and a finished copy are a success; DRS itself says no more than "released".
 *
 * @param before the state before the final report
 * @param seen the state with it
 */
export function endVerdict(before: JobState, seen: JobState): EndVerdict {
  const standing = before.lastStanding;
  if (before.failure !== null) return 'had_failed';
  if (standing === null) return 'before_start';
  switch (statusGroup(standing.status)) {
    case 'failed':
      return 'had_failed';
    case 'paused':
      return 'while_paused';
    case 'replicating':
      if (standing.lagMs === null) return 'lag_unknown';
      return standing.lagMs <= IN_SYNC_LAG_MS ? 'stopped_in_sync' : 'stopped_behind';
    case 'full_copy_done':
      if (standing.taskMode !== 'FULL_TRANS') return 'during_full_copy';
      return seen.report !== null && statusGroup(seen.report.status) === 'ended'
        ? 'copy_finished'
        : 'copy_never_released';
    default:
      return 'during_full_copy';
  }
}
