import { fullCopyPercent } from '../../../domain/job/full-copy-percent.ts';
import type { EndVerdict, JobEvent, PastPhase } from '../../../domain/job/job-event.ts';
import { quietMs } from '../../../domain/job/flapping.ts';
import { jobName } from '../../../domain/job/job-name.ts';
import { ALARM_LAG_MS } from '../../../domain/job/verdict-rules.ts';
import { isFinishedCopy, statusGroup } from '../../../domain/job/job-status.ts';
import type { StatusGroup } from '../../../domain/job/job-status.ts';
import { isDisasterRecovery } from '../../../domain/job/job-type.ts';
import type { Job } from '../../../domain/job/job.ts';
import { closedFailure, lowerFirst } from './closed-failure.ts';
import type { Aftermath, NamedJob } from '../../../domain/post/post.ts';
import type { ProgressReport } from '../../../domain/job/progress-report.ts';
import { DAY, MINUTE } from '../../../domain/base/time.ts';
import type { MessageKey } from '../../../words/en.ts';
import { causeLine, MOST_TOLD } from '../jobs/cause-text.ts';
import { subJobLine } from '../jobs/job-details.ts';
import { code, dateAndTime, day, escapeMrkdwn, safeName, timeOfDay } from '../kit/mrkdwn.ts';
import { headline, partsLine, stateOnly, statusName, statusWords } from '../jobs/status-words.ts';
import type { StatusWords } from '../jobs/status-words.ts';
import { summaryLines } from './summary-text.ts';
import type { Voice } from '../kit/texts.ts';

/** DRS ends an abnormal job after this many days unless told otherwise; one that could not be created sooner. */
const ABNORMAL_JOB_DAYS = 14;
const UNCREATED_JOB_DAYS = 3;

/** A figure read no longer than this before needs no time of its own, in ms. */
const FRESH_MS = 10 * MINUTE;
/** Failed parts named in one message. */
const MAX_SUB_JOBS = 10;

type Of<Kind extends JobEvent['kind']> = Extract<JobEvent, { readonly kind: Kind }>;

/** What a message says about one event: the first line carries the news. */
export interface EventText {
  readonly headline: string;
  readonly lines: readonly string[];
}

/**
 * Puts an event into words.
 *
 * @param where what became known since, the channel it is told in, and how the job is now
 */
export function describeEvent(
  voice: Voice,
  job: NamedJob,
  event: JobEvent,
  where: { readonly aftermath: Aftermath; readonly channelId: string; readonly current?: Job | null },
): EventText {
  const { aftermath, channelId, current = null } = where;
  switch (event.kind) {
    case 'status_changed': {
      const { closed } = aftermath;
      return closed === null
        ? statusChanged(voice, job, event, aftermath)
        : closedFailure(voice, job, { event, aftermath, closed }, current);
    }
    case 'status_lasting':
      return statusLasting(voice, job, event);
    case 'recovered':
      return recovered(voice, job, event, aftermath.firstMessageTs, channelId);
    case 'unreadable':
      return unreadable(voice, job, event, current);
    case 'readable_again':
      return readableAgain(voice, job, event);
    case 'flapping':
      return flapping(voice, job, event, current);
    case 'settled':
      return settled(voice, job, event);
    case 'renamed':
      return renamed(voice, event);
    case 'ended':
      return ended(voice, job, event);
    case 'gone':
      return gone(voice, job, event);
    case 'sub_jobs_failed':
      return subJobsFailed(voice, job, event);
    case 'other':
      return other(voice, job, event);
  }
}

function subJobsFailed(voice: Voice, job: NamedJob, { failed, of }: Of<'sub_jobs_failed'>): EventText {
  const said = { count: failed.length, of, name: safeName(jobName(job)) };
  return {
    headline: `🔴 ${voice.say('told.sub_jobs_failed', said)}`,
    lines: [
      failed
        .slice(0, MAX_SUB_JOBS)
        .map((subJob) => safeName(jobName(subJob)))
        .join(', '),
    ],
  };
}

