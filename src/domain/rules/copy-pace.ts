import { HOUR } from '../base/time.ts';
import { isRestart } from './sample.ts';
import type { Sample } from './sample.ts';
import type { PartPercent } from '../job/rule-event.ts';

/** How a full copy moves, as far as it was seen. All durations count seen time only, in ms. */
export interface CopyPace {
  readonly parts: readonly PartPercent[];
  /** Of this copy so far. */
  readonly seenMs: number;
  /** Since a part moved last. */
  readonly stillMs: number;
  /** All of the time since then was seen, and so was the move. */
  readonly isStepSeen: boolean;
  /** The last steps from one move to the next, oldest first, and the longest of all. */
  readonly stepsMs: readonly number[];
  readonly longestMs: number;
  readonly steps: number;
}

/** Steps that a pace is judged by. */
const JUDGED_STEPS = 5;
const MIN_STEPS = 3;

/** A copy that was not looked at before. */
function newPace(parts: readonly PartPercent[]): CopyPace {
  return { parts, seenMs: 0, stillMs: 0, isStepSeen: false, stepsMs: [], longestMs: 0, steps: 0 };
}

/** What one more sample of a copy did. */
export type Motion = 'begun' | 'restarted' | 'moved' | 'still';

/**
 * The pace with one more sample of the copy. A copy that was restarted has no habits yet; a total that grew (a smaller fall)
 * keeps them. Time that was not seen does not count.
 *
 * @param sinceLastMs since the sample before, in ms; null when what lies between was not seen, or was no copy
 */
export function followPace(
  before: CopyPace | null,
  { parts }: Pick<Sample, 'parts'>,
  sinceLastMs: number | null,
): { readonly pace: CopyPace; readonly motion: Motion } {
  if (before === null) return { pace: newPace(parts), motion: 'begun' };
  if (hasRestarted(before.parts, parts)) return { pace: newPace(parts), motion: 'restarted' };
  const seenMs = before.seenMs + (sinceLastMs ?? 0);
  const stillMs = before.stillMs + (sinceLastMs ?? 0);
  const isStepSeen = before.isStepSeen && sinceLastMs !== null;
  if (hasMoved(before.parts, parts))
    return { pace: movedPace({ ...before, seenMs, stillMs, isStepSeen }, parts), motion: 'moved' };
  return { pace: { ...before, seenMs, stillMs, isStepSeen }, motion: 'still' };
}

function movedPace(before: CopyPace, parts: readonly PartPercent[]): CopyPace {
  const { stillMs } = before;
  const moved = { ...before, parts, stillMs: 0, isStepSeen: true };
  const longestMs = Math.max(before.longestMs, stillMs);
  if (!before.isStepSeen) return { ...moved, longestMs };
  return {
    ...moved,
    stepsMs: [...before.stepsMs, stillMs].slice(-JUDGED_STEPS),
    longestMs,
    steps: before.steps + 1,
  };
}

function percentOf(parts: readonly PartPercent[], name: string): number | null {
  return parts.find((part) => part.name === name)?.percent ?? null;
}

function hasRestarted(before: readonly PartPercent[], parts: readonly PartPercent[]): boolean {
  return parts.some(({ name, percent }) => isRestart(percentOf(before, name) ?? percent, percent));
}

function hasMoved(before: readonly PartPercent[], parts: readonly PartPercent[]): boolean {
  return parts.some(({ name, percent }) => percentOf(before, name) !== percent);
}

/** A copy that stands still is not told sooner, in ms. */
const MIN_STALL_MS = HOUR;
/** Nor before so many times the usual step, */
const USUAL_STEPS = 6;
/** the longest step so far, */
const TIMES_LONGEST = 2.5;
/** or this share of the time so far. */
const SHARE_SO_FAR = 0.2;
/** While its habits are not known: not sooner than this, in ms, nor before it stood still for as long as all the time before. */
const MIN_UNKNOWN_MS = 8 * HOUR;

/**
 * After standing still for so long, in ms, a copy has stalled as far as its own habits say: the longest of 60 min, 6 × the median
 * of the last 5 steps, 2.5 × the longest step so far, 20 % of the time so far; before 3 steps the longer of 8 h and the time so
 * far. The figures were chosen on finished copies stretched to days (npm run backtest): fast beginnings and coarse percents need
 * more than 4, 2, 15 % and 4 h.
 */
export function stallLimitMs({ stepsMs, longestMs, seenMs, stillMs, steps }: CopyPace): number {
  const soFarMs = seenMs - stillMs;
  if (steps < MIN_STEPS) return Math.max(MIN_UNKNOWN_MS, soFarMs);
  return Math.max(
    MIN_STALL_MS,
    USUAL_STEPS * (usualMs(stepsMs) ?? 0),
    TIMES_LONGEST * longestMs,
    SHARE_SO_FAR * soFarMs,
  );
}

/** What a step takes usually: the median of the last ones, in ms; null before any was seen. */
export function usualMs(stepsMs: readonly number[]): number | null {
  return stepsMs.toSorted((one, other) => one - other)[Math.floor(stepsMs.length / 2)] ?? null;
}
