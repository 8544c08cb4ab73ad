import { fullCopyPercent } from '../../../domain/job/full-copy-percent.ts';
import type { CopyFigures } from '../../../domain/job/full-copy-percent.ts';
import { isFinishedCopy, statusGroup } from '../../../domain/job/job-status.ts';
import { isDisasterRecovery } from '../../../domain/job/job-type.ts';
import type { StateNote } from '../../../domain/job/state-note.ts';
import { ALARM_LAG_MS } from '../../../domain/job/verdict-rules.ts';
import type { PartProgress, ProgressReport } from '../../../domain/job/progress-report.ts';
import { isMessageKey } from '../../../words/plain-texts.ts';
import { escapeMrkdwn, safeName } from '../kit/mrkdwn.ts';
import type { Texts } from '../kit/texts.ts';

/** Parts of a full copy shown in one line. */
const MAX_PARTS = 6;

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
 * @param note how it is to be read
 * @param alarmMs the level in force where it is shown, in ms
 */
export function statusWords(
  texts: Texts,
  report: ProgressReport,
  jobType: string | null,
  note: StateNote = 'settled',
  alarmMs: number = ALARM_LAG_MS,
): StatusWords {
  const { status } = report;
  const isDr = isDisasterRecovery(jobType);
  switch (statusGroup(status)) {
    case 'full_copy':
      return note === 'stalled'
        ? words('🟠', texts.get('state.stalled', { state: copying(texts, report, isDr) }))
        : words('🔵', copying(texts, report, isDr));
    case 'full_copy_done':
      return !isDr && isFinishedCopy(status, report.taskMode)
        ? words('✅', texts.get('state.copy_finished'))
        : wordsOfStatus(texts, status, isDr);
    case 'replicating':
      return words(lagEmoji(report, note, alarmMs), replicating(texts, report, { note, isDr, alarmMs }));
    default:
      return wordsOfStatus(texts, status, isDr);
  }
}

/** The words for a status alone, as a list has it: no figures. */
export function statusName(texts: Texts, status: string | null, jobType: string | null): StatusWords {
  if (status === null) return words('⚪', texts.get('now.unknown'));
  const spoken = wordsOfStatus(texts, status, isDisasterRecovery(jobType));
  return words(spoken.emoji, stateWithTail(texts, spoken));
}

function wordsOfStatus(texts: Texts, status: string, isDr: boolean): StatusWords {
  switch (statusGroup(status)) {
    case 'full_copy':
      return words('🔵', texts.get(isDr ? 'state.initialising_running' : 'state.full_copy_running'));
    case 'full_copy_done':
      return words('🔵', texts.get(isDr ? 'state.initialised' : 'state.full_copy_done'));
    case 'replicating':
      // Nothing is known of the lag here, so it is not green.
      return words('⚪', texts.get(isDr ? 'state.dr_running_plain' : 'state.replicating_plain'));
    case 'paused':
      return words('⏸️', texts.get('state.paused'));
    case 'failed':
      return words('🔴', texts.get('state.failed'), whatFailed(texts, status, isDr));
    case 'ended':
      return words('⏹️', texts.get('state.ended'));
    case 'gone':
      return words('🔴', texts.get('state.gone'));
    default:
      return words('⚪', passing(texts, status));
  }
}

/** A status that means one thing only, or one that DRS has invented since. */
function passing(texts: Texts, status: string): string {
  const key = `state.${status}`;
  return isMessageKey(key) ? texts.get(key) : escapeMrkdwn(status);
}

function copying(texts: Texts, report: ProgressReport, isDr: boolean): string {
  const percent = fullCopyPercent(report);
  if (percent?.isDataDone === true && percent.percent >= 100) return texts.get('state.full_copy_everything');
  const figure = copyFigure(texts, report);
  if (percent?.isDataDone === true && figure !== null) return figure;
  if (figure === null) return texts.get(isDr ? 'state.initialising_running' : 'state.full_copy_running');
  return texts.get(isDr ? 'state.initialising' : 'state.full_copy', { figure });
}

/** Green only for a lag that is known of every part, settled, and not above the alarm level, where no part has failed. */
function lagEmoji({ lagMs, subJob, failedSubJobs }: ProgressReport, note: StateNote, alarmMs: number): string {
  if ((failedSubJobs?.failed.length ?? 0) > 0) return '🟠';
  if (note === 'unsettled') return '🔵';
  if (note === 'jumping' || note === 'lag_high') return '🟠';
  if (lagMs === null) return '⚪';
  if (lagMs > alarmMs) return '🟠';
  if ((subJob?.unmeasured ?? 0) > 0) return '⚪';
  return note === 'caught_up' ? '🏁' : '🟢';
}

