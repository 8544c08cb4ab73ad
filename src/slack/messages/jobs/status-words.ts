import { fullCopyPercent } from '../../../domain/job/full-copy-percent.ts';
import { isFinishedCopy, statusGroup } from '../../../domain/job/job-status.ts';
import { isDisasterRecovery } from '../../../domain/job/job-type.ts';
import type { LagNote } from '../../../domain/job/lag-note.ts';
import { ALARM_LAG_MS } from '../../../domain/job/verdict-rules.ts';
import type { PartProgress, ProgressReport } from '../../../domain/job/progress-report.ts';
import { en } from '../../../words/en.ts';
import type { MessageKey } from '../../../words/en.ts';
import { escapeMrkdwn, safeName } from '../kit/mrkdwn.ts';
import type { Voice } from '../kit/texts.ts';

/** Parts of a full copy shown in one line. */
const MOST_PARTS = 6;

/** A state in a few words, as the first line of a message needs it. */
export interface StatusWords {
  readonly emoji: string;
  /** The state, to be read within the first 25 characters. */
  readonly state: string;
  /** What follows the job's name. */
  readonly tail: string | null;
}

/**
 * The words for a report. A status nobody knows is shown as DRS sent it, and nothing is green above the alarm level.
 *
 * @param note how the lag is to be read
 */
export function statusWords(
  voice: Voice,
  report: ProgressReport,
  jobType: string | null,
  note: LagNote = 'settled',
): StatusWords {
  const { status } = report;
  const isDr = isDisasterRecovery(jobType);
  switch (statusGroup(status)) {
    case 'full_copy':
      return words('🔵', copying(voice, report, isDr));
    case 'full_copy_done':
      if (isDr) return words('🔵', voice.say('state.initialised'));
      return isFinishedCopy(status, report.taskMode)
        ? words('✅', voice.say('state.copy_finished'), voice.say('state.copy_finished.tail'))
        : words('🔵', voice.say('state.full_copy_done'));
    case 'replicating':
      return words(lagEmoji(report, note), replicating(voice, report, note, isDr));
    case 'paused':
      return words('⏸️', voice.say('state.paused'));
    case 'failed':
      return words('🔴', voice.say('state.failed'), whatFailed(voice, status, isDr));
    case 'ended':
      return words('⏹️', voice.say('state.ended'));
    case 'gone':
      return words('⚫', voice.say('state.gone'));
    default:
      return words('⚪', passing(voice, status));
  }
}

/** A status that means one thing only, or one that DRS has invented since. */
function passing(voice: Voice, status: string): string {
  const key = `state.${status}`;
  return isKey(key) ? voice.say(key) : escapeMrkdwn(status);
}

function copying(voice: Voice, report: ProgressReport, isDr: boolean): string {
  const percent = fullCopyPercent(report);
  if (percent?.isDataDone === true && percent.percent >= 100) return voice.say('state.full_copy_everything');
  const figure = copyFigure(voice, report);
  if (figure === null) return voice.say(isDr ? 'state.initialising_running' : 'state.full_copy_running');
  return voice.say(isDr ? 'state.initialising' : 'state.full_copy', { figure });
}

/** Green only for a lag that is known of every part, settled, and not above the alarm level, where no part has failed. */
function lagEmoji({ lagMs, subJob, failedSubJobs }: ProgressReport, note: LagNote): string {
  if ((failedSubJobs?.failed.length ?? 0) > 0) return '🟠';
  if (note === 'unsettled') return '🔵';
  if (note === 'jumping') return '🟠';
  if (lagMs === null) return '⚪';
  if (lagMs > ALARM_LAG_MS) return '🟠';
  return (subJob?.unmeasured ?? 0) > 0 ? '⚪' : '🟢';
}

function replicating(voice: Voice, report: ProgressReport, note: LagNote, isDr: boolean): string {
  if (note === 'unsettled') return voice.say(isDr ? 'state.dr_running_unsettled' : 'state.replicating_unsettled');
  if (report.lagMs === null) return voice.say(isDr ? 'state.dr_running_lag_unknown' : 'state.replicating_lag_unknown');
  if (note === 'jumping') return voice.say('state.replicating_jumping', { lag: voice.duration(report.lagMs) });
  return voice.say(isDr ? 'state.dr_running' : 'state.replicating', { lag: lagText(voice, report, report.lagMs) });
}

