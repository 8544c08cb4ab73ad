import type { EpochMs } from '../base/time.ts';
import { keepSilent, tell } from './decision.ts';
import type { Step } from './decision.ts';
import { isAboveAlarm } from './lag-high.ts';
import type { RuleInput } from './rule-input.ts';

/** A figure above the alarm level, and how often it was read in a row. */
export interface Standstill {
  readonly lagMs: number;
  readonly since: EpochMs;
  readonly polls: number;
  /** That a figure stands still was told, and none has come down to the level since. */
  readonly isTold: boolean;
}

/** The very same figure so often is no lag. */
const MIN_POLLS = 10;

/** Whether the figure is one that stands still, told or not. */
export function isStandingStill({ polls }: Standstill): boolean {
  return polls >= MIN_POLLS;
}

/**
 * "The very same figure above the level ten times in a row is not a lag that is high but a figure that stands still: said once
 * ('has stood at 1 h 30 for 10 polls: nothing new arrives, or the source is idle')." Said again only after it was at or below
 * the level; a stretch that nobody saw begins the count anew.
 */
export function stepStandsStill(before: Standstill | null, input: RuleInput): Step<Standstill | null> {
  const { sample, now } = input;
  if (input.course.group !== 'replicating') return keepSilent(before, 'other_status');
  if (sample.lagMs === null) return keepSilent(before, 'not_measurable');
  if (input.measured.length === 0) return keepSilent(before, 'not_settled');
  if (!isAboveAlarm(input)) return keepSilent(null, 'not_so');
  const { lagMs } = sample;
  const isTold = before?.isTold ?? false;
  const goesOn = before !== null && before.lagMs === lagMs && input.measured.length > 1;
  const next = goesOn ? { ...before, polls: before.polls + 1 } : { lagMs, since: now, polls: 1, isTold };
  if (!isStandingStill(next)) return keepSilent(next, next.polls > 1 ? 'not_lasting' : 'not_so');
  if (next.isTold) return keepSilent(next, 'told');
  return tell({ ...next, isTold: true }, { kind: 'stands_still', since: next.since, lagMs, polls: next.polls });
}
