import { MINUTE } from '../base/time.ts';
import { keepSilent, tell } from './decision.ts';
import type { Step } from './decision.ts';
import { hasLeft } from './rule-input.ts';
import type { RuleInput } from './rule-input.ts';
import { MIN_READINGS, stretchedHoldMs } from './rule-settings.ts';

/** It was told that the lag cannot be measured, and it could not be for as long since. */
export interface Unmeasured {
  readonly isTold: boolean;
}

/** So long without a figure is told, in ms; with figures for as long, it is over. */
const HOLD_MS = 15 * MINUTE;

/**
 * "Not measurable neither extends nor clears, and is no gap; for 15 min: said once." It counts from the last figure, or from
 * the first reading after a break or a stretch that nobody saw.
 */
export function stepNotMeasurable(before: Unmeasured, input: RuleInput): Step<Unmeasured> {
  const { course, sample, now, rules } = input;
  if (rules.lag === null) return keepSilent({ isTold: false }, 'off');
  if (hasLeft('replicating', input)) return keepSilent({ isTold: false }, 'other_status');
  if (course.group !== 'replicating') return keepSilent(before, 'other_status');
  const { readings } = course;
  const holdMs = stretchedHoldMs(HOLD_MS, rules);
  const lastGood = readings.findLastIndex(({ lagMs }) => lagMs !== null);
  if (lastGood === readings.length - 1) {
    const lastUnmeasured = readings.findLastIndex(({ lagMs }) => lagMs === null);
    const from = readings[lastUnmeasured + 1]?.at ?? now;
    if (!before.isTold || sample.lagMs === null || now - from < holdMs) return keepSilent(before, 'not_so');
    return tell({ isTold: false }, { kind: 'over', of: 'not_measurable', since: from, lagMs: sample.lagMs });
  }
  const unmeasured = readings.slice(lastGood + 1);
  const since = unmeasured[0]?.at ?? now;
  if (unmeasured.length < MIN_READINGS || now - since < holdMs) return keepSilent(before, 'not_lasting');
  if (before.isTold) return keepSilent(before, 'told');
  return tell({ isTold: true }, { kind: 'not_measurable', since, polls: unmeasured.length });
}
