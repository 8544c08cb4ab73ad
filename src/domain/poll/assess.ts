import { finishedCopyPauseMs } from './cadence.ts';
import { eventFacts } from './event-facts.ts';
import { endSummary, endVerdict } from './job-end.ts';
import { fullCopyPercent } from '../job/full-copy-percent.ts';
import { addReading, isHolding, isInSync, isSettled } from '../job/readings.ts';
import type { LagBreak, Reading } from '../job/readings.ts';
import { findFlapping, goOnFlapping, hasSettled, isLongFailure, nextRounds } from '../job/flapping.ts';
import type { Flapping } from '../job/flapping.ts';
import type { Silence } from '../job/silence.ts';
import type { JobEvent } from '../job/job-event.ts';
import { UNSEEN_JOB } from '../job/job-state.ts';
import type { JobState } from '../job/job-state.ts';
import { isBroken, isFinishedCopy, isOver, isWorking, statusGroup } from '../job/job-status.ts';
import type { StatusGroup } from '../job/job-status.ts';
import { addToPhase, NO_TIMES } from '../job/phases.ts';
import type { JobTimes } from '../job/phases.ts';
import { withoutFuture } from '../job/without-future.ts';
import { noteNoReport } from './no-report.ts';
import type { NoReport } from './no-report.ts';
import { DEFAULT_VERDICT_RULES, maxGapMs } from '../job/verdict-rules.ts';
import type { VerdictRules } from '../job/verdict-rules.ts';
import { noSuchJobCode } from '../job/progress-answer.ts';
import type { ProgressAnswer } from '../job/progress-answer.ts';
import type { ProgressReport } from '../job/progress-report.ts';
import type { Sample } from '../rules/sample.ts';
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
  { times = NO_TIMES, rules = DEFAULT_VERDICT_RULES, othersAnswer = null, samples = [] }: Circumstances = {},
): Assessment {
  const at = { now, times, rules, samples };
  const before = withoutFuture(state, now);
  if (answer.kind === 'report') return withReadableAgain(before, assessReport(before, answer.report, at), at);
  const unseen = assessNoReport(before, answer, at);
  return before.over === null ? withUnreadable(unseen, othersAnswer, at) : unseen;
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
  /** What was read of the job so far, for the summary of its life (isEndRead). */
  readonly samples?: readonly Sample[];
}

function assessNoReport(state: JobState, answer: NoReport, { now, rules }: Observation): Assessment {
  return quiet(noteNoReport(state, answer, now, rules), noSuchJobCode(answer) === null ? 'not_seen' : 'missing');
}

/** Tells, once, that a job alone cannot be read, when that has lasted. A time in which no job could be read does not count. */
function withUnreadable(unseen: Assessment, othersAnswer: boolean | null, at: Observation): Assessment {
  const { state } = unseen;
  const { unknown } = state;
  const isTold = state.alone !== null && state.alone.toldAt !== null;
  if (unknown === null || isTold || othersAnswer === null) return unseen;
  if (!othersAnswer) return { ...unseen, state: { ...state, alone: null } };
  const since = Math.min(state.alone?.since ?? at.now, at.now);
  if (!unknown.isLasting || at.now - since < UNREADABLE_MS)
    return { ...unseen, state: { ...state, alone: { since, toldAt: null } } };
  const event = { since, why: unknown.why, ...eventFacts(state, state, at) };
  return tell({ ...state, alone: { since, toldAt: at.now } }, { kind: 'unreadable', ...event });
}

/** That a job gives reports again is told before whatever the report says. */
function withReadableAgain({ alone }: JobState, told: Assessment, at: Observation): Assessment {
  if (alone === null) return told;
  const state = { ...told.state, alone: null };
  if (alone.toldAt === null) return { ...told, state };
  const event: JobEvent = { kind: 'readable_again', since: alone.since, ...eventFacts(state, state, at) };
  return { state, events: [event, ...told.events], silence: null };
}

function quiet(state: JobState, silence: Silence): Assessment {
  return { state, events: [], silence };
}

