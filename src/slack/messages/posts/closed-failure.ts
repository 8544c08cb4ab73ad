import type { Job } from '../../../domain/job/job.ts';
import type { JobEvent } from '../../../domain/job/job-event.ts';
import { jobName } from '../../../domain/job/job-name.ts';
import { isWorking, statusGroup } from '../../../domain/job/job-status.ts';
import { lagNote } from '../../../domain/job/lag-note.ts';
import type { Closing } from '../../../domain/post/closing.ts';
import type { Aftermath, NamedJob } from '../../../domain/post/post.ts';
import { DAY } from '../../../domain/base/time.ts';
import type { EpochMs } from '../../../domain/base/time.ts';
import { causeLine, MOST_TOLD } from '../jobs/cause-text.ts';
import type { EventText } from './event-text.ts';
import { dateAndTime, safeName, timeOfDay } from '../kit/mrkdwn.ts';
import { statusWords } from '../jobs/status-words.ts';
import type { Voice } from '../kit/texts.ts';

/** The failure that a message told of. */
type Failed = Extract<JobEvent, { readonly kind: 'status_changed' }>;

/** What stands first once a failure is closed, where that does not depend on how the job is now. */
const EMOJI: Readonly<Record<Closing['how'], string>> = {
  recovered: '🟢',
  paused: '⏸️',
  ended: '⏹️',
  gone: '⚫',
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
  voice: Voice,
  job: NamedJob,
  { event, aftermath, closed }: { readonly event: Failed; readonly aftermath: Aftermath; readonly closed: Closing },
  current: Job | null,
): EventText {
  const duration = voice.duration(Math.max(0, closed.at - event.at));
  const name = safeName(jobName(job));
  const now = closed.how === 'recovered' ? workingState(voice, job, current) : null;
  const headline = voice.say(`closed.${closed.how}`, { name, duration });
  return {
    headline: `${now?.emoji ?? EMOJI[closed.how]} ${now === null ? headline : `${headline} – ${now.state}`}`,
    lines: [struckLine(voice, event, closed.at, aftermath)],
  };
}

/** How the job is now, as long as it still works. */
function workingState(
  voice: Voice,
  { jobType }: NamedJob,
  current: Job | null,
): { readonly emoji: string; readonly state: string } | null {
  const report = current?.state.report ?? null;
  if (current === null || report === null || !isWorking(statusGroup(report.status))) return null;
  const { emoji, state } = statusWords(voice, report, jobType, lagNote(current.state));
  return { emoji, state: lowerFirst(state) };
}

/** `~🔴 FAILED~ 02:14–03:01 · Duplicate entry …` */
function struckLine(voice: Voice, { at, report }: Failed, until: EpochMs, { cause }: Aftermath): string {
  const known = cause !== null || (report?.errorCode ?? null) !== null;
  const why = known ? ` · ${causeLine(voice, cause, report?.errorCode ?? null, MOST_TOLD)}` : '';
  return `~🔴 ${voice.say('state.failed')}~ ${stretch(at, until)}${why}`;
}

/** A clock time of another day carries its day. */
export function stretch(from: EpochMs, until: EpochMs): string {
  const isLong = until - from >= DAY / 2;
  return `${dateAndTime(from)}–${isLong ? dateAndTime(until) : timeOfDay(until)}`;
}

/** Within a sentence. Abbreviations such as DR stay as they are. */
export function lowerFirst(text: string): string {
  return /^\p{Lu}\p{Ll}/u.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}
