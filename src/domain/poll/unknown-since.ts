import type { Explanation } from '../job/explanation.ts';
import type { JobState } from '../job/job-state.ts';
import type { EpochMs } from '../base/time.ts';
import { MAX_MISSED_POLLS } from '../job/verdict-rules.ts';
import type { VerdictRules } from '../job/verdict-rules.ts';

/** What is known of a job whose last look gave no report; that it is unknown counts only when several looks say so. */
export function unknownSince(
  { unknown }: JobState,
  now: EpochMs,
  why: Explanation,
  { steadyMs }: VerdictRules,
): JobState['unknown'] {
  const since = unknown?.since ?? now;
  const polls = (unknown?.polls ?? 0) + 1;
  return { since, why, polls, isLasting: polls >= MAX_MISSED_POLLS && now - since >= steadyMs };
}
