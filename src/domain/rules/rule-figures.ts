import { MINUTE } from '../base/time.ts';
import type { EpochMs } from '../base/time.ts';
import type { PartPercent } from '../job/rule-event.ts';
import { stallLimitMs } from './copy-pace.ts';
import type { RuleName } from './decision.ts';
import { measuredOf, readingsOf } from './holds.ts';
import type { Outage } from './outage.ts';
import type { HoldRule, RuleSettings } from './rule-settings.ts';
import type { RuleState } from './step-rules.ts';

/** What a rule decided by, for whoever asks; lags and durations in ms. */
export type RuleFigures =
  /** The newest lag, and the level for the hold of which it must be beyond it. */
  | { readonly kind: 'level'; readonly lagMs: number; readonly rule: HoldRule }
  /** The highest lag of the hold, against the level. */
  | { readonly kind: 'ceiling'; readonly maxMs: number; readonly rule: HoldRule }
  | { readonly kind: 'change'; readonly fromMs: number; readonly toMs: number; readonly overMs: number }
  | { readonly kind: 'range'; readonly leastMs: number; readonly mostMs: number; readonly overMs: number }
  /** So often the very same figure in a row. */
  | { readonly kind: 'same'; readonly lagMs: number; readonly polls: number }
  | { readonly kind: 'unmeasured'; readonly forMs: number }
  | { readonly kind: 'catching_up'; readonly forMs: number }
  /** How far the parts are, how long they have stood, and how long they may. */
  | {
      readonly kind: 'copy';
      readonly parts: readonly PartPercent[];
      readonly stillMs: number;
      readonly limitMs: number;
    }
  | { readonly kind: 'outage'; readonly of: Outage['kind']; readonly forMs: number; readonly startSeen: boolean };

/** A rise and a jump are shown over so long, in ms. */
const RISE_MS = 5 * MINUTE;
const JUMP_MS = 15 * MINUTE;

/** What a rule decided by at the newest sample; null where it had nothing to judge. */
export function figuresOf(
  rule: RuleName,
  { course, standstill, catchUp, copy, outage }: RuleState,
  rules: RuleSettings,
  now: EpochMs,
): RuleFigures | null {
  const measured = measuredOf(course.readings);
  const newest = measured.at(-1);
  switch (rule) {
    case 'lag_high':
      return newest === undefined || rules.lag === null
        ? null
        : { kind: 'level', lagMs: newest.lagMs, rule: rules.lag };
    case 'caught_up': {
      const held = rules.ready === null ? [] : readingsOf(measured, rules.ready.holdMs);
      if (held.length === 0 || rules.ready === null) return null;
      return { kind: 'ceiling', maxMs: Math.max(...held.map(({ lagMs }) => lagMs)), rule: rules.ready };
    }
    case 'rising': {
      const [first] = readingsOf(measured, RISE_MS);
      if (first === undefined || newest === undefined || first === newest) return null;
      return { kind: 'change', fromMs: first.lagMs, toMs: newest.lagMs, overMs: newest.at - first.at };
    }
    case 'jumping': {
      const judged = readingsOf(measured, JUMP_MS);
      const [first] = judged;
      if (first === undefined || newest === undefined || first === newest) return null;
      const lags = judged.map(({ lagMs }) => lagMs);
      return { kind: 'range', leastMs: Math.min(...lags), mostMs: Math.max(...lags), overMs: newest.at - first.at };
    }
    case 'stands_still':
      return standstill === null || standstill.polls < 2
        ? null
        : { kind: 'same', lagMs: standstill.lagMs, polls: standstill.polls };
    case 'not_measurable':
      return unmeasured(course, now);
    case 'catching_up':
      return catchUp === null ? null : { kind: 'catching_up', forMs: now - catchUp.since };
    case 'stalled': {
      const { pace } = copy;
      if (pace === null) return null;
      return { kind: 'copy', parts: pace.parts, stillMs: pace.stillMs, limitMs: stallLimitMs(pace) };
    }
    case 'reminder':
    case 'deadline':
      if (outage === null) return null;
      return { kind: 'outage', of: outage.kind, forMs: now - outage.since, startSeen: outage.startSeen };
  }
}

function unmeasured({ readings }: RuleState['course'], now: EpochMs): RuleFigures | null {
  const first = readings[readings.findLastIndex(({ lagMs }) => lagMs !== null) + 1];
  return first === undefined ? null : { kind: 'unmeasured', forMs: now - first.at };
}
