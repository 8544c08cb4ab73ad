/** Milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMs = number;

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/**
 * Whether `now` is less than `ms` after `since`. False as well when it is before it: then the clock has been set back, and
 * what `since` was measured with no longer holds.
 */
export function isWithin(now: EpochMs, since: EpochMs, ms: number): boolean {
  return now >= since && now - since < ms;
}
