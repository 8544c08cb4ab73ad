import { assess } from './assess.ts';
import { cadence } from './cadence.ts';
import type { Cadence } from './cadence.ts';
import type { Job } from '../job/job.ts';
import type { JobEvent } from '../job/job-event.ts';
import type { JobId } from '../job/job-id.ts';
import type { Silence } from '../job/silence.ts';
import type { JobState } from '../job/job-state.ts';
import { nextPollOfGone } from './absence.ts';
import type { ProgressAnswer, ProgressAnswers } from '../job/progress-answer.ts';
import { DEFAULT_VERDICT_RULES } from '../job/verdict-rules.ts';
import type { VerdictRules } from '../job/verdict-rules.ts';
import type { EpochMs } from '../base/time.ts';

/** What a poll of one job leads to. */
export interface JobDecision extends Cadence {
  readonly jobId: JobId;
  readonly state: JobState;
  readonly events: readonly JobEvent[];
  /** Why there is no event; null when there is one. */
  readonly silence: Silence | null;
}

/** What is known beside the answers. */
export interface PollCircumstances {
  /** The moment that counts for the place in the queue of the first job; now unless given. */
  readonly firstPlace?: EpochMs | undefined;
  /** Some job of the connection gave a report in the last pass; null: nobody knows. */
  readonly othersAnswer?: boolean | null;
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
  spacingMs: number,
  rules: VerdictRules = DEFAULT_VERDICT_RULES,
  { firstPlace = now, othersAnswer = null }: PollCircumstances = {},
): readonly JobDecision[] {
  return jobs.map((job, index) => {
    const answer: ProgressAnswer = answers.get(job.jobId) ?? { kind: 'omitted' };
    const { state, events, silence } = assess(job.state, answer, now, { times: job.times, rules, othersAnswer });
    const turn = { now, spacingMs, place: firstPlace + index };
    const next = state.over === 'gone' ? cadenceOfGone(job, answer, now) : cadence(job, state, answer, turn);
    return { jobId: job.jobId, state, events, silence, ...next };
  });
}

/** Whether it is back is asked now and then; an id that made DRS refuse a whole request is asked for alone. */
function cadenceOfGone(job: Job, answer: ProgressAnswer, now: EpochMs): Cadence {
  const askAlone = answer.kind === 'rejected' || (answer.kind === 'unanswered' && job.askAlone);
  const nextPollAt = nextPollOfGone(job.overSince ?? now, now);
  return { nextPollAt, waitingSince: nextPollAt, askAlone, refusals: 0 };
}
