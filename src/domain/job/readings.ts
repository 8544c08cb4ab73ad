import { ALARM_LAG_MS, IN_SYNC_LAG_MS, maxGapMs } from './verdict-rules.ts';
import type { VerdictRules } from './verdict-rules.ts';
import type { EpochMs } from '../base/time.ts';

/** One lag read while a job replicated. */
export interface Reading {
  readonly at: EpochMs;
  /** In ms; null when DRS could not measure it. */
  readonly lagMs: number | null;
}

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

/** Readings kept for one job: more than fall into the time that verdicts look back. */
const MAX_READINGS = 90;
/** Where polls are many, a stretch of `steadyMs` is kept in about twice so many readings. */
const READINGS_IN_A_STRETCH = 10;

/** So much of the readings must be in sync. */
const MIN_SHARE = 0.7;
/** Lag grows by at most a second in a second; a step up that is steeper than this is a jump. */
const MAX_SLOPE = 1.3;
/** So many jumps within the readings make a figure that jumps. */
const MIN_JUMPS = 2;

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

/**
 * Whether a job is in sync: at least three readings of at most 10 s over at least `steadyMs`, nothing unseen between them,
 * and at least 70 % of all readings of that time. One lone reading that could not be measured is skipped. A figure that
 * jumps is never in sync, nor is one that has been above the alarm level since it was last in sync. One more odd reading
 * never makes it so: it leaves the readings in sync as they are, and every rule here only counts against the others.
 *
 * @param unsettledAt the last moment at which figures meant nothing (`LagBreak`): what was read until then is not in
 *   sync, but a figure that jumped then has jumped
 */
export function isInSync(
  readings: readonly Reading[],
  now: EpochMs,
  rules: VerdictRules,
  unsettledAt: EpochMs | null = null,
): boolean {
  const settled = unsettledAt === null ? readings : readings.filter(({ at }) => at > unsettledAt);
  const start = startOfSync(settled, now, rules);
  if (start === null || isJumping(readings)) return false;
  const judged = settled.filter(({ at }) => at >= start);
  const holding = judged.filter(isHolding).length;
  const since = judged.slice(judged.findLastIndex(isHolding) + 1);
  return holding >= MIN_SHARE * (judged.length - skipped(judged)) && !since.some(isAlarming);
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

/** How many readings are left out of the share: one that could not be measured between two that could says nothing. */
function skipped(readings: readonly Reading[]): 0 | 1 {
  const isLone = ({ lagMs }: Reading, index: number) =>
    lagMs === null && readings[index - 1]?.lagMs !== null && readings[index + 1]?.lagMs !== null;
  return readings.some(isLone) ? 1 : 0;
}

/** A reading above the alarm level. */
export function isAlarming({ lagMs }: Reading): boolean {
  return lagMs !== null && lagMs > ALARM_LAG_MS;
}

/**
 * Whether the figure jumps: more than once from in sync to above the alarm level, faster than time goes by. Each stretch
 * between two readings in sync is measured from the first of them, so that an odd figure on the way up hides no jump.
 */
export function isJumping(readings: readonly Reading[]): boolean {
  let inSync: Reading | null = null;
  let jumped = false;
  let jumps = 0;
  for (const reading of readings) {
    if (isHolding(reading)) {
      inSync = reading;
      jumped = false;
    } else if (inSync !== null && !jumped && isAlarming(reading)) {
      jumped = steepness(inSync, reading) > MAX_SLOPE;
      if (jumped) jumps += 1;
    }
  }
  return jumps >= MIN_JUMPS;
}

/** How fast the lag grew, in seconds a second. */
function steepness(from: Reading, to: Reading): number {
  return ((to.lagMs ?? 0) - (from.lagMs ?? 0)) / (to.at - from.at);
}
