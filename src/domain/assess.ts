import { endSummary } from './end-summary.ts';
import { endVerdict } from './end-verdict.ts';
import { explanation } from './explanation.ts';
import type { Explanation } from './explanation.ts';
import type { JobEvent, PastPhase } from './job-event.ts';
import type { JobState } from './job-state.ts';
import { isFinishedCopy, isOver, isWorking, statusGroup } from './job-status.ts';
import type { StatusGroup } from './job-status.ts';
import { NO_LAGS, recordLag } from './lag-history.ts';
import { addToPhase, NO_TIMES, phaseStart } from './phases.ts';
import type { JobTimes } from './phases.ts';
import { noSuchJobCode } from './progress-answer.ts';
import type { ProgressAnswer } from './progress-answer.ts';
import type { ProgressReport } from './progress-report.ts';
import { DAY, MINUTE } from './time.ts';
import type { EpochMs } from './time.ts';

/** A passing status (starting, upgrading, ending, …) is told only when it lasts this long. */
export const LASTING_STATUS_MS = 15 * MINUTE;
/** "No such job" is believed after this many answers in a row … */
const GONE_AFTER_TICKS = 3;
/** … over at least this long, */
export const GONE_AFTER_MS = 5 * MINUTE;
/** or, when most jobs went missing at once (which looks like lost access, not like deletions), after this long. */
const GONE_WITH_THE_REST_AFTER_MS = DAY;
/** A finished copy that nobody releases is watched this long. */
export const UNRELEASED_COPY_MS = 7 * DAY;
/** A new status has begun about now when the last look was no longer ago than this. */
const RECENT_LOOK_MS = 15 * MINUTE;
/** How many different statuses unknown to this version are remembered as told. */
const UNKNOWN_STATUSES_KEPT = 20;

/** What one answer changes. */
export interface Assessment {
  readonly state: JobState;
  readonly events: readonly JobEvent[];
}

/**
 * Decides what an answer means: the job's next state and what is worth telling. The first report is the baseline and
 * tells nothing; replaying a report tells nothing.
 *
 * @param circumstances.mostMissing the same answer reported most of the jobs asked for as missing, which is no proof that
 *   they are
 * @param circumstances.times DRS's own times of the job, where known
 */
export function assess(
  state: JobState,
  answer: ProgressAnswer,
  now: EpochMs,
  { mostMissing = false, times = NO_TIMES }: { readonly mostMissing?: boolean; readonly times?: JobTimes } = {},
): Assessment {
  if (answer.kind === 'report') return assessReport(state, answer.report, { now, times });
  const missingCode = noSuchJobCode(answer);
  if (missingCode !== null) return assessMissing(state, missingCode, { now, times }, mostMissing);
  return { state: { ...state, unknown: unknownSince(state, now, whyUnknown(answer)) }, events: [] };
}

/** What is forgotten of a job that begins again after its end. */
const NEW_LIFE: Pick<JobState, 'firstSeen' | 'phases' | 'lags'> = { firstSeen: null, phases: {}, lags: NO_LAGS };

/** When an answer was read, and what DRS itself says about the times of the job. */
interface Look {
  readonly now: EpochMs;
  readonly times: JobTimes;
}

function assessReport(before: JobState, report: ProgressReport, at: Look): Assessment {
  const { now } = at;
  const reborn = before.over !== null && !isOver(statusGroup(report.status));
  const seen = see(reborn ? { ...before, ...NEW_LIFE } : before, report, now);
  // A job whose state could not be read has no report but a status that people know.
  if ((before.report === null && before.toldStatus === null) || reborn)
    return { state: { ...seen, toldStatus: report.status, failure: failureOf(seen, now) }, events: [] };
  if (seen.over !== null) return before.over === null ? end(before, seen, at) : { state: seen, events: [] };
  return tellStatus(before, seen, report, at);
}

/** The part of the next state that follows from the report alone, whatever is told about it. */
function see(before: JobState, report: ProgressReport, now: EpochMs): JobState {
  const group = statusGroup(report.status);
  const sameStatus = before.report?.status === report.status;
  const stands = isWorking(group) || group === 'paused' || group === 'failed';
  return {
    ...before,
    report,
    checkedAt: now,
    statusSince: sameStatus ? before.statusSince : now,
    statusStartSeen: sameStatus ? before.statusStartSeen : lookedRecently(before, now),
    lastLag: lastLag(before, report, group, now),
    lastStanding: stands
      ? {
          status: report.status,
          taskMode: report.taskMode,
          lagMs: group === 'replicating' ? report.lagMs : null,
          at: now,
        }
      : before.lastStanding,
    missing: null,
    unknown: null,
    firstSeen: before.firstSeen ?? { status: report.status, at: now },
    phases: phasesUntil(before, now),
    lags: group === 'replicating' && report.lagMs !== null ? recordLag(before.lags, report.lagMs) : before.lags,
    over: isOver(group) ? (group === 'gone' ? 'gone' : 'ended') : null,
  };
}

/** The time since the last look belongs to the phase seen then. */
function phasesUntil({ report, checkedAt, phases, over }: JobState, now: EpochMs): JobState['phases'] {
  return report === null || checkedAt === null || over !== null
    ? phases
    : addToPhase(phases, report.status, now - checkedAt);
}

function lookedRecently(before: JobState, now: EpochMs): boolean {
  return before.checkedAt !== null && now - before.checkedAt <= RECENT_LOOK_MS;
}

function lastLag(before: JobState, report: ProgressReport, group: StatusGroup, now: EpochMs): JobState['lastLag'] {
  if (group === 'full_copy') return null;
  if (group === 'replicating' && report.lagMs !== null) return { ms: report.lagMs, at: now };
  return before.lastLag;
}

