import { explanation } from '../../domain/job/explanation.ts';
import type { Explanation } from '../../domain/job/explanation.ts';
import type { Job } from '../../domain/job/job.ts';
import type { JobId } from '../../domain/job/job-id.ts';
import { SECOND } from '../../domain/base/time.ts';
import type { NewId } from '../../ports/new-id.ts';
import type { JobClaim } from '../../ports/store/jobs.ts';
import type { AskAboutOptions } from './ask-about-jobs.ts';
import { askAndCommit } from './ask-and-commit.ts';
import type { AskAndCommitDeps } from './ask-and-commit.ts';

/** In ms. */
export interface ReadTimes {
  /** A job asked about within this time is shown as it is, so ten people clicking cost one request. */
  readonly askAgainMs: number;
  /** How long to wait for somebody else's answer about the same job. */
  readonly busyWaitMs: number;
  /** The poll interval of waits. */
  readonly waitPollMs: number;
}

/** What they are unless somebody says otherwise. */
export const READ_TIMES: ReadTimes = { askAgainMs: 10 * SECOND, busyWaitMs: 10 * SECOND, waitPollMs: 50 };

/** What reading jobs takes. */
export type ReadJobsDeps = AskAndCommitDeps & { readonly newId: NewId; readonly durations: ReadTimes };

/** What can be shown of a job somebody asked about. */
export type JobReading =
  /** There is a report; `job.state.unknown` says when the last try to read a newer one failed. */
  | { readonly kind: 'known'; readonly job: Job }
  /** DRS says there is no such job. */
  | { readonly kind: 'no_such_job'; readonly jobId: JobId; readonly name: string | null; readonly code: string }
  /** Never seen, and DRS gave no report now: why. */
  | {
      readonly kind: 'no_report';
      readonly jobId: JobId;
      readonly name: string | null;
      readonly why: Explanation;
    };

/** Jobs as they are in the store, with the right to ask about those that were claimed. */
export interface ClaimedJobs {
  readonly token: string;
  readonly claims: readonly JobClaim[];
}

/**
 * The present state of jobs, watched or not, one reading for each, in the order asked for. Asks DRS in as few requests as
 * it allows; what was asked about a moment ago is shown as it is, and what somebody else is asking about is waited for.
 */
export async function readJobs(deps: ReadJobsDeps, jobIds: readonly JobId[]): Promise<readonly JobReading[]> {
  return await readClaimed(deps, await claimJobs(deps, jobIds));
}

/** Claims jobs one by one; a fault at one of them gives back those before it. */
export async function claimJobs(deps: ReadJobsDeps, jobIds: readonly JobId[]): Promise<ClaimedJobs> {
  const token = deps.newId();
  const claims: JobClaim[] = [];
  try {
    for (const jobId of jobIds) claims.push(await claimJob(deps, token, jobId));
    return { token, claims };
  } catch (error) {
    await deps.store.releaseJobs(token);
    throw error;
  }
}

function claimJob(
  { store, connectionId, clock, durations }: ReadJobsDeps,
  token: string,
  jobId: JobId,
): Promise<JobClaim> {
  const request = { connectionId, jobId, now: clock.now(), maxAgeMs: durations.askAgainMs };
  return store.claimJob({ ...request, token, leaseMs: durations.jobLeaseMs });
}

/** The second half of readJobs: gives back what was claimed. */
export async function readClaimed(
  deps: ReadJobsDeps,
  { token, claims }: ClaimedJobs,
  options: AskAboutOptions = {},
): Promise<readonly JobReading[]> {
  const claimed = claims.flatMap((one) => (one.kind === 'claimed' ? [one.job] : []));
  const asked = claimed.length === 0 ? new Map<JobId, Job>() : await askAbout(deps, token, claimed, options);
  const jobs = await Promise.all(
    claims.map(async (one) => {
      if (one.kind === 'busy') return await waitForOther(deps, one.job, options);
      return asked.get(one.job.jobId) ?? one.job;
    }),
  );
  return jobs.map(toReading);
}

async function askAbout(
  deps: ReadJobsDeps,
  token: string,
  jobs: readonly Job[],
  options: AskAboutOptions,
): Promise<ReadonlyMap<JobId, Job>> {
  const report = await askAndCommit(deps, token, jobs, options);
  const decided = new Map(report.committed.map((decision) => [decision.jobId, decision]));
  return new Map(
    jobs.map((job) => {
      const decision = decided.get(job.jobId);
      return [job.jobId, decision === undefined ? job : { ...job, state: decision.state }];
    }),
  );
}

/** Another process or click is asking about this job: its answer will do. Nothing is written while it is waited for. */
async function waitForOther(deps: ReadJobsDeps, job: Job, options: AskAboutOptions): Promise<Job> {
  const { clock, durations, store, newId } = deps;
  const deadline = clock.monotonic() + durations.busyWaitMs;
  while (clock.monotonic() < deadline) {
    await clock.sleep(durations.waitPollMs);
    if (await store.isJobLeased(job)) continue;
    const token = newId();
    const again = await claimJob(deps, token, job.jobId);
    if (again.kind === 'claimed')
      return (await askAbout(deps, token, [again.job], options)).get(job.jobId) ?? again.job;
    if (again.kind === 'fresh') return again.job;
  }
  return (await store.findJob(job)) ?? job;
}

function toReading(job: Job): JobReading {
  if (job.state.report !== null) return { kind: 'known', job };
  const { jobId, name } = job;
  if (job.state.missing !== null) return { kind: 'no_such_job', jobId, name, code: job.state.missing.code };
  return { kind: 'no_report', jobId, name, why: job.state.unknown?.why ?? explanation('not_answered') };
}
