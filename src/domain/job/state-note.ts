import type { JobState } from './job-state.ts';
import { lagNote } from './lag-note.ts';
import type { LagNote } from './lag-note.ts';
import { statusGroup } from './job-status.ts';
import { ALARM_LAG_MS } from './verdict-rules.ts';

/** How the state of a job is to be read: its lag, and what the default rules hold of it. */
export type StateNote = LagNote | 'lag_high' | 'stalled' | 'caught_up';

/**
 * How a job's last report is to be read.
 *
 * @param alarmMs the level in force where it is shown, in ms: what the default rules say of the lag counts for theirs only
 */
export function stateNote(
  state: Pick<JobState, 'report' | 'lagBreak' | 'readings' | 'marks'>,
  alarmMs: number = ALARM_LAG_MS,
): StateNote {
  const { report, marks } = state;
  const note = lagNote(state);
  if (report === null || marks === null) return note;
  switch (statusGroup(report.status)) {
    case 'full_copy':
      return marks.stalledSince === null ? note : 'stalled';
    case 'replicating':
      if (note !== 'settled') return note;
      if (marks.lagHighSince !== null && alarmMs === ALARM_LAG_MS) return 'lag_high';
      return marks.caughtUpSince === null ? note : 'caught_up';
    default:
      return note;
  }
}
