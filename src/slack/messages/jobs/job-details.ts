import type { Cause, RecoveryFigures } from '../../../domain/job/job-detail.ts';
import type { Job } from '../../../domain/job/job.ts';
import { shortId } from '../../../domain/job/job-id.ts';
import { jobName } from '../../../domain/job/job-name.ts';
import { lagNote } from '../../../domain/job/lag-note.ts';
import type { JobState } from '../../../domain/job/job-state.ts';
import { statusGroup } from '../../../domain/job/job-status.ts';
import { phaseStart } from '../../../domain/job/phases.ts';
import type { ProgressReport } from '../../../domain/job/progress-report.ts';
import { MINUTE } from '../../../domain/base/time.ts';
import type { EpochMs } from '../../../domain/base/time.ts';
import { causeLine, meaningOf } from './cause-text.ts';
import { ago, code, dateAndTime, escapeMrkdwn, safeName } from '../kit/mrkdwn.ts';
import { headline, partsLine, stateOnly, statusWords } from './status-words.ts';
import type { Voice } from '../kit/texts.ts';

/** What is said about a job right now: a headline, lines under it, small print. */
export interface JobText {
  readonly headline: string;
  readonly lines: readonly string[];
  readonly footer: string;
}

/** What may be known beside a job's progress. */
export interface Extras {
  readonly cause: Cause | null;
  readonly recovery: RecoveryFigures | 'unknown' | null;
  readonly subJobs: number;
}

const NO_EXTRAS: Extras = { cause: null, recovery: null, subJobs: 0 };

/**
 * Describes a job that has a report. One failed look changes no headline and is remarked on; when it lasts, the job shows as
 * UNKNOWN with what was last seen.
 */
export function describeJob(
  voice: Voice,
  job: Job,
  report: ProgressReport,
  now: EpochMs,
  extras: Extras = NO_EXTRAS,
): JobText {
  const { state } = job;
  const name = safeName(jobName(job));
  const footer = reportFooter(voice, job, report, extras.subJobs);
  if (state.over === 'gone' && statusGroup(report.status) !== 'gone') {
    return { headline: `⚫ ${voice.say('state.gone_job', { name })}`, lines: [lastSeen(voice, job, report)], footer };
  }
  if (state.unknown?.isLasting === true) {
    const since = dateAndTime(state.unknown.since);
    return {
      headline: `⚪ ${voice.say('state.unknown_since', { name, since })}`,
      lines: [lastSeen(voice, job, report), voice.explain(state.unknown.why)],
      footer,
    };
  }
  const spoken = statusWords(voice, report, job.jobType, lagNote(state));
  return {
    headline: headline(voice, spoken, jobName(job)),
    lines: [...remarkLines(voice, state), ...detailLines(voice, job, report, now, extras)],
    footer,
  };
}

/** What the last look said that does not count yet. */
function remarkLines(voice: Voice, { unknown, ending, checkedAt, failure, recovering }: JobState): readonly string[] {
  return [
    ...(unknown === null
      ? []
      : [
          voice.say('detail.not_asked', {
            why: voice.explain(unknown.why),
            seen: checkedAt === null ? '' : ago(checkedAt),
          }),
        ]),
    ...(ending === null ? [] : [voice.say('detail.ending', { status: code(ending.status) })]),
    ...(failure === null || recovering === null
      ? []
      : [voice.say('detail.recovering', { since: dateAndTime(failure.since) })]),
  ];
}

/** `FULL_TRANSFER_STARTED · FULL_INCR_TRANS · 6211d20d · checked 20 s ago`. */
function reportFooter(voice: Voice, { jobId, state }: Job, report: ProgressReport, subJobs: number): string {
  return [
    escapeMrkdwn(report.status),
    ...(report.taskMode === null ? [] : [escapeMrkdwn(report.taskMode)]),
    shortId(jobId),
    ...(subJobs > 0 && report.subJob === null ? [voice.say('detail.sub_jobs', { count: subJobs })] : []),
    ...(state.checkedAt === null ? [] : [voice.say('detail.checked', { ago: ago(state.checkedAt) })]),
  ].join(' · ');
}

function lastSeen(voice: Voice, { state, jobType }: Job, report: ProgressReport): string {
  const when = state.checkedAt === null ? '' : ` ${ago(state.checkedAt)}`;
  return voice.say('detail.last_seen', { ago: when, state: stateOnly(voice, report, jobType, lagNote(state)) });
}

