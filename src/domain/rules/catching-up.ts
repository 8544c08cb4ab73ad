import { HOUR, MINUTE } from '../base/time.ts';
import type { EpochMs } from '../base/time.ts';
import { keepSilent, tell } from './decision.ts';
import type { Step } from './decision.ts';
import type { LagAlarm } from './episodes.ts';
import { heldReadings } from './holds.ts';
import type { RuleInput } from './rule-input.ts';
import { alarmLevelMs, MIN_READINGS, stretchedHoldMs } from './rule-settings.ts';

/** A job that catches up after a break. */
export interface CatchUp {
  readonly since: EpochMs;
  /** The hour that goes on: since when, its least lag, and in how many readings. */
  readonly hour: { readonly from: EpochMs; readonly leastMs: number; readonly readings: number } | null;
  /** The least lag of the hour before. */
  readonly beforeMs: number | null;
  /** When it was last told that it gains nothing; null: never. */
  readonly toldAt: EpochMs | null;
}

/** It gains again when an hour took off so much of the lag: at that pace it is over within a day. */
const GAIN_SHARE = 1 / 24;
/** That it gains nothing is told anew no sooner than this, in ms: a catch-up that halts every other hour is no news every time. */
const AGAIN_MS = 6 * HOUR;
/** It has caught up when the lag was at or below the level for so long, in ms. */
const DONE_HOLD_MS = 5 * MINUTE;

/**
 * "Catching up (first incremental, resume, recovery, restart) until lag ≤ level for 5 min: lag-high is off, but no gain between
 * two hours = 'catch-up is not gaining'." Of each hour counts the least lag, so that a lag that breathes gains all the same. An
 * hour that reached the level ends the catch-up too: from then on a high lag is one. Once told, an hour that gains takes it back, and
 * with it all that was told of this lag. The state is null while it does not catch up.
 *
 * @param told what was told of this lag, and still stands
 */
export function stepCatchingUp(
  before: CatchUp | null,
  input: RuleInput,
  told: readonly LagAlarm['kind'][],
): Step<CatchUp | null> {
  const { now, course, sample, rules } = input;
  const begun = input.isResuming ? { since: now, hour: null, beforeMs: null, toldAt: null } : before;
  if (begun === null) return keepSilent(null, 'not_so');
  if (course.group !== 'replicating') return keepSilent({ ...begun, hour: null, beforeMs: null }, 'other_status');
  // What lay between two hours must have been seen.
  const seen = input.sinceLastMs === null ? { ...begun, hour: null, beforeMs: null } : begun;
  if (sample.lagMs === null) return keepSilent(seen, 'not_measurable');
  if (input.measured.length === 0) return keepSilent(seen, 'not_settled');
  if (isDone(input)) return keepSilent(null, 'not_so');
  const { hour } = seen;
  if (hour === null)
    return keepSilent({ ...seen, hour: { from: now, leastMs: sample.lagMs, readings: 1 } }, 'not_lasting');
  const leastMs = Math.min(hour.leastMs, sample.lagMs);
  const isOver = now - hour.from >= stretchedHoldMs(HOUR, rules) && hour.readings + 1 >= MIN_READINGS;
  if (!isOver) return keepSilent({ ...seen, hour: { ...hour, leastMs, readings: hour.readings + 1 } }, 'not_lasting');
  return closeHour(seen, leastMs, input, told);
}

function closeHour(
  seen: CatchUp,
  leastMs: number,
  { now, sample, rules }: RuleInput,
  told: readonly LagAlarm['kind'][],
): Step<CatchUp | null> {
  if (leastMs <= alarmLevelMs(rules)) return keepSilent(null, 'not_so');
  const hour = { from: now, leastMs: sample.lagMs ?? leastMs, readings: 1 };
  const next = { ...seen, hour, beforeMs: leastMs };
  const { since, beforeMs, toldAt } = seen;
  if (rules.lag === null) return keepSilent(next, 'off');
  const isTold = told.includes('catch_up_not_gaining');
  if (beforeMs === null || leastMs < beforeMs) {
    const isGaining = beforeMs !== null && beforeMs - leastMs >= GAIN_SHARE * beforeMs;
    if (!isTold || !isGaining) return keepSilent(next, isTold ? 'told' : 'not_so');
    return tell(next, { kind: 'gaining_again', since, lagMs: leastMs, beforeMs });
  }
  if (isTold) return keepSilent(next, 'told');
  if (toldAt !== null && toldAt <= now && now - toldAt < AGAIN_MS) return keepSilent(next, 'too_soon');
  const isOnTop = told.length > 0;
  return tell({ ...next, toldAt: now }, { kind: 'catch_up_not_gaining', since, lagMs: leastMs, beforeMs, isOnTop });
}

function isDone({ course, rules }: RuleInput): boolean {
  const isSo = (lagMs: number) => lagMs <= alarmLevelMs(rules);
  return heldReadings(course.readings, { isSo, holdMs: stretchedHoldMs(DONE_HOLD_MS, rules), share: 1 }) !== null;
}
