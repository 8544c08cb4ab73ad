/** What interrupted replication a moment ago: the full copy, a pause, a failure, a restart. */
export interface LagBreak {
  /** How long the job did not replicate, in ms, as far as it was seen. */
  readonly lengthMs: number;
  /** Reports of replication since then. */
  readonly reports: number;
  /** Those of them with a lag that is in sync: the first of these count for no verdict, however many others come between. */
  readonly inSync: number;
  /** So many reports came that their figures mean something. */
  readonly isSettled: boolean;
}

/**
 * Whether a lag means anything after a break. The first reports after one often say 0 before DRS has measured anything; only
 * a lag as long as the break itself is believed at once.
 */
export function isSettled(lagBreak: LagBreak | null, lagMs: number | null): boolean {
  return lagBreak === null || lagBreak.isSettled || (lagMs !== null && lagMs >= lagBreak.lengthMs);
}
