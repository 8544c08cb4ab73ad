import type { Job } from '../../../domain/job/job.ts';
import type { JobEvent } from '../../../domain/job/job-event.ts';
import { isWorking, statusGroup } from '../../../domain/job/job-status.ts';
import { stateNote } from '../../../domain/job/state-note.ts';
import type { Closing } from '../../../domain/post/closing.ts';
import type { Aftermath, NamedJob } from '../../../domain/post/post.ts';
import { causeLine, MAX_TOLD_TEXT } from '../jobs/cause-text.ts';
import { plainName } from '../kit/job-names.ts';
import type { News } from '../kit/message.ts';
import { stretch } from '../kit/mrkdwn.ts';
import { statusWords } from '../jobs/status-words.ts';
import type { StatusWords } from '../jobs/status-words.ts';
import type { Texts } from '../kit/texts.ts';

/** The failure that a message told of. */
type Failed = Extract<JobEvent, { readonly kind: 'status_changed' }>;

/** What stands first once a failure is closed, where that does not depend on how the job is now. */
const EMOJI: Readonly<Record<Closing['how'], string>> = {
  recovered: '🟢',
  paused: '⏸️',
  ended: '⏹️',
  gone: '🔴',
  unsubscribed: '🔔',
  flapping: '🟠',
};

/**
 * The message of a failure that is closed: its headline says by what, the red line is struck through below, and what it
 * threatened is taken back.
 *
 * @param current how the job is now; null when nobody looked
 */
export function closedFailure(
  texts: Texts,
  job: NamedJob,
  { event, aftermath, closed }: { readonly event: Failed; readonly aftermath: Aftermath; readonly closed: Closing },
  current: Job | null,
): News {
  const duration = texts.duration(Math.max(0, closed.at - event.at));
  const name = plainName(job);
  const now = closed.how === 'recovered' ? workingState(texts, job, current, aftermath.alarmMs) : null;
  const headline = texts.get(`closed.${closed.how}`, { name, duration });
  return {
    headline: `${now?.emoji ?? EMOJI[closed.how]} ${now === null ? headline : `${headline} – ${now.state}`}`,
    lines: [struckLine(texts, event, closed.at, aftermath)],
  };
}

/** How the job is now, as long as it still works. */
function workingState(
  texts: Texts,
  { jobType }: NamedJob,
  current: Job | null,
  alarmMs: number,
): Omit<StatusWords, 'tail'> | null {
  const report = current?.state.report ?? null;
  if (current === null || report === null || !isWorking(statusGroup(report.status))) return null;
  const { emoji, state } = statusWords(texts, report, jobType, stateNote(current.state, alarmMs), alarmMs);
  return { emoji, state };
}

/** `~🔴 FAILED~ 02:14–03:01 · Duplicate entry …` */
function struckLine(texts: Texts, { at, report }: Failed, closedAt: number, { cause }: Aftermath): string {
  const errorCode = report?.errorCode ?? null;
  const isKnown = cause !== null || errorCode !== null;
  const why = isKnown ? ` · ${causeLine(texts, cause, errorCode, MAX_TOLD_TEXT)}` : '';
  return `~🔴 ${texts.get('state.failed')}~ ${stretch(at, closedAt)}${why}`;
}
