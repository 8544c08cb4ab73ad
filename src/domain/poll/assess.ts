import { finishedCopyPauseMs } from './cadence.ts';
import { endSummary } from './end-summary.ts';
import { endVerdict } from './end-verdict.ts';
import { explanation } from '../job/explanation.ts';
import type { Explanation } from '../job/explanation.ts';
import { fullCopyPercent } from '../job/full-copy-percent.ts';
import { isHolding, isInSync } from '../job/in-sync.ts';
import { isSettled } from '../job/lag-break.ts';
import type { LagBreak } from '../job/lag-break.ts';
import { lagNote } from '../job/lag-note.ts';
import { findFlapping, goOnFlapping, hasSettled, isLongFailure, nextRounds } from '../job/flapping.ts';
import type { Flapping } from '../job/flapping.ts';
import type { Silence } from '../job/silence.ts';
import { addReading } from '../job/readings.ts';
import type { Reading } from '../job/readings.ts';
import type { JobEvent } from '../job/job-event.ts';
import { UNSEEN_JOB } from '../job/job-state.ts';
import type { JobState } from '../job/job-state.ts';
import { isBroken, isFinishedCopy, isOver, isWorking, statusGroup } from '../job/job-status.ts';
import type { StatusGroup } from '../job/job-status.ts';
import { recordLag } from '../job/lag-history.ts';
import { addToPhase, NO_TIMES } from '../job/phases.ts';
import type { JobTimes } from '../job/phases.ts';
import { withoutFuture } from '../job/without-future.ts';
import { noteMissing } from './absence.ts';
import { pastPhase } from './past-phase.ts';
import { unknownSince } from './unknown-since.ts';
import { DEFAULT_VERDICT_RULES, maxGapMs } from '../job/verdict-rules.ts';
import type { VerdictRules } from '../job/verdict-rules.ts';
import { noSuchJobCode } from '../job/progress-answer.ts';
import type { ProgressAnswer } from '../job/progress-answer.ts';
import type { ProgressReport } from '../job/progress-report.ts';
import { DAY, MINUTE } from '../base/time.ts';
import type { EpochMs } from '../base/time.ts';

/** A passing status (starting, upgrading, ending, …) is told only when it lasts this long. */
export const LASTING_STATUS_MS = 15 * MINUTE;
/** A lag can be so much older than its job, in ms: changes from before wait in the source's log. */
const MAX_LAG_BEFORE_START_MS = 30 * DAY;
/** A finished copy that nobody releases is watched this long. */
export const UNRELEASED_COPY_MS = 7 * DAY;
/** A job that alone cannot be read is told after this, in ms. */
const UNREADABLE_MS = 30 * MINUTE;

/** What one answer changes. */
export interface Assessment {
  readonly state: JobState;
  readonly events: readonly JobEvent[];
  /** Why there is no event; null when there is one. */
  readonly silence: Silence | null;
}

/**
 * Decides what an answer means: the job's next state and what is worth telling. The first report is the baseline and
 * tells nothing; replaying a report tells nothing. Whether a job that DRS does not know is gone is decided elsewhere, over
 * the whole connection (poll/absence.ts).
 */
export function assess(
  state: JobState,
  answer: ProgressAnswer,
  now: EpochMs,
  { times = NO_TIMES, rules = DEFAULT_VERDICT_RULES, othersAnswer = null }: Circumstances = {},
): Assessment {
  const look = { now, times, rules };
  const before = withoutFuture(state, now);
  if (answer.kind === 'report') return withReadableAgain(before, assessReport(before, answer.report, look), look);
  const unseen = assessUnseen(before, answer, look);
  return before.over === null ? withUnreadable(unseen, { ...look, othersAnswer }) : unseen;
}

/** What is known beside the answer. */
export interface Circumstances {
  /** DRS's own times of the job, where known. */
  readonly times?: JobTimes;
  readonly rules?: VerdictRules;
  /**
   * Other jobs of the connection gave reports in the last pass, so that it is not the connection that is blind; null: nobody
   * knows.
   */
  readonly othersAnswer?: boolean | null;
}

function assessUnseen(
  state: JobState,
  answer: Exclude<ProgressAnswer, { kind: 'report' }>,
  { now, rules }: Look,
): Assessment {
  const missingCode = noSuchJobCode(answer);
  if (missingCode !== null) return quiet(noteMissing(state, missingCode, now, rules), 'missing');
  return quiet({ ...state, unknown: unknownSince(state, now, whyUnknown(answer), rules) }, 'not_seen');
}

