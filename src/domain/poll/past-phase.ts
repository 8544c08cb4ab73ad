import type { PastPhase } from '../job/job-event.ts';
import type { JobState } from '../job/job-state.ts';
import { phaseStart } from '../job/phases.ts';
import type { JobTimes } from '../job/phases.ts';

/** The phase a job is in, as an event names it that ends it; null before the first report. */
export function pastPhase(
  { report, statusSince, statusStartSeen, brokenAt }: JobState,
  times: JobTimes,
): PastPhase | null {
  if (report === null || statusSince === null) return null;
  const { status } = report;
  if (statusStartSeen) return { status, since: statusSince, startSeen: true };
  const { since, exact } = phaseStart(status, statusSince, times, brokenAt);
  return { status, since, startSeen: exact };
}
