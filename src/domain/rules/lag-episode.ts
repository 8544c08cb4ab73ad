import type { Decision, RuleSilence } from './decision.ts';
import type { EpochMs } from '../base/time.ts';
import type { RuleEvent } from '../job/rule-event.ts';
import { closeEpisode, isAsBefore, isTold, NO_EPISODES, openEpisode, recentEpisodes } from './episodes.ts';
import type { LagAlarm, LagEpisode, LagEpisodes } from './episodes.ts';
import { findReady } from './caught-up.ts';
import { hasToothEnded, isQuietTooth, isTooth } from './heartbeat.ts';
import type { Heartbeat } from './heartbeat.ts';
import { findJump } from './jumping.ts';
import { findLagHigh, isAboveAlarm, isLagFine } from './lag-high.ts';
import type { RuleInput } from './rule-input.ts';
import { hasLeft, whyUnjudged } from './rule-input.ts';
import { DEFAULT_READY_RULE } from './rule-settings.ts';
import { findFallingBehind, findNothingNewer, NOTHING_NEWER_SLOPE } from './rising.ts';
import { isStandingStill } from './stands-still.ts';
import type { Standstill } from './stands-still.ts';

/** What other rules know that a high or rising lag is to be read by. */
export interface LagContext {
  readonly heartbeat: Heartbeat;
  readonly isCatchingUp: boolean;
  readonly standstill: Standstill | null;
  /** What those rules tell of the same lag at this sample. */
  readonly alarms: readonly LagAlarm[];
  /** A catch-up of which it was told that it gains nothing gains again: whatever was told of the lag is over with that. */
  readonly isGainingAgain: boolean;
}

/** What the two rules about one lag remember, and what each decided. */
export interface LagStep {
  readonly state: LagEpisodes;
  readonly high: Decision;
  readonly rising: Decision;
}

/**
 * All that is wrong with one lag, as one story: high (lag-high.ts), rising (rising.ts), standing still, not coming down after a
 * break. A graver event is told after a lighter one, never the other way round, and one event closes them all; a job that
 * leaves replication closes them without a word, and where nobody wants to hear of the lag (`lag:off`) there are none. "Both [kinds of rising] are silent while catching up"; then "lag-high is off".
 */
export function stepLagEpisode(before: LagEpisodes, input: RuleInput, context: LagContext): LagStep {
  const { sample, now } = input;
  const past = noteCalm(recentEpisodes(before.past, now), before.open, input);
  if (input.rules.lag === null) return silent(NO_EPISODES, 'off');
  if (hasLeft('replicating', input)) return silent({ open: null, past }, 'other_status');
  if (context.isGainingAgain) return silent({ open: null, past }, 'catching_up');
  const known = context.alarms.reduce((state: LagEpisodes, alarm) => openEpisode(state, alarm, input.measured), {
    open: before.open,
    past,
  });
  const unjudged = whyUnjudged(input);
  if (unjudged !== null || sample.lagMs === null) return silent(known, unjudged ?? 'not_measurable');
  const open = known.open === null ? null : { ...known.open, peakMs: Math.max(known.open.peakMs, sample.lagMs) };
  const state = { open, past };
  // A lag that is at least so much may be high still.
  const isFine =
    !input.facts.isPartUnmeasured && (isLagFine(input, input.rules) || hasToothEnded(context.heartbeat, now));
  if (open !== null && isFine) return clear(open, past, input);
  const rising = judgeRising(state, input, context);
  if (rising.kind === 'tell') {
    return { state: openEpisode(state, rising.event, input.measured), high: quiet('told_as_rising'), rising };
  }
  const high = judgeHigh(state, input, context);
  if (high.kind === 'tell') return { state: openEpisode(state, high.event, input.measured), high, rising };
  const isUntold = open === null && (high.reason === 'as_before' || rising.reason === 'as_before');
  if (!isUntold) return { state, high, rising };
  // What is not told now may be told later, and then since it began.
  const since = findLagHigh(input, input.rules)?.[0]?.at ?? findFallingBehind(input)?.since ?? now;
  return { state: { open: { since, peakMs: sample.lagMs, told: [] }, past }, high, rising };
}