/** Tells, once, that a job alone cannot be read, when that has lasted. A time in which no job could be read does not count. */
function withUnreadable(unseen: Assessment, at: Look & { readonly othersAnswer: boolean | null }): Assessment {
  const { state } = unseen;
  const { unknown } = state;
  if (unknown === null || (state.alone?.toldAt !== undefined && state.alone.toldAt !== null)) return unseen;
  if (at.othersAnswer === null) return unseen;
  if (!at.othersAnswer) return { ...unseen, state: { ...state, alone: null } };
  const since = Math.min(state.alone?.since ?? at.now, at.now);
  if (!unknown.isLasting || at.now - since < UNREADABLE_MS)
    return { ...unseen, state: { ...state, alone: { since, toldAt: null } } };
  const event = { since, why: unknown.why, ...moment(state, state, at) };
  return tell({ ...state, alone: { since, toldAt: at.now } }, { kind: 'unreadable', ...event });
}

/** Comes before whatever has become of it meanwhile. */
function withReadableAgain({ alone }: JobState, told: Assessment, at: Look): Assessment {
  if (alone === null) return told;
  const state = { ...told.state, alone: null };
  if (alone.toldAt === null) return { ...told, state };
  const event: JobEvent = { kind: 'readable_again', since: alone.since, ...moment(state, state, at) };
  return { state, events: [event, ...told.events], silence: null };
}

function quiet(state: JobState, silence: Silence): Assessment {
  return { state, events: [], silence };
}

function tell(state: JobState, event: JobEvent): Assessment {
  return { state, events: [event], silence: null };
}

/** A job that begins again after its end: what was told stays, what was seen is forgotten. */
function beginAgain({ toldStatus, failure, report, checkedAt }: JobState): JobState {
  return { ...UNSEEN_JOB, toldStatus, failure, report, checkedAt };
}

/** When an answer was read, what DRS itself says about the times of the job, and what a verdict takes. */
interface Look {
  readonly now: EpochMs;
  readonly times: JobTimes;
  readonly rules: VerdictRules;
}

function assessReport(before: JobState, report: ProgressReport, at: Look): Assessment {
  const isBaseline = before.report === null && before.toldStatus === null;
  const isEnd = isOver(statusGroup(report.status));
  const reborn = before.over !== null && !isEnd && !isLeftFinished(before, report);
  if (isEnd && before.over === null && !isBaseline && before.ending === null) return beginEnd(before, report, at);
  const known = withoutAbsurdLag(report, at);
  const seen = see(reborn ? beginAgain(before) : before, known, at);
  // A job whose state could not be read has no report but a status that people know.
  if (isBaseline || reborn)
    return quiet({ ...seen, toldStatus: report.status, failure: firstFailure(seen, at.now) }, 'baseline');
  if (before.over !== null) return quiet({ ...seen, over: before.over }, 'over');
  if (seen.over !== null) return end(before, seen, at);
  return withSubJobFailures(tellStatus(before, seen, known, at), known, at);
}

/** A finished copy that nobody released and that is no longer watched for that: it has not begun again. */
function isLeftFinished({ over, report: last }: JobState, { status, taskMode }: ProgressReport): boolean {
  return over === 'ended' && last?.status === status && isFinishedCopy(status, taskMode);
}

/** The first report of an end: nothing is told before a second one says the same. */
function beginEnd(before: JobState, report: ProgressReport, { now }: Look): Assessment {
  return quiet({ ...before, ending: { status: report.status, at: now }, missing: null, unknown: null }, 'end_not_sure');
}

/** A lag from before the job began, but for some weeks of changes that waited, is none. */
function withoutAbsurdLag(report: ProgressReport, { now, times }: Look): ProgressReport {
  const { lagMs } = report;
  const isAbsurd =
    lagMs !== null && times.startedAt !== null && lagMs > now - times.startedAt + MAX_LAG_BEFORE_START_MS;
  return isAbsurd ? { ...report, lagMs: null, unknownFields: { ...report.unknownFields, lag_ms: lagMs } } : report;
}

