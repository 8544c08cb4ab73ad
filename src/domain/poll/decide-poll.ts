import { assess } from './assess.ts';
import type { Assessment, Circumstances } from './assess.ts';
import { decideCadence } from './cadence.ts';
import type { Cadence } from './cadence.ts';
import { judge } from './judge.ts';
import type { Judgement, RuleNeeds } from './judge.ts';
import type { Job } from '../job/job.ts';
import type { JobId } from '../job/job-id.ts';
import { nextPollOfGone } from './absence.ts';
import type { ProgressAnswer, ProgressAnswers } from '../job/progress-answer.ts';
import { DEFAULT_VERDICT_RULES } from '../job/verdict-rules.ts';
import { marksOf } from '../rules/marks.ts';
import type { Sample } from '../rules/sample.ts';
import { DEFAULT_RULES_KEY } from '../rules/subscription-rules.ts';
import type { EpochMs } from '../base/time.ts';

/** What a poll of one job leads to. */
export interface JobDecision extends Assessment, Cadence {
  readonly jobId: JobId;
  /** What the rules made of it; null for a job that nobody watches. */
  readonly judgement: Judgement | null;
}

/** What is known beside the answers. */
export interface PollCircumstances extends Omit<Circumstances, 'times' | 'samples'> {
  /** The least time between two polls of one job, in ms. */
  readonly spacingMs: number;
  /** The moment that counts for the place in the queue of the first job; now unless given. */
  readonly firstPlace?: EpochMs | undefined;
  /** Of the jobs that the rules judge: those that are watched. */
  readonly needs?: ReadonlyMap<JobId, RuleNeeds>;
  /** The samples of those that are judged by them this time (samplesWantedSince, isEndRead). */
  readonly samples?: ReadonlyMap<JobId, readonly Sample[]>;
}

const NOBODY: ReadonlyMap<JobId, never> = new Map<JobId, never>();

/**
 * Decides for every job of one request what its answer means and when to ask again.
 *
 * @param jobs in the order of the queue, which those that are answered keep among themselves
 */
export function decidePoll(
  jobs: readonly Job[],
  answers: ProgressAnswers,
  now: EpochMs,
  { spacingMs, firstPlace = now, needs = NOBODY, samples = NOBODY, ...circumstances }: PollCircumstances,
): readonly JobDecision[] {
  const { pollMs } = circumstances.rules ?? DEFAULT_VERDICT_RULES;
  return jobs.map((job, index) => {
    const answer: ProgressAnswer = answers.get(job.jobId) ?? { kind: 'omitted' };
    const known = needs.get(job.jobId);
    const read = samples.get(job.jobId) ?? null;
    const assessment = assess(job.state, answer, now, { ...circumstances, times: job.times, samples: read ?? [] });
    const { state } = assessment;
    const next =
      state.over === 'gone'
        ? cadenceOfGone(job, answer, now)
        : decideCadence(job, state, answer, { now, spacingMs, place: firstPlace + index });
    const judgement = known === undefined ? null : judge(job, assessment, known, { now, pollMs, samples: read });
    return { jobId: job.jobId, ...withFindings(assessment, judgement), judgement, ...next };
  });
}

/** What the rules found is told after what the answer itself says, and shows wherever the job is shown. */
function withFindings(assessment: Assessment, judgement: Judgement | null): Assessment {
  const defaults = judgement?.memory.rules[DEFAULT_RULES_KEY];
  const state = { ...assessment.state, marks: defaults === undefined ? null : marksOf(defaults.state) };
  if (judgement === null || judgement.events.length === 0) return { ...assessment, state };
  return { state, events: [...assessment.events, ...judgement.events], silence: null };
}

/** Whether it is back is asked now and then; an id that made DRS refuse a whole request is asked for alone. */
function cadenceOfGone(job: Job, answer: ProgressAnswer, now: EpochMs): Cadence {
  const askAlone = answer.kind === 'rejected' || (answer.kind === 'unanswered' && job.askAlone);
  const nextPollAt = nextPollOfGone(job.overSince ?? now, now);
  return { nextPollAt, waitingSince: nextPollAt, askAlone, refusals: 0 };
}
