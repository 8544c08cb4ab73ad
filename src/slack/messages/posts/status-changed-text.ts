import { MINUTE } from '../../../domain/base/time.ts';
import type { EpochMs } from '../../../domain/base/time.ts';
import { fullCopyPercent } from '../../../domain/job/full-copy-percent.ts';
import type { JobEvent, PastPhase } from '../../../domain/job/job-event.ts';
import { jobName } from '../../../domain/job/job-name.ts';
import { isFinishedCopy, statusGroup } from '../../../domain/job/job-status.ts';
import type { StatusGroup } from '../../../domain/job/job-status.ts';
import { isDisasterRecovery } from '../../../domain/job/job-type.ts';
import type { JobTerms } from '../../../domain/job/job-terms.ts';
import type { ProgressReport } from '../../../domain/job/progress-report.ts';
import type { Doer } from '../../../domain/job/timeline.ts';
import { expiryOf } from '../../../domain/rules/expiry.ts';
import type { Aftermath, NamedJob } from '../../../domain/post/post.ts';
import type { MessageKey } from '../../../words/en.ts';
import { causeLine, MAX_TOLD_TEXT } from '../jobs/cause-text.ts';
import { endText } from '../jobs/deadline.ts';
import { subJobLine } from '../jobs/job-details.ts';
import { headline, partsLine, statusWords } from '../jobs/status-words.ts';
import { plainName } from '../kit/job-names.ts';
import type { News } from '../kit/message.ts';
import { escapeMrkdwn, timeOfDay } from '../kit/mrkdwn.ts';
import type { Texts } from '../kit/texts.ts';
import { doerText } from './doer-text.ts';

/** A figure read no longer than this before needs no time of its own, in ms. */
const MAX_FRESH_MS = 10 * MINUTE;

type StatusChanged = Extract<JobEvent, { readonly kind: 'status_changed' }>;

/** A job that is in another status: which, and what led there. */
export function statusChanged(texts: Texts, job: NamedJob, event: StatusChanged, aftermath: Aftermath): News {
  const { report } = event;
  if (report === null) return { headline: `⚪ ${escapeMrkdwn(event.to)} – ${plainName(job)}`, lines: [] };
  const words = statusWords(texts, report, job.jobType, event.lagNote, aftermath.alarmMs);
  const state = stateAfter(texts, job, event, report) ?? words.state;
  const lines = [...changeLines(texts, event, report, aftermath), subJobLine(texts, report)];
  return {
    headline: headline(texts, { ...words, state }, jobName(job)),
    lines: lines.filter((line) => line !== null),
  };
}

/** Words for a state that reads differently depending on where the job came from; null for any other. */
function stateAfter(texts: Texts, { jobType }: NamedJob, event: StatusChanged, report: ProgressReport): string | null {
  const isDr = isDisasterRecovery(jobType);
  const isBack = event.from !== null && statusGroup(event.from) === 'paused';
  const group = statusGroup(report.status);
  if (group === 'full_copy') {
    if (!isBack) return texts.get(isDr ? 'told.initialisation_started' : 'told.full_copy_started');
    const percent = percentText(texts, event);
    return texts.get(isDr ? 'told.initialisation_resumed' : 'told.full_copy_resumed', { percent });
  }
  if (group !== 'replicating' || !isBack || isDr) return null;
  // The first report after a pause that gives no lag is never settled.
  return event.lagNote === 'unsettled' || report.lagMs === null
    ? texts.get('told.replicating_again_unsettled')
    : texts.get('told.replicating_again', { lag: texts.duration(report.lagMs) });
}

