import type { EpochMs } from '../base/time.ts';
import type { PartPercent } from './sample.ts';

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

/** A fact that a rule found worth telling, with its figures. Durations and lags in ms; nothing here says how it is worded. */
export type RuleEvent =
  | {
      readonly kind: 'lag_high';
      readonly since: EpochMs;
      readonly lagMs: number;
      readonly levelMs: number;
      readonly holdMs: number;
    }
  /** Of any event about the lag since `since`. */
  | { readonly kind: 'lag_cleared'; readonly since: EpochMs; readonly lagMs: number; readonly peakMs: number }
  | {
      readonly kind: 'nothing_newer';
      readonly since: EpochMs;
      readonly lagMs: number;
      /** In seconds a second. */
      readonly slope: number;
    }
  | { readonly kind: 'cannot_keep_up'; readonly since: EpochMs; readonly lagMs: number; readonly slope: number }
  | { readonly kind: 'stands_still'; readonly since: EpochMs; readonly lagMs: number; readonly polls: number }
  | { readonly kind: 'jumping'; readonly since: EpochMs; readonly leastMs: number; readonly mostMs: number }
  | { readonly kind: 'not_measurable'; readonly since: EpochMs; readonly polls: number }
  | {
      readonly kind: 'catch_up_not_gaining';
      readonly since: EpochMs;
      /** The least lag of the last hour, and of the one before. */
      readonly lagMs: number;
      readonly beforeMs: number;
    }
  | {
      readonly kind: 'stalled';
      readonly parts: readonly PartPercent[];
      readonly stillMs: number;
      /** What a step takes usually, and took at most; null before any was seen. */
      readonly usualMs: number | null;
      readonly longestMs: number | null;
    }
  /** The data is there, or nearly, and nothing moves: `allDone` when every part reads 100. */
  | {
      readonly kind: 'slow_tail';
      readonly parts: readonly PartPercent[];
      readonly stillMs: number;
      readonly allDone: boolean;
    }
  /** Or begun anew after it stood still. */
  | {
      readonly kind: 'moving_again';
      readonly parts: readonly PartPercent[];
      readonly stillMs: number;
      readonly isRestarted: boolean;
    }
  | {
      readonly kind: 'caught_up';
      readonly since: EpochMs;
      readonly lagMs: number;
      readonly maxMs: number;
      /** Exactly 0 all along: it takes a written row to see that anything arrives. */
      readonly alwaysZero: boolean;
    }
  | { readonly kind: 'no_longer_caught_up'; readonly since: EpochMs; readonly lagMs: number }
  /** The early end of the estimate passes the moment by which a copy is wanted, or no longer does. */
  | {
      readonly kind: 'window_missed' | 'window_met';
      readonly by: EpochMs;
      readonly from: EpochMs;
      readonly to: EpochMs;
    }
  | { readonly kind: 'still_failing' | 'still_paused'; readonly since: EpochMs; readonly startSeen: boolean }
  /** Without `startSeen` it is so late at the latest: the job was in that state before the first look. */
  | {
      readonly kind: 'deadline_near';
      readonly at: EpochMs;
      readonly isConfirmed: boolean;
      readonly startSeen: boolean;
    };

/** Why a rule tells nothing. A closed list. */
export type RuleSilence =
  /** Nobody wants to be told. */
  | 'off'
  /** The job is in no status that the rule is about. */
  | 'other_status'
  /** The clock did not go on since the sample before. */
  | 'not_newer'
  /** Fewer than three readings since the last stretch that was not seen. */
  | 'too_few_readings'
  /** The first readings after a break mean nothing. */
  | 'not_settled'
  /** It is not so. */
  | 'not_so'
  /** It is so, not for long enough. */
  | 'not_lasting'
  /** It has been told, and is still so. */
  | 'told'
  /** It catches up after a break: a high lag is what is expected. */
  | 'catching_up'
  /** The figure has not changed for so long that it is no lag. */
  | 'stands_still'
  /** The figure jumps. */
  | 'jumping'
  /** DRS cannot measure it. */
  | 'not_measurable'
  /** Nobody can say how long it takes. */
  | 'no_estimate'
  /** An idle source that writes now and then looks like this. */
  | 'heartbeat'
  /** Told as part of a graver event. */
  | 'told_as_rising'
  /** As high and as long as it was more than once in the last hours: a lag that comes and goes. */
  | 'as_before'
  /** The same was told less than 6 h ago. */
  | 'too_soon'
  /** Something else is wrong with the job. */
  | 'has_error'
  /** It fails and works in turns, and is told as that. */
  | 'flapping';

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
