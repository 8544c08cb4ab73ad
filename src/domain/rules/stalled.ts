import { stallLimitMs, followPace, usualMs } from './copy-pace.ts';
import type { CopyPace } from './copy-pace.ts';
import { keepSilent, tell } from './decision.ts';
import type { Step } from './decision.ts';
import { hasLeft } from './rule-input.ts';
import type { RuleInput } from './rule-input.ts';
import { MIN_READINGS } from './rule-settings.ts';
import { dataPercent } from './sample.ts';
import type { PartPercent } from '../job/rule-event.ts';

/** How a full copy moves, and what was told of it. */
export interface Copy {
  /** Null while no full copy was seen. */
  readonly pace: CopyPace | null;
  /** Since the last restart: a stall that goes on, and a slow tail. */
  readonly isStallTold: boolean;
  readonly isTailTold: boolean;
}

export const NO_COPY: Copy = { pace: null, isStallTold: false, isTailTold: false };

/** From here on the data is as good as there. */
const TAIL_PERCENT = 99;
const DONE_PERCENT = 100;

/**
 * "Stalled (full phase): no part moved for [as long as its habits say, copy-pace.ts]. Data ≥ 99 % with another part open =
 * *slow tail*, info. Blind time does not count." All parts at 100 while DRS still says copying is a slow tail as well, and so is a
 * last percent of the data alone: whole percents show nothing of it. A stall is told once until a part moves again, a slow tail
 * once until the copy begins anew; that either is over is told as well.
 */
export function stepStalled(before: Copy, input: RuleInput): Step<Copy> {
  const { sample, course, rules, sinceLastMs } = input;
  if (sample.group !== 'full_copy') return keepSilent(afterCopy(before, input), 'other_status');
  if (sample.parts.length === 0) return keepSilent(before, 'not_measurable');
  const { pace, motion } = followPace(before.pace, sample, input.previousGroup === 'full_copy' ? sinceLastMs : null);
  if (motion !== 'still') return moved(before, pace, motion === 'restarted');
  const next = { ...before, pace };
  if (!rules.isStallTold) return keepSilent(next, 'off');
  if (course.inRow < MIN_READINGS) return keepSilent(next, 'too_few_readings');
  if (pace.stillMs < stallLimitMs(pace)) return keepSilent(next, 'not_lasting');
  const { stillMs, stepsMs, steps, longestMs } = pace;
  const tail = tailOf(sample.parts);
  if (tail !== null) {
    if (next.isTailTold) return keepSilent(next, 'told');
    return tell(
      { ...next, isTailTold: true },
      { kind: 'slow_tail', parts: sample.parts, stillMs, allDone: tail === 'all_done' },
    );
  }
  if (next.isStallTold) return keepSilent(next, 'told');
  const habits = { usualMs: usualMs(stepsMs), longestMs: steps === 0 ? null : longestMs };
  return tell({ ...next, isStallTold: true }, { kind: 'stalled', parts: sample.parts, stillMs, ...habits });
}

function moved(before: Copy, pace: CopyPace, isRestarted: boolean): Step<Copy> {
  const isTailTold = !isRestarted && before.isTailTold;
  const next = { pace, isStallTold: false, isTailTold };
  if (!before.isStallTold && !(isRestarted && before.isTailTold)) return keepSilent(next, 'not_so');
  return tell(next, { kind: 'moving_again', parts: pace.parts, stillMs: before.pace?.stillMs ?? 0, isRestarted });
}

/** After a pause or failure a copy goes on where it was, and may stall anew; once it replicates, the next copy is another. */
function afterCopy(before: Copy, input: RuleInput): Copy {
  if (input.sample.group === 'replicating' || before.pace === null) return NO_COPY;
  const isStallTold = before.isStallTold && !hasLeft('full_copy', input);
  return { ...before, isStallTold, pace: { ...before.pace, stillMs: 0, isStepSeen: false } };
}

/** What is left of a copy whose data is there; null while it is not. */
function tailOf(parts: readonly PartPercent[]): 'all_done' | 'open' | null {
  if (parts.every(({ percent }) => percent >= DONE_PERCENT)) return 'all_done';
  return (dataPercent({ parts }) ?? 0) >= TAIL_PERCENT ? 'open' : null;
}