/** The part of the next state that follows from the report alone, whatever is told about it. */
function see(before: JobState, report: ProgressReport, at: Look): JobState {
  const { now } = at;
  const group = statusGroup(report.status);
  const sameStatus = before.report?.status === report.status;
  return {
    ...before,
    report,
    checkedAt: now,
    statusSince: sameStatus ? before.statusSince : now,
    statusStartSeen: sameStatus ? before.statusStartSeen : unseenMs(before, at) === 0 && before.checkedAt !== null,
    lastLag: lastLag(before, report, group, now),
    lastStanding: isEnding(group)
      ? before.lastStanding
      : {
          status: report.status,
          taskMode: report.taskMode,
          lagMs: group === 'replicating' ? report.lagMs : null,
          at: now,
          reports: before.lastStanding?.status === report.status ? before.lastStanding.reports + 1 : 1,
        },
    missing: null,
    unknown: null,
    ending: null,
    rounds: nextRounds(before.rounds, group, now),
    firstSeen: before.firstSeen ?? { status: report.status, at: now },
    phases: phasesUntil(before, isOver(group) ? firstLookAtEnd(before, at) : at),
    brokenAt: isBroken(group) ? now : before.brokenAt,
    brokenPercent: isBroken(group) ? before.copyPercent : before.brokenPercent,
    copyPercent: group === 'full_copy' ? (fullCopyPercent(report)?.percent ?? before.copyPercent) : before.copyPercent,
    ...seeLag(before, report, group, at),
    unseenUntil: unseenMs(before, at) > 0 ? now : before.unseenUntil,
    over: isOver(group) ? howItIsOver(before, group) : null,
  };
}

/** Deleted only if both looks say so: a job that had ended before it was deleted has ended. */
function howItIsOver({ ending }: JobState, group: StatusGroup): 'ended' | 'gone' {
  return group === 'gone' && (ending === null || statusGroup(ending.status) === 'gone') ? 'gone' : 'ended';
}

/** What a report says of the lag, as far as it can be believed so soon after the job began to replicate. */
function seeLag(
  before: JobState,
  report: ProgressReport,
  group: StatusGroup,
  at: Look,
): Pick<JobState, 'lagBreak' | 'awaySince' | 'readings' | 'unsettledAt' | 'inSyncAt' | 'lags'> {
  const { now, rules } = at;
  const { lags } = before;
  // What was in sync before a stretch that nobody saw says nothing of the time after it.
  const inSyncAt = unseenMs(before, at) > 0 ? null : before.inSyncAt;
  if (group !== 'replicating') {
    const awaySince = before.awaySince ?? before.checkedAt ?? now;
    const { lagBreak, readings } = before;
    return { lagBreak, awaySince, readings, unsettledAt: now, inSyncAt: isEnding(group) ? inSyncAt : null, lags };
  }
  const reading = { at: now, lagMs: isOfAllParts(report) ? report.lagMs : null };
  const lagBreak = nextBreak(before, reading, rules);
  const readings = addReading(before.readings, reading, rules);
  const unsettledAt = lagBreak === null ? before.unsettledAt : now;
  const seen = { lagBreak, awaySince: null, readings, unsettledAt };
  if (!isSettled(lagBreak, report.lagMs)) return { ...seen, inSyncAt: null, lags };
  return {
    ...seen,
    inSyncAt: isInSync(readings, now, rules, unsettledAt) ? now : inSyncAt,
    lags: report.lagMs === null ? lags : recordLag(lags, report.lagMs),
  };
}

/** No part of the job is known to be worse than its lag says. */
function isOfAllParts({ subJob, failedSubJobs }: ProgressReport): boolean {
  return (subJob?.unmeasured ?? 0) === 0 && (failedSubJobs?.failed.length ?? 0) === 0;
}

/** The break with one more report after it; null when enough came, those in sync among them. */
function nextBreak({ awaySince, lagBreak }: JobState, reading: Reading, rules: VerdictRules): LagBreak | null {
  const begun =
    awaySince === null ? lagBreak : { lengthMs: Math.max(0, reading.at - awaySince), reports: 0, inSync: 0 };
  if (begun === null) return null;
  const reports = begun.reports + 1;
  const inSync = begun.inSync + (isHolding(reading) ? 1 : 0);
  if (inSync > rules.settlingReports) return null;
  return { lengthMs: begun.lengthMs, reports, inSync, isSettled: reports > rules.settlingReports };
}

/** On its way out, or out: says nothing of how the job stood. */
function isEnding(group: StatusGroup): boolean {
  return group === 'ending' || isOver(group);
}

