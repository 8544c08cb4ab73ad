import { MIN_READINGS } from '../poll/verdict-rules.ts';

/** What interrupted replication last: the full copy, a pause, a failure, a restart. */
export interface LagBreak {
  /** How long the job did not replicate, in ms, as far as it was seen. */
  readonly lengthMs: number;
  /** Reports of replication since then. */
  readonly reports: number;
}

/**
 * Whether a lag means anything after a break. The first reports after one often say 0 before DRS has measured anything; only
 * a lag as long as the break itself is believed at once.
 */
export function isSettled(lagBreak: LagBreak | null, lagMs: number | null): boolean {
  if (lagBreak === null || lagBreak.reports > MIN_READINGS) return true;
  return lagMs !== null && lagMs >= lagBreak.lengthMs;
}
