import type { Cause, RecoveryFigures } from '../../../domain/job/job-detail.ts';
import type { Job } from '../../../domain/job/job.ts';
import { shortId } from '../../../domain/job/job-id.ts';
import { jobName } from '../../../domain/job/job-name.ts';
import { stateNote } from '../../../domain/job/state-note.ts';
import type { JobState } from '../../../domain/job/job-state.ts';
import { statusGroup } from '../../../domain/job/job-status.ts';
import { phaseStart } from '../../../domain/job/phases.ts';
import type { ProgressReport } from '../../../domain/job/progress-report.ts';
import { MINUTE } from '../../../domain/base/time.ts';
import type { EpochMs } from '../../../domain/base/time.ts';
import { ALARM_LAG_MS } from '../../../domain/job/verdict-rules.ts';
import { alarmLevelMs } from '../../../domain/rules/rule-settings.ts';
import type { Outlook } from '../../../use-cases/showing/read-outlook.ts';
import { causeLine, meaningOf } from './cause-text.ts';
import { plainName } from '../kit/job-names.ts';
import type { News } from '../kit/message.ts';
import { ago, code, dateAndTime, timeOrDate } from '../kit/mrkdwn.ts';
import { NO_OUTLOOK, outlookText } from './outlook-text.ts';
import type { OutlookText } from './outlook-text.ts';
import { progressLine } from './progress-bar.ts';
import { headline, stateOnly, statusWords } from './status-words.ts';
import type { Texts } from '../kit/texts.ts';

/** What is said about a job right now: a headline that names it, lines under it, small print, and when that was read. */
export interface JobText extends News {
  /** As the headline has it. */
  readonly name: string;
  readonly small: string | null;
  readonly footer: string;
}

/** What may be known beside a job's progress. */
export interface Extras {
  readonly cause: Cause | null;
  readonly recovery: RecoveryFigures | 'unknown' | null;
  readonly subJobs: number;
  /** How it goes on, where its readings over time were read. */
  readonly outlook: Outlook | null;
  /** Another job beside it bears the same name. */
  readonly isNamesake?: boolean;
}

const NO_EXTRAS: Extras = { cause: null, recovery: null, subJobs: 0, outlook: null };

/**
 * One line about how a job was when it was last looked at.
 *
 * @param alarmMs the level in force where it is shown, in ms
 */
export function jobHeadline(
  texts: Texts,
  job: Pick<Job, 'jobId' | 'name' | 'jobType' | 'state'>,
  alarmMs: number = ALARM_LAG_MS,
): string {
  const { report, unknown } = job.state;
  const name = plainName(job);
  if (report === null) return `⚫ ${name} – ${texts.get('state.no_report')}`;
  if (isJudgedGone(job.state, report)) return `🔴 ${texts.get('state.gone_job', { name })}`;
  if (unknown?.isLasting !== true)
    return headline(
      texts,
      statusWords(texts, report, job.jobType, stateNote(job.state, alarmMs), alarmMs),
      jobName(job),
    );
  return `⚫ ${texts.get('state.unknown_since', { name, since: dateAndTime(unknown.since) })}`;
}

/** The bot says that it is gone, DRS has not said so. */
function isJudgedGone({ over }: JobState, report: ProgressReport): boolean {
  return over === 'gone' && statusGroup(report.status) !== 'gone';
}

/**
 * Describes a job that has a report; null for any other. One failed look changes no headline and is remarked on; when it
 * lasts, the job shows as UNKNOWN with what was last seen.
 */
export function describeJob(texts: Texts, job: Job, now: EpochMs, extras: Extras = NO_EXTRAS): JobText | null {
  const { state } = job;
  const { report, unknown } = state;
  if (report === null) return null;
  const alarmMs = extras.outlook === null ? ALARM_LAG_MS : alarmLevelMs(extras.outlook.rules);
  const lines = isJudgedGone(state, report)
    ? [lastSeen(texts, job, report, alarmMs)]
    : unknown?.isLasting === true
      ? [lastSeen(texts, job, report, alarmMs), texts.explain(unknown.why)]
      : [...remarkLines(texts, state), ...detailLines(texts, job, report, { now, extras })];
  const isUnknown = unknown?.isLasting === true;
  const outlook = isUnknown ? NO_OUTLOOK : outlookText(texts, job, extras.outlook, now);
  const first = jobHeadline(texts, job, alarmMs);
  const small = isUnknown ? [] : [...outlook.small, ...phasePart(texts, job, report, { now, outlook })];
  return {
    headline: outlook.tail === null ? first : `${first} – ${outlook.tail}`,
    name: plainName(job),
    lines,
    small: small.length === 0 ? null : small.join(' · '),
    footer: reportFooter(texts, job, report, extras),
  };
}

/** What the last look said that does not count yet. */
function remarkLines(texts: Texts, { unknown, ending, checkedAt, failure, recovering }: JobState): readonly string[] {
  const seen = checkedAt === null ? '' : ago(checkedAt);
  const remarks = [
    unknown === null ? null : texts.get('detail.not_asked', { why: texts.explain(unknown.why), seen }),
    ending === null ? null : texts.get('detail.ending'),
    failure === null || recovering === null
      ? null
      : texts.get('detail.recovering', { since: dateAndTime(failure.since) }),
  ];
  return remarks.filter((remark) => remark !== null);
}