/** The time since the last look belongs to the phase seen then, unless so much went by that nobody knows. */
function phasesUntil(before: JobState, at: Look): JobState['phases'] {
  const { report, checkedAt, phases, over } = before;
  return report === null || checkedAt === null || over !== null || unseenMs(before, at) > 0
    ? phases
    : addToPhase(phases, report.status, at.now - checkedAt);
}

/** The time since the last report, in ms, if it is longer than polls are apart; else 0. */
function unseenMs({ checkedAt, report, statusSince }: JobState, { now, rules }: Look): number {
  if (checkedAt === null) return 0;
  const sinceMs = now - checkedAt;
  const pauseMs = report === null ? 0 : finishedCopyPauseMs(report, statusSince, checkedAt);
  return sinceMs > maxGapMs({ pollMs: Math.max(rules.pollMs, pauseMs) }) ? sinceMs : 0;
}

function lastLag(before: JobState, report: ProgressReport, group: StatusGroup, now: EpochMs): JobState['lastLag'] {
  if (group === 'full_copy') return null;
  if (group === 'replicating' && report.lagMs !== null) return { ms: report.lagMs, at: now };
  return before.lastLag;
}

function failureOf(state: JobState, now: EpochMs): JobState['failure'] {
  const status = state.report?.status;
  return status !== undefined && statusGroup(status) === 'failed' ? { status, since: now, startSeen: true } : null;
}

/** The job had failed already when it was first looked at: its failure counts from there. */
function firstFailure(seen: JobState, now: EpochMs): JobState['failure'] {
  const failure = failureOf(seen, now);
  return failure === null ? null : { ...failure, startSeen: false };
}

function tellStatus(before: JobState, seen: JobState, report: ProgressReport, at: Look): Assessment {
  const { now } = at;
  const group = statusGroup(report.status);
  if (before.flapping !== null) return tellFlapping(before, seen, before.flapping, at);
  const flapping = group === 'failed' && seen.rounds !== before.rounds ? findFlapping(seen.rounds, now) : null;
  if (flapping !== null) return beginFlapping(before, seen, flapping, at);
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
    case 'unknown':
      return report.status === before.toldStatus ? quiet(settled, 'as_told') : change(before, settled, report, at);
    default:
      return tellIfLasting(before, settled, report, at);
  }
}

function change(before: JobState, seen: JobState, report: ProgressReport, at: Look): Assessment {
  return tell(
    { ...seen, toldStatus: report.status },
    { kind: 'status_changed', from: before.toldStatus, to: report.status, ...moment(before, seen, at) },
  );
}

function tellIfLasting(before: JobState, seen: JobState, report: ProgressReport, at: Look): Assessment {
  const since = seen.statusSince;
  if (report.status === before.toldStatus) return quiet(seen, 'as_told');
  if (since === null || at.now - since < LASTING_STATUS_MS) return quiet(seen, 'passing');
  return tell(
    { ...seen, toldStatus: report.status },
    { kind: 'status_lasting', status: report.status, since, ...moment(before, seen, at) },
  );
}

/** One failure more than can be told one by one: from now on they are told as flapping, which is said once. */
function beginFlapping(before: JobState, seen: JobState, flapping: Flapping, at: Look): Assessment {
  const state = { ...asFlapping(seen, at.now), flapping, toldStatus: seen.report?.status ?? before.toldStatus };
  return tell(state, { kind: 'flapping', flapping, ...moment(before, seen, at) });
}

/** Nothing is told of a flapping job until it was quiet for long enough, or fails for longer than it did before. */
function tellFlapping(before: JobState, seen: JobState, was: Flapping, at: Look): Assessment {
  const wasSeen = unseenMs(before, at) === 0;
  const flapping = goOnFlapping(was, { before: before.rounds, rounds: seen.rounds, wasSeen }, at.now);
  const state = { ...asFlapping(seen, at.now), toldStatus: seen.report?.status ?? before.toldStatus, flapping: null };
  const round = seen.rounds.at(-1);
  if (round !== undefined && state.failure !== null) {
    if (!isLongFailure(flapping, round, at.now)) return quiet({ ...state, flapping }, 'flapping');
    const event = { from: before.toldStatus, to: state.failure.status, ...moment(before, seen, at) };
    return tell({ ...state, rounds: [round] }, { kind: 'status_changed', ...event });
  }
  if (!hasSettled(flapping, at.now)) return quiet({ ...state, flapping }, 'flapping');
  const event = { flapping, quietMs: at.now - flapping.quietSince, ...moment(before, seen, at) };
  return tell({ ...state, rounds: [] }, { kind: 'settled', ...event });
}