/** `3 s`, `< 1 s (clocks differ by 3 s)`, or `≥ 1 s, 1 of 12 not measurable`. */
function lagText(voice: Voice, { clockSkewMs, subJob }: ProgressReport, lagMs: number): string {
  const lag = voice.duration(lagMs);
  if (clockSkewMs !== null) return voice.say('state.clocks_differ', { lag, skew: voice.duration(clockSkewMs) });
  if (subJob === null || subJob.unmeasured === 0) return lag;
  return voice.say('state.partly_measurable', { lag, count: subJob.unmeasured, of: subJob.of });
}

/** What a failed status means has stopped. */
function whatFailed(voice: Voice, status: string, isDr: boolean): string {
  if (isDr && status === 'FULL_TRANSFER_FAILED') return voice.say('failed.initialisation');
  if (isDr && status === 'INCRE_TRANSFER_FAILED') return voice.say('failed.dr');
  const key = `failed.${status}`;
  return isKey(key) ? voice.say(key) : escapeMrkdwn(status);
}

/** The words for a status alone, as a list has it: no figures. */
export function statusName(voice: Voice, status: string | null, jobType: string | null): StatusWords {
  if (status === null) return words('⚪', voice.say('now.unknown'));
  const isDr = isDisasterRecovery(jobType);
  switch (statusGroup(status)) {
    case 'full_copy':
      return words('🔵', voice.say(isDr ? 'state.initialising_running' : 'state.full_copy_running'));
    case 'full_copy_done':
      return words('🔵', voice.say(isDr ? 'state.initialised' : 'state.full_copy_done'));
    case 'replicating':
      // Nothing is known of the lag here, so it is not green.
      return words('⚪', voice.say(isDr ? 'state.dr_running_plain' : 'state.replicating_plain'));
    case 'paused':
      return words('⏸️', voice.say('state.paused'));
    case 'failed':
      return words(
        '🔴',
        voice.say('state.only_with_tail', { state: voice.say('state.failed'), tail: whatFailed(voice, status, isDr) }),
      );
    case 'ended':
      return words('⏹️', voice.say('state.ended'));
    case 'gone':
      return words('⚫', voice.say('state.gone'));
    default:
      return words('⚪', passing(voice, status));
  }
}

/** `🟢 Replicating, lag 3 s – orders`, name escaped. */
export function headline(voice: Voice, { emoji, state, tail }: StatusWords, name: string): string {
  const safe = safeName(name);
  return `${emoji} ${tail === null ? `${state} – ${safe}` : voice.say('state.with_tail', { state, name: safe, tail })}`;
}

/** The same without a name: `Replicating, lag 3 s`. */
export function stateOnly(
  voice: Voice,
  report: ProgressReport,
  jobType: string | null,
  note: LagNote = 'settled',
): string {
  const { state, tail } = statusWords(voice, report, jobType, note);
  return tail === null ? state : voice.say('state.only_with_tail', { state, tail });
}

/** `Structure 100 % · Data 63 % · Index 0 %`; null when DRS gave no parts. */
export function partsLine(voice: Voice, parts: readonly PartProgress[]): string | null {
  if (parts.length === 0) return null;
  const shown = parts.slice(0, MOST_PARTS).map((part) => `${partName(voice, part.name)} ${percent(part.percent)}`);
  const more = parts.length - shown.length;
  return [...shown, ...(more > 0 ? [voice.say('part.more', { count: more })] : [])].join(' · ');
}

/** `63 %`, or `63 % (overall)` when it is not the data's. */
function copyFigure(voice: Voice, report: ProgressReport): string | null {
  const figure = fullCopyPercent(report);
  if (figure === null) return null;
  if (figure.of === 'data') return percent(figure.percent);
  if (figure.isDataDone)
    return voice.say('part.data_done', { part: partName(voice, figure.of).toLowerCase(), percent: figure.percent });
  const of = figure.of === 'overall' ? voice.say('part.overall') : partName(voice, figure.of).toLowerCase();
  return `${percent(figure.percent)} (${of})`;
}

function percent(value: number | null): string {
  return value === null ? '? %' : `${value} %`;
}

function partName(voice: Voice, name: string): string {
  const key = `part.${name}`;
  return key === 'part.struct' || key === 'part.data' || key === 'part.index' ? voice.say(key) : escapeMrkdwn(name);
}

function isKey(text: string): text is MessageKey {
  return Object.hasOwn(en, text);
}

function words(emoji: string, state: string, tail: string | null = null): StatusWords {
  return { emoji, state, tail };
}