/** `checked 20 s ago`, before it how many sub-jobs there are; the id only where another job bears the same name. */
function reportFooter(texts: Texts, { jobId, state }: Job, report: ProgressReport, extras: Extras): string {
  const { subJobs, isNamesake } = extras;
  return [
    ...(isNamesake === true ? [shortId(jobId)] : []),
    ...(subJobs > 0 && report.subJob === null ? [texts.get('detail.sub_jobs', { count: subJobs })] : []),
    ...(state.checkedAt === null ? [] : [texts.get('detail.checked', { ago: ago(state.checkedAt) })]),
  ].join(' · ');
}

function lastSeen(texts: Texts, { state, jobType }: Job, report: ProgressReport, alarmMs: number): string {
  const when = state.checkedAt === null ? '' : ` ${ago(state.checkedAt)}`;
  const said = stateOnly(texts, report, jobType, stateNote(state, alarmMs), alarmMs);
  return texts.get('detail.last_seen', { ago: when, state: said });
}

function detailLines(
  texts: Texts,
  job: Job,
  report: ProgressReport,
  { now, extras }: { readonly now: EpochMs; readonly extras: Extras },
): readonly string[] {
  const { state } = job;
  const group = statusGroup(report.status);
  const stopped = group === 'paused' || group === 'failed';
  const lines = [
    group === 'full_copy' ? progressLine(texts, report) : null,
    ...outlookText(texts, job, extras.outlook, now).lines,
    group === 'failed' ? `> ${causeLine(texts, extras.cause, report.errorCode)}` : otherError(texts, report),
    stopped ? staleLag(texts, state.lastLag, now) : null,
    group === 'replicating' && report.lagMs === null ? unmeasurable(texts, state) : null,
    recoveryLine(texts, extras.recovery),
    subJobLine(texts, report),
    failedSubJobsLine(texts, report),
  ];
  return lines.filter((line) => line !== null);
}

/** An error beside a status that is no failure. */
function otherError(texts: Texts, { errorCode }: ProgressReport): string | null {
  if (errorCode === null) return null;
  return meaningOf(texts, errorCode) ?? texts.get('cause.code', { code: code(errorCode) });
}

/** `Last lag 3 s at 02:10; at least 5 h behind`, for a job that stopped replicating; null if it never had a lag. */
function staleLag(texts: Texts, lastLag: JobState['lastLag'], now: EpochMs): string | null {
  if (lastLag === null) return null;
  const behind = texts.duration(now - lastLag.at + lastLag.ms);
  return texts.get('detail.stale_lag', { lag: texts.duration(lastLag.ms), at: timeOrDate(lastLag.at, now), behind });
}

function unmeasurable(texts: Texts, { lastLag }: JobState): string {
  return lastLag === null
    ? texts.get('detail.no_lag_yet')
    : texts.get('detail.last_lag', { lag: texts.duration(lastLag.ms), at: dateAndTime(lastLag.at) });
}

function recoveryLine(texts: Texts, recovery: Extras['recovery']): string | null {
  if (recovery === null) return null;
  if (recovery === 'unknown') return texts.get('detail.recovery_unknown');
  const figure = (ms: number | null) => (ms === null ? texts.get('detail.not_measurable') : texts.duration(ms));
  return texts.get('detail.recovery', { rpo: figure(recovery.rpoMs), rto: figure(recovery.rtoMs) });
}

/** Which part of a parent job the figures are of. */
export function subJobLine(texts: Texts, { subJob }: ProgressReport): string | null {
  if (subJob === null) return null;
  return texts.get('detail.worst_sub_job', { name: plainName(subJob), count: subJob.of });
}

/** Parts of a job that goes on itself which have failed. */
function failedSubJobsLine(texts: Texts, { failedSubJobs }: ProgressReport): string | null {
  if (failedSubJobs === null || failedSubJobs.failed.length === 0) return null;
  const { failed, of } = failedSubJobs;
  const names = failed.map(plainName).join(', ');
  return `🔴 ${texts.get('told.sub_jobs_failed_short', { count: failed.length, of, names })}`;
}

/**
 * How long the job has been so, from a minute on. Beside the figures of a lag it says little, and there is no room for it
 * beside a moment by which a copy is wanted.
 */
function phasePart(
  texts: Texts,
  { state, times }: Job,
  report: ProgressReport,
  { now, outlook }: { readonly now: EpochMs; readonly outlook: OutlookText },
): readonly string[] {
  const { statusSince, statusStartSeen, brokenAt, over } = state;
  const group = statusGroup(report.status);
  if (statusSince === null || over !== null || (group === 'replicating' && outlook.small.length > 0)) return [];
  if (group === 'full_copy' && outlook.small.length > 1) return [];
  const start = phaseStart(report.status, statusSince, times, brokenAt);
  const ms = now - (statusStartSeen ? statusSince : start.since);
  if (ms < MINUTE) return [];
  const isWhole = statusStartSeen || start.exact;
  return [texts.get(isWhole ? 'detail.so_far' : 'detail.so_far_at_least', { duration: texts.duration(ms) })];
}
