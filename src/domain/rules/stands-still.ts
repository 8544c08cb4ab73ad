import type { EpochMs } from '../base/time.ts';
import { keepSilent, tell } from './decision.ts';
import type { Step } from './decision.ts';
import type { LagAlarm } from './episodes.ts';
import { isAboveAlarm } from './lag-high.ts';
import { hasLeft } from './rule-input.ts';
import type { RuleInput } from './rule-input.ts';

/** A figure above the alarm level, and how often it was read in a row. */
export interface Standstill {
  readonly lagMs: number;
  readonly since: EpochMs;
  readonly polls: number;
}

/** The very same figure so often is no lag. */
const MIN_POLLS = 10;

/** Whether the figure is one that stands still, told or not. */
export function isStandingStill({ polls }: Standstill): boolean {
  return polls >= MIN_POLLS;
}

/**
 * "The very same figure above the level ten times in a row is not a lag that is high but a figure that stands still: said once
 * ('has stood at 1 h 30 for 10 polls: nothing new arrives, or the source is idle')." A stretch that nobody saw begins the count
 * anew.
 *
 * @param told what was told of this lag, and still stands
 */
export function stepStandsStill(
  before: Standstill | null,
  input: RuleInput,
  told: readonly LagAlarm['kind'][],
): Step<Standstill | null> {
  const { sample, now } = input;
  if (input.rules.lag === null) return keepSilent(null, 'off');
  if (input.course.group !== 'replicating' || hasLeft('replicating', input))
    return keepSilent(hasLeft('replicating', input) ? null : before, 'other_status');
  if (sample.lagMs === null) return keepSilent(before, 'not_measurable');
  if (input.measured.length === 0) return keepSilent(before, 'not_settled');
  if (!isAboveAlarm(input)) return keepSilent(null, 'not_so');
  const { lagMs } = sample;
  const goesOn = before !== null && before.lagMs === lagMs && input.measured.length > 1;
  const next = goesOn ? { ...before, polls: before.polls + 1 } : { lagMs, since: now, polls: 1 };
  if (!isStandingStill(next)) return keepSilent(next, next.polls > 1 ? 'not_lasting' : 'not_so');
  if (told.includes('stands_still')) return keepSilent(next, 'told');
  const { since, polls } = next;
  return tell(next, { kind: 'stands_still', since, lagMs, polls, isOnTop: told.length > 0 });
}
