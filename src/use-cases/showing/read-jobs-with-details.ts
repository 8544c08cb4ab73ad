import { endsWithin } from '../../domain/base/ends-within.ts';
import { holdFailure } from '../../domain/base/hold-failure.ts';
import type { JobDetail } from '../../domain/job/job-detail.ts';
import type { JobId } from '../../domain/job/job-id.ts';
import type { Job } from '../../domain/job/job.ts';
import type { Language } from '../../domain/base/language.ts';
import { MINUTE, SECOND } from '../../domain/base/time.ts';
import type { SubJob } from '../../domain/poll/combine-sub-jobs.ts';
import type { DetailStore } from '../../ports/store/details.ts';
import { fetchDetails } from '../polling/fetch-details.ts';
import type { FetchDetailsDeps } from '../polling/fetch-details.ts';
import { claimJobs, readClaimed } from '../polling/read-jobs.ts';
import type { ClaimedJobs, JobReading, ReadJobsDeps } from '../polling/read-jobs.ts';

/** The details of one job are asked for at most once in this time, in ms, while they are missing. */
const DETAIL_EVERY_MS = MINUTE;
/** How long a person waits for details and recovery figures beside the progress, in ms. */
export const MAX_DETAIL_WAIT_MS = 3 * SECOND;

/** What reading jobs with their details takes. */
export type ReadWithDetailsDeps = ReadJobsDeps & FetchDetailsDeps & { readonly store: DetailStore };

/**
 * Reads jobs and, where it is not known yet, asks beside that what they are called, when they began, and why they
 * failed. The reading never waits long for it.
 *
 * @param subJobs the sub-jobs of these jobs, if they are known already
 */
export async function readJobsWithDetails(
  deps: ReadWithDetailsDeps,
  jobIds: readonly JobId[],
  language: Language,
  subJobs?: ReadonlyMap<JobId, readonly SubJob[]>,
): Promise<readonly JobReading[]> {
  const claimed = await claimJobs(deps, jobIds);
  const wanted = await claimDetails(deps, claimed);
  const asking = wanted.length === 0 ? null : holdFailure(fetchDetails(deps, wanted, language));
  const readings = await readClaimed(deps, claimed, { language, subJobs });
  if (asking === null) return readings;
  // Not sooner: the cause of a failure is kept where the row says that the job is failed.
  const keeping = holdFailure(keepDetails(deps, asking, language));
  // It may end after the person has been answered; then it serves the next reading.
  if (!(await endsWithin(MAX_DETAIL_WAIT_MS, keeping, deps.clock))) return readings;
  const details = await keeping;
  return readings.map((one) => (one.kind === 'known' ? withDetail(one.job, details.get(one.job.jobId)) : one));
}

/** Those of the jobs whose details are missing; a fault gives back all of them. */
async function claimDetails(
  { store, connectionId, clock }: ReadWithDetailsDeps,
  { token, claims }: ClaimedJobs,
): Promise<readonly Job[]> {
  const jobs = claims.map(({ job }) => job);
  const jobIds = jobs.map(({ jobId }) => jobId);
  try {
    const request = { connectionId, jobIds, now: clock.now(), everyMs: DETAIL_EVERY_MS };
    const wanted = new Set(await store.claimDetails(request));
    return jobs.filter(({ jobId }) => wanted.has(jobId));
  } catch (error) {
    await store.releaseJobs(token);
    throw error;
  }
}

/** Keeps what is found. Never rejects. */
async function keepDetails(
  { store, connectionId, clock, log }: ReadWithDetailsDeps,
  asking: Promise<ReadonlyMap<JobId, JobDetail>>,
  language: Language,
): Promise<ReadonlyMap<JobId, JobDetail>> {
  try {
    const details = await asking;
    await store.saveDetails({ connectionId, details: [...details.values()], language, now: clock.now() });
    return details;
  } catch (error) {
    log.warn({ err: error }, 'the details of jobs could not be kept');
    return new Map();
  }
}

/** As the store keeps it: what the detail does not say stays. */
function withDetail(job: Job, detail: JobDetail | undefined): JobReading {
  if (detail === undefined) return { kind: 'known', job };
  const times = {
    startedAt: detail.startedAt ?? job.times.startedAt,
    fullCopyDoneAt: detail.fullCopyDoneAt ?? job.times.fullCopyDoneAt,
  };
  const named = { name: detail.name ?? job.name, jobType: detail.jobType ?? job.jobType, times };
  return { kind: 'known', job: { ...job, ...named } };
}