function tell(state: JobState, event: JobEvent): Assessment {
  return { state, events: [event], silence: null };
}

/** The state of a job that begins again after its end: what was told stays, what was seen is forgotten. */
function beginAgain({ toldStatus, failure, report, checkedAt }: JobState): JobState {
  return { ...UNSEEN_JOB, toldStatus, failure, report, checkedAt };
}

/** When an answer was read, what DRS itself says about the times of the job, what a verdict takes and what a summary. */
interface Observation {
  readonly now: EpochMs;
  readonly times: JobTimes;
  readonly rules: VerdictRules;
  readonly samples: readonly Sample[];
}

function assessReport(before: JobState, report: ProgressReport, at: Observation): Assessment {
  const isBaseline = before.report === null && before.toldStatus === null;
  const isEnd = isOver(statusGroup(report.status));
  const hasBegunAgain = before.over !== null && !isEnd && !isLeftFinished(before, report);
  if (isEnd && before.over === null && !isBaseline && before.ending === null) return beginEnd(before, report, at);
  const known = withoutAbsurdLag(report, at);
  const seen = applyReport(hasBegunAgain ? beginAgain(before) : before, known, at);
  // A job whose state could not be read has no report but a status that people know.
  if (isBaseline || hasBegunAgain)
    return quiet({ ...seen, toldStatus: report.status, failure: failureOf(seen, at.now, false) }, 'baseline');
  if (before.over !== null) return quiet({ ...seen, over: before.over }, 'over');
  if (seen.over !== null) return tellEnd(before, seen, at);
  return withSubJobFailures(tellStatus(before, seen, known, at), known, at);
}

/** A finished copy that nobody released and that is no longer watched for that: it has not begun again. */
function isLeftFinished({ over, report: last }: JobState, { status, taskMode }: ProgressReport): boolean {
  return over === 'ended' && last?.status === status && isFinishedCopy(status, taskMode);
}

/** The first report of an end: nothing is told before a second one says the same. */
function beginEnd(before: JobState, report: ProgressReport, { now }: Observation): Assessment {
  return quiet({ ...before, ending: { status: report.status, at: now }, missing: null, unknown: null }, 'end_not_sure');
}

/** A lag from before the job began, but for some weeks of changes that waited, is none. */
function withoutAbsurdLag(report: ProgressReport, { now, times }: Observation): ProgressReport {
  const { lagMs } = report;
  const isAbsurd =
    lagMs !== null && times.startedAt !== null && lagMs > now - times.startedAt + MAX_LAG_BEFORE_START_MS;
  return isAbsurd ? { ...report, lagMs: null, unknownFields: { ...report.unknownFields, lag_ms: lagMs } } : report;
}

/** The state that follows from a report alone, whatever is told about it. */
function applyReport(before: JobState, report: ProgressReport, at: Observation): JobState {
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
    phases: phasesUntil(before, isOver(group) ? firstReportOfEnd(before, at) : at),
    brokenAt: isBroken(group) ? now : before.brokenAt,
    brokenPercent: isBroken(group) ? before.copyPercent : before.brokenPercent,
    copyPercent: group === 'full_copy' ? (fullCopyPercent(report)?.percent ?? before.copyPercent) : before.copyPercent,
    ...applyLag(before, report, group, at),
    unseenUntil: unseenMs(before, at) > 0 ? now : before.unseenUntil,
    over: isOver(group) ? howItIsOver(before, group) : null,
  };
}

/** Deleted only if both reports say so: a job that had ended before it was deleted has ended. */
function howItIsOver({ ending }: JobState, group: StatusGroup): 'ended' | 'gone' {
  return group === 'gone' && (ending === null || statusGroup(ending.status) === 'gone') ? 'gone' : 'ended';
}

