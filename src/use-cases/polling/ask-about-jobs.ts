import { combineSubJobs, withFailedSubJobs } from '../../domain/poll/combine-sub-jobs.ts';
import type { SubJob } from '../../domain/poll/combine-sub-jobs.ts';
import type { Job } from '../../domain/job/job.ts';
import type { JobId } from '../../domain/job/job-id.ts';
import type { Language } from '../../domain/base/language.ts';
import type { ProgressAnswer, ProgressAnswers } from '../../domain/job/progress-answer.ts';
import type { Context } from '../context.ts';

interface AskOptions {
  readonly signal?: AbortSignal | undefined;
  readonly language?: Language | undefined;
}

/**
 * Asks DRS about jobs. A parent job that gives no progress of its own is answered by its sub-jobs, and from then on only
 * they are asked; the report of one that does names the sub-jobs that have failed.
 */
export async function askAboutJobs(
  context: Context,
  jobs: readonly Job[],
  options: AskOptions,
): Promise<ProgressAnswers> {
  const { store, connectionId } = context;
  const jobIds = jobs.map((job) => job.jobId);
  const parents = await store.findSubJobs(connectionId, jobIds);
  const silent = new Set(
    jobs.flatMap(({ jobId, state: { report } }) =>
      (report?.subJob ?? null) !== null && parents.has(jobId) ? [jobId] : [],
    ),
  );
  const answers = await ask(
    context,
    jobIds.filter((jobId) => !silent.has(jobId)),
    options,
  );
  if (parents.size === 0) return answers;
  const asked = new Set(answers.keys());
  const parts = [...parents.values()].flat().map((subJob) => subJob.jobId);
  const others = [...new Set(parts)].filter((jobId) => !asked.has(jobId));
  const partAnswers = new Map([...answers, ...(await ask(context, others, options))]);
  const combined = [...parents].map(
    ([parent, subJobs]) => [parent, answerOf(parent, subJobs, answers.get(parent), partAnswers)] as const,
  );
  return new Map([...answers, ...combined]);
}

/** What DRS said about the parent itself stands unless it is no report and its sub-jobs say more. */
function answerOf(
  parent: JobId,
  subJobs: readonly SubJob[],
  own: ProgressAnswer | undefined,
  partAnswers: ProgressAnswers,
): ProgressAnswer {
  if (own?.kind === 'report') return withFailedSubJobs(own, subJobs, partAnswers);
  const combined = combineSubJobs(parent, subJobs, partAnswers);
  return combined.kind === 'report' || own === undefined ? combined : own;
}

function ask({ drs }: Context, jobIds: readonly JobId[], { signal, language }: AskOptions): Promise<ProgressAnswers> {
  if (jobIds.length === 0) return Promise.resolve(new Map());
  return drs.fetchProgress(jobIds, {
    ...(signal === undefined ? {} : { signal }),
    ...(language === undefined ? {} : { language }),
  });
}
