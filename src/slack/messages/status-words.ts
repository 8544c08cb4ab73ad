import { formatDuration } from '../../domain/duration.ts';
import { fullCopyPercent } from '../../domain/full-copy-percent.ts';
import { isFinishedCopy, statusGroup } from '../../domain/job-status.ts';
import type { PartProgress, ProgressReport } from '../../domain/progress-report.ts';
import { escapeMrkdwn } from './mrkdwn.ts';

/** Parts of a full copy shown in one line. */
const MOST_PARTS = 6;

/** Plain words for statuses that mean one thing only. */
const PASSING: Readonly<Record<string, string>> = {
  CREATING: 'Being created',
  CONFIGURATION: 'Not started yet',
  WAITING_FOR_START: 'Waiting for its start time',
  STARTJOBING: 'Starting',
  CHANGE_JOB_STARTED: 'Being changed',
  REBUILD_NODE_STARTED: 'Node being recovered',
  NODE_UPGRADE_START: 'Being upgraded',
  NODE_UPGRADE_COMPLETE: 'Upgrade done',
  CHILD_TRANSFER_STARTING: 'Sub-task starting',
  CHILD_TRANSFER_STARTED: 'Sub-task running',
  CHILD_TRANSFER_COMPLETE: 'Sub-task done',
  RELEASE_CHILD_TRANSFER_STARTED: 'Sub-task being stopped',
  RELEASE_RESOURCE_STARTED: 'Being stopped',
};

/** What a failed status means has stopped. */
const FAILURES: Readonly<Record<string, string>> = {
  CREATE_FAILED: 'it could not be created',
  START_JOB_FAILED: 'it could not be started',
  FULL_TRANSFER_FAILED: 'full copy stopped',
  INCRE_TRANSFER_FAILED: 'replication stopped',
  RELEASE_RESOURCE_FAILED: 'it could not be stopped',
  CHANGE_JOB_FAILED: 'a change of the job failed',
  CHILD_TRANSFER_FAILED: 'a sub-task stopped',
  REBUILD_NODE_FAILED: 'its node could not be recovered',
  NODE_UPGRADE_FAILED: 'its upgrade failed',
};

/** A state in a few words, as the first line of a message needs it. */
export interface StatusWords {
  readonly emoji: string;
  /** The state, to be read within the first 25 characters. */
  readonly state: string;
  /** What follows the job's name. */
  readonly tail: string | null;
}

/** The words for a report. A status nobody knows is shown as DRS sent it. */
export function statusWords(report: ProgressReport): StatusWords {
  switch (statusGroup(report.status)) {
    case 'full_copy':
      return words('🔵', `Full copy ${percentWords(report)}`.trim());
    case 'full_copy_done':
      return isFinishedCopy(report.status, report.taskMode)
        ? words('✅', 'Copy finished', 'not released yet')
        : words('🔵', 'Full copy complete');
    case 'replicating':
      return report.lagMs === null
        ? words('⚪', 'Replicating, lag unknown')
        : words('🟢', `Replicating, lag ${formatDuration(report.lagMs)}`);
    case 'paused':
      return words('⏸️', 'Paused');
    case 'failed':
      return words('🔴', 'FAILED', FAILURES[report.status] ?? 'it stopped');
    case 'ended':
      return words('⏹️', 'Ended');
    case 'gone':
      return words('⚫', 'Deleted');
    case 'unknown':
      return words('⚪', escapeMrkdwn(report.status));
    default:
      return words('⚪', PASSING[report.status] ?? escapeMrkdwn(report.status));
  }
}

/** `🟢 Replicating, lag 3 s – orders`, name escaped. */
export function headline(spoken: StatusWords, name: string): string {
  const tail = spoken.tail === null ? '' : `: ${spoken.tail}`;
  return `${spoken.emoji} ${spoken.state} – ${escapeMrkdwn(name)}${tail}`;
}

/** The same without a name: `Replicating, lag 3 s`. */
export function stateOnly(report: ProgressReport): string {
  const spoken = statusWords(report);
  return spoken.tail === null ? spoken.state : `${spoken.state}: ${spoken.tail}`;
}

/** `Structure 100 % · Data 63 % · Index 0 %`; null when DRS gave no parts. */
export function partsLine(parts: readonly PartProgress[]): string | null {
  if (parts.length === 0) return null;
  const shown = parts.slice(0, MOST_PARTS).map((part) => `${partName(part.name)} ${percent(part.percent)}`);
  const more = parts.length - shown.length;
  return [...shown, ...(more > 0 ? [`+${more} more`] : [])].join(' · ');
}

function percentWords(report: ProgressReport): string {
  const figure = fullCopyPercent(report);
  if (figure === null) return 'running';
  return figure.of === 'data'
    ? percent(figure.percent)
    : `${percent(figure.percent)} (${escapeMrkdwn(partOf(figure.of))})`;
}

function partOf(of: string): string {
  return of === 'overall' ? 'overall' : partName(of).toLowerCase();
}

function percent(value: number | null): string {
  return value === null ? '? %' : `${value} %`;
}

function partName(name: string): string {
  const known: Readonly<Record<string, string>> = { struct: 'Structure', data: 'Data', index: 'Index' };
  return escapeMrkdwn(Object.hasOwn(known, name) ? (known[name] ?? name) : name);
}

function words(emoji: string, state: string, tail: string | null = null): StatusWords {
  return { emoji, state, tail };
}