/** What a report says of the lag, as far as it can be believed so soon after the job began to replicate. */
function applyLag(
  before: JobState,
  report: ProgressReport,
  group: StatusGroup,
  at: Observation,
): Pick<JobState, 'lagBreak' | 'awaySince' | 'readings' | 'unsettledAt' | 'inSyncAt'> {
  const { now, rules } = at;
  // What was in sync before a stretch that nobody saw says nothing of the time after it.
  const inSyncAt = unseenMs(before, at) > 0 ? null : before.inSyncAt;
  if (group !== 'replicating') {
    const awaySince = before.awaySince ?? before.checkedAt ?? now;
    const { lagBreak, readings } = before;
    return { lagBreak, awaySince, readings, unsettledAt: now, inSyncAt: isEnding(group) ? inSyncAt : null };
  }
  const reading = { at: now, lagMs: isOfAllParts(report) ? report.lagMs : null };
  const lagBreak = nextBreak(before, reading, rules);
  const readings = addReading(before.readings, reading, rules);
  const unsettledAt = lagBreak === null ? before.unsettledAt : now;
  const seen = { lagBreak, awaySince: null, readings, unsettledAt };
  if (!isSettled(lagBreak, report.lagMs)) return { ...seen, inSyncAt: null };
  return { ...seen, inSyncAt: isInSync(readings, now, rules, unsettledAt) ? now : inSyncAt };
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
function phasesUntil(before: JobState, at: Observation): JobState['phases'] {
  const { report, checkedAt, phases, over } = before;
  // A copy that only waits to be released takes no more time.
  const isWaiting = report !== null && isFinishedCopy(report.status, report.taskMode);
  return report === null || checkedAt === null || over !== null || isWaiting || unseenMs(before, at) > 0
    ? phases
    : addToPhase(phases, report.status, at.now - checkedAt);
}

/** The time since the last report, in ms, if it is longer than polls are apart; else 0. */
function unseenMs({ checkedAt, report, statusSince }: JobState, { now, rules }: Observation): number {
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

/** @param startSeen false for a job that had failed already when it was first read: its failure counts from there */
function failureOf(state: JobState, since: EpochMs, startSeen = true): JobState['failure'] {
  const status = state.report?.status;
  return status !== undefined && statusGroup(status) === 'failed' ? { status, since, startSeen } : null;
}

function tellStatus(before: JobState, seen: JobState, report: ProgressReport, at: Observation): Assessment {
  const { now } = at;
  const group = statusGroup(report.status);
  if (before.flapping !== null) return tellFlapping(before, seen, before.flapping, at);
  const flapping = group === 'failed' && seen.rounds !== before.rounds ? findFlapping(seen.rounds, now) : null;
  if (flapping !== null) return beginFlapping(before, seen, flapping, at);
  if (isWorking(group) && before.failure !== null) return tellRecovery(before, seen, before.failure, at);
  if (isFinishedCopy(report.status, report.taskMode) && now - (seen.statusSince ?? now) >= UNRELEASED_COPY_MS) {
    return tellEnd(before, { ...seen, over: 'ended' }, at);
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
      return report.status === before.toldStatus ? quiet(settled, 'as_told') : tellChange(before, settled, report, at);
    default:
      return tellIfLasting(before, settled, report, at);
  }
}

function tellChange(before: JobState, seen: JobState, report: ProgressReport, at: Observation): Assessment {
  return tell(
    { ...seen, toldStatus: report.status },
    { kind: 'status_changed', from: before.toldStatus, to: report.status, ...eventFacts(before, seen, at) },
  );
}

function tellIfLasting(before: JobState, seen: JobState, report: ProgressReport, at: Observation): Assessment {
  const since = seen.statusSince;
  if (report.status === before.toldStatus) return quiet(seen, 'as_told');
  if (since === null || at.now - since < LASTING_STATUS_MS) return quiet(seen, 'passing');
  return tell(
    { ...seen, toldStatus: report.status },
    { kind: 'status_lasting', status: report.status, since, ...eventFacts(before, seen, at) },
  );
}

/** One failure more than can be told one by one: from now on they are told as flapping, which is said once. */
function beginFlapping(before: JobState, seen: JobState, flapping: Flapping, at: Observation): Assessment {
  const state = { ...asFlapping(seen, at.now), flapping, toldStatus: seen.report?.status ?? before.toldStatus };
  return tell(state, { kind: 'flapping', flapping, ...eventFacts(before, seen, at) });
}

/** Nothing is told of a flapping job until it was quiet for long enough, or fails for longer than it did before. */
function tellFlapping(before: JobState, seen: JobState, was: Flapping, at: Observation): Assessment {
  const wasSeen = unseenMs(before, at) === 0;
  const flapping = goOnFlapping(was, { before: before.rounds, rounds: seen.rounds, wasSeen }, at.now);
  const state = { ...asFlapping(seen, at.now), toldStatus: seen.report?.status ?? before.toldStatus, flapping: null };
  const round = seen.rounds.at(-1);
  if (round !== undefined && state.failure !== null) {
    if (!isLongFailure(flapping, round, at.now)) return quiet({ ...state, flapping }, 'flapping');
    const event = { from: before.toldStatus, to: state.failure.status, ...eventFacts(before, seen, at) };
    return tell({ ...state, rounds: [round] }, { kind: 'status_changed', ...event });
  }
  if (!hasSettled(flapping, at.now)) return quiet({ ...state, flapping }, 'flapping');
  const event = { flapping, quietMs: at.now - flapping.quietSince, ...eventFacts(before, seen, at) };
  return tell({ ...state, rounds: [] }, { kind: 'settled', ...event });
}

/** A flapping job is failed from the report that says so until the next that does not: nothing waits for its recovery. */
function asFlapping(seen: JobState, now: EpochMs): JobState {
  return { ...seen, failure: failureOf(seen, seen.rounds.at(-1)?.failedAt ?? now), recovering: null };
}

/** Failed and working now: told when seen in several reports over minutes, so that a flapping job does not cry "recovered". */
function tellRecovery(
  before: JobState,
  seen: JobState,
  failure: NonNullable<JobState['failure']>,
  at: Observation,
): Assessment {
  const begun = unseenMs(before, at) > 0 ? null : before.recovering;
  const since = begun?.since ?? at.now;
  const reports = (begun?.reports ?? 0) + 1;
  if (reports < at.rules.minReadings || at.now - since < at.rules.steadyMs)
    return quiet({ ...seen, recovering: { since, reports } }, 'recovery_not_sure');
  return tell(
    { ...seen, failure: null, recovering: null, toldStatus: seen.report?.status ?? before.toldStatus },
    {
      kind: 'recovered',
      from: failure.status,
      failedAt: failure.since,
      startSeen: failure.startSeen,
      workingAt: since,
      ...eventFacts(before, seen, at),
    },
  );
}

function tellEnd(before: JobState, seen: JobState, at: Observation): Assessment {
  const state: JobState = {
    ...seen,
    failure: null,
    recovering: null,
    rounds: [],
    flapping: null,
    toldStatus: seen.report?.status ?? before.toldStatus,
  };
  const first = firstReportOfEnd(before, at);
  const facts = eventFacts(before, seen, first);
  if (seen.over === 'gone') return tell(state, { kind: 'gone', code: null, ...facts });
  const verdict = endVerdict(before, seen, unseenMs(before, first), at.rules);
  const summary = endSummary(seen, at.times, at);
  return tell(state, { kind: 'ended', verdict, summary, standing: before.lastStanding, ...facts });
}

/** The first of the two reports of the end: that is when the job was over. */
function firstReportOfEnd({ ending }: JobState, at: Observation): Observation {
  return ending === null ? at : { ...at, now: ending.at };
}

/** Tells, once each, of parts that have failed while their parent goes on. */
function withSubJobFailures(told: Assessment, report: ProgressReport, at: Observation): Assessment {
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
  const event: JobEvent = { kind: 'sub_jobs_failed', failed, of, ...eventFacts(state, state, at) };
  return { state: noted, events: [...events, event], silence: null };
}
