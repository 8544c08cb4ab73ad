import { explanation } from '../../domain/job/explanation.ts';
import type { Explanation } from '../../domain/job/explanation.ts';
import type { Job } from '../../domain/job/job.ts';
import type { JobId } from '../../domain/job/job-id.ts';
import type { Language } from '../../domain/base/language.ts';
import type { JobClaim } from '../../ports/store/jobs.ts';
import { askAndCommit } from './ask-and-commit.ts';
import type { Context } from '../context.ts';

/** What can be shown of a job somebody asked about. */
export type Look =
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

/**
 * The present state of jobs, watched or not, one look for each, in the order asked for. Asks DRS in as few requests as
 * it allows; what was asked about a moment ago is shown as it is, and what somebody else is asking about is waited for.
 */
export async function lookAtJobs(
  context: Context,
  jobIds: readonly JobId[],
  language?: Language,
): Promise<readonly Look[]> {
  const token = context.newId();
  const claims = await claimAll(context, token, jobIds);
  const claimed = claims.flatMap((one) => (one.kind === 'claimed' ? [one.job] : []));
  const asked = claimed.length === 0 ? new Map<JobId, Job>() : await ask(context, token, claimed, language);
  const jobs = await Promise.all(
    claims.map(async (one) => {
      if (one.kind === 'busy') return await waitForOther(context, one.job, language);
      return asked.get(one.job.jobId) ?? one.job;
    }),
  );
  return jobs.map(look);
}

/** Claims jobs one by one; a fault at one of them gives back those before it. */
async function claimAll(context: Context, token: string, jobIds: readonly JobId[]): Promise<readonly JobClaim[]> {
  const claims: JobClaim[] = [];
  try {
    for (const jobId of jobIds) claims.push(await claim(context, token, jobId));
    return claims;
  } catch (error) {
    await context.store.releaseJobs(token);
    throw error;
  }
}

function claim(context: Context, token: string, jobId: JobId): Promise<JobClaim> {
  const { store, connectionId, clock, durations } = context;
  const request = { connectionId, jobId, now: clock.now(), maxAgeMs: durations.askAgainMs };
  return store.claimJob({ ...request, token, leaseMs: durations.jobLeaseMs });
}

async function ask(
  context: Context,
  token: string,
  jobs: readonly Job[],
  language: Language | undefined,
): Promise<ReadonlyMap<JobId, Job>> {
  const report = await askAndCommit(context, token, jobs, { language });
  const decided = new Map(report.committed.map((decision) => [decision.jobId, decision]));
  return new Map(
    jobs.map((job) => {
      const decision = decided.get(job.jobId);
      return [job.jobId, decision === undefined ? job : { ...job, state: decision.state }];
    }),
  );
}

/** Another process or click is asking about this job: its answer will do. Nothing is written while it is waited for. */
async function waitForOther(context: Context, job: Job, language: Language | undefined): Promise<Job> {
  const { clock, durations, store, newId } = context;
  const deadline = clock.monotonic() + durations.busyWaitMs;
  while (clock.monotonic() < deadline) {
    await clock.sleep(durations.lookIntervalMs);
    if (await store.isJobLeased(job)) continue;
    const token = newId();
    const again = await claim(context, token, job.jobId);
    if (again.kind === 'claimed') {
      return (await ask(context, token, [again.job], language)).get(job.jobId) ?? again.job;
    }
    if (again.kind === 'fresh') return again.job;
  }
  return (await store.findJob(job)) ?? job;
}

function look(job: Job): Look {
  if (job.state.report !== null) return { kind: 'known', job };
  const { jobId, name } = job;
  if (job.state.missing !== null) return { kind: 'no_such_job', jobId, name, code: job.state.missing.code };
  return { kind: 'no_report', jobId, name, why: job.state.unknown?.why ?? explanation('not_answered') };
}
