import { maxGapMs } from './verdict-rules.ts';
import type { VerdictRules } from './verdict-rules.ts';
import type { EpochMs } from '../base/time.ts';

/** One lag read while a job replicated. */
export interface Reading {
  readonly at: EpochMs;
  /** In ms; null when DRS could not measure it. */
  readonly lagMs: number | null;
}

/** Readings kept for one job: more than fall into the time that verdicts look back. */
const MAX_READINGS = 90;
/** Where polls are many, a stretch of `steadyMs` is kept in about twice so many readings. */
const READINGS_IN_A_STRETCH = 10;

/**
 * The readings with one more, oldest first. Where many fall into a short time, they count as one, with the worst of their
 * lags, so that nothing bad is lost.
 */
export function addReading(readings: readonly Reading[], reading: Reading, rules: VerdictRules): readonly Reading[] {
  const { steadyMs, recentMs, minReadings } = rules;
  // Where polls are seldom, as far back as the fewest readings of a verdict can reach.
  const keptMs = Math.max(recentMs + steadyMs, minReadings * maxGapMs(rules));
  const kept = readings.filter(({ at }) => at <= reading.at && reading.at - at <= keptMs);
  const last = kept.at(-1);
  const before = kept.at(-2);
  const isCrowded =
    last !== undefined && before !== undefined && reading.at - before.at < steadyMs / READINGS_IN_A_STRETCH;
  const added = isCrowded
    ? [...kept.slice(0, -1), { at: reading.at, lagMs: worseLag(last.lagMs, reading.lagMs) }]
    : [...kept, reading];
  return added.slice(-MAX_READINGS);
}

function worseLag(one: number | null, other: number | null): number | null {
  return one === null || other === null ? null : Math.max(one, other);
}
