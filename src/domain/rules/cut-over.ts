import type { EpochMs } from '../base/time.ts';
import { comparesData } from '../job/comparison.ts';
import type { Comparison } from '../job/comparison.ts';
import type { StatusGroup } from '../job/job-status.ts';
import { maxGapMs } from '../job/verdict-rules.ts';
import { findReady } from './caught-up.ts';
import { measuredOf } from './holds.ts';
import { findJump } from './jumping.ts';
import { findFallingBehind, findNothingNewer } from './rising.ts';
import { DEFAULT_READY_RULE, MIN_READINGS } from './rule-settings.ts';
import type { RuleSettings } from './rule-settings.ts';
import type { RuleState } from './step-rules.ts';

/** What must be so before people may switch over, each with its figure; times in ms. */
export type CutOverCheck =
  | { readonly check: 'replicating'; readonly isGood: boolean; readonly group: StatusGroup | null }
  /** Since the sample that all this is judged by. */
  | { readonly check: 'just_checked'; readonly isGood: boolean; readonly ageMs: number | null }
  | { readonly check: 'no_error'; readonly isGood: boolean }
  /** No longer catching up after a break, whose first readings mean nothing. */
  | { readonly check: 'settled'; readonly isGood: boolean; readonly since: EpochMs | null }
  /** The newest figure, the worst of those that were judged, and for how long they held; null: nothing measured. */
  | {
      readonly check: 'lag_small';
      readonly isGood: boolean;
      readonly lagMs: number | null;
      readonly maxMs: number | null;
      readonly forMs: number;
      readonly levelMs: number;
    }
  /** In seconds a second; null when it does not rise. */
  | { readonly check: 'not_rising'; readonly isGood: boolean; readonly slope: number | null }
  | { readonly check: 'not_jumping'; readonly isGood: boolean };

/** What nobody but people can check; `data_compare` and `accounts` unless DRS compared them. */
export const NOT_CHECKED = ['writes_stopped', 'data_compare', 'sequences', 'events', 'accounts'] as const;
export type NotChecked = (typeof NOT_CHECKED)[number];

export interface CutOver {
  readonly isReady: boolean;
  readonly checks: readonly CutOverCheck[];
  /** Those that found something different speak against it, too. */
  readonly comparisons: readonly Comparison[];
  readonly notChecked: readonly NotChecked[];
  /** Exactly 0 all along: "write one row and see it arrive". */
  readonly isAlwaysZero: boolean;
}

/** What a verdict stands on beside the rules' state: the clock, the job's errors, what DRS compared. */
export interface CutOverFacts {
  readonly now: EpochMs;
  readonly hasError: boolean;
  /** What DRS itself found when it compared both sides; not for this rule to judge how old that may be. */
  readonly comparisons: readonly Comparison[];
}

/**
 * Whether people may switch over: "ready or not, each reason with its figure, what was *not* checked". Ready is what *caught up*
 * is (caught-up.ts), just checked.
 */
export function cutOver(
  { course, catchUp, lag, caughtUp }: RuleState,
  rules: RuleSettings,
  facts: CutOverFacts,
): CutOver {
  const { now, hasError, comparisons } = facts;
  const ready = rules.ready ?? DEFAULT_READY_RULE;
  const measured = measuredOf(course.readings);
  const held = findReady({ course, rules }, ready, caughtUp.erredAt);
  const judged = (held ?? measured).map(({ lagMs }) => lagMs);
  const rise = findNothingNewer({ measured }) ?? findFallingBehind({ course, rules });
  const ageMs = course.lastAt === null ? null : now - course.lastAt;
  const heldMs = held === null ? 0 : (held.at(-1)?.at ?? 0) - (held[0]?.at ?? 0);
  const checks: readonly CutOverCheck[] = [
    { check: 'replicating', isGood: course.group === 'replicating', group: course.group },
    { check: 'just_checked', isGood: ageMs !== null && ageMs >= 0 && ageMs <= maxGapMs(rules), ageMs },
    { check: 'no_error', isGood: !hasError },
    { check: 'settled', isGood: catchUp === null && course.settling === 0, since: catchUp?.since ?? null },
    {
      check: 'lag_small',
      isGood: held !== null && course.inRow >= MIN_READINGS && lag.open === null,
      lagMs: course.readings.at(-1)?.lagMs ?? null,
      maxMs: judged.length === 0 ? null : Math.max(...judged),
      forMs: heldMs,
      levelMs: ready.levelMs,
    },
    { check: 'not_rising', isGood: rise === null, slope: rise?.slope ?? null },
    { check: 'not_jumping', isGood: findJump({ measured, rules }) === null },
  ];
  return {
    isReady: checks.every(({ isGood }) => isGood) && !comparisons.some(({ verdict }) => verdict === 'differs'),
    checks,
    comparisons,
    notChecked: notCheckedBeside(comparisons),
    isAlwaysZero: judged.length > 0 && Math.max(...judged) === 0,
  };
}

function notCheckedBeside(comparisons: readonly Comparison[]): readonly NotChecked[] {
  const hasData = comparisons.some(comparesData);
  const hasAccounts = comparisons.some(({ kind, verdict }) => kind === 'accounts' && verdict === 'same');
  return NOT_CHECKED.filter((one) => !(one === 'data_compare' && hasData) && !(one === 'accounts' && hasAccounts));
}
