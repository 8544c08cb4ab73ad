import { MINUTE, SECOND } from '../base/time.ts';
import type { EpochMs } from '../base/time.ts';
import type { StatusGroup } from '../job/job-status.ts';
import type { Reading } from '../job/readings.ts';
import { maxGapMs } from '../job/verdict-rules.ts';
import { MIN_READINGS, stretchedHoldMs } from './rule-settings.ts';
import type { RuleSettings } from './rule-settings.ts';
import type { Sample } from './sample.ts';

/** What all rules remember of the samples so far: the readings that belong together, and how sure they are. */
export interface Course {
  readonly lastAt: EpochMs | null;
  readonly group: StatusGroup | null;
  /** Samples since the last stretch that was not seen; it stops counting at what a verdict needs. */
  readonly inRow: number;
  /** The lags since the last break or stretch not seen, oldest first. */
  readonly readings: readonly Reading[];
  /** So many measured readings are still to come that mean nothing. */
  readonly settling: number;
}

export const NEW_COURSE: Course = { lastAt: null, group: null, inRow: 0, readings: [], settling: 0 };

/** The course with one more sample, and what that sample is to the one before it. */
export interface Followed {
  readonly course: Course;
  /** In ms; null when there is none before, or when what lies between was not seen. */
  readonly sinceLastMs: number | null;
  /** What the status before meant; null at the first sample. */
  readonly previousGroup: StatusGroup | null;
  /** Replication begins, or begins again: after the full copy, a pause, a failure, a restart. */
  readonly isResuming: boolean;
}

/** The first measured readings after a break mean nothing: DRS says 0 before it has measured anything. */
const SETTLING_READINGS = 3;
/** What the rules look back at least, in ms; longer where a hold is. */
const LOOK_BACK_MS = 40 * MINUTE;
/** Readings kept for that; where polls are more frequent, only one of each stretch is. */
const MAX_READINGS = 120;
/** Nothing is thinned that is further apart than this, in ms. */
const MAX_STRETCH_MS = 20 * SECOND;

/**
 * Follows a job from one sample to the next. Readings on both sides of a break, or of a stretch that nobody saw (more than
 * three polls), never count together, so no rule reaches across it.
 */
export function followCourse(before: Course, sample: Sample, rules: RuleSettings): Followed {
  const { at, group } = sample;
  const stepMs = before.lastAt === null ? null : at - before.lastAt;
  const sinceLastMs = stepMs !== null && stepMs > 0 && stepMs <= maxGapMs(rules) ? stepMs : null;
  const isReplicating = group === 'replicating';
  const isResuming = isReplicating && before.group !== null && before.group !== 'replicating';
  const settling = isResuming ? SETTLING_READINGS : before.settling;
  const isSettling = sample.lagMs !== null && settling > 0;
  const kept = sinceLastMs === null || isResuming || !isReplicating ? [] : before.readings;
  const course: Course = {
    lastAt: at,
    group,
    inRow: sinceLastMs === null ? 1 : Math.min(before.inRow + 1, MIN_READINGS),
    readings: isReplicating && !isSettling ? addReading(kept, { at, lagMs: sample.lagMs }, rules) : kept,
    settling: isSettling ? settling - 1 : settling,
  };
  return { course, sinceLastMs, previousGroup: before.group, isResuming };
}

/** The first reading of every stretch, and the newest: so many polls say the same of a share as few. */
function addReading(readings: readonly Reading[], reading: Reading, rules: RuleSettings): readonly Reading[] {
  const lookBackMs = lookBack(rules);
  const stretchMs = Math.max(lookBackMs / MAX_READINGS, Math.min(MAX_STRETCH_MS, rules.pollMs / 2));
  const last = readings.at(-1);
  const before = readings.at(-2);
  const isProvisional = last !== undefined && before !== undefined && last.at - before.at < stretchMs;
  const oldest = readings.findLastIndex(({ at }) => reading.at - at >= lookBackMs);
  return [...readings.slice(Math.max(0, oldest), isProvisional ? -1 : undefined), reading].slice(-MAX_READINGS);
}

function lookBack(rules: RuleSettings): number {
  const holds = [rules.lag, rules.ready].map((rule) => stretchedHoldMs(rule?.holdMs ?? 0, rules));
  return Math.max(LOOK_BACK_MS, ...holds.map((holdMs) => 1.5 * holdMs));
}
