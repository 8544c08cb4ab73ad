import type { JobState } from './job-state.ts';
import { lagNote } from './lag-note.ts';
import type { LagNote } from './lag-note.ts';
import { statusGroup } from './job-status.ts';

/** How the state of a job is to be read: its lag, and what the default rules hold of it. */
export type StateNote = LagNote | 'lag_high' | 'stalled' | 'caught_up';

/** How a job's last report is to be read. */
export function stateNote(state: Pick<JobState, 'report' | 'lagBreak' | 'readings' | 'marks'>): StateNote {
  const { report, marks } = state;
  const note = lagNote(state);
  if (report === null || marks === null) return note;
  switch (statusGroup(report.status)) {
    case 'full_copy':
      return marks.stalledSince === null ? note : 'stalled';
    case 'replicating':
      if (note !== 'settled') return note;
      if (marks.lagHighSince !== null) return 'lag_high';
      return marks.caughtUpSince === null ? note : 'caught_up';
    default:
      return note;
  }
}
