import type { JobState } from './job-state.ts';
import { isJumping, isSettled } from './readings.ts';

/** How a lag is to be read. A closed list: it is stored with events. */
export const LAG_NOTES = ['settled', 'unsettled', 'jumping'] as const;
export type LagNote = (typeof LAG_NOTES)[number];

/** How the lag of a job's last report is to be read. */
export function lagNote({ report, lagBreak, readings }: Pick<JobState, 'report' | 'lagBreak' | 'readings'>): LagNote {
  if (!isSettled(lagBreak, report?.lagMs ?? null)) return 'unsettled';
  return isJumping(readings) ? 'jumping' : 'settled';
}
