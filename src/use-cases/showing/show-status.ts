import { holdFailure } from '../../domain/base/hold-failure.ts';
import { endsWithin } from '../../domain/base/ends-within.ts';
import type { Cause, RecoveryFigures } from '../../domain/job/job-detail.ts';
import type { JobEvent } from '../../domain/job/job-event.ts';
import type { JobId } from '../../domain/job/job-id.ts';
import { statusGroup } from '../../domain/job/job-status.ts';
import { isDisasterRecovery } from '../../domain/job/job-type.ts';
import type { Language } from '../../domain/base/language.ts';
import type { ChartSeries } from '../../domain/rules/chart-series.ts';
import type { SubscriptionRules } from '../../domain/rules/subscription-rules.ts';
import type { ChannelKey } from '../../domain/subscription.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import type { SubscriptionStore } from '../../ports/store/subscriptions.ts';
import type { ToldStore } from '../../ports/store/told.ts';
import type { JobReading } from '../polling/read-jobs.ts';
import type { Vitals } from '../upkeep/vitals.ts';
import { readComparisons } from './read-comparisons.ts';
import { MAX_DETAIL_WAIT_MS, readJobsWithDetails } from './read-jobs-with-details.ts';
import type { ReadWithDetailsDeps } from './read-jobs-with-details.ts';
import { chartForStatus } from './show-chart.ts';
import type { ShowChartDeps } from './show-chart.ts';
import { readOutlook } from './read-outlook.ts';
import type { Outlook, OutlookDeps } from './read-outlook.ts';
import { resolveJobs, shownOf } from '../naming/resolve-jobs.ts';
import type { OldNames, ReferenceProblem, ResolveDeps, Unshown } from '../naming/resolve-jobs.ts';

/** What showing a status takes. */
export type ShowStatusDeps = ResolveDeps &
  ReadWithDetailsDeps &
  OutlookDeps &
  ShowChartDeps & { readonly store: SubscriptionStore & ToldStore };

/** A job with whether the channel that asked is subscribed to it, and what is known beside its progress. */
export interface JobStatus {
  readonly reading: JobReading;
  readonly subscribed: boolean;
  /** Why it failed, if it is failed and DRS says so. */
  readonly cause: Cause | null;
  /** For a disaster recovery job; `unknown` when DRS did not give them. */
  readonly recovery: RecoveryFigures | 'unknown' | null;
  /** How many sub-jobs it has. */
  readonly subJobs: number;
  /** Its figures of the last day, where it is the only one that is shown; null when there are none. */
  readonly chart: ChartSeries | null;
  /** How it goes on, by the rules of the channel that asked; null for a job of which nothing was read. */
  readonly outlook: Outlook | null;
  /** How it ended, as long as that is remembered; null for a job that goes on, or was not watched then. */
  readonly ended: EndedEvent | null;
}

/** The end of a job. */
export type EndedEvent = Extract<JobEvent, { readonly kind: 'ended' }>;

/** Everything a status message shows. */
export interface StatusAnswer {
  readonly jobs: readonly JobStatus[];
  /** What patterns fit beside them. */
  readonly unshown?: readonly Unshown[];
  readonly problems: readonly ReferenceProblem[];
  /** How old the names are that were used; left out or null where they were read a moment ago. */
  readonly oldNames?: OldNames | null;
}

/** The state of the jobs people named, as seen from `channel`. */
export async function showStatus(
  deps: ShowStatusDeps,
  channel: ChannelKey,
  references: readonly string[],
  language: Language,
): Promise<StatusAnswer> {
  const resolved = await resolveJobs(deps, references);
  const { jobIds, unshown } = shownOf(resolved);
  const { problems, oldNames } = resolved;
  return { jobs: await readForChannel(deps, channel, jobIds, language), unshown, problems, oldNames };
}

/** When DRS is asked next by itself, if the schedule pauses until then; null when it does not. */
export function endOfPause({ vitals }: { readonly vitals: Vitals }): EpochMs | null {
  return vitals.signs().poll.pausedUntil;
}