/** Another version of the bot noticed something that this one has no words for. */
function other(voice: Voice, job: NamedJob, { name, report }: Of<'other'>): EventText {
  const happened = voice.say('told.other', { job: safeName(jobName(job)), name: escapeMrkdwn(name) });
  return {
    headline: `⚪ ${happened}`,
    lines: report === null ? [] : [voice.say('told.other_status', { status: code(report.status) })],
  };
}

function statusChanged(voice: Voice, job: NamedJob, event: Of<'status_changed'>, aftermath: Aftermath): EventText {
  const { report } = event;
  const name = jobName(job);
  if (report === null) return { headline: `⚪ ${escapeMrkdwn(event.to)} – ${safeName(name)}`, lines: [] };
  const lines = [...changeLines(voice, event, report, aftermath), subJobLine(voice, report)];
  return {
    headline: headline(voice, changeWords(voice, job, event, report), name),
    lines: lines.filter((line) => line !== null),
  };
}

/** The words of the state entered; some read differently depending on where the job came from. */
function changeWords(
  voice: Voice,
  { jobType }: NamedJob,
  event: Of<'status_changed'>,
  report: ProgressReport,
): StatusWords {
  const spoken = statusWords(voice, report, jobType, event.lagNote);
  const isDr = isDisasterRecovery(jobType);
  const returning = event.from !== null && statusGroup(event.from) === 'paused';
  const group = statusGroup(report.status);
  if (group === 'full_copy') {
    if (!returning)
      return { ...spoken, state: voice.say(isDr ? 'told.initialisation_started' : 'told.full_copy_started') };
    const key = isDr ? 'told.initialisation_resumed' : 'told.full_copy_resumed';
    return { ...spoken, state: voice.say(key, { percent: percents(voice, event) }) };
  }
  if (group === 'replicating' && returning && !isDr) {
    // The first report after a pause that gives no lag is never settled.
    return event.lagNote === 'unsettled' || report.lagMs === null
      ? { ...spoken, state: voice.say('told.replicating_again_unsettled') }
      : { ...spoken, state: voice.say('told.replicating_again', { lag: voice.duration(report.lagMs) }) };
  }
  return spoken;
}

function changeLines(
  voice: Voice,
  event: Of<'status_changed'>,
  report: ProgressReport,
  aftermath: Aftermath,
): readonly (string | null)[] {
  const { previous, at } = event;
  switch (statusGroup(report.status)) {
    case 'full_copy':
      return [partsLine(voice, report.parts), lasted(voice, 'told.was_paused', 'paused', previous, at)];
    case 'full_copy_done':
      return [lasted(voice, 'told.took', 'full_copy', previous, at), afterFullCopy(voice, report)];
    case 'replicating':
      return [
        lasted(voice, 'told.full_copy_took', 'full_copy', previous, at),
        lasted(voice, 'told.was_paused', 'paused', previous, at),
      ];
    case 'paused':
      return [beforeLine(voice, event)];
    case 'failed':
      return [
        causeLine(voice, aftermath.cause, report.errorCode, MOST_TOLD),
        beforeLine(voice, event),
        billingLine(voice, report, { at, prepaid: aftermath.cause?.prepaid ?? null }),
      ];
    case 'unknown':
      return [voice.say('told.unknown_status')];
    default:
      return [];
  }
}

function afterFullCopy(voice: Voice, report: ProgressReport): string {
  return voice.say(
    isFinishedCopy(report.status, report.taskMode) ? 'told.release_when_ready' : 'told.replication_next',
  );
}

