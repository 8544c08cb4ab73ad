import { ALARM_LAG_MS, IN_SYNC_LAG_MS, maxGapMs } from '../poll/verdict-rules.ts';
import type { VerdictRules } from '../poll/verdict-rules.ts';
import type { EpochMs } from '../time.ts';
import type { Reading } from './readings.ts';

/** So much of the readings must be in sync. */
const MIN_SHARE = 0.7;
/** Lag grows by at most a second in a second; a step up that is steeper than this is a jump. */
const MAX_SLOPE = 1.3;
/** So many jumps within the readings make a figure that jumps. */
const MIN_JUMPS = 2;

/**
 * Whether a job is in sync: at least three readings of at most 10 s over at least `steadyMs`, nothing unseen between them,
 * and at least 70 % of all readings of that time. One lone reading that could not be measured is skipped. A figure that
 * jumps is never in sync, nor is one whose last reading is above the alarm level. One more odd reading never makes it so.
 */
export function isInSync(readings: readonly Reading[], now: EpochMs, rules: VerdictRules): boolean {
  const start = startOfSync(readings, now, rules);
  if (start === null || isJumping(readings)) return false;
  const judged = withoutLone(readings.filter(({ at }) => at >= start));
  const holding = judged.filter(isHolding).length;
  const last = judged.findLast(({ lagMs }) => lagMs !== null);
  return holding >= MIN_SHARE * judged.length && (last?.lagMs ?? Infinity) <= ALARM_LAG_MS;
}

/** Since when readings in sync reach back from now without a gap, as far as the verdict needs; null when not far enough. */
function startOfSync(readings: readonly Reading[], now: EpochMs, rules: VerdictRules): EpochMs | null {
  const newest = readings.findLast(isHolding);
  if (newest === undefined) return null;
  let later = now;
  let count = 0;
  for (const { at } of readings.filter(isHolding).toReversed()) {
    if (later - at > maxGapMs(rules)) return null;
    later = at;
    count += 1;
    if (count >= rules.minReadings && newest.at - at >= rules.steadyMs) return at;
  }
  return null;
}

/** A reading that is in sync. */
export function isHolding({ lagMs }: Reading): boolean {
  return lagMs !== null && lagMs <= IN_SYNC_LAG_MS;
}

/** Without readings that could not be measured between two that could: one such says nothing. */
function withoutLone(readings: readonly Reading[]): readonly Reading[] {
  return readings.filter(
    ({ lagMs }, index) => lagMs !== null || readings[index - 1]?.lagMs === null || readings[index + 1]?.lagMs === null,
  );
}

/** Whether the figure jumps: more than once from in sync to above the alarm level, faster than time goes by. */
export function isJumping(readings: readonly Reading[]): boolean {
  const measured = readings.flatMap(({ at, lagMs }) => (lagMs === null ? [] : [{ at, lagMs }]));
  const jumps = measured.filter((reading, index) => {
    const before = measured[index - 1];
    if (before === undefined || before.lagMs > IN_SYNC_LAG_MS || reading.lagMs <= ALARM_LAG_MS) return false;
    return reading.lagMs - before.lagMs > MAX_SLOPE * (reading.at - before.at);
  });
  return jumps.length >= MIN_JUMPS;
}