/** The same for jobs that are known by id, as behind a button. */
export async function readForChannel(
  deps: ShowStatusDeps,
  channel: ChannelKey,
  jobIds: readonly JobId[],
  language: Language,
): Promise<readonly JobStatus[]> {
  const { store, connectionId } = deps;
  const subJobs = await store.findSubJobs(connectionId, jobIds);
  const readings = await readJobsWithDetails(deps, jobIds, language, subJobs);
  const rules = await store.findSubscribed(channel, connectionId, jobIds);
  const recovery = await recoveryOf(deps, readings);
  const [only, ...others] = jobIds;
  const chart = only === undefined || others.length > 0 ? null : await chartForStatus(deps, only);
  return await Promise.all(
    readings.map(async (reading) => {
      const jobId = reading.kind === 'known' ? reading.job.jobId : reading.jobId;
      return {
        reading,
        subscribed: rules.has(jobId),
        cause: isFailed(reading) ? await store.findCause({ connectionId, jobId }, language) : null,
        recovery: recovery.get(jobId) ?? null,
        subJobs: subJobs.get(jobId)?.length ?? 0,
        chart,
        outlook: await outlookOf(deps, reading, rules.get(jobId), jobIds.length === 1),
        ended: await endOf(deps, channel, reading),
      };
    }),
  );
}

/**
 * A job that is shown alone is called ready only if DRS found no difference either: `/drs ready` says nothing else, with more
 * of it. That is asked only where everything else is so.
 */
async function outlookOf(
  deps: ShowStatusDeps,
  reading: JobReading,
  rules: SubscriptionRules | undefined,
  isAlone: boolean,
): Promise<Outlook | null> {
  if (reading.kind !== 'known') return null;
  const { job } = reading;
  const outlook = await readOutlook(deps, job, { rules });
  const { readiness } = outlook;
  if (!isAlone || outlook.rules.ready === null || readiness?.kind !== 'judged' || readiness.against.length > 0)
    return outlook;
  const compared = (await readComparisons(deps, [job.jobId], MAX_DETAIL_WAIT_MS)).get(job.jobId);
  if (compared?.kind !== 'read' || compared.comparisons.length === 0) return outlook;
  return await readOutlook(deps, job, { rules, comparisons: compared.comparisons });
}

/** Events looked through for the end: nothing much follows it. */
const MAX_LAST_EVENTS = 5;

async function endOf({ store }: ShowStatusDeps, channel: ChannelKey, reading: JobReading): Promise<EndedEvent | null> {
  if (reading.kind !== 'known' || reading.job.state.over !== 'ended') return null;
  const { workspaceId } = channel;
  const { events } = await store.listTold({ workspaceId, job: reading.job, limit: MAX_LAST_EVENTS });
  for (const { event } of events) if (event.kind === 'ended') return event;
  return null;
}

function isFailed(reading: JobReading): boolean {
  const report = reading.kind === 'known' ? reading.job.state.report : null;
  return report !== null && statusGroup(report.status) === 'failed';
}

/** RPO and RTO of the disaster recovery jobs among them that protect something now. */
async function recoveryOf(
  { drs, clock }: ShowStatusDeps,
  readings: readonly JobReading[],
): Promise<ReadonlyMap<JobId, RecoveryFigures | 'unknown'>> {
  const jobIds = readings.flatMap((one) =>
    one.kind === 'known' && isDisasterRecovery(one.job.jobType) && one.job.state.over === null ? [one.job.jobId] : [],
  );
  if (jobIds.length === 0) return new Map();
  const asking = holdFailure(drs.fetchRecoveryFigures(jobIds));
  const inTime = await endsWithin(MAX_DETAIL_WAIT_MS, asking, clock);
  const found = inTime ? (await asking).found : new Map<JobId, RecoveryFigures>();
  return new Map(jobIds.map((jobId) => [jobId, found.get(jobId) ?? 'unknown']));
}