/** `Replicated 6 d before · last lag 3 s at 02:10`. */
function beforeLine(voice: Voice, { previous, lastLag, at }: Of<'status_changed'>): string | null {
  const before = [
    lasted(voice, 'told.replicated_before', 'replicating', previous, at),
    lasted(voice, 'told.copied_before', 'full_copy', previous, at),
    lasted(voice, 'told.paused_before', 'paused', previous, at),
  ].find((line) => line !== null);
  const lag = lastLag === null ? null : { lag: voice.duration(lastLag.ms), at: timeOfDay(lastLag.at) };
  const isFresh = lastLag !== null && at - lastLag.at <= FRESH_MS;
  if (before === undefined) return lag === null ? null : voice.say('told.last_lag', lag);
  if (lag === null) return before;
  return `${before} · ${voice.say(isFresh ? 'told.last_lag_fresh' : 'told.last_lag_part', lag)}`;
}

/** What a failed job costs until DRS ends it; `prepaid` null: nobody knows how it is paid for. */
function billingLine(
  voice: Voice,
  report: ProgressReport,
  { at, prepaid }: { readonly at: number; readonly prepaid: boolean | null },
): string {
  const days = daysUntilEnd(report.status);
  const key = prepaid === null ? 'told.perhaps_billed' : prepaid ? 'told.paid_in_advance' : 'told.billed';
  return voice.say(key, { day: day(at + days * DAY) });
}

/** After how many days DRS ends a job that failed, by default. */
export function daysUntilEnd(failedStatus: string): number {
  return failedStatus === 'CREATE_FAILED' ? UNCREATED_JOB_DAYS : ABNORMAL_JOB_DAYS;
}

/**
 * `Paused 2 h`, or `Paused at least 2 h` when its beginning was not seen; null for any other phase, and for one that was
 * there already at our first look less than a minute ago.
 */
function lasted(
  voice: Voice,
  key: MessageKey,
  group: StatusGroup,
  previous: PastPhase | null,
  at: number,
): string | null {
  if (previous === null || statusGroup(previous.status) !== group) return null;
  const lastedMs = at - previous.since;
  const duration = voice.duration(lastedMs);
  if (previous.startSeen) return voice.say(key, { duration });
  return lastedMs < MINUTE ? null : voice.say(key, { duration: voice.say('told.at_least', { duration }) });
}

function statusLasting(voice: Voice, job: NamedJob, event: Of<'status_lasting'>): EventText {
  const state =
    event.report === null ? escapeMrkdwn(event.status) : statusWords(voice, event.report, job.jobType).state;
  const duration = voice.duration(event.at - event.since);
  return {
    headline: `⚪ ${voice.say('told.lasting', { state, duration, name: safeName(jobName(job)) })}`,
    lines: [voice.say('told.lasting_note', { since: dateAndTime(event.since) })],
  };
}

function recovered(
  voice: Voice,
  job: NamedJob,
  event: Of<'recovered'>,
  firstMessageTs: string | null,
  channelId: string,
): EventText {
  const down = voice.say('told.recovered_down', { from: timeOfDay(event.failedAt), to: timeOfDay(event.workingAt) });
  const lagNow = lagAfterFailure(voice, event);
  const url = firstMessageTs === null ? null : voice.messageUrl(channelId, firstMessageTs);
  const said = {
    name: safeName(jobName(job)),
    state: workAgain(voice, event, job.jobType),
    duration: failedFor(voice, event),
  };
  const emoji = event.report === null ? '🟢' : statusWords(voice, event.report, job.jobType, event.lagNote).emoji;
  return {
    headline: `${emoji} ${voice.say('told.recovered', said)}`,
    lines: [`${down}${lagNow}`, ...(url === null ? [] : [voice.say('told.first_message', { url })])],
  };
}

function failedFor(voice: Voice, { workingAt, failedAt, startSeen }: Of<'recovered'>): string {
  const duration = voice.duration(workingAt - failedAt);
  return startSeen ? duration : voice.say('told.at_least', { duration });
}

/** ` · catching up, lag 48 min`, or that the first figures after a failure mean nothing. */
function lagAfterFailure(voice: Voice, { report, lagNote: note }: Of<'recovered'>): string {
  if (report === null || statusGroup(report.status) !== 'replicating') return '';
  if (note === 'unsettled') return voice.say('told.recovered_unsettled');
  if (report.lagMs === null) return '';
  const key = report.lagMs > ALARM_LAG_MS ? 'told.recovered_catching_up' : 'told.recovered_lag';
  return voice.say(key, { lag: voice.duration(report.lagMs) });
}

