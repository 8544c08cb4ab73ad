import { formatDuration } from '../../domain/duration.ts';
import type { Job } from '../../domain/job.ts';
import { shortId } from '../../domain/job-id.ts';
import { jobName } from '../../domain/job-name.ts';
import type { JobState } from '../../domain/job-state.ts';
import { statusGroup } from '../../domain/job-status.ts';
import type { ProgressReport } from '../../domain/progress-report.ts';
import { MINUTE } from '../../domain/time.ts';
import type { EpochMs } from '../../domain/time.ts';
import { ago, code, dateAndTime, escapeMrkdwn } from './mrkdwn.ts';
import { headline, partsLine, stateOnly, statusWords } from './status-words.ts';

/** What is said about a job right now: a headline, lines under it, small print. */
export interface JobText {
  readonly headline: string;
  readonly lines: readonly string[];
  readonly footer: string;
}

/** Describes a job that has a report. A look that failed shows as UNKNOWN with what was last seen, never as the old state. */
export function describeJob(job: Job, report: ProgressReport, now: EpochMs): JobText {
  const { state } = job;
  const name = jobName(job);
  const footer = reportFooter(job, report, state.checkedAt);
  if (state.over === 'gone' && statusGroup(report.status) !== 'gone') {
    return {
      headline: `⚫ GONE – ${escapeMrkdwn(name)}: DRS no longer knows this job`,
      lines: [lastSeen(state, report)],
      footer,
    };
  }
  if (state.unknown !== null) {
    const lines = [lastSeen(state, report), escapeMrkdwn(state.unknown.sentence)];
    return { headline: `⚪ UNKNOWN – ${escapeMrkdwn(name)}, since ${dateAndTime(state.unknown.since)}`, lines, footer };
  }
  return { headline: headline(statusWords(report), name), lines: detailLines(state, report, now), footer };
}

/** `FULL_TRANSFER_STARTED · FULL_INCR_TRANS · 6211d20d · checked 20 s ago`. */
function reportFooter(job: { readonly jobId: string }, report: ProgressReport, checkedAt: EpochMs | null): string {
  return [
    escapeMrkdwn(report.status),
    ...(report.taskMode === null ? [] : [escapeMrkdwn(report.taskMode)]),
    shortId(job.jobId),
    ...(checkedAt === null ? [] : [`checked ${ago(checkedAt)}`]),
  ].join(' · ');
}

/** `Last lag 3 s at 02:10; at least 5 h behind`, for a job that stopped replicating; null if it never had a lag. */
function staleLag(lastLag: JobState['lastLag'], now: EpochMs): string | null {
  if (lastLag === null) return null;
  const behind = formatDuration(now - lastLag.at + lastLag.ms);
  return `Last lag ${formatDuration(lastLag.ms)} at ${dateAndTime(lastLag.at)}; at least ${behind} behind`;
}

function lastSeen(state: JobState, report: ProgressReport): string {
  const when = state.checkedAt === null ? '' : ` ${ago(state.checkedAt)}`;
  return `Last seen${when}: ${stateOnly(report)}`;
}

function detailLines(state: JobState, report: ProgressReport, now: EpochMs): readonly string[] {
  const group = statusGroup(report.status);
  const stopped = group === 'paused' || group === 'failed';
  return [
    group === 'full_copy' || group === 'full_copy_done' ? partsLine(report.parts) : null,
    stopped ? staleLag(state.lastLag, now) : null,
    group === 'replicating' && report.lagMs === null ? unmeasurable(state) : null,
    report.errorCode === null ? null : `DRS error ${code(report.errorCode)}`,
    phaseLine(state, now),
    figuresLine(report),
  ].filter((line) => line !== null);
}

function unmeasurable(state: JobState): string {
  return state.lastLag === null
    ? 'DRS has given no lag yet'
    : `Last lag ${formatDuration(state.lastLag.ms)} at ${dateAndTime(state.lastLag.at)}`;
}

/** A phase that was there already at our first look, a moment ago, has no duration worth telling. */
function phaseLine({ statusSince, statusStartSeen, over }: JobState, now: EpochMs): string | null {
  if (statusSince === null || over !== null) return null;
  const lastedMs = now - statusSince;
  if (statusStartSeen) return `In this phase ${formatDuration(lastedMs)}`;
  if (lastedMs < MINUTE) return null;
  return `In this phase for at least ${formatDuration(lastedMs)} (first seen ${dateAndTime(statusSince)})`;
}

/** Undocumented figures, shown as they came. */
function figuresLine(report: ProgressReport): string | null {
  const { remainingTime } = report;
  if (remainingTime === null || remainingTime === '' || remainingTime === '0') return null;
  return `DRS's figure for the remaining time: ${code(remainingTime, 40)} (unit not documented)`;
}
