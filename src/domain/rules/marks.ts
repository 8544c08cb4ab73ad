import type { RuleMarks } from '../job/job-state.ts';
import { isTold } from './episodes.ts';
import type { RuleState } from './step-rules.ts';

/** What rules hold of a job after its last sample, as far as it shows wherever the job is shown; null when that is nothing. */
export function marksOf({ lag, copy, caughtUp, course }: RuleState): RuleMarks | null {
  const lagHighSince = isTold(lag.open) ? (lag.open?.since ?? null) : null;
  const isStalled = copy.isStallTold && copy.pace !== null && course.lastAt !== null;
  const stalledSince = isStalled ? (course.lastAt ?? 0) - (copy.pace?.stillMs ?? 0) : null;
  const caughtUpSince = caughtUp.isCaughtUp ? caughtUp.toldAt : null;
  const isAny = [lagHighSince, stalledSince, caughtUpSince].some((since) => since !== null);
  return isAny ? { lagHighSince, stalledSince, caughtUpSince } : null;
}