function changeLines(
  texts: Texts,
  event: StatusChanged,
  report: ProgressReport,
  { cause, doer, terms }: Aftermath,
): readonly (string | null)[] {
  const { at } = event;
  const lasted = (key: MessageKey, group: StatusGroup) => phaseLine(texts, key, group, event);
  switch (statusGroup(report.status)) {
    case 'full_copy':
      return [partsLine(texts, report.parts), wasPaused(texts, event, doer)];
    case 'full_copy_done': {
      const isOver = isFinishedCopy(report.status, report.taskMode);
      const next = texts.get(isOver ? 'told.release_when_ready' : 'told.replication_next');
      return [lasted('told.took', 'full_copy'), next];
    }
    case 'replicating':
      return [lasted('told.full_copy_took', 'full_copy'), wasPaused(texts, event, doer)];
    case 'paused':
      return [beforeLine(texts, event), doerText(texts, 'told.paused_by', doer, at)];
    case 'failed':
      return [
        causeLine(texts, cause, report.errorCode, MAX_TOLD_TEXT),
        beforeLine(texts, event),
        expiryLine(texts, report.status, at, terms),
      ];
    case 'unknown':
      return [texts.get('told.unknown_status')];
    default:
      return [];
  }
}

/** `Was paused 2 h · resumed by ada at 04:10`. */
function wasPaused(texts: Texts, event: StatusChanged, doer: Doer | null): string | null {
  const lasted = phaseLine(texts, 'told.was_paused', 'paused', event);
  if (lasted === null) return doerText(texts, 'told.resumed_by', doer, event.at);
  return doer === null ? lasted : `${lasted} · ${doerText(texts, 'told.resumed_by_part', doer, event.at)}`;
}

/** When DRS ends a job that stays as it is, and what it costs until then, as far as DRS has said so. */
function expiryLine(texts: Texts, status: string, since: EpochMs, terms: JobTerms): string {
  const expiry = expiryOf(status, terms);
  if (expiry === null) return texts.get('told.paid_in_advance');
  // Null: nobody knows how it is paid for.
  return endText(texts, expiry, since, terms.prepaid === null ? 'told.perhaps_billed' : 'told.billed');
}

/** `Replicated 6 d before · last lag 3 s at 02:10`. */
function beforeLine(texts: Texts, event: StatusChanged): string | null {
  const { lastLag, at } = event;
  const before =
    phaseLine(texts, 'told.replicated_before', 'replicating', event) ??
    phaseLine(texts, 'told.copied_before', 'full_copy', event) ??
    phaseLine(texts, 'told.paused_before', 'paused', event);
  if (lastLag === null) return before;
  const lag = { lag: texts.duration(lastLag.ms), at: timeOfDay(lastLag.at) };
  if (before === null) return texts.get('told.last_lag', lag);
  const isFresh = at - lastLag.at <= MAX_FRESH_MS;
  return `${before} · ${texts.get(isFresh ? 'told.last_lag_fresh' : 'told.last_lag_part', lag)}`;
}

/**
 * `Paused 2 h`, or `Paused at least 2 h` when its beginning was not seen; null for any other phase, and for one that was
 * there already at our first look less than a minute ago.
 */
function phaseLine(
  texts: Texts,
  key: MessageKey,
  group: StatusGroup,
  { previous, at }: { readonly previous: PastPhase | null; readonly at: number },
): string | null {
  if (previous === null || statusGroup(previous.status) !== group) return null;
  const lastedMs = at - previous.since;
  const duration = texts.duration(lastedMs);
  if (previous.startSeen) return texts.get(key, { duration });
  return lastedMs < MINUTE ? null : texts.get(key, { duration: texts.get('told.at_least', { duration }) });
}

/** ` at 3 %, 63 % before`: both figures and no claim, because even 0 % after a break need not be a copy that starts anew. */
export function percentText(
  texts: Texts,
  { report, percentBefore }: { readonly report: ProgressReport | null; readonly percentBefore: number | null },
): string {
  const figure = report === null ? null : fullCopyPercent(report);
  if (figure === null) return '';
  const { percent } = figure;
  if (percentBefore === null || percentBefore === percent) return texts.get('told.at_percent', { percent });
  return texts.get('told.at_percent_before', { percent, before: percentBefore });
}
