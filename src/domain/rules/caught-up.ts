import { HOUR, MINUTE } from '../base/time.ts';
import type { EpochMs } from '../base/time.ts';
import { keepSilent, tell } from './decision.ts';
import type { RuleSilence, Step } from './decision.ts';
import { heldReadings, MIN_SHARE } from './holds.ts';
import type { Measured } from './holds.ts';
import { isTooth } from './heartbeat.ts';
import type { Heartbeat } from './heartbeat.ts';
import { findJump } from './jumping.ts';
import { hasLeft, whyUnjudged } from './rule-input.ts';
import type { RuleInput } from './rule-input.ts';
import { alarmLevelMs, stretchedHoldMs } from './rule-settings.ts';
import type { HoldRule } from './rule-settings.ts';
import { findFallingBehind, findNothingNewer, isClimbing } from './rising.ts';

/** When it was last told that the job has caught up, and whether that still stands. */
export interface CaughtUp {
  readonly toldAt: EpochMs | null;
  readonly isCaughtUp: boolean;
  /** It was told that it no longer has, and the lag has not been small since. */
  readonly isLost: boolean;
  /** When something else was wrong with the job last: what was read until then is no sign of a job that has caught up. */
  readonly erredAt: EpochMs | null;
}

export const NOT_CAUGHT_UP: CaughtUp = { toldAt: null, isCaughtUp: false, isLost: false, erredAt: null };

/** What other rules know that a verdict is to be read by. */
export interface CaughtUpContext {
  readonly isLagFine: boolean;
  /** Something was told of the lag, and still stands. */
  readonly isAlarmTold: boolean;
  readonly heartbeat: Heartbeat;
}

/** No longer caught up: this many times the level, for so long, in ms. */
export const LOST_LEVELS = 3;
const LOST_HOLD_MS = 3 * MINUTE;
/** At most one pair of events in so long, in ms. */
const PAIR_MS = 6 * HOUR;

/**
 * "Caught up (jobs of type migration; `ready:10s/15m` for others): in sync for 15 min at ≤ 10 s, not rising, no error, just
 * checked. Exactly 0 all along: it says so. Lost at 3 × the level for 3 min; at most one pair per 6 h." What was read while
 * something else was wrong counts for nothing. A break takes it back without a word, and so do a failed sub-job and an alarm
 * about the lag: those are told. A lag that climbs only because its source writes now and then is not lost; one that climbs as
 * a clock goes on is, unless it is told as that in a moment.
 */
export function stepCaughtUp(before: CaughtUp, input: RuleInput, context: CaughtUpContext): Step<CaughtUp> {
  const { now, rules, facts } = input;
  const { ready } = rules;
  const known = {
    ...before,
    toldAt: before.toldAt === null ? null : Math.min(before.toldAt, now),
    erredAt: facts.hasError ? now : before.erredAt,
  };
  if (ready === null) return keepSilent({ ...NOT_CAUGHT_UP, erredAt: known.erredAt }, 'off');
  if (hasLeft('replicating', input)) return keepSilent({ ...known, isCaughtUp: false, isLost: false }, 'other_status');
  if (input.course.group !== 'replicating') return keepSilent(known, 'other_status');
  const isTakenBack = context.isAlarmTold || facts.isPartFailed;
  const state = {
    ...known,
    isCaughtUp: known.isCaughtUp && !isTakenBack,
    isLost: known.isLost && !context.isAlarmTold,
  };
  const unjudged = whyUnjudged(input);
  if (unjudged !== null) return keepSilent(state, unjudged);
  if (state.isCaughtUp) return judgeLost(state, input, ready, context.heartbeat);
  const why = whyNotReady(input, context.isLagFine);
  if (why !== null) return keepSilent(state, why);
  const held = findReady(input, ready, state.erredAt);
  if (held === null) return keepSilent(state, 'not_lasting');
  const lags = held.map(({ lagMs }) => lagMs);
  const [since, lagMs] = [held[0]?.at ?? now, lags.at(-1) ?? 0];
  if (state.toldAt !== null && now - state.toldAt < PAIR_MS) {
    const settled = { ...state, isLost: false };
    if (!state.isLost) return keepSilent(settled, 'too_soon');
    return tell(settled, { kind: 'over', of: 'no_longer_caught_up', since, lagMs });
  }
  const maxMs = Math.max(...lags);
  return tell(
    { ...state, toldAt: now, isCaughtUp: true, isLost: false },
    { kind: 'caught_up', since, lagMs, maxMs, alwaysZero: maxMs === 0 },
  );
}

/** What stands against a lag that is small. */
function whyNotReady(input: RuleInput, isLagFine: boolean): RuleSilence | null {
  if (input.facts.hasError) return 'has_error';
  if (findJump(input) !== null) return 'jumping';
  return isLagFine && findNothingNewer(input) === null && findFallingBehind(input) === null ? null : 'not_so';
}

/** The readings of a lag that was small for long enough since the last error: none of them above the alarm level. */
export function findReady(
  { course, rules }: Pick<RuleInput, 'course' | 'rules'>,
  { levelMs, holdMs }: HoldRule,
  erredAt: EpochMs | null,
): readonly Measured[] | null {
  const isSo = (lagMs: number) => lagMs <= levelMs;
  const good = erredAt === null ? course.readings : course.readings.filter(({ at }) => at > erredAt);
  const held = heldReadings(good, { isSo, holdMs: stretchedHoldMs(holdMs, rules), share: MIN_SHARE });
  return held === null || held.some(({ lagMs }) => lagMs > alarmLevelMs(rules)) ? null : held;
}

function judgeLost(
  state: CaughtUp,
  { course, sample, now, rules }: RuleInput,
  { levelMs }: HoldRule,
  heartbeat: Heartbeat,
): Step<CaughtUp> {
  if (isTooth(heartbeat, now)) return keepSilent(state, 'heartbeat');
  const isSo = (lagMs: number) => lagMs > LOST_LEVELS * levelMs;
  const lost = heldReadings(course.readings, { isSo, holdMs: stretchedHoldMs(LOST_HOLD_MS, rules), share: MIN_SHARE });
  if (lost === null) return keepSilent(state, 'told');
  if (isClimbing(lost)) return keepSilent(state, 'not_lasting');
  return tell(
    { ...state, isCaughtUp: false, isLost: true },
    { kind: 'no_longer_caught_up', since: lost[0]?.at ?? now, lagMs: sample.lagMs ?? 0 },
  );
}