/** Once it can be read again the message says so. */
function unreadable(
  voice: Voice,
  job: NamedJob,
  { since, why, at, report, lagNote }: Of<'unreadable'>,
  current: Job | null,
): EventText {
  if (current !== null && current.state.alone === null)
    return { headline: `⚪ ${voice.say('told.read_again', { name: safeName(jobName(job)) })}`, lines: [] };
  const said = { name: safeName(jobName(job)), duration: voice.duration(at - since) };
  const last =
    report === null
      ? []
      : [voice.say('told.unreadable_last', { state: stateOnly(voice, report, job.jobType, lagNote) })];
  return {
    headline: `⚫ ${voice.say('told.unreadable', said)}`,
    lines: [voice.sentences(voice.explain(why), ...last)],
  };
}

function readableAgain(voice: Voice, job: NamedJob, { since, at, report, lagNote }: Of<'readable_again'>): EventText {
  const said = { name: safeName(jobName(job)), duration: voice.duration(at - since) };
  const now = report === null ? null : statusWords(voice, report, job.jobType, lagNote);
  return {
    headline: `⚪ ${voice.say('told.readable_again', said)}`,
    lines: now === null ? [] : [`${now.emoji} ${now.state}`],
  };
}

/** Kept current: how often by now, and how it is; once it no longer flaps, that. */
function flapping(
  voice: Voice,
  job: NamedJob,
  { flapping: then, at: toldAt, report: reportThen }: Of<'flapping'>,
  current: Job | null,
): EventText {
  const told = current?.state.flapping ?? then;
  const at = current?.state.flapping?.quietSince ?? toldAt;
  const report = current?.state.report ?? reportThen;
  if (current !== null && current.state.flapping === null) {
    const past = { name: safeName(jobName(job)), count: then.failures, since: dateAndTime(then.since) };
    return { headline: `⚪ ${voice.say('told.flapped', past)}`, lines: [] };
  }
  const said = {
    name: safeName(jobName(job)),
    count: told.failures,
    duration: voice.duration(at - told.since),
    state: lowerFirst(report === null ? voice.say('now.unknown') : statusName(voice, report.status, job.jobType).state),
  };
  const every = voice.duration(told.longestGapMs);
  return {
    headline: `🟠 ${voice.say('told.flapping', said)}`,
    lines: [voice.say('told.flapping_next', { every, quiet: voice.duration(quietMs(told)) })],
  };
}

function settled(voice: Voice, job: NamedJob, { flapping: told, quietMs: ms, at, report }: Of<'settled'>): EventText {
  const spoken = report === null ? null : statusWords(voice, report, job.jobType);
  const state = lowerFirst(spoken?.state ?? voice.say('now.unknown'));
  return {
    headline: `${spoken?.emoji ?? '⚫'} ${voice.say('told.settled', { name: safeName(jobName(job)), state })}`,
    lines: [
      voice.say('told.settled_quiet', {
        quiet: voice.duration(ms),
        count: told.failures,
        duration: voice.duration(at - ms - told.since),
      }),
    ],
  };
}

function workAgain(voice: Voice, event: Of<'recovered'>, jobType: string | null): string {
  const { report } = event;
  if (report === null) return voice.say('told.working_again');
  switch (statusGroup(report.status)) {
    case 'full_copy':
      return voice.say('told.copy_resumed', { percent: percents(voice, event) });
    case 'full_copy_done':
      return voice.say('told.copy_complete');
    default:
      return voice.say(isDisasterRecovery(jobType) ? 'told.dr_running_again' : 'told.replicating_again_short');
  }
}

