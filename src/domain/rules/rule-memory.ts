import type { EpochMs } from '../base/time.ts';
import type { Decision, RuleName } from './decision.ts';
import type { Sample } from './sample.ts';
import type { RuleState } from './step-rules.ts';
import type { Window } from './window.ts';

/** What one set of rules remembers of a job. */
export interface RulesOfJob {
  readonly state: RuleState;
  /** Where a moment is set by which the copy is wanted. */
  readonly window: Window;
  /** What they decided at the last sample; null before their first. */
  readonly decisions: Readonly<Record<RuleName, Decision>> | null;
}

/** One look at a job, as `/drs why` shows it. */
export interface Look {
  readonly at: EpochMs;
  /** Null: it gave no report. */
  readonly status: string | null;
  readonly lagMs: number | null;
}

/** All that is remembered of a job between two polls for the rules and for those who ask why: bounded, kept with the job. */
export interface RuleMemory {
  /** By `rulesKey`; the default rules always have theirs once there was a sample. */
  readonly rules: Readonly<Record<string, RulesOfJob>>;
  /** The last looks, oldest first. */
  readonly looks: readonly Look[];
  /** The samples of the hour that goes on, oldest first; older ones are in the store. */
  readonly recent: readonly Sample[];
}

export const NO_MEMORY: RuleMemory = { rules: {}, looks: [], recent: [] };