function replicating(
  texts: Texts,
  report: ProgressReport,
  { note, isDr, alarmMs }: { readonly note: StateNote; readonly isDr: boolean; readonly alarmMs: number },
): string {
  if (note === 'unsettled') return texts.get(isDr ? 'state.dr_running_unsettled' : 'state.replicating_unsettled');
  if (report.lagMs === null) return texts.get(isDr ? 'state.dr_running_lag_unknown' : 'state.replicating_lag_unknown');
  if (note === 'jumping') return texts.get('state.replicating_jumping', { lag: texts.duration(report.lagMs) });
  const lag = lagText(texts, report, report.lagMs);
  if (report.lagMs <= alarmMs) {
    if (note === 'lag_high') return texts.get('state.lag_not_fine', { lag });
    if (note === 'caught_up') return texts.get('state.caught_up', { lag });
  }
  return texts.get(isDr ? 'state.dr_running' : 'state.replicating', { lag });
}

/** `3 s`, `< 1 s (clocks differ by 3 s)`, or `≥ 1 s, 1 of 12 not measurable`. */
function lagText(texts: Texts, { clockSkewMs, subJob }: ProgressReport, lagMs: number): string {
  const lag = texts.duration(lagMs);
  if (clockSkewMs !== null) return texts.get('state.clocks_differ', { lag, skew: texts.duration(clockSkewMs) });
  if (subJob === null || subJob.unmeasured === 0) return lag;
  return texts.get('state.partly_measurable', { lag, count: subJob.unmeasured, of: subJob.of });
}

/** What a failed status means has stopped. */
function whatFailed(texts: Texts, status: string, isDr: boolean): string {
  if (isDr && status === 'FULL_TRANSFER_FAILED') return texts.get('failed.initialisation');
  if (isDr && status === 'INCRE_TRANSFER_FAILED') return texts.get('failed.dr');
  const key = `failed.${status}`;
  return isMessageKey(key) ? texts.get(key) : escapeMrkdwn(status);
}

/** `🟢 orders – replicating, lag 3 s` or `🔴 orders FAILED – replication stopped`, name escaped. */
export function headline(texts: Texts, { emoji, state, tail }: StatusWords, name: string): string {
  const safe = safeName(name);
  return `${emoji} ${tail === null ? `${safe} – ${state}` : texts.get('state.with_tail', { state, name: safe, tail })}`;
}

/** The same without a name: `replicating, lag 3 s`. */
export function stateOnly(
  texts: Texts,
  report: ProgressReport,
  jobType: string | null,
  note: StateNote = 'settled',
  alarmMs: number = ALARM_LAG_MS,
): string {
  return stateWithTail(texts, statusWords(texts, report, jobType, note, alarmMs));
}

/** The same with its emoji: `🟢 replicating, lag 3 s`. */
export function stateWithEmoji(
  texts: Texts,
  report: ProgressReport,
  jobType: string | null,
  note: StateNote = 'settled',
  alarmMs: number = ALARM_LAG_MS,
): string {
  const { emoji, state } = statusWords(texts, report, jobType, note, alarmMs);
  return `${emoji} ${state}`;
}

function stateWithTail(texts: Texts, { state, tail }: StatusWords): string {
  return tail === null ? state : texts.get('state.only_with_tail', { state, tail });
}

/** `Structure 100 % · Data 63 % · Index 0 %`; null when DRS gave no parts. */
export function partsLine(texts: Texts, parts: readonly PartProgress[]): string | null {
  if (parts.length === 0) return null;
  const shown = parts.slice(0, MAX_PARTS).map((part) => `${partName(texts, part.name)} ${percent(part.percent)}`);
  const more = parts.length - shown.length;
  return [...shown, ...(more > 0 ? [texts.get('part.more', { count: more })] : [])].join(' · ');
}

/** `63 %`, or `63 % (overall)` when it is not the data's. */
export function copyFigure(texts: Texts, report: CopyFigures): string | null {
  const figure = fullCopyPercent(report);
  if (figure === null) return null;
  if (figure.of === 'data') return percent(figure.percent);
  if (figure.isDataDone)
    return texts.get('part.data_done', { part: partName(texts, figure.of).toLowerCase(), percent: figure.percent });
  const of = figure.of === 'overall' ? texts.get('part.overall') : partName(texts, figure.of).toLowerCase();
  return `${percent(figure.percent)} (${of})`;
}

function percent(value: number | null): string {
  return value === null ? '? %' : `${value} %`;
}

/** What a part of a full copy is called; what nobody knows as DRS calls it. */
export function partName(texts: Texts, name: string): string {
  const key = `part.${name}`;
  return key === 'part.struct' || key === 'part.data' || key === 'part.index' || key === 'part.overall'
    ? texts.get(key)
    : escapeMrkdwn(name);
}

function words(emoji: string, state: string, tail: string | null = null): StatusWords {
  return { emoji, state, tail };
}
