import { holdFailure } from '../../domain/base/hold-failure.ts';
import { endsWithin } from '../../domain/base/ends-within.ts';
import type { Cause, RecoveryFigures } from '../../domain/job/job-detail.ts';
import type { JobId } from '../../domain/job/job-id.ts';
import { statusGroup } from '../../domain/job/job-status.ts';
import { isDisasterRecovery } from '../../domain/job/job-type.ts';
import type { Language } from '../../domain/base/language.ts';
import type { ChannelKey } from '../../domain/subscription.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import type { Context } from '../context.ts';
import type { Look } from '../polling/look-at-jobs.ts';
import { lookClosely } from './look-closely.ts';
import { resolveJobs } from '../naming/resolve-jobs.ts';
import type { OldNames, ReferenceProblem } from '../naming/resolve-jobs.ts';

/** A job with whether the channel that asked is subscribed to it, and what is known beside its progress. */
export interface JobStatus {
  readonly look: Look;
  readonly subscribed: boolean;
  /** Why it failed, if it is failed and DRS says so. */
  readonly cause: Cause | null;
  /** For a disaster recovery job; `unknown` when DRS did not give them. */
  readonly recovery: RecoveryFigures | 'unknown' | null;
  /** How many sub-jobs it has. */
  readonly subJobs: number;
}

/** Everything a status message shows. */
export interface StatusAnswer {
  readonly jobs: readonly JobStatus[];
  readonly problems: readonly ReferenceProblem[];
  /** How old the names are that were used; left out or null where they were read a moment ago. */
  readonly oldNames?: OldNames | null;
}

/** The state of the jobs people named, as seen from `channel`. */
export async function showStatus(
  context: Context,
  channel: ChannelKey,
  references: readonly string[],
  language: Language,
): Promise<StatusAnswer> {
  const { jobIds, problems, oldNames } = await resolveJobs(context, references);
  return { jobs: await lookForChannel(context, channel, jobIds, language), problems, oldNames };
}

/** When DRS is asked next by itself, if the schedule pauses until then; null when it does not. */
export function endOfPause({ vitals }: Context): EpochMs | null {
  return vitals.signs().poll.pausedUntil;
}

/** The same for jobs that are known by id, as behind a button. */
export async function lookForChannel(
  context: Context,
  channel: ChannelKey,
  jobIds: readonly JobId[],
  language: Language,
): Promise<readonly JobStatus[]> {
  const { store, connectionId } = context;
  const looks = await lookClosely(context, jobIds, language);
  const subscribed = await store.findSubscribed(channel, connectionId, jobIds);
  const [recovery, subJobs] = await Promise.all([recoveryOf(context, looks), store.findSubJobs(connectionId, jobIds)]);
  return await Promise.all(
    looks.map(async (look) => {
      const jobId = look.kind === 'known' ? look.job.jobId : look.jobId;
      return {
        look,
        subscribed: subscribed.has(jobId),
        cause: isFailed(look) ? await store.findCause({ connectionId, jobId }, language) : null,
        recovery: recovery.get(jobId) ?? null,
        subJobs: subJobs.get(jobId)?.length ?? 0,
      };
    }),
  );
}

function isFailed(look: Look): boolean {
  const report = look.kind === 'known' ? look.job.state.report : null;
  return report !== null && statusGroup(report.status) === 'failed';
}

/** RPO and RTO of the disaster recovery jobs among them that protect something now. */
async function recoveryOf(
  { drs, clock, durations }: Context,
  looks: readonly Look[],
): Promise<ReadonlyMap<JobId, RecoveryFigures | 'unknown'>> {
  const jobIds = looks.flatMap((look) =>
    look.kind === 'known' && isDisasterRecovery(look.job.jobType) && look.job.state.over === null
      ? [look.job.jobId]
      : [],
  );
  if (jobIds.length === 0) return new Map();
  const asking = holdFailure(drs.fetchRecoveryFigures(jobIds));
  const inTime = await endsWithin(durations.detailWaitMs, asking, clock);
  const found = inTime ? (await asking).found : new Map<JobId, RecoveryFigures>();
  return new Map(jobIds.map((jobId) => [jobId, found.get(jobId) ?? 'unknown']));
}
