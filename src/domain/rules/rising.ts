import { MINUTE, SECOND } from '../base/time.ts';
import { MAX_SLOPE, MIN_CLIMB } from './heartbeat.ts';
import { measuredOf, readingsOf, stepsOf } from './holds.ts';
import type { Measured } from './holds.ts';
import type { Reading } from '../job/readings.ts';
import type { RuleInput } from './rule-input.ts';
import { stretchedHoldMs } from './rule-settings.ts';

/** A lag that rises: since when, and how fast, in seconds a second. */
export interface Rise {
  readonly since: number;
  readonly slope: number;
}

/** Nothing newer arrives: so many steps, over at least so long, in ms, rise together by at least so much. */
const NEWEST_STEPS = 5;
const NOTHING_NEWER_MS = 5 * MINUTE;
export const NOTHING_NEWER_SLOPE = 0.9;
/** Cannot keep up: for so long, in ms, at such a slope, above such a lag, in ms. */
const FALLING_BEHIND_MS = 30 * MINUTE;
const FALLING_BEHIND_SLOPE = { least: 0.05, most: 0.9 } as const;
const FALLING_BEHIND_LAG_MS = 30 * SECOND;
/** A lag that fell by such a share of what it rose since is one that breathes, as long as that is remembered. */
const FALLEN_SHARE = 0.2;
/** A lag that breathes rises and falls within these parts of that time; one that cannot keep up is higher in each. */
const PARTS = 3;

/**
 * Finds that nothing newer arrives: "lag cannot rise faster than 1 s a second, so a step over 1.3 s/s is a jump and ends a
 * slope. Each of the last five steps ≥ 0.5 s/s and together ≥ 0.9 s/s over ≥ 5 min".
 */
export function findNothingNewer({ measured }: Pick<RuleInput, 'measured'>): Rise | null {
  const newest = measured.at(-1);
  if (newest === undefined) return null;
  const before = measured.findLastIndex(({ at }) => newest.at - at >= NOTHING_NEWER_MS);
  if (before === -1) return null;
  const judged = measured.slice(Math.max(0, Math.min(before, measured.length - 1 - NEWEST_STEPS)));
  const [first] = judged;
  if (first === undefined || judged.length <= NEWEST_STEPS) return null;
  return isClimbing(judged) ? { since: first.at, slope: slopeBetween(first, newest) } : null;
}

/** Whether a lag climbs as a clock goes on in each of these readings: nothing newer arrives. */
export function isClimbing(measured: readonly Measured[]): boolean {
  const [first, newest] = [measured[0], measured.at(-1)];
  if (first === undefined || newest === undefined || first === newest) return false;
  const isClimb = stepsOf(measured).every(({ slope }) => slope >= MIN_CLIMB && slope <= MAX_SLOPE);
  return isClimb && slopeBetween(first, newest) >= NOTHING_NEWER_SLOPE;
}

/**
 * Finds that the target cannot keep up: "0.05–0.9 s/s for 30 min without a jump and lag over 30 s". For all of that time: the
 * least lag of each third is higher than that of the third before by what the slope says; and it had not just fallen.
 */
export function findFallingBehind({ course, rules }: Pick<RuleInput, 'course' | 'rules'>): Rise | null {
  const present = course.readings.at(-1)?.lagMs ?? null;
  if (present !== null && present <= FALLING_BEHIND_LAG_MS) return null;
  const lookBackMs = stretchedHoldMs(FALLING_BEHIND_MS, rules);
  const all = readingsOf(course.readings, lookBackMs);
  const judged = measuredOf(all);
  const first = judged[0];
  const newest = judged.at(-1);
  if (first === undefined || newest === undefined || newest.at - first.at < lookBackMs) return null;
  if (newest.lagMs <= FALLING_BEHIND_LAG_MS || 2 * judged.length < all.length) return null;
  const slope = slopeBetween(first, newest);
  if (slope < FALLING_BEHIND_SLOPE.least || slope > FALLING_BEHIND_SLOPE.most) return null;
  const hasJump = stepsOf(judged).some((step) => step.slope > MAX_SLOPE);
  if (hasFallen(course.readings, first, newest)) return null;
  return !hasJump && isHigherInEachPart(judged, newest.at - first.at) ? { since: first.at, slope } : null;
}

/** Whether the lag was higher before: then it rises and falls in turns, until it has risen for longer than is remembered. */
function hasFallen(readings: readonly Reading[], first: Measured, newest: Measured): boolean {
  const fallenMs = FALLEN_SHARE * (newest.lagMs - first.lagMs);
  return measuredOf(readings).some(({ at, lagMs }) => at < first.at && lagMs - first.lagMs >= fallenMs);
}

function isHigherInEachPart(judged: readonly Measured[], overMs: number): boolean {
  const partMs = overMs / PARTS;
  const start = judged[0]?.at ?? 0;
  const partOf = (at: number) => Math.min(PARTS - 1, Math.floor((at - start) / partMs));
  const least = Array.from({ length: PARTS }, (_, part) =>
    Math.min(...judged.filter(({ at }) => partOf(at) === part).map(({ lagMs }) => lagMs)),
  );
  const riseMs = FALLING_BEHIND_SLOPE.least * partMs;
  return least.slice(1).every((lagMs, index) => Number.isFinite(lagMs) && lagMs - (least[index] ?? 0) >= riseMs);
}

function slopeBetween(from: Measured, to: Measured): number {
  return (to.lagMs - from.lagMs) / (to.at - from.at);
}

/** How long the lag takes to fall to nothing, in ms, at the pace of the last half hour: "lag ÷ fall rate"; null when it does not fall. */
export function catchUpMs({ measured }: Pick<RuleInput, 'measured'>): number | null {
  const judged = readingsOf(measured, FALLING_BEHIND_MS);
  const [first] = judged;
  const newest = judged.at(-1);
  if (first === undefined || newest === undefined || newest.at - first.at < NOTHING_NEWER_MS) return null;
  const slope = slopeBetween(first, newest);
  return slope < 0 ? newest.lagMs / -slope : null;
}
