import { formatDuration } from '../../domain/duration.ts';
import { fullCopyPercent } from '../../domain/full-copy-percent.ts';
import type { EndVerdict, JobEvent, PastPhase } from '../../domain/job-event.ts';
import { jobName } from '../../domain/job-name.ts';
import { isFinishedCopy, statusGroup } from '../../domain/job-status.ts';
import type { StatusGroup } from '../../domain/job-status.ts';
import type { NamedJob } from '../../domain/post.ts';
import type { ProgressReport } from '../../domain/progress-report.ts';
import { DAY, MINUTE } from '../../domain/time.ts';
import { code, dateAndTime, day, escapeMrkdwn, timeOfDay } from './mrkdwn.ts';
import { headline, partsLine, stateOnly, statusWords } from './status-words.ts';
import type { StatusWords } from './status-words.ts';

/** DRS ends an abnormal job after this many days unless told otherwise; one that could not be created sooner. */
const ABNORMAL_JOB_DAYS = 14;
const UNCREATED_JOB_DAYS = 3;

type Of<Kind extends JobEvent['kind']> = Extract<JobEvent, { readonly kind: Kind }>;

/** What a message says about one event: the first line carries the news. */
export interface EventText {
  readonly headline: string;
  readonly lines: readonly string[];
}

/** Puts an event into words. */
export function describeEvent(job: NamedJob, event: JobEvent): EventText {
  const name = jobName(job);
  switch (event.kind) {
    case 'status_changed':
      return statusChanged(name, event);
    case 'status_lasting':
      return statusLasting(name, event);
    case 'recovered':
      return recovered(name, event);
    case 'ended':
      return ended(name, event);
    case 'gone':
      return gone(name, event);
  }
}

function statusChanged(name: string, event: Of<'status_changed'>): EventText {
  const { report, previous } = event;
  if (report === null) return { headline: `⚪ ${escapeMrkdwn(event.to)} – ${escapeMrkdwn(name)}`, lines: [] };
  const lines = changeLines(event, report, previous).filter((line) => line !== null);
  return { headline: headline(changeWords(event, report), name), lines };
}

/** The words of the state entered; some read differently depending on where the job came from. */
function changeWords(event: Of<'status_changed'>, report: ProgressReport): StatusWords {
  const spoken = statusWords(report);
  const returning = event.from !== null && statusGroup(event.from) === 'paused';
  switch (statusGroup(report.status)) {
    case 'full_copy':
      return { ...spoken, state: returning ? `Full copy resumed${atPercent(report)}` : 'Full copy started' };
    case 'replicating':
      return returning ? { ...spoken, state: spoken.state.replace('Replicating', 'Replicating again') } : spoken;
    default:
      return spoken;
  }
}

function changeLines(
  event: Of<'status_changed'>,
  report: ProgressReport,
  previous: PastPhase | null,
): readonly (string | null)[] {
  switch (statusGroup(report.status)) {
    case 'full_copy':
      return [partsLine(report.parts), durationOf('Paused', 'paused', previous, event.at)];
    case 'full_copy_done':
      return [durationOf('Took', 'full_copy', previous, event.at), afterFullCopy(report)];
    case 'replicating':
      return [
        durationOf('Full copy took', 'full_copy', previous, event.at),
        durationOf('Paused', 'paused', previous, event.at),
      ];
    case 'paused':
      return [beforeLine(event)];
    case 'failed':
      return [causeLine(report), beforeLine(event), billingLine(report, event.at)];
    case 'unknown':
      return ['DRS reports a status that this bot does not know; it goes on watching.'];
    default:
      return [];
  }
}

function afterFullCopy(report: ProgressReport): string {
  return isFinishedCopy(report.status, report.taskMode)
    ? 'Everything is copied. Release the job in the console when you no longer need it.'
    : 'Replication comes next.';
}

function causeLine(report: ProgressReport): string {
  return report.errorCode === null
    ? 'DRS gives no cause yet – open the console log'
    : `DRS error ${code(report.errorCode)} – open the console log`;
}

/** `Replicated 6 d before · last lag 3 s at 02:10`. */
function beforeLine({ previous, lastLag, at }: Of<'status_changed'>): string | null {
  const before = [
    durationOf('Replicated', 'replicating', previous, at),
    durationOf('Copied', 'full_copy', previous, at),
    durationOf('Paused', 'paused', previous, at),
  ].find((line) => line !== null);
  const pieces = [
    ...(before === undefined ? [] : [`${before} before`]),
    ...(lastLag === null ? [] : [`last lag ${formatDuration(lastLag.ms)} at ${timeOfDay(lastLag.at)}`]),
  ];
  return pieces.length === 0 ? null : sentenceCase(pieces.join(' · '));
}

