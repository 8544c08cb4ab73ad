import { DAY } from '../base/time.ts';
import type { EpochMs } from '../base/time.ts';
import { momentMeant } from '../base/wall-clock.ts';
import type { SpokenMoment } from '../base/wall-clock.ts';
import { EVENT_CLASSES } from '../job/event-class.ts';
import type { EventClass } from '../job/event-class.ts';
import { DEFAULT_LAG_RULE, DEFAULT_READY_RULE, checkHoldRule, stretchedHoldMs } from './rule-settings.ts';
import type { HoldCheck, HoldRule } from './rule-settings.ts';
import { RULES } from './rule-choice.ts';
import type { Rule, RuleChanges } from './rule-choice.ts';
import type { SubscriptionRules } from './subscription-rules.ts';

/** Rules as somebody typed them, before a schedule, a clock and a time zone say what they mean. */
export interface TypedRules {
  readonly lag?: HoldRule | 'off' | 'default';
  readonly ready?: HoldRule | 'off' | 'default';
  readonly stall?: 'on' | 'off' | 'default';
  readonly events?: 'all' | 'lasting' | 'default';
  readonly least?: EventClass | 'default';
  readonly by?: SpokenMoment | 'default';
}

export const NOTHING_TYPED: TypedRules = {};

/** A window for a cut-over is planned no longer ahead, in ms. */
export const MAX_AHEAD_MS = 60 * DAY;

/** What rules are judged against. */
export interface Circumstances {
  /** The usual time between two polls of one job, in ms. */
  readonly pollMs: number;
  readonly now: EpochMs;
  /** The time zone in which moments were meant. */
  readonly zone: string;
}

/** Why rules are not taken. */
export type RuleRefusal =
  | {
      readonly kind: 'hold';
      readonly rule: 'lag' | 'ready';
      readonly hold: HoldRule;
      readonly check: Exclude<HoldCheck, { readonly kind: 'fits' | 'stretched' }>;
      readonly pollMs: number;
    }
  | { readonly kind: 'by_passed'; readonly typed: string; readonly at: EpochMs; readonly zone: string }
  | { readonly kind: 'by_too_far'; readonly typed: string; readonly at: EpochMs; readonly mostMs: number }
  /** `least` leaves out all that the rule could tell. */
  | { readonly kind: 'never_told'; readonly rule: Rule; readonly least: EventClass }
  /** What raises an alarm would count as caught up. */
  | { readonly kind: 'ready_above_alarm'; readonly readyMs: number; readonly alarmMs: number };

/** A hold that is kept for longer than it says. */
export interface Stretched {
  readonly rule: 'lag' | 'ready';
  readonly fromMs: number;
  readonly toMs: number;
}

/** What typed rules come to. */
export type SettledRules =
  | { readonly kind: 'refused'; readonly refusal: RuleRefusal }
  | { readonly kind: 'settled'; readonly changes: RuleChanges; readonly stretched: readonly Stretched[] };

/** A level and a hold where nobody typed them. */
export const USUAL_RULES = { lag: DEFAULT_LAG_RULE, ready: DEFAULT_READY_RULE } as const;

/** What somebody typed means for these circumstances. The usual hold is stretched, never refused as too short. */
export function settleRules(typed: TypedRules, circumstances: Circumstances): SettledRules {
  const lag = settleHold('lag', typed.lag, circumstances);
  if ('kind' in lag) return { kind: 'refused', refusal: lag };
  const ready = settleHold('ready', typed.ready, circumstances);
  if ('kind' in ready) return { kind: 'refused', refusal: ready };
  const by = settleMoment(typed.by, circumstances);
  if ('kind' in by) return { kind: 'refused', refusal: by };
  const { stall, events, least } = typed;
  return {
    kind: 'settled',
    changes: {
      ...(lag.chosen === undefined ? {} : { lag: lag.chosen }),
      ...(ready.chosen === undefined ? {} : { ready: ready.chosen }),
      ...(stall === undefined ? {} : { stall }),
      ...(events === undefined ? {} : { events }),
      ...(least === undefined ? {} : { least }),
      ...(by.chosen === undefined ? {} : { by: by.chosen }),
    },
    stretched: [...lag.stretched, ...ready.stretched],
  };
}

function settleHold(
  rule: 'lag' | 'ready',
  typed: TypedRules['lag'],
  circumstances: Circumstances,
): RuleRefusal | { readonly chosen: RuleChanges['lag']; readonly stretched: readonly Stretched[] } {
  if (typeof typed !== 'object') return { chosen: typed, stretched: [] };
  const { holdMs } = typed;
  const { pollMs } = circumstances;
  const check = checkHoldRule(typed, { pollMs });
  if (check.kind === 'fits') return { chosen: typed, stretched: [] };
  const isUsual = check.kind === 'hold_too_short' && holdMs === USUAL_RULES[rule].holdMs;
  if (check.kind !== 'stretched' && !isUsual) return { kind: 'hold', rule, hold: typed, check, pollMs };
  return { chosen: typed, stretched: [{ rule, fromMs: holdMs, toMs: stretchedHoldMs(holdMs, { pollMs }) }] };
}

function settleMoment(
  spoken: TypedRules['by'],
  { now, zone }: Circumstances,
): RuleRefusal | { readonly chosen: RuleChanges['by'] } {
  if (typeof spoken !== 'object') return { chosen: spoken };
  const { typed } = spoken;
  const at = momentMeant(spoken, zone, now);
  if (at <= now) return { kind: 'by_passed', typed, at, zone };
  return at - now > MAX_AHEAD_MS ? { kind: 'by_too_far', typed, at, mostMs: MAX_AHEAD_MS } : { chosen: { typed, at } };
}

/** How urgent the most urgent is that a rule finds. */
const FINDS: Readonly<Record<Exclude<Rule, 'least'>, EventClass>> = {
  lag: 'warning',
  stall: 'warning',
  by: 'warning',
  ready: 'info',
  events: 'info',
};

/**
 * Why what somebody chose in `changes` can never be told where these rules are in force; null when it can. What is taken back
 * or switched off asks for nothing.
 */
export function findContradiction(changes: RuleChanges, inForce: SubscriptionRules): RuleRefusal | null {
  const least = inForce.least ?? 'info';
  const wanted = RULES.filter((rule) => asksForMore(rule, changes));
  for (const rule of wanted)
    if (rule !== 'least' && EVENT_CLASSES.indexOf(FINDS[rule]) < EVENT_CLASSES.indexOf(least))
      return { kind: 'never_told', rule, least };
  const { ready, lag = DEFAULT_LAG_RULE } = inForce;
  const isAbout = wanted.includes('ready') || wanted.includes('lag');
  if (!isAbout || typeof ready !== 'object' || typeof lag !== 'object') return null;
  return ready.levelMs > lag.levelMs
    ? { kind: 'ready_above_alarm', readyMs: ready.levelMs, alarmMs: lag.levelMs }
    : null;
}

function asksForMore(rule: Rule, changes: RuleChanges): boolean {
  const chosen = changes[rule];
  return chosen !== undefined && chosen !== 'default' && chosen !== 'off' && chosen !== 'lasting';
}