/** A flapping job is failed from the report that says so until the next that does not: nothing waits for its recovery. */
function asFlapping(seen: JobState, now: EpochMs): JobState {
  const failure = failureOf(seen, now);
  const since = seen.rounds.at(-1)?.failedAt ?? now;
  return { ...seen, failure: failure === null ? null : { ...failure, since }, recovering: null };
}

/** Failed and working now: told when seen in several reports over minutes, so that a flapping job does not cry "recovered". */
function tellRecovery(
  before: JobState,
  seen: JobState,
  report: ProgressReport,
  failure: NonNullable<JobState['failure']>,
  at: Look,
): Assessment {
  const known = unseenMs(before, at) > 0 ? null : before.recovering;
  const since = known?.since ?? at.now;
  const reports = (known?.reports ?? 0) + 1;
  if (reports < at.rules.minReadings || at.now - since < at.rules.steadyMs)
    return quiet({ ...seen, recovering: { since, reports } }, 'recovery_not_sure');
  return tell(
    { ...seen, failure: null, recovering: null, toldStatus: report.status },
    {
      kind: 'recovered',
      from: failure.status,
      failedAt: failure.since,
      startSeen: failure.startSeen,
      workingAt: since,
      ...moment(before, seen, at),
    },
  );
}

function end(before: JobState, seen: JobState, at: Look): Assessment {
  const state: JobState = {
    ...seen,
    failure: null,
    recovering: null,
    rounds: [],
    flapping: null,
    toldStatus: seen.report?.status ?? before.toldStatus,
  };
  const first = firstLookAtEnd(before, at);
  const facts = moment(before, seen, first);
  if (seen.over === 'gone') return tell(state, { kind: 'gone', code: null, ...facts });
  const verdict = endVerdict(before, seen, unseenMs(before, first), at.rules);
  const summary = endSummary(seen, at.times);
  return tell(state, { kind: 'ended', verdict, summary, standing: before.lastStanding, ...facts });
}

/** The first of the two looks that saw the end: that is when it was over. */
function firstLookAtEnd({ ending }: JobState, at: Look): Look {
  return ending === null ? at : { ...at, now: ending.at };
}

/** Tells, once each, of parts that have failed while their parent goes on. */
function withSubJobFailures(told: Assessment, report: ProgressReport, at: Look): Assessment {
  if (report.failedSubJobs === null) return told;
  const { state, events, silence } = told;
  const { failed, of } = report.failedSubJobs;
  const known = state.toldFailedSubJobs;
  const failing = failed.map(({ jobId }) => jobId);
  const isNew = failing.some((jobId) => !known.includes(jobId));
  const betterReports = known.every((jobId) => failing.includes(jobId)) ? 0 : state.betterReports + 1;
  const noted =
    betterReports >= at.rules.minReadings
      ? { ...state, toldFailedSubJobs: failing, betterReports: 0 }
      : { ...state, toldFailedSubJobs: [...new Set([...known, ...failing])], betterReports };
  if (!isNew) return { state: noted, events, silence };
  const event: JobEvent = {
    kind: 'sub_jobs_failed',
    failed,
    of,
    ...moment(state, state, at),
  };
  return { state: noted, events: [...events, event], silence: null };
}

function moment(before: JobState, seen: JobState, { now, times }: Look) {
  return {
    at: now,
    report: seen.report,
    previous: pastPhase(before, times),
    lastLag: before.lastLag,
    lagNote: lagNote(seen),
    percentBefore: seen.brokenPercent,
  };
}

function lasted(state: JobState, now: EpochMs): number {
  return state.statusSince === null ? 0 : now - state.statusSince;
}

/** Why an answer is no report. */
export function whyUnknown(answer: Exclude<ProgressAnswer, { kind: 'report' }>): Explanation {
  switch (answer.kind) {
    case 'unanswered':
      return answer.failure.why;
    case 'omitted':
      return explanation('left_out');
    case 'item_error':
      return explanation('item_error', { label: answer.code });
    case 'rejected':
      return answer.code === null && answer.message === null
        ? explanation('job_not_answered')
        : explanation('job_refused', { label: answer.code === null ? '' : ` (${answer.code})` });
  }
}