function billingLine(report: ProgressReport, at: number): string {
  const days = report.status === 'CREATE_FAILED' ? UNCREATED_JOB_DAYS : ABNORMAL_JOB_DAYS;
  return `Still billed; DRS ends it by ${day(at + days * DAY)} (default ${days} d, not confirmed)`;
}

/**
 * `Paused 2 h`, or `Paused at least 2 h` when its beginning was not seen; null for any other phase, and for one that was
 * there already at our first look less than a minute ago.
 */
function durationOf(word: string, group: StatusGroup, previous: PastPhase | null, at: number): string | null {
  if (previous === null || statusGroup(previous.status) !== group) return null;
  const lastedMs = at - previous.since;
  if (previous.startSeen) return `${word} ${formatDuration(lastedMs)}`;
  return lastedMs < MINUTE ? null : `${word} at least ${formatDuration(lastedMs)}`;
}

function statusLasting(name: string, event: Of<'status_lasting'>): EventText {
  const spoken = event.report === null ? null : statusWords(event.report);
  const lasted = formatDuration(event.at - event.since);
  return {
    headline: `⚪ ${spoken?.state ?? escapeMrkdwn(event.status)} for ${lasted} – ${escapeMrkdwn(name)}`,
    lines: [`Since ${dateAndTime(event.since)}. This normally passes quickly.`],
  };
}

function recovered(name: string, event: Of<'recovered'>): EventText {
  const down = `Down ${timeOfDay(event.failedAt)} – ${timeOfDay(event.workingAt)}`;
  const lag = event.report?.lagMs ?? null;
  const lagNow =
    event.report !== null && statusGroup(event.report.status) === 'replicating' && lag !== null
      ? ` · lag now ${formatDuration(lag)}`
      : '';
  return {
    headline: `🟢 RECOVERED – ${escapeMrkdwn(name)}: ${workAgain(event.report)} after ${formatDuration(event.workingAt - event.failedAt)}`,
    lines: [`${down}${lagNow}`],
  };
}

function workAgain(report: ProgressReport | null): string {
  if (report === null) return 'working again';
  switch (statusGroup(report.status)) {
    case 'full_copy': {
      const figure = fullCopyPercent(report);
      return figure === null || figure.percent > 0
        ? `full copy resumed${atPercent(report)}`
        : 'full copy restarted from 0 %';
    }
    case 'full_copy_done':
      return 'full copy complete';
    default:
      return 'replicating again';
  }
}

function atPercent(report: ProgressReport): string {
  const figure = fullCopyPercent(report);
  return figure === null ? '' : ` at ${figure.percent} %`;
}

const VERDICTS: Readonly<Record<EndVerdict, { readonly emoji: string; readonly words: string }>> = {
  stopped_in_sync: { emoji: '✅', words: 'stopped while replicating, in sync' },
  copy_finished: { emoji: '✅', words: 'full copy finished' },
  stopped_behind: { emoji: '⏹️', words: 'stopped while it was behind' },
  lag_unknown: { emoji: '⏹️', words: 'stopped while replicating, lag unknown' },
  had_failed: { emoji: '⏹️', words: 'had FAILED, not a success' },
  during_full_copy: { emoji: '⏹️', words: 'ended during full copy' },
  while_paused: { emoji: '⏹️', words: 'ended while paused' },
  before_start: { emoji: '⏹️', words: 'ended before it started' },
  copy_never_released: { emoji: '⏹️', words: 'copy finished 7 days ago, still not released' },
};

function ended(name: string, event: Of<'ended'>): EventText {
  const { emoji, words } = VERDICTS[event.verdict];
  const lag =
    event.lastLag === null ? null : `Last lag ${formatDuration(event.lastLag.ms)} at ${dateAndTime(event.lastLag.at)}`;
  const lines = [lag, 'Subscription ended. Data comparison: not checked.'].filter((line) => line !== null);
  return { headline: `${emoji} ENDED – ${escapeMrkdwn(name)}: ${words}`, lines };
}

function gone(name: string, event: Of<'gone'>): EventText {
  const said = event.code === null ? 'it was deleted' : `DRS no longer knows this job (${escapeMrkdwn(event.code)})`;
  const { previous, report } = event;
  const last = event.code !== null && report !== null ? `Last seen: ${stateOnly(report)}` : previousLine(previous);
  return {
    headline: `⚫ GONE – ${escapeMrkdwn(name)}: ${said}`,
    lines: [...(last === null ? [] : [last]), 'Subscription ended.'],
  };
}

function previousLine(previous: PastPhase | null): string | null {
  return previous === null ? null : `Before: ${code(previous.status)}`;
}

function sentenceCase(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
