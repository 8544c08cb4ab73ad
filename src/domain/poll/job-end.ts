import { isAlarming } from '../job/readings.ts';
import type { EndSummary, EndVerdict } from '../job/job-event.ts';
import type { JobState } from '../job/job-state.ts';
import { isOver, statusGroup } from '../job/job-status.ts';
import { addToPhase, phaseOf } from '../job/phases.ts';
import type { JobTimes } from '../job/phases.ts';
import { IN_SYNC_LAG_MS, maxGapMs } from '../job/verdict-rules.ts';
import type { VerdictRules } from '../job/verdict-rules.ts';
import type { ProgressAnswer } from '../job/progress-answer.ts';
import type { Sample } from '../rules/sample.ts';
import { COARSE } from '../rules/thin-samples.ts';
import { DAY, SECOND } from '../base/time.ts';
import type { EpochMs } from '../base/time.ts';

/**
 * How a job ended. Only a stop in sync and a finished copy are a success; DRS itself says no more than "released", and it
 * releases failed jobs by itself after some days. What was not seen is no success.
 *
 * @param before the state before the first report of the end
 * @param seen the state with it
 * @param unseenMs the time before that report of which nothing was seen, in ms; 0 when there was none
 */
export function endVerdict(before: JobState, seen: JobState, unseenMs: number, rules: VerdictRules): EndVerdict {
  const standing = before.lastStanding;
  const isUnseen = unseenMs > 0 || (standing !== null && (before.unseenUntil ?? 0) > standing.at);
  if (before.failure !== null || before.toldFailedSubJobs.length > 0) return 'had_failed';
  if (standing === null) return 'before_start';
  switch (statusGroup(standing.status)) {
    case 'failed':
      return 'had_failed';
    case 'paused':
      return 'while_paused';
    case 'setting_up':
    case 'starting':
      return 'before_start';
    case 'replicating':
      return isUnseen ? 'not_seen' : stopVerdict(before, standing, rules);
    case 'full_copy':
      return 'during_full_copy';
    case 'full_copy_done':
      if (standing.taskMode !== 'FULL_TRANS') return 'during_full_copy';
      if (seen.report === null || !isOver(statusGroup(seen.report.status))) return 'copy_never_released';
      if (isUnseen) return 'not_seen';
      return standing.reports > 1 ? 'copy_finished' : 'copy_seen_once';
    default:
      return 'other_status';
  }
}

function stopVerdict(
  { inSyncAt, readings }: JobState,
  { lagMs, at }: NonNullable<JobState['lastStanding']>,
  rules: VerdictRules,
): EndVerdict {
  const recentMs = Math.max(rules.recentMs, maxGapMs(rules));
  const isRecent = inSyncAt !== null && inSyncAt <= at && at - inSyncAt <= recentMs;
  const hasLeft = readings.some((reading) => inSyncAt !== null && reading.at > inSyncAt && isAlarming(reading));
  if (isRecent && !hasLeft) return 'stopped_in_sync';
  if (lagMs === null) return 'lag_unknown';
  return lagMs > IN_SYNC_LAG_MS ? 'stopped_behind' : 'stopped_unsettled';
}

/** Whether an answer is the one that ends a job, so that its samples are wanted for what is said of its life. */
export function isEndRead({ ending, over }: JobState, answer: ProgressAnswer | undefined): boolean {
  if (answer?.kind !== 'report' || ending === null || over !== null) return false;
  return isOver(statusGroup(answer.report.status));
}

/**
 * A job's whole life, from what was watched and, for the time before that, from DRS's own times. Null when it was never
 * seen in a phase.
 *
 * @param samples all that are kept of it
 */
export function endSummary(
  state: JobState,
  { startedAt, fullCopyDoneAt }: JobTimes,
  { now, samples }: { readonly now: EpochMs; readonly samples: readonly Sample[] },
): EndSummary | null {
  const { firstSeen } = state;
  if (firstSeen === null) return null;
  const { status, at } = firstSeen;
  const firstPhase = phaseOf(status);
  const knownStart = startedAt !== null && startedAt <= at ? startedAt : null;
  let { phases } = state;
  if (knownStart !== null && firstPhase === 'full_copy') phases = addToPhase(phases, status, at - knownStart);
  if (firstPhase !== 'full_copy' && knownStart !== null && fullCopyDoneAt !== null && fullCopyDoneAt <= at) {
    phases = addToPhase(phases, 'FULL_TRANSFER_STARTED', fullCopyDoneAt - knownStart);
    if (firstPhase === 'replicating') phases = addToPhase(phases, status, at - fullCopyDoneAt);
  }
  if (Object.keys(phases).length === 0) return null;
  return {
    from: knownStart ?? at,
    fromStart: knownStart !== null || firstPhase === null,
    phases,
    lag: lagWhileWatched(samples, at, now),
  };
}

function lagWhileWatched(samples: readonly Sample[], firstAt: EpochMs, now: EpochMs): EndSummary['lag'] {
  // Their times are whole seconds.
  const lags = samples.flatMap(({ at, lagMs }) => (lagMs === null || at <= firstAt - SECOND ? [] : [lagMs]));
  if (lags.length === 0) return null;
  return { maxMs: Math.max(...lags), lastDays: now - firstAt > COARSE.untilMs ? COARSE.untilMs / DAY : null };
}
