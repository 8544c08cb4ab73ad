import type { EpochMs } from '../base/time.ts';

/** When polls are planned. */
export interface Timetable {
  /** The zone whose wall clock it follows; null when it is elapsed time and knows no zone. */
  readonly zone: string | null;
  /** The time between two planned runs as it is most often, in ms. */
  readonly intervalMs: number;
  /** The first planned run after a moment. */
  nextAfter(at: EpochMs): EpochMs;
}

/** A wait for the next planned run that is longer than this many intervals is a pause. */
const PAUSE_IN_INTERVALS = 1.5;

/**
 * From when on silence counts after a sign of life: one interval before the run that is planned next. With a steady
 * schedule that is the sign itself; a night or a weekend without planned runs is no silence.
 */
function beginOfSilence(timetable: Timetable, lastSignAt: EpochMs): EpochMs {
  return Math.max(lastSignAt, timetable.nextAfter(lastSignAt) - timetable.intervalMs);
}

/** For how long, in ms, silence counts that began with a sign of life at `lastSignAt`. */
export function silenceMs(timetable: Timetable, lastSignAt: EpochMs, now: EpochMs): number {
  return Math.max(0, now - beginOfSilence(timetable, lastSignAt));
}

/** When the next run is planned, if the schedule pauses until then; null when it does not. */
export function endOfPause(timetable: Timetable, now: EpochMs): EpochMs | null {
  const next = timetable.nextAfter(now);
  return next - now > PAUSE_IN_INTERVALS * timetable.intervalMs ? next : null;
}

/**
 * From when on nobody looked although looks were planned: null unless a planned run was missed and that lasted for at
 * least `leastMs`.
 *
 * @param lastAliveAt when a bot last showed that it was alive
 */
export function beginOfDownTime(
  timetable: Timetable,
  lastAliveAt: EpochMs,
  now: EpochMs,
  leastMs: number,
): EpochMs | null {
  if (timetable.nextAfter(lastAliveAt) > now) return null;
  const from = beginOfSilence(timetable, lastAliveAt);
  return now - from >= leastMs ? from : null;
}
