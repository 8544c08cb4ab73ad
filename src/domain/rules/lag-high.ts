import { MINUTE } from '../base/time.ts';
import { heldReadings, MIN_SHARE } from './holds.ts';
import type { Measured } from './holds.ts';
import type { RuleInput } from './rule-input.ts';
import { alarmLevelMs, stretchedHoldMs } from './rule-settings.ts';
import type { RuleSettings } from './rule-settings.ts';

/** A lag is fine again when all of this long, in ms, */
export const CLEAR_HOLD_MS = 5 * MINUTE;
/** it was below this share of the level. */
export const CLEAR_SHARE = 0.5;

/**
 * The readings of a lag that is high; null when it is not.
 *
 * "Lag high: default over 2 min for 10 min: ≥ 70 % of the good readings of the hold above the level, at least 3 and at least
 * half of its polls good."
 */
export function findLagHigh({ course }: RuleInput, rules: RuleSettings): readonly Measured[] | null {
  const { lag } = rules;
  if (lag === null) return null;
  const isSo = (lagMs: number) => lagMs > lag.levelMs;
  return heldReadings(course.readings, { isSo, holdMs: stretchedHoldMs(lag.holdMs, rules), share: MIN_SHARE });
}

/**
 * Whether a high lag is fine again.
 *
 * "clears when all of 5 min are below half. Not measurable neither extends nor clears, and is no gap"
 */
export function isLagFine({ course }: RuleInput, rules: RuleSettings): boolean {
  const isSo = (lagMs: number) => lagMs < CLEAR_SHARE * alarmLevelMs(rules);
  return heldReadings(course.readings, { isSo, holdMs: stretchedHoldMs(CLEAR_HOLD_MS, rules), share: 1 }) !== null;
}

/** Whether the newest figure is above the alarm level. */
export function isAboveAlarm({ sample, rules }: Pick<RuleInput, 'sample' | 'rules'>): boolean {
  return sample.lagMs !== null && sample.lagMs > alarmLevelMs(rules);
}
