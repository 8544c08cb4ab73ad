import type { Job } from '../job/job.ts';
import type { JobState } from '../job/job-state.ts';
import { isFinishedCopy } from '../job/job-status.ts';
import type { ProgressAnswer } from '../job/progress-answer.ts';
import type { ProgressReport } from '../job/progress-report.ts';
import { HOUR, MINUTE } from '../base/time.ts';
import type { EpochMs } from '../base/time.ts';

/** A finished copy is polled after a tenth of its age, but at least this often, in ms. */
const MAX_FINISHED_COPY_PAUSE_MS = 10 * MINUTE;
/** The pause after the first refusal of an id, in ms; it doubles with each further one, */
const FIRST_REFUSAL_PAUSE_MS = MINUTE;
/** up to this. */
const MAX_REFUSAL_PAUSE_MS = HOUR;

/** When to ask about a job again, and whether on its own. */
export interface Cadence {
  /** Null: never. */
  readonly nextPollAt: EpochMs | null;
  /** The job's place in the queue of those that are due: whoever has waited longest is asked first. */
  readonly waitingSince: EpochMs | null;
  readonly askAlone: boolean;
  /** Refusals in a row. */
  readonly refusals: number;
}

/** When and in which order jobs are asked about. */
export interface QueuePlace {
  readonly now: EpochMs;
  /**
   * The least time between two polls of one job, shorter than a tick: it keeps a second instance that ticks a moment later
   * from asking again.
   */
  readonly spacingMs: number;
  /** The moment that counts for the job's place in the queue: jobs that were answered keep their order by it. */
  readonly place: EpochMs;
}

/** A job that was answered goes to the end of the queue; one that was not keeps its place. */
export function decideCadence(
  job: Job,
  next: JobState,
  answer: ProgressAnswer,
  { now, spacingMs, place }: QueuePlace,
): Cadence {
  if (next.over !== null) return { nextPollAt: null, waitingSince: null, askAlone: false, refusals: 0 };
  if (answer.kind === 'rejected') {
    const pauseMs = Math.min(FIRST_REFUSAL_PAUSE_MS * 2 ** job.refusals, MAX_REFUSAL_PAUSE_MS);
    return { nextPollAt: now + pauseMs, waitingSince: place + pauseMs, askAlone: true, refusals: job.refusals + 1 };
  }
  const finishedMs = next.report === null ? 0 : finishedCopyPauseMs(next.report, next.statusSince, now);
  const pauseMs = Math.max(1, spacingMs, finishedMs);
  if (answer.kind !== 'unanswered')
    return { nextPollAt: now + pauseMs, waitingSince: place + pauseMs, askAlone: false, refusals: 0 };
  // A place ahead of now was given by a clock that has since jumped back.
  const waitingSince = Math.min(job.waitingSince ?? now, now);
  return { nextPollAt: now + pauseMs, waitingSince, askAlone: job.askAlone, refusals: job.refusals };
}

/** The pause between two polls of a finished copy, in ms; 0 for any other job. */
export function finishedCopyPauseMs(report: ProgressReport, statusSince: EpochMs | null, now: EpochMs): number {
  if (statusSince === null || !isFinishedCopy(report.status, report.taskMode)) return 0;
  return Math.min(Math.round((now - statusSince) / 10), MAX_FINISHED_COPY_PAUSE_MS);
}
