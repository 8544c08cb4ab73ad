import { HOUR } from '../base/time.ts';
import type { CopyPoint, CopySoFar } from './copy-so-far.ts';

/** How fast a copy moved over its last stretch. */
export interface Pace {
  readonly percentPerMs: number;
  readonly overMs: number;
  /** What one step takes at this pace, in ms. */
  readonly stepMs: number;
}

/** The end of a copy so far: a share of all of it, but at least so long, in ms, and at least five steps. */
export interface Stretch {
  readonly share: number;
  readonly leastMs: number;
}

/** The stretches whose paces span a range. */
export const PACE_STRETCHES: readonly Stretch[] = [
  { share: 0.1, leastMs: 0 },
  { share: 0.2, leastMs: 0 },
  { share: 0.2, leastMs: 2 * HOUR },
  { share: 0.5, leastMs: 2 * HOUR },
];
const MIN_STEPS = 5;
/** DRS's percents are whole numbers, where they are finer so much is a step. */
const MIN_STEP_PERCENT = 0.5;
/** A copy is cut into so many parts to see how even it is; with fewer than the least nobody can say. */
const PARTS = 8;
const MIN_PACES = 5;
/** The moments of a copy so far, as shares of it, at which its pace is held against what came. */
const PAST_MOMENTS = [0.25, 0.33, 0.5, 0.67, 0.8] as const;
/** No single surprise counts for more: a factor of e². */
const MAX_SURPRISE = 2;

/** The pace over the end of a copy; null when it did not move. A step that takes longer than usual slows it down already. */
export function paceOver(points: readonly CopyPoint[], nowMs: number, { share, leastMs }: Stretch): Pace | null {
  const last = points.at(-1);
  const start = points[0];
  if (last === undefined || start === undefined || last === start) return null;
  const stretchMs = Math.max(leastMs, share * (nowMs - start.ms));
  const longEnough = points.findLastIndex(({ ms }) => last.ms - ms >= stretchMs);
  const from = points[Math.max(0, Math.min(longEnough, points.length - 1 - MIN_STEPS))] ?? start;
  const step = leastStep(points);
  const percentPerMs = (last.percent - from.percent) / (last.ms - from.ms);
  const slowedPerMs = (last.percent - from.percent + step) / (nowMs - from.ms);
  const isLate = nowMs - last.ms > step / percentPerMs;
  const pace = isLate ? slowedPerMs : percentPerMs;
  return { percentPerMs: pace, overMs: nowMs - from.ms, stepMs: isLate ? step / 2 / pace : step / pace };
}

function leastStep(points: readonly CopyPoint[]): number {
  const steps = points.slice(1).map(({ percent }, index) => percent - (points[index]?.percent ?? 0));
  return Math.max(
    MIN_STEP_PERCENT,
    steps.reduce((least, step) => Math.min(least, step), Number.POSITIVE_INFINITY),
  );
}

/** How uneven a copy was: the logarithm of its fastest part against its slowest; infinite while nobody can say. */
export function paceSpread({ points, nowMs }: CopySoFar): number {
  const start = points[0];
  if (start === undefined) return Number.POSITIVE_INFINITY;
  const partMs = (nowMs - start.ms) / PARTS;
  const paces: number[] = [];
  let from = start;
  for (const point of points) {
    if (point.ms - from.ms < partMs) continue;
    paces.push((point.percent - from.percent) / (point.ms - from.ms));
    from = point;
  }
  const last = points.at(-1) ?? start;
  const sinceMs = nowMs - from.ms;
  if (sinceMs > partMs) paces.push((last.percent - from.percent + leastStep(points) / 2) / sinceMs);
  return paces.length < MIN_PACES ? Number.POSITIVE_INFINITY : Math.log(Math.max(...paces) / Math.min(...paces));
}

/**
 * How much the job's own past would have surprised who went by its pace: the sum of how far, as a logarithm, the pace that came
 * was above the fastest and below the slowest known before, each at its worst moment.
 */
export function surpriseSoFar({ points, nowMs }: CopySoFar): number {
  const last = points.at(-1);
  if (last === undefined) return 0;
  let above = 0;
  let below = 0;
  for (const share of PAST_MOMENTS) {
    const known = points.slice(0, points.findLastIndex(({ ms }) => ms <= share * nowMs) + 1);
    const then = known.at(-1);
    if (then === undefined || then === last) continue;
    const paces = PACE_STRETCHES.flatMap((stretch) => paceOver(known, then.ms, stretch)?.percentPerMs ?? []);
    if (paces.length === 0) continue;
    const came = (last.percent - then.percent + leastStep(points) / 2) / (nowMs - then.ms);
    above = Math.max(above, Math.log(came / Math.max(...paces)));
    below = Math.max(below, Math.log(Math.min(...paces) / came));
  }
  return Math.min(above, MAX_SURPRISE) + Math.min(below, MAX_SURPRISE);
}
