import { endsWithin } from '../../domain/base/ends-within.ts';
import { holdFailure } from '../../domain/base/hold-failure.ts';
import type { Comparison } from '../../domain/job/comparison.ts';
import type { Explanation } from '../../domain/job/explanation.ts';
import type { JobId } from '../../domain/job/job-id.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DrsClient } from '../../ports/drs.ts';

/** What reading comparisons takes. */
export interface ReadComparisonsDeps {
  readonly drs: DrsClient;
  readonly clock: Clock;
}

/** What is known of the comparisons that DRS made of a job. */
export type KnownComparisons =
  | { readonly kind: 'read'; readonly comparisons: readonly Comparison[] }
  /** This region does not have them, or the credentials may not read them. */
  | { readonly kind: 'not_here' }
  | { readonly kind: 'failed'; readonly why: Explanation }
  /** DRS had not answered when the person was. */
  | { readonly kind: 'late' }
  /** Nobody can switch over from the job as it is, whatever was compared. */
  | { readonly kind: 'not_asked' };

/** What DRS compared, of each job, as far as it says within `maxWaitMs`; what comes later serves whoever asks next. */
export async function readComparisons(
  { drs, clock }: ReadComparisonsDeps,
  jobIds: readonly JobId[],
  maxWaitMs: number,
): Promise<ReadonlyMap<JobId, KnownComparisons>> {
  const known = new Map<JobId, KnownComparisons>(jobIds.map((jobId) => [jobId, { kind: 'late' }]));
  const asking = jobIds.map(async (jobId) => {
    const insight = await drs.fetchComparisons(jobId);
    if (insight.kind === 'read') known.set(jobId, { kind: 'read', comparisons: insight.value });
    else if (insight.kind === 'not_here') known.set(jobId, { kind: 'not_here' });
    else known.set(jobId, { kind: 'failed', why: insight.failure.why });
  });
  await endsWithin(maxWaitMs, holdFailure(Promise.all(asking)), clock);
  return new Map(known);
}
