import { assess } from './assess.ts';
import type { Assessment, Circumstances } from './assess.ts';
import { decideCadence } from './cadence.ts';
import type { Cadence } from './cadence.ts';
import type { Job } from '../job/job.ts';
import type { JobId } from '../job/job-id.ts';
import { nextPollOfGone } from './absence.ts';
import type { ProgressAnswer, ProgressAnswers } from '../job/progress-answer.ts';
import type { EpochMs } from '../base/time.ts';

/** What a poll of one job leads to. */
export interface JobDecision extends Assessment, Cadence {
  readonly jobId: JobId;
}

/** What is known beside the answers. */
export interface PollCircumstances extends Omit<Circumstances, 'times'> {
  /** The least time between two polls of one job, in ms. */
  readonly spacingMs: number;
  /** The moment that counts for the place in the queue of the first job; now unless given. */
  readonly firstPlace?: EpochMs | undefined;
}

/**
 * Decides for every job of one request what its answer means and when to ask again.
 *
 * @param jobs in the order of the queue, which those that are answered keep among themselves
 */
export function decidePoll(
  jobs: readonly Job[],
  answers: ProgressAnswers,
  now: EpochMs,
  { spacingMs, firstPlace = now, ...circumstances }: PollCircumstances,
): readonly JobDecision[] {
  return jobs.map((job, index) => {
    const answer: ProgressAnswer = answers.get(job.jobId) ?? { kind: 'omitted' };
    const assessment = assess(job.state, answer, now, { ...circumstances, times: job.times });
    const { state } = assessment;
    const next =
      state.over === 'gone'
        ? cadenceOfGone(job, answer, now)
        : decideCadence(job, state, answer, { now, spacingMs, place: firstPlace + index });
    return { jobId: job.jobId, ...assessment, ...next };
  });
}

/** Whether it is back is asked now and then; an id that made DRS refuse a whole request is asked for alone. */
function cadenceOfGone(job: Job, answer: ProgressAnswer, now: EpochMs): Cadence {
  const askAlone = answer.kind === 'rejected' || (answer.kind === 'unanswered' && job.askAlone);
  const nextPollAt = nextPollOfGone(job.overSince ?? now, now);
  return { nextPollAt, waitingSince: nextPollAt, askAlone, refusals: 0 };
}
