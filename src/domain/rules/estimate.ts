import { HOUR, MINUTE } from '../base/time.ts';
import { copySoFar } from './copy-so-far.ts';
import type { CopyPoint, CopySoFar } from './copy-so-far.ts';
import { paceOver, paceSpread, PACE_STRETCHES, surpriseSoFar } from './pace.ts';
import type { Sample } from './sample.ts';

/** How long the data part of a full copy still takes, in ms, or why nobody can say. */
export type Estimate =
  | {
      readonly kind: 'range';
      readonly fromMs: number;
      readonly toMs: number;
      /** The pace it stands on, in percent an hour, and the stretch it was read from, in ms. */
      readonly percentPerHour: number;
      readonly overMs: number;
    }
  | { readonly kind: 'none'; readonly why: 'no_copy' | 'too_early' | 'nearly_done' | 'not_moving' | 'too_uneven' };

/** "After ≥ 5 % and ≥ 30 min." */
const MIN_PERCENT = 5;
const MIN_MS = 30 * MINUTE;
/** The last percent takes any time: DRS counts objects, and the largest ones end last. */
const NEARLY_DONE_PERCENT = 99;
const DONE_PERCENT = 100;
/** The pace that is named beside the range: "over max(2 h, 5 steps, 20 % of the time so far)". */
const NAMED_STRETCH = { share: 0.2, leastMs: 2 * HOUR };

/**
 * The figures below were fitted to the back-test's curves (npm run backtest), each class of them held out in turn. All are
 * logarithms of a factor. The pace to come lies about so far beyond the fastest and slowest of the paces so far,
 */
const SPREAD = 0.6;
/** less where all stretches of the copy so far were alike: this share of it at least, all of it where they differ by so much. */
const MIN_SHARE = 0.6;
const UNEVEN = 0.6;
/** How much wider for each unit that the job's own past would have surprised such a range. */
const SURPRISE = 0.2;
/** Copies end later than their pace says, by more the longer they took so far: the square root of one and this share of it. */
const TAIL = { share: 0.4, power: 0.5 };
/** A range whose end is so many times its beginning helps nobody. */
const MAX_FACTOR = 12;
/** No range begins or ends sooner, in ms. */
const MIN_LEFT_MS = MINUTE;

/**
 * "Estimate: for the data part only, after ≥ 5 % and ≥ 30 min, as a range over max(2 h, 5 steps, 20 % of the time so far); none
 * for index. First the truth inside the range, then its width; a pace too uneven for a range is said as that. The range is
 * back-tested on the job's own past."
 *
 * The range reaches from what is left at the fastest of the paces of the last tenth, fifth and half of the copy so far, to what
 * is left at the slowest, and beyond both by as much as other copies surprised.
 *
 * @param samples of the job, oldest first, as they are kept (thin-samples.ts)
 */
export function estimateRemaining(samples: readonly Sample[]): Estimate {
  const copy = copySoFar(samples);
  const last = copy?.points.at(-1);
  if (copy === null || last === undefined) return { kind: 'none', why: 'no_copy' };
  if (last.percent < MIN_PERCENT || copy.nowMs < MIN_MS) return { kind: 'none', why: 'too_early' };
  if (last.percent >= NEARLY_DONE_PERCENT) return { kind: 'none', why: 'nearly_done' };
  const named = paceOver(copy.points, copy.nowMs, NAMED_STRETCH);
  const namedMs = Math.max(NAMED_STRETCH.leastMs, NAMED_STRETCH.share * copy.nowMs);
  if (named === null || copy.nowMs - last.ms >= namedMs) return { kind: 'none', why: 'not_moving' };
  const { fromMs, toMs } = rangeOf(copy, last);
  if (toMs > MAX_FACTOR * fromMs) return { kind: 'none', why: 'too_uneven' };
  return { kind: 'range', fromMs, toMs, percentPerHour: named.percentPerMs * HOUR, overMs: named.overMs };
}

function rangeOf(copy: CopySoFar, last: CopyPoint): { readonly fromMs: number; readonly toMs: number } {
  const left = PACE_STRETCHES.flatMap((stretch) => {
    const pace = paceOver(copy.points, copy.nowMs, stretch);
    if (pace === null) return [];
    const sinceMoveMs = Math.min(copy.nowMs - last.ms, pace.stepMs);
    return [Math.max(MIN_LEFT_MS, (DONE_PERCENT - last.percent) / pace.percentPerMs - sinceMoveMs)];
  });
  const share = MIN_SHARE + (1 - MIN_SHARE) * Math.min(1, paceSpread(copy) / UNEVEN);
  const spread = Math.exp(share * SPREAD + SURPRISE * surpriseSoFar(copy));
  const slowestMs = Math.max(...left);
  const tail = (1 + (TAIL.share * copy.nowMs) / slowestMs) ** (TAIL.power * share);
  return { fromMs: Math.min(...left) / spread, toMs: slowestMs * spread * tail };
}