/** The last episodes, the latest of them marked once the lag was in sync since for as long as one that has caught up. */
function noteCalm(past: LagEpisodes['past'], open: LagEpisode | null, input: RuleInput): LagEpisodes['past'] {
  const last = past.at(-1);
  if (last === undefined || last.isCalm || open !== null || whyUnjudged(input) !== null) return past;
  const isCalm = findReady(input, input.rules.ready ?? DEFAULT_READY_RULE, last.clearedAt) !== null;
  return isCalm ? [...past.slice(0, -1), { ...last, isCalm }] : past;
}

function clear(open: LagEpisode, past: LagEpisodes['past'], { now, sample }: RuleInput): LagStep {
  const state = closeEpisode(open, past, now);
  const { since, peakMs, told } = open;
  if (told.length === 0) return silent(state, 'not_so');
  const event: RuleEvent = { kind: 'lag_cleared', since, lagMs: sample.lagMs ?? 0, peakMs };
  return { state, high: { kind: 'tell', event }, rising: quiet('not_so') };
}

type Silent = Extract<Decision, { kind: 'silent' }>;
type Judgement = { readonly kind: 'tell'; readonly event: LagAlarm } | Silent;

function judgeRising(state: LagEpisodes, input: RuleInput, { heartbeat, isCatchingUp }: LagContext): Judgement {
  const lagMs = input.sample.lagMs ?? 0;
  const nothing = findNothingNewer(input);
  const behind = nothing === null ? findFallingBehind(input) : null;
  if (nothing === null && behind === null) return quiet('not_so');
  if (isCatchingUp) return quiet('catching_up');
  if (nothing !== null) {
    if (isTooth(heartbeat, input.now)) return quiet('heartbeat');
    const since = climbBegan(heartbeat, nothing.since, lagMs, input.now);
    return unlessTold(state, { kind: 'nothing_newer', ...nothing, since, lagMs }, ['nothing_newer']);
  }
  if (behind === null || isAsBefore(state, input)) return quiet('as_before');
  const since = sinceUntold(state, behind.since);
  const alarm: LagAlarm = { kind: 'cannot_keep_up', ...behind, since, lagMs, isOnTop: isTold(state.open) };
  return unlessTold(state, alarm, ['cannot_keep_up', 'nothing_newer']);
}

function judgeHigh(state: LagEpisodes, input: RuleInput, context: LagContext): Judgement {
  const { rules, now } = input;
  if (rules.lag === null) return quiet('off');
  if (!isAboveAlarm(input)) return quiet('not_so');
  if (context.isCatchingUp) return quiet('catching_up');
  if (context.standstill !== null && isStandingStill(context.standstill)) return quiet('stands_still');
  if (findJump(input) !== null) return quiet('jumping');
  const held = findLagHigh(input, rules);
  if (held === null) return quiet('not_lasting');
  if (isQuietTooth(context.heartbeat, now)) return quiet('heartbeat');
  if (isAsBefore(state, input)) return quiet('as_before');
  const since = sinceUntold(state, held[0]?.at ?? now);
  const event: LagAlarm = { kind: 'lag_high', since, lagMs: input.sample.lagMs ?? 0, ...rules.lag };
  return unlessTold(state, event, ['lag_high', 'nothing_newer', 'cannot_keep_up']);
}

/** A lag that was not told at first is told since then. */
function sinceUntold({ open }: LagEpisodes, since: EpochMs): EpochMs {
  return open === null || open.told.length > 0 ? since : Math.min(open.since, since);
}

/** When a lag that climbs as a clock goes on was small last, as long as it climbed so all the way. */
function climbBegan({ climbingSince }: Heartbeat, since: EpochMs, lagMs: number, now: EpochMs): EpochMs {
  const isWhole =
    climbingSince !== null && climbingSince < since && lagMs >= NOTHING_NEWER_SLOPE * (now - climbingSince);
  return isWhole ? climbingSince : since;
}

function unlessTold({ open }: LagEpisodes, event: LagAlarm, by: readonly LagAlarm['kind'][]): Judgement {
  return isTold(open, by) ? quiet('told') : { kind: 'tell', event };
}

function quiet(reason: RuleSilence): Silent {
  return { kind: 'silent', reason };
}

function silent(state: LagEpisodes, reason: RuleSilence): LagStep {
  return { state, high: quiet(reason), rising: quiet(reason) };
}
