import { statusGroup } from '../../domain/job/job-status.ts';
import type { JobDetail } from '../../domain/job/job-detail.ts';
import type { JobId } from '../../domain/job/job-id.ts';
import type { Job } from '../../domain/job/job.ts';
import type { Language } from '../../domain/base/language.ts';
import type { DrsClient } from '../../ports/drs.ts';

/** What reading details takes. */
export interface FetchDetailsDeps {
  readonly drs: DrsClient;
}

/**
 * Reads the details of jobs. A failed parent of which DRS names no cause has that of the sub-job its report is of; both
 * are asked about in the same requests.
 */
export async function fetchDetails(
  { drs }: FetchDetailsDeps,
  jobs: readonly Job[],
  language: Language,
): Promise<ReadonlyMap<JobId, JobDetail>> {
  const jobIds = jobs.map(({ jobId }) => jobId);
  const parts = failedParts(jobs);
  const { found } = await drs.fetchDetails([...jobIds, ...parts.values()], language);
  const details = jobIds.flatMap((jobId) => {
    const part = parts.get(jobId);
    return withCauseOf(jobId, found.get(jobId), part === undefined ? undefined : found.get(part));
  });
  return new Map(details.map((detail) => [detail.jobId, detail]));
}

/** The sub-jobs that failed parents are shown by. */
function failedParts(jobs: readonly Job[]): ReadonlyMap<JobId, JobId> {
  const failed = jobs.flatMap(({ jobId, state: { report } }) =>
    report !== null && report.subJob !== null && statusGroup(report.status) === 'failed'
      ? [[jobId, report.subJob.jobId] as const]
      : [],
  );
  return new Map(failed);
}

function withCauseOf(jobId: JobId, own: JobDetail | undefined, part: JobDetail | undefined): readonly JobDetail[] {
  const cause = own?.cause ?? part?.cause ?? null;
  if (own !== undefined) return [{ ...own, cause }];
  const unread = {
    status: null,
    name: null,
    jobType: null,
    parentId: null,
    startedAt: null,
    fullCopyDoneAt: null,
    prepaid: null,
  };
  return cause === null ? [] : [{ jobId, ...unread, cause }];
}