function detailLines(voice: Voice, job: Job, report: ProgressReport, now: EpochMs, extras: Extras): readonly string[] {
  const { state } = job;
  const group = statusGroup(report.status);
  const stopped = group === 'paused' || group === 'failed';
  const lines = [
    group === 'full_copy' || group === 'full_copy_done' ? partsLine(voice, report.parts) : null,
    group === 'failed' ? causeLine(voice, extras.cause, report.errorCode) : otherError(voice, report),
    stopped ? staleLag(voice, state.lastLag, now) : null,
    group === 'replicating' && report.lagMs === null ? unmeasurable(voice, state) : null,
    recoveryLine(voice, extras.recovery),
    subJobLine(voice, report),
    failedSubJobsLine(voice, report),
    phaseLine(voice, job, report, now),
    figuresLine(voice, report),
  ];
  return lines.filter((line) => line !== null);
}

/** An error beside a status that is no failure. */
function otherError(voice: Voice, { errorCode }: ProgressReport): string | null {
  if (errorCode === null) return null;
  return meaningOf(voice, errorCode) ?? voice.say('cause.code', { code: code(errorCode) });
}

/** `Last lag 3 s at 02:10; at least 5 h behind`, for a job that stopped replicating; null if it never had a lag. */
function staleLag(voice: Voice, lastLag: JobState['lastLag'], now: EpochMs): string | null {
  if (lastLag === null) return null;
  const behind = voice.duration(now - lastLag.at + lastLag.ms);
  return voice.say('detail.stale_lag', { lag: voice.duration(lastLag.ms), at: dateAndTime(lastLag.at), behind });
}

function unmeasurable(voice: Voice, { lastLag }: JobState): string {
  return lastLag === null
    ? voice.say('detail.no_lag_yet')
    : voice.say('detail.last_lag', { lag: voice.duration(lastLag.ms), at: dateAndTime(lastLag.at) });
}

function recoveryLine(voice: Voice, recovery: Extras['recovery']): string | null {
  if (recovery === null) return null;
  if (recovery === 'unknown') return voice.say('detail.recovery_unknown');
  const figure = (ms: number | null) => (ms === null ? voice.say('detail.not_measurable') : voice.duration(ms));
  return voice.say('detail.recovery', { rpo: figure(recovery.rpoMs), rto: figure(recovery.rtoMs) });
}

/** Which part of a parent job the figures are of. */
export function subJobLine(voice: Voice, { subJob }: ProgressReport): string | null {
  if (subJob === null) return null;
  return voice.say('detail.worst_sub_job', { name: safeName(jobName(subJob)), count: subJob.of });
}

/** Parts of a job that goes on itself which have failed. */
function failedSubJobsLine(voice: Voice, { failedSubJobs }: ProgressReport): string | null {
  if (failedSubJobs === null || failedSubJobs.failed.length === 0) return null;
  const { failed, of } = failedSubJobs;
  const names = failed.map((subJob) => safeName(jobName(subJob))).join(', ');
  return `🔴 ${voice.say('told.sub_jobs_failed_short', { count: failed.length, of, names })}`;
}

/** A phase that was there already at our first look, a moment ago, and that DRS has no time for, is not measured. */
function phaseLine(voice: Voice, { state, times }: Job, report: ProgressReport, now: EpochMs): string | null {
  const { statusSince, statusStartSeen, brokenAt, over } = state;
  if (statusSince === null || over !== null) return null;
  if (statusStartSeen) return voice.say('detail.in_phase', { duration: voice.duration(now - statusSince) });
  const start = phaseStart(report.status, statusSince, times, brokenAt);
  const said = { duration: voice.duration(now - start.since), since: dateAndTime(start.since) };
  if (start.exact) return voice.say('detail.in_phase_since', said);
  return now - statusSince < MINUTE ? null : voice.say('detail.in_phase_at_least', said);
}

/** Undocumented figures, shown as they came. */
function figuresLine(voice: Voice, { remainingTime }: ProgressReport): string | null {
  if (remainingTime === null || remainingTime === '' || remainingTime === '0') return null;
  return voice.say('detail.remaining', { figure: code(remainingTime, 40) });
}