function failureOf(state: JobState, now: EpochMs): JobState['failure'] {
  const status = state.report?.status;
  return status !== undefined && statusGroup(status) === 'failed' ? { status, since: now } : null;
}

function tellStatus(before: JobState, seen: JobState, report: ProgressReport, at: Look): Assessment {
  const { now } = at;
  const group = statusGroup(report.status);
  if (isWorking(group) && before.failure !== null) return tellRecovery(before, seen, report, before.failure, at);
  if (isFinishedCopy(report.status, report.taskMode) && lasted(seen, now) >= UNRELEASED_COPY_MS) {
    return end(before, { ...seen, over: 'ended' }, at);
  }
  const settled: JobState = {
    ...seen,
    failure: group === 'failed' ? (before.failure ?? failureOf(seen, now)) : group === 'paused' ? null : before.failure,
    recovering: null,
  };
  switch (group) {
    case 'full_copy':
    case 'full_copy_done':
    case 'replicating':
    case 'paused':
    case 'failed':
      return report.status === before.toldStatus ? { state: settled, events: [] } : change(before, settled, report, at);
    case 'unknown':
      return before.toldUnknownStatuses.includes(report.status) || report.status === before.toldStatus
        ? { state: settled, events: [] }
        : change(before, rememberUnknown(settled, report.status), report, at);
    default:
      return tellIfLasting(before, settled, report, at);
  }
}

function change(before: JobState, seen: JobState, report: ProgressReport, at: Look): Assessment {
  return {
    state: { ...seen, toldStatus: report.status },
    events: [{ kind: 'status_changed', from: before.toldStatus, to: report.status, ...moment(before, seen, at) }],
  };
}

function tellIfLasting(before: JobState, seen: JobState, report: ProgressReport, at: Look): Assessment {
  const since = seen.statusSince;
  if (report.status === before.toldStatus || since === null || at.now - since < LASTING_STATUS_MS) {
    return { state: seen, events: [] };
  }
  return {
    state: { ...seen, toldStatus: report.status },
    events: [{ kind: 'status_lasting', status: report.status, since, ...moment(before, seen, at) }],
  };
}

/** Failed and working now: told when seen twice in a row, so that a flapping job does not cry "recovered". */
function tellRecovery(
  before: JobState,
  seen: JobState,
  report: ProgressReport,
  failure: NonNullable<JobState['failure']>,
  at: Look,
): Assessment {
  if (before.recovering === null) return { state: { ...seen, recovering: { since: at.now } }, events: [] };
  return {
    state: { ...seen, failure: null, recovering: null, toldStatus: report.status },
    events: [
      {
        kind: 'recovered',
        from: failure.status,
        failedAt: failure.since,
        workingAt: before.recovering.since,
        ...moment(before, seen, at),
      },
    ],
  };
}

function end(before: JobState, seen: JobState, at: Look): Assessment {
  const state: JobState = {
    ...seen,
    failure: null,
    recovering: null,
    toldStatus: seen.report?.status ?? before.toldStatus,
  };
  const facts = moment(before, seen, at);
  return seen.over === 'gone'
    ? { state, events: [{ kind: 'gone', code: null, ...facts }] }
    : {
        state,
        events: [{ kind: 'ended', verdict: endVerdict(before, seen), summary: endSummary(seen, at.times), ...facts }],
      };
}

function assessMissing(before: JobState, code: string, at: Look, mostMissing: boolean): Assessment {
  const { now } = at;
  const since = before.missing?.since ?? now;
  const ticks = (before.missing?.ticks ?? 0) + (mostMissing ? 0 : 1);
  const state: JobState = {
    ...before,
    missing: { code, since, ticks },
    unknown: unknownSince(before, now, explanation('no_such_job', { label: code })),
  };
  const believed =
    (ticks >= GONE_AFTER_TICKS && now - since >= GONE_AFTER_MS) || now - since >= GONE_WITH_THE_REST_AFTER_MS;
  if (before.report === null || before.over !== null || !believed) return { state, events: [] };
  return {
    state: { ...state, failure: null, recovering: null, over: 'gone' },
    events: [{ kind: 'gone', code, ...moment(before, before, at) }],
  };
}

function moment(before: JobState, seen: JobState, { now, times }: Look) {
  return { at: now, report: seen.report, previous: pastPhase(before, times), lastLag: before.lastLag };
}

function pastPhase(before: JobState, times: JobTimes): PastPhase | null {
  if (before.report === null || before.statusSince === null) return null;
  const { status } = before.report;
  if (before.statusStartSeen) return { status, since: before.statusSince, startSeen: true };
  const { since, exact } = phaseStart(status, before.statusSince, times);
  return { status, since, startSeen: exact };
}

function rememberUnknown(state: JobState, status: string): JobState {
  return { ...state, toldUnknownStatuses: [...state.toldUnknownStatuses, status].slice(-UNKNOWN_STATUSES_KEPT) };
}

function lasted(state: JobState, now: EpochMs): number {
  return state.statusSince === null ? 0 : now - state.statusSince;
}

function unknownSince(state: JobState, now: EpochMs, why: Explanation): JobState['unknown'] {
  return { since: state.unknown?.since ?? now, why };
}

function whyUnknown(answer: Exclude<ProgressAnswer, { kind: 'report' }>): Explanation {
  switch (answer.kind) {
    case 'unanswered':
      return answer.failure.why;
    case 'omitted':
      return explanation('left_out');
    case 'item_error':
      return explanation('item_error', { label: answer.code });
    case 'rejected':
      return explanation('job_refused', { label: answer.code === null ? '' : ` (${answer.code})` });
  }
}
