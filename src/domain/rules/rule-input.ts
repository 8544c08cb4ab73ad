import type { EpochMs } from '../base/time.ts';
import type { Course, Followed } from './course.ts';
import type { Expiry } from './expiry.ts';
import { isPhase } from '../job/job-status.ts';
import type { StatusGroup } from '../job/job-status.ts';
import { measuredOf } from './holds.ts';
import type { Measured } from './holds.ts';
import { MIN_READINGS } from './rule-settings.ts';
import type { RuleSettings } from './rule-settings.ts';
import type { Sample } from './sample.ts';
import type { RuleSilence } from './decision.ts';

/** What is known of the job beside the sample. */
export interface Facts {
  /** An error beside the status, a failed sub-job, or one whose lag is not measurable: nothing green is said. */
  readonly hasError: boolean;
  /** A sub-job has failed, which is told by itself. */
  readonly isPartFailed: boolean;
  /** The lag of a sub-job cannot be measured, so that the job's is at least what it says. */
  readonly isPartUnmeasured: boolean;
  /** It fails and works in turns, and is told as that. */
  readonly isFlapping: boolean;
  /** After how long DRS ends it in its present status by itself; null: never. */
  readonly expiry: Expiry | null;
}

/** All that a rule may look at when a sample comes. */
export interface RuleInput extends Followed {
  readonly now: EpochMs;
  readonly sample: Sample;
  readonly course: Course;
  /** The readings of the course that have a figure. */
  readonly measured: readonly Measured[];
  readonly rules: RuleSettings;
  readonly facts: Facts;
}

/** What the rules judge a sample by, after the course of the job was followed to it. */
export function toRuleInput(sample: Sample, followed: Followed, rules: RuleSettings, facts: Facts): RuleInput {
  const measured = measuredOf(followed.course.readings);
  return { ...followed, now: sample.at, sample, measured, rules, facts };
}

/**
 * The job is in another phase than this one, or flaps: that is told, and ends what rules had found in its figures before. A
 * status that passes ends nothing.
 */
export function hasLeft(phase: StatusGroup, { course: { group }, facts }: RuleInput): boolean {
  return facts.isFlapping || (group !== null && group !== phase && isPhase(group));
}

/** Why a rule about the lag has nothing to judge by; null when it has. */
export function whyUnjudged({ course, sample, measured }: RuleInput): RuleSilence | null {
  if (course.group !== 'replicating') return 'other_status';
  if (sample.lagMs === null) return 'not_measurable';
  if (course.settling > 0) return 'not_settled';
  return course.inRow < MIN_READINGS || measured.length < MIN_READINGS ? 'too_few_readings' : null;
}
