import { MINUTE, SECOND } from '../time.ts';

/** What it takes to say something green of a job: several readings over minutes, none of them old. */
export interface VerdictRules {
  /** The usual time between two polls of one job, in ms; what was not seen for three of them was not seen. */
  readonly pollMs: number;
  /** A verdict needs readings over at least this long, in ms. */
  readonly steadyMs: number;
  /** *In sync* shortly before a job was stopped means: so long before at most, in ms. */
  readonly recentMs: number;
}

export const DEFAULT_VERDICT_RULES: VerdictRules = {
  pollMs: MINUTE,
  steadyMs: 3 * MINUTE,
  recentMs: 10 * MINUTE,
};

/** Readings that a verdict needs at least; also the polls after a break whose figures count for nothing. */
export const MIN_READINGS = 3;
/** A lag up to this is in sync, in ms. */
export const IN_SYNC_LAG_MS = 10 * SECOND;
/** Above this a lag is high, and nothing is green, in ms. */
export const ALARM_LAG_MS = 2 * MINUTE;

/** The longest time between two readings, in ms, that leaves nothing unseen between them. */
export function maxGapMs({ pollMs }: Pick<VerdictRules, 'pollMs'>): number {
  return MIN_READINGS * pollMs;
}
