/** What interrupted replication a moment ago: the full copy, a pause, a failure, a restart. */
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
  return lagBreak === null || (lagMs !== null && lagMs >= lagBreak.lengthMs);
}
