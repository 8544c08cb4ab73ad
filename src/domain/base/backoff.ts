/** How pauses between attempts grow, in ms. */
export interface BackoffPolicy {
  /** Around the first pause. */
  readonly baseMs: number;
  /** No pause is longer. */
  readonly capMs: number;
}

/**
 * The pause after attempt number `attempt` (from 1): it doubles with each one up to the cap, and lies between half and
 * all of that, so that many who failed together do not come back together.
 *
 * @param random a number from 0 (inclusive) to 1
 */
export function backoffDelay(attempt: number, policy: BackoffPolicy, random: () => number): number {
  const exponent = Math.min(Math.max(attempt, 1) - 1, 52);
  const full = Math.min(policy.baseMs * 2 ** exponent, policy.capMs);
  return Math.round(full / 2 + (random() * full) / 2);
}
