import { HOUR, MINUTE } from '../base/time.ts';
import type { EpochMs } from '../base/time.ts';
import { keepSilent, tell } from './decision.ts';
import type { RuleSilence, Step } from './decision.ts';
import { heldReadings, MIN_SHARE } from './holds.ts';
import type { Measured } from './holds.ts';
import { findJump } from './jumping.ts';
import { whyUnjudged } from './rule-input.ts';
import type { RuleInput } from './rule-input.ts';
import { alarmLevelMs, stretchedHoldMs } from './rule-settings.ts';
import type { HoldRule } from './rule-settings.ts';
import { findFallingBehind, findNothingNewer } from './rising.ts';

/** When it was last told that the job has caught up, and whether that still stands. */
export interface CaughtUp {
  readonly toldAt: EpochMs | null;
  readonly isCaughtUp: boolean;
}

export const NOT_CAUGHT_UP: CaughtUp = { toldAt: null, isCaughtUp: false };

/** No longer caught up: this many times the level, for so long, in ms. */
export const LOST_LEVELS = 3;
const LOST_HOLD_MS = 3 * MINUTE;
/** At most one pair of events in so long, in ms. */
const PAIR_MS = 6 * HOUR;

/**
 * "Caught up (jobs of type migration; `ready:10s/15m` for others): in sync for 15 min at ≤ 10 s, not rising, no error, just
 * checked. Exactly 0 all along: it says so. Lost at 3 × the level for 3 min; at most one pair per 6 h." A break takes it back
 * without a word: what broke is told. A lag that climbs only because its source writes now and then is not lost.
 */
export function stepCaughtUp(
  before: CaughtUp,
  input: RuleInput,
  { isLagFine, isTooth }: { readonly isLagFine: boolean; readonly isTooth: boolean },
): Step<CaughtUp> {
  const { now, rules } = input;
  const { ready } = rules;
  const toldAt = before.toldAt === null ? null : Math.min(before.toldAt, now);
  if (ready === null) return keepSilent(NOT_CAUGHT_UP, 'off');
  if (input.course.group !== 'replicating') return keepSilent({ toldAt, isCaughtUp: false }, 'other_status');
  const state = { toldAt, isCaughtUp: before.isCaughtUp };
  const unjudged = whyUnjudged(input);
  if (unjudged !== null) return keepSilent(state, unjudged);
  if (state.isCaughtUp) return isTooth ? keepSilent(state, 'heartbeat') : judgeLost(state, input, ready);
  const why = whyNotReady(input, isLagFine);
  if (why !== null) return keepSilent(state, why);
  const held = findReady(input, ready);
  if (held === null) return keepSilent(state, 'not_lasting');
  if (toldAt !== null && now - toldAt < PAIR_MS) return keepSilent(state, 'too_soon');
  const lags = held.map(({ lagMs }) => lagMs);
  const maxMs = Math.max(...lags);
  return tell(
    { toldAt: now, isCaughtUp: true },
    { kind: 'caught_up', since: held[0]?.at ?? now, lagMs: lags.at(-1) ?? 0, maxMs, alwaysZero: maxMs === 0 },
  );
}

/** What stands against a lag that is small. */
function whyNotReady(input: RuleInput, isLagFine: boolean): RuleSilence | null {
  if (input.facts.hasError) return 'has_error';
  if (findJump(input) !== null) return 'jumping';
  return isLagFine && findNothingNewer(input) === null && findFallingBehind(input) === null ? null : 'not_so';
}

/** The readings of a lag that was small for long enough: none of them above the alarm level. */
export function findReady(
  { course, rules }: Pick<RuleInput, 'course' | 'rules'>,
  { levelMs, holdMs }: HoldRule,
): readonly Measured[] | null {
  const isSo = (lagMs: number) => lagMs <= levelMs;
  const held = heldReadings(course.readings, { isSo, holdMs: stretchedHoldMs(holdMs, rules), share: MIN_SHARE });
  return held === null || held.some(({ lagMs }) => lagMs > alarmLevelMs(rules)) ? null : held;
}

function judgeLost(state: CaughtUp, { course, sample, now, rules }: RuleInput, { levelMs }: HoldRule): Step<CaughtUp> {
  const isSo = (lagMs: number) => lagMs > LOST_LEVELS * levelMs;
  const lost = heldReadings(course.readings, { isSo, holdMs: stretchedHoldMs(LOST_HOLD_MS, rules), share: MIN_SHARE });
  if (lost === null) return keepSilent(state, 'told');
  return tell(
    { ...state, isCaughtUp: false },
    { kind: 'no_longer_caught_up', since: lost[0]?.at ?? now, lagMs: sample.lagMs ?? 0 },
  );
}
