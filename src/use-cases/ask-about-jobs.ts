import { combineSubJobs } from '../domain/combine-sub-jobs.ts';
import type { SubJob } from '../domain/combine-sub-jobs.ts';
import type { Job } from '../domain/job.ts';
import type { JobId } from '../domain/job-id.ts';
import type { Language } from '../domain/language.ts';
import type { ProgressAnswer, ProgressAnswers } from '../domain/progress-answer.ts';
import type { Context } from './context.ts';

interface AskOptions {
  readonly signal?: AbortSignal | undefined;
  readonly language?: Language | undefined;
}

/**
 * Asks DRS about jobs. A parent job that gives no progress of its own is answered by its sub-jobs, and from then on only
 * they are asked.
 */
export async function askAboutJobs(
  context: Context,
  jobs: readonly Job[],
  options: AskOptions,
): Promise<ProgressAnswers> {
  const { store, connectionId } = context;
  const known = jobs.filter((job) => (job.state.report?.subJob ?? null) !== null).map((job) => job.jobId);
  const silent = await store.findSubJobs(connectionId, known);
  const own = jobs.map((job) => job.jobId).filter((jobId) => !silent.has(jobId));
  const answers = await ask(context, own, options);
  const unreported = own.filter((jobId) => answers.get(jobId)?.kind !== 'report');
  const parents = new Map([...silent, ...(await store.findSubJobs(connectionId, unreported))]);
  if (parents.size === 0) return answers;
  const parts = [...parents.values()].flat().map((subJob) => subJob.jobId);
  const partAnswers = await ask(context, parts, options);
  const combined = [...parents].map(
    ([parent, subJobs]) => [parent, answerOf(parent, subJobs, answers.get(parent), partAnswers)] as const,
  );
  return new Map([...answers, ...combined]);
}

/** What DRS said about the parent itself stands unless its sub-jobs say more. */
function answerOf(
  parent: JobId,
  subJobs: readonly SubJob[],
  own: ProgressAnswer | undefined,
  partAnswers: ProgressAnswers,
): ProgressAnswer {
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
