import type { Language } from '../../domain/base/language.ts';
import { SECOND } from '../../domain/base/time.ts';
import type { JobId } from '../../domain/job/job-id.ts';
import { statusGroup } from '../../domain/job/job-status.ts';
import { isDisasterRecovery } from '../../domain/job/job-type.ts';
import type { ChannelKey } from '../../domain/subscription.ts';
import type { SubscriptionStore } from '../../ports/store/subscriptions.ts';
import { resolveJobs, shownOf } from '../naming/resolve-jobs.ts';
import type { OldNames, ReferenceProblem, ResolveDeps, Unshown } from '../naming/resolve-jobs.ts';
import type { JobReading } from '../polling/read-jobs.ts';
import { readComparisons } from './read-comparisons.ts';
import type { KnownComparisons, ReadComparisonsDeps } from './read-comparisons.ts';
import { readJobsWithDetails } from './read-jobs-with-details.ts';
import type { ReadWithDetailsDeps } from './read-jobs-with-details.ts';
import { readOutlook } from './read-outlook.ts';
import type { Outlook, OutlookDeps } from './read-outlook.ts';

/** How long somebody waits for what DRS compared, all jobs together, in ms. */
const MAX_COMPARISON_WAIT_MS = 8 * SECOND;

/** What showing whether people may switch over takes. */
export type ShowReadinessDeps = ResolveDeps &
  ReadWithDetailsDeps &
  OutlookDeps &
  ReadComparisonsDeps & { readonly store: SubscriptionStore };

/** One job, and whether people may switch over from it. */
export interface JobReadiness {
  readonly reading: JobReading;
  /** Null for a job without a report. */
  readonly outlook: Outlook | null;
  readonly comparisons: KnownComparisons;
}

/** Everything that the answer shows. */
export interface ReadinessAnswer {
  readonly jobs: readonly JobReadiness[];
  /** What patterns fit beside them. */
  readonly unshown?: readonly Unshown[];
  readonly problems: readonly ReferenceProblem[];
  /** How old the names are that were used; left out or null where they were read a moment ago. */
  readonly oldNames?: OldNames | null;
}

/** Whether people may switch over from the jobs that they named, by the rules of the channel that asks. */
export async function showReadiness(
  deps: ShowReadinessDeps,
  channel: ChannelKey,
  references: readonly string[],
  language: Language,
): Promise<ReadinessAnswer> {
  const resolved = await resolveJobs(deps, references);
  const { jobIds, unshown } = shownOf(resolved);
  const { problems, oldNames } = resolved;
  return { jobs: await readReadiness(deps, channel, jobIds, language), unshown, problems, oldNames };
}

/** The same for jobs that are known by id, as behind a button. DRS is asked first: a verdict never stands on what was seen before. */
export async function readReadiness(
  deps: ShowReadinessDeps,
  channel: ChannelKey,
  jobIds: readonly JobId[],
  language: Language,
): Promise<readonly JobReadiness[]> {
  const readings = await readJobsWithDetails(deps, jobIds, language);
  const rules = await deps.store.findSubscribed(channel, deps.connectionId, jobIds);
  const mayBe = readings.filter(mayBeReady).map(jobIdOf);
  const compared = await readComparisons(deps, mayBe, MAX_COMPARISON_WAIT_MS);
  return await Promise.all(
    readings.map(async (reading): Promise<JobReadiness> => {
      const comparisons = compared.get(jobIdOf(reading)) ?? { kind: 'not_asked' };
      if (reading.kind !== 'known') return { reading, outlook: null, comparisons };
      const found = comparisons.kind === 'read' ? comparisons.comparisons : [];
      const about = { rules: rules.get(reading.job.jobId), comparisons: found };
      return { reading, outlook: await readOutlook(deps, reading.job, about), comparisons };
    }),
  );
}

function jobIdOf(reading: JobReading): JobId {
  return reading.kind === 'known' ? reading.job.jobId : reading.jobId;
}

/** A job that replicates, and is no disaster recovery job: those protect for ever. */
function mayBeReady(reading: JobReading): boolean {
  if (reading.kind !== 'known' || reading.job.state.over !== null || isDisasterRecovery(reading.job.jobType))
    return false;
  const { report } = reading.job.state;
  return report !== null && statusGroup(report.status) === 'replicating';
}