/** ` at 3 %, 63 % before`: both figures and no claim, because even 0 % after a break need not be a copy that starts anew. */
function percents(voice: Voice, { report, percentBefore }: Of<'recovered' | 'status_changed'>): string {
  const figure = report === null ? null : fullCopyPercent(report);
  if (figure === null) return '';
  const { percent } = figure;
  if (percentBefore === null || percentBefore === percent) return voice.say('told.at_percent', { percent });
  return voice.say('told.at_percent_before', { percent, before: percentBefore });
}

/** Only these two are a success; DRS itself says no more than "released". */
const SUCCESSES: ReadonlySet<EndVerdict> = new Set<EndVerdict>(['stopped_in_sync', 'copy_finished']);

/** Verdicts that rest on what was seen some time before the end. */
const UNPROVEN: ReadonlySet<EndVerdict> = new Set<EndVerdict>(['not_seen', 'other_status', 'stopped_unsettled']);
/** Lines of the summary kept then. */
const MAX_LINES_UNPROVEN = 2;

function ended(voice: Voice, job: NamedJob, event: Of<'ended'>): EventText {
  const name = safeName(jobName(job));
  if (isDisasterRecovery(job.jobType) && event.verdict !== 'had_failed') {
    const how = voice.say('ended.disaster_recovery');
    return {
      headline: `⏹️ ${voice.say('told.ended', { name, how })}`,
      lines: [voice.say('told.subscription_ended')],
    };
  }
  const emoji = SUCCESSES.has(event.verdict) ? '✅' : '⏹️';
  const { lastLag, summary } = event;
  const how = voice.say(`ended.${event.verdict}`, {
    lag: voice.duration(lastLag?.ms ?? 0),
    unseen: event.standing === null ? '' : voice.duration(event.at - event.standing.at),
    status: event.standing === null ? '' : escapeMrkdwn(event.standing.status),
  });
  const lines = [
    ...lastSeenLines(voice, job, event),
    // What was last seen takes the place of the lags.
    ...summaryLines(voice, event).slice(0, UNPROVEN.has(event.verdict) ? MAX_LINES_UNPROVEN : undefined),
    // With a summary the headline or the lag line says it already.
    ...(lastLag === null || summary !== null
      ? []
      : [voice.say('told.last_lag', { lag: voice.duration(lastLag.ms), at: dateAndTime(lastLag.at) })]),
    voice.say('told.ended_closing'),
  ];
  return { headline: `${emoji} ${voice.say('told.ended', { name, how })}`, lines };
}

/** What was last known of a job that nobody saw end, and how old that is. */
function lastSeenLines(voice: Voice, { jobType }: NamedJob, { verdict, standing, at }: Of<'ended'>): readonly string[] {
  if (standing === null || !UNPROVEN.has(verdict)) return [];
  const { state } = statusName(voice, standing.status, jobType);
  const lag = standing.lagMs === null ? '' : voice.say('told.standing_lag', { lag: voice.duration(standing.lagMs) });
  return [
    voice.say('told.last_standing', {
      state,
      lag,
      at: dateAndTime(standing.at),
      before: voice.duration(at - standing.at),
    }),
  ];
}

function renamed(voice: Voice, { from, to }: Of<'renamed'>): EventText {
  return { headline: `🔔 ${voice.say('told.renamed', { from: safeName(from), to: safeName(to) })}`, lines: [] };
}

function gone(voice: Voice, job: NamedJob, event: Of<'gone'>): EventText {
  const name = safeName(jobName(job));
  const how =
    event.code === null
      ? voice.say('told.gone_deleted')
      : voice.say('told.gone_unknown', { code: escapeMrkdwn(event.code) });
  const { previous, report } = event;
  const last =
    event.code !== null && report !== null
      ? voice.say('detail.last_seen', { ago: '', state: stateOnly(voice, report, job.jobType) })
      : previous === null
        ? null
        : voice.say('told.before_status', { status: code(previous.status) });
  return {
    headline: `⚫ ${voice.say('told.gone', { name, how })}`,
    lines: [...(last === null ? [] : [last]), voice.say('told.gone_closing')],
  };
}
