import { assess } from './assess.ts';
import { cadence } from './cadence.ts';
import type { Cadence } from './cadence.ts';
import type { Job } from './job.ts';
import type { JobEvent } from './job-event.ts';
import type { JobId } from './job-id.ts';
import type { JobState } from './job-state.ts';
import { noSuchJobCode } from './progress-answer.ts';
import type { ProgressAnswer, ProgressAnswers } from './progress-answer.ts';
import type { EpochMs } from './time.ts';

/** So many jobs missing in one answer, and more than half of it, look like lost access rather than like deletions. */
const SUSPICIOUSLY_MANY = 3;

/** What a poll of one job leads to. */
export interface JobDecision extends Cadence {
  readonly jobId: JobId;
  readonly state: JobState;
  readonly events: readonly JobEvent[];
}

/**
 * Decides for every job of one request what its answer means and when to ask again.
 *
 * @param jobs in the order of the queue, which those that are answered keep among themselves
 * @param firstPlace the moment that counts for the place of the first of them
 */
export function decidePoll(
  jobs: readonly Job[],
  answers: ProgressAnswers,
  now: EpochMs,
  spacingMs: number,
  firstPlace: EpochMs = now,
): readonly JobDecision[] {
  const mostMissing = areMostMissing(answers);
  return jobs.map((job, index) => {
    const answer: ProgressAnswer = answers.get(job.jobId) ?? { kind: 'omitted' };
    const { state, events } = assess(job.state, answer, now, { mostMissing, times: job.times });
    const turn = { now, spacingMs, place: firstPlace + index };
    return { jobId: job.jobId, state, events, ...cadence(job, state, answer, turn) };
  });
}

function areMostMissing(answers: ProgressAnswers): boolean {
  const missing = [...answers.values()].filter((answer) => noSuchJobCode(answer) !== null).length;
  return missing >= SUSPICIOUSLY_MANY && missing > answers.size / 2;
}
