import type { RuleEvent } from '../job/rule-event.ts';

/** The rules, each of which decides something about each sample. A closed list: it is shown by `/drs why`. */
export const RULE_NAMES = [
  'lag_high',
  'rising',
  'stands_still',
  'jumping',
  'not_measurable',
  'catching_up',
  'stalled',
  'caught_up',
  'reminder',
  'deadline',
] as const;
export type RuleName = (typeof RULE_NAMES)[number];

/** Why a rule tells nothing. A closed list: it is stored, and a metric label. */
export const RULE_SILENCES = [
  /** Nobody wants to be told. */
  'off',
  /** The job is in no status that the rule is about. */
  'other_status',
  /** The clock did not go on since the sample before. */
  'not_newer',
  /** Fewer than three readings since the last stretch that was not seen. */
  'too_few_readings',
  /** The first readings after a break mean nothing. */
  'not_settled',
  /** It is not so. */
  'not_so',
  /** It is so, not for long enough. */
  'not_lasting',
  /** It has been told, and is still so. */
  'told',
  /** It catches up after a break: a high lag is what is expected. */
  'catching_up',
  /** The figure has not changed for so long that it is no lag. */
  'stands_still',
  /** The figure jumps. */
  'jumping',
  /** DRS cannot measure it. */
  'not_measurable',
  /** Nobody can say how long it takes. */
  'no_estimate',
  /** An idle source that writes now and then looks like this. */
  'heartbeat',
  /** Told as part of a graver event. */
  'told_as_rising',
  /** As high and as long as it was more than once in the last hours: a lag that comes and goes. */
  'as_before',
  /** The same was told less than 6 h ago. */
  'too_soon',
  /** Something else is wrong with the job. */
  'has_error',
  /** It fails and works in turns, and is told as that. */
  'flapping',
] as const;
export type RuleSilence = (typeof RULE_SILENCES)[number];

/** What one rule made of one sample. */
export type Decision =
  | { readonly kind: 'tell'; readonly event: RuleEvent }
  | { readonly kind: 'silent'; readonly reason: RuleSilence };

/** What a rule remembers next, and what it decided. */
export interface Step<State> {
  readonly state: State;
  readonly decision: Decision;
}

/** Decides to tell an event. */
export function tell<State>(state: State, event: RuleEvent): Step<State> {
  return { state, decision: { kind: 'tell', event } };
}

/** Decides to tell nothing, and why. */
export function keepSilent<State>(state: State, reason: RuleSilence): Step<State> {
  return { state, decision: { kind: 'silent', reason } };
}
