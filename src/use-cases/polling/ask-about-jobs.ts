import { combineSubJobs, withFailedSubJobs } from '../../domain/poll/combine-sub-jobs.ts';
import type { SubJob } from '../../domain/poll/combine-sub-jobs.ts';
import type { Job } from '../../domain/job/job.ts';
import type { JobId } from '../../domain/job/job-id.ts';
import type { Language } from '../../domain/base/language.ts';
import type { ProgressAnswer, ProgressAnswers } from '../../domain/job/progress-answer.ts';
import type { DrsClient } from '../../ports/drs.ts';
import type { JobListStore } from '../../ports/store/job-list.ts';

/** What asking about jobs takes. */
export interface AskAboutJobsDeps {
  readonly store: JobListStore;
  readonly drs: DrsClient;
  readonly connectionId: string;
}

export interface AskAboutOptions {
  readonly signal?: AbortSignal | undefined;
  readonly language?: Language | undefined;
  /** The sub-jobs of these jobs, where they are known already. */
  readonly subJobs?: ReadonlyMap<JobId, readonly SubJob[]> | undefined;
}

/**
 * Asks DRS about jobs. A parent job that gives no progress of its own is answered by its sub-jobs, and from then on only
 * they are asked; the report of one that does names the sub-jobs that have failed.
 */
export async function askAboutJobs(
  deps: AskAboutJobsDeps,
  jobs: readonly Job[],
  options: AskAboutOptions,
): Promise<ProgressAnswers> {
  const jobIds = jobs.map((job) => job.jobId);
  const parents = options.subJobs ?? (await deps.store.findSubJobs(deps.connectionId, jobIds));
  const silent = new Set(
    jobs.flatMap(({ jobId, state: { report } }) =>
      (report?.subJob ?? null) !== null && parents.has(jobId) ? [jobId] : [],
    ),
  );
  const answers = await fetchProgress(
    deps,
    jobIds.filter((jobId) => !silent.has(jobId)),
    options,
  );
  if (parents.size === 0) return answers;
  const asked = new Set(answers.keys());
  const parts = [...parents.values()].flat().map((subJob) => subJob.jobId);
  const others = [...new Set(parts)].filter((jobId) => !asked.has(jobId));
  const partAnswers = new Map([...answers, ...(await fetchProgress(deps, others, options))]);
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

function fetchProgress(
  { drs }: AskAboutJobsDeps,
  jobIds: readonly JobId[],
  { signal, language }: AskAboutOptions,
): Promise<ProgressAnswers> {
  if (jobIds.length === 0) return Promise.resolve(new Map());
  return drs.fetchProgress(jobIds, {
    ...(signal === undefined ? {} : { signal }),
    ...(language === undefined ? {} : { language }),
  });
}
