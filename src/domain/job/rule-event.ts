import type { EpochMs } from '../base/time.ts';

/** How far one part of a full copy is. */
export interface PartPercent {
  readonly name: string;
  /** 0 to 100. */
  readonly percent: number;
}

/** What ends without a message of its own: a figure that jumped, one that could not be measured, a lag that was small again. */
export const PASSING_KINDS = ['jumping', 'not_measurable', 'no_longer_caught_up'] as const;
export type Passing = (typeof PASSING_KINDS)[number];

/** Of the same lag something else was told that still stands: its message shows this too, and there is none of its own. */
interface OnTop {
  readonly isOnTop: boolean;
}

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
  | (OnTop & {
      readonly kind: 'cannot_keep_up';
      readonly since: EpochMs;
      readonly lagMs: number;
      readonly slope: number;
    })
  | (OnTop & {
      readonly kind: 'stands_still';
      readonly since: EpochMs;
      readonly lagMs: number;
      readonly polls: number;
    })
  | { readonly kind: 'jumping'; readonly since: EpochMs; readonly leastMs: number; readonly mostMs: number }
  | { readonly kind: 'not_measurable'; readonly since: EpochMs; readonly polls: number }
  | (OnTop & {
      readonly kind: 'catch_up_not_gaining';
      readonly since: EpochMs;
      /** The least lag of the last hour, and of the one before. */
      readonly lagMs: number;
      readonly beforeMs: number;
    })
  /** Of a catch-up that gained nothing, in the same figures. */
  | { readonly kind: 'gaining_again'; readonly since: EpochMs; readonly lagMs: number; readonly beforeMs: number }
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
  /** What was found before is so no longer, which is no news by itself: the message that told it says so. */
  | { readonly kind: 'over'; readonly of: Passing; readonly since: EpochMs; readonly lagMs: number }
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
