import type { JobId } from '../domain/job-id.ts';
import type { ChannelKey } from '../domain/subscription.ts';
import type { Context } from './context.ts';
import { lookAtJobs } from './look-at-jobs.ts';
import type { Look } from './look-at-jobs.ts';
import { resolveJobs } from './resolve-jobs.ts';
import type { ReferenceProblem } from './resolve-jobs.ts';

/** A job with whether the channel that asked is subscribed to it. */
export interface JobStatus {
  readonly look: Look;
  readonly subscribed: boolean;
}

/** Everything a status message shows. */
export interface StatusAnswer {
  readonly jobs: readonly JobStatus[];
  readonly problems: readonly ReferenceProblem[];
}

/** The state of the jobs people named, as seen from `channel`. */
export async function showStatus(
  context: Context,
  channel: ChannelKey,
  references: readonly string[],
): Promise<StatusAnswer> {
  const { jobIds, problems } = await resolveJobs(context, references);
  return { jobs: await lookForChannel(context, channel, jobIds), problems };
}

/** The same for jobs that are known by id, as behind a button. */
export async function lookForChannel(
  context: Context,
  channel: ChannelKey,
  jobIds: readonly JobId[],
): Promise<readonly JobStatus[]> {
  const looks = await lookAtJobs(context, jobIds);
  const subscribed = new Set((await context.store.listSubscriptions(channel)).map((one) => one.jobId));
  return looks.map((look) => ({
    look,
    subscribed: subscribed.has(look.kind === 'known' ? look.job.jobId : look.jobId),
  }));
}
