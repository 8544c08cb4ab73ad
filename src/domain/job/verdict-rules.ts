import { MINUTE, SECOND } from '../base/time.ts';

/** What it takes to say something green of a job: several readings over minutes, none of them old. */
export interface VerdictRules {
  /** The usual time between two polls of one job, in ms; what was not seen for three of them was not seen. */
  readonly pollMs: number;
  /** A verdict needs readings over at least this long, in ms. */
  readonly steadyMs: number;
  /** And so many of them at least. */
  readonly minReadings: number;
  /** The first reports after a break whose figures count for nothing. */
  readonly settlingReports: number;
  /** *In sync* shortly before a job was stopped means: so long before at most, in ms. */
  readonly recentMs: number;
}

export const DEFAULT_VERDICT_RULES: VerdictRules = {
  pollMs: MINUTE,
  steadyMs: 3 * MINUTE,
  minReadings: 3,
  settlingReports: 3,
  recentMs: 10 * MINUTE,
};

/** Polls that may be missing before something was not seen, or a job is unknown. */
export const MAX_MISSED_POLLS = 3;
/** A lag up to this is in sync, in ms. */
export const IN_SYNC_LAG_MS = 10 * SECOND;
/** Above this a lag is high, and nothing is green, in ms. */
export const ALARM_LAG_MS = 2 * MINUTE;

/** The longest time between two readings, in ms, that leaves nothing unseen between them. */
export function maxGapMs({ pollMs }: Pick<VerdictRules, 'pollMs'>): number {
  return MAX_MISSED_POLLS * pollMs;
}
