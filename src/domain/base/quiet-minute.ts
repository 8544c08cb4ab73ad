import { HOUR, MINUTE } from './time.ts';
import type { EpochMs } from './time.ts';

/** Schedules favour the full hour, its halves and quarters; nobody asks for minute 37. */
const QUIET_MINUTE = 37;
/** Between two ticks of a schedule that ticks every minute. */
const QUIET_SECOND_MS = 30_000;

/** Milliseconds until the next quiet minute of an hour, from a moment to an hour. */
export function msUntilQuietMinute(now: EpochMs): number {
  const quiet = QUIET_MINUTE * MINUTE + QUIET_SECOND_MS;
  const intoHour = now % HOUR;
  return intoHour < quiet ? quiet - intoHour : HOUR - intoHour + quiet;
}
