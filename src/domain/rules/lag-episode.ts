import type { EpochMs } from '../base/time.ts';
import type { Decision, RuleEvent, RuleSilence } from './decision.ts';
import { isQuietTooth, isTooth } from './heartbeat.ts';
import type { Heartbeat } from './heartbeat.ts';
import { findJump } from './jumping.ts';
import { findLagHigh, isAboveAlarm, isLagFine } from './lag-high.ts';
import type { Look } from './look.ts';
import { whyUnjudged } from './look.ts';
import { findFallingBehind, findNothingNewer } from './rising.ts';
import { isStandingStill } from './stands-still.ts';
import type { Standstill } from './stands-still.ts';

/** What was told of a lag that is not fine, until it is: each kind once. */
export interface LagEpisode {
  readonly since: EpochMs;
  readonly peakMs: number;
  readonly told: readonly LagAlarm['kind'][];
}

type LagAlarm = Extract<RuleEvent, { kind: 'lag_high' | 'nothing_newer' | 'cannot_keep_up' }>;

/** What other rules know that a high or rising lag is to be read by. */
export interface LagContext {
  readonly heartbeat: Heartbeat;
  readonly isCatchingUp: boolean;
  readonly standstill: Standstill | null;
}

/** What the two rules about one lag remember, and what each decided. */
export interface LagStep {
  readonly episode: LagEpisode | null;
  readonly high: Decision;
  readonly rising: Decision;
}

/**
 * Lag high and rising lag, as one story: a graver event is told on top of a lighter one, never the other way round, and one
 * event closes them all. "Both [kinds of rising] are silent while catching up"; catching up, "lag-high is off".
 */
export function stepLagEpisode(before: LagEpisode | null, look: Look, context: LagContext): LagStep {
  const { sample } = look;
  const unjudged = whyUnjudged(look);
  if (unjudged !== null || sample.lagMs === null) return silentBoth(before, unjudged ?? 'not_measurable');
  const episode = before === null ? null : { ...before, peakMs: Math.max(before.peakMs, sample.lagMs) };
  if (episode !== null && isLagFine(look, look.rules)) {
    const { since, peakMs } = episode;
    return {
      episode: null,
      high: told({ kind: 'lag_cleared', since, lagMs: sample.lagMs, peakMs }),
      rising: quiet('not_so'),
    };
  }
  const rising = judgeRising(episode, look, context);
  if (rising.kind === 'tell')
    return { episode: opened(episode, rising.alarm, look), high: quiet('told_as_rising'), rising: told(rising.alarm) };
  const high = judgeHigh(episode, look, context);
  if (high.kind === 'tell') return { episode: opened(episode, high.alarm, look), high: told(high.alarm), rising };
  return { episode, high, rising };
}

type Judgement = { readonly kind: 'tell'; readonly alarm: LagAlarm } | Extract<Decision, { kind: 'silent' }>;

function judgeRising(episode: LagEpisode | null, look: Look, { heartbeat, isCatchingUp }: LagContext): Judgement {
  const lagMs = look.sample.lagMs ?? 0;
  const nothing = findNothingNewer(look);
  if (nothing === null) {
    const behind = findFallingBehind(look);
    if (behind === null) return quiet('not_so');
    if (isCatchingUp) return quiet('catching_up');
    return unlessTold(episode, { kind: 'cannot_keep_up', ...behind, lagMs }, ['cannot_keep_up', 'nothing_newer']);
  }
  if (isCatchingUp) return quiet('catching_up');
  if (isTooth(heartbeat, look.now)) return quiet('heartbeat');
  return unlessTold(episode, { kind: 'nothing_newer', ...nothing, lagMs }, ['nothing_newer']);
}

function judgeHigh(episode: LagEpisode | null, look: Look, context: LagContext): Judgement {
  const { rules, now } = look;
  if (rules.lag === null) return quiet('off');
  if (!isAboveAlarm(look)) return quiet('not_so');
  if (context.isCatchingUp) return quiet('catching_up');
  if (context.standstill !== null && isStandingStill(context.standstill)) return quiet('stands_still');
  if (findJump(look) !== null) return quiet('jumping');
  const held = findLagHigh(look, rules);
  if (held === null) return quiet('not_lasting');
  if (isQuietTooth(context.heartbeat, now)) return quiet('heartbeat');
  const since = held[0]?.at ?? now;
  const alarm: LagAlarm = { kind: 'lag_high', since, lagMs: look.sample.lagMs ?? 0, ...rules.lag };
  return unlessTold(episode, alarm, ['lag_high', 'nothing_newer', 'cannot_keep_up']);
}

function unlessTold(episode: LagEpisode | null, alarm: LagAlarm, by: readonly LagAlarm['kind'][]): Judgement {
  return by.some((kind) => episode?.told.includes(kind) === true) ? quiet('told') : { kind: 'tell', alarm };
}

function opened(episode: LagEpisode | null, alarm: LagAlarm, { measured }: Look): LagEpisode {
  const ofIt = measured.filter(({ at }) => at >= alarm.since).map(({ lagMs }) => lagMs);
  return {
    since: episode?.since ?? alarm.since,
    peakMs: Math.max(episode?.peakMs ?? 0, ...ofIt),
    told: [...(episode?.told ?? []), alarm.kind],
  };
}

function told(event: RuleEvent): Decision {
  return { kind: 'tell', event };
}

function quiet(reason: RuleSilence): Extract<Decision, { kind: 'silent' }> {
  return { kind: 'silent', reason };
}

function silentBoth(episode: LagEpisode | null, reason: RuleSilence): LagStep {
  return { episode, high: quiet(reason), rising: quiet(reason) };
}
