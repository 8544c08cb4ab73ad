import type { EventFacts, PastPhase } from '../job/job-event.ts';
import type { JobState } from '../job/job-state.ts';
import { lagNote } from '../job/lag-note.ts';
import { phaseStart } from '../job/phases.ts';
import type { JobTimes } from '../job/phases.ts';
import type { EpochMs } from '../base/time.ts';

/** What an event tells of a job beside what it is: of the state before it, and of the one with the report that shows it. */
export function eventFacts(
  before: JobState,
  after: JobState,
  { now, times }: { readonly now: EpochMs; readonly times: JobTimes },
): EventFacts {
  return {
    at: now,
    report: after.report,
    previous: pastPhase(before, times),
    lastLag: before.lastLag,
    lagNote: lagNote(after),
    percentBefore: after.brokenPercent,
  };
}

/** The phase a job is in, as an event names it that ends it; null before the first report. */
function pastPhase({ report, statusSince, statusStartSeen, brokenAt }: JobState, times: JobTimes): PastPhase | null {
  if (report === null || statusSince === null) return null;
  const { status } = report;
  if (statusStartSeen) return { status, since: statusSince, startSeen: true };
  const { since, exact } = phaseStart(status, statusSince, times, brokenAt);
  return { status, since, startSeen: exact };
}
