import { holdFailure } from '../../domain/base/hold-failure.ts';
import { endsWithin } from '../../domain/base/ends-within.ts';
import type { JobDetail } from '../../domain/job/job-detail.ts';
import type { JobId } from '../../domain/job/job-id.ts';
import type { Language } from '../../domain/base/language.ts';
import type { Context } from '../context.ts';
import { fetchDetails } from '../polling/fetch-details.ts';
import { lookAtJobs } from '../polling/look-at-jobs.ts';
import type { Look } from '../polling/look-at-jobs.ts';

/**
 * Looks at jobs and, where it is not known yet, asks beside that what they are called, when they began, and why they
 * failed. The look never waits long for it.
 */
export async function lookClosely(
  context: Context,
  jobIds: readonly JobId[],
  language: Language,
): Promise<readonly Look[]> {
  const { store, connectionId, clock, durations } = context;
  const request = { connectionId, jobIds, now: clock.now(), everyMs: durations.detailEveryMs };
  const wanted = await store.claimDetails(request);
  const asking = wanted.length === 0 ? null : holdFailure(fetchDetails(context, wanted, language));
  const looks = await lookAtJobs(context, jobIds, language);
  if (asking === null) return looks;
  const saving = asking
    .then((details) => save(context, details, language))
    .catch((error: unknown) => context.log.warn({ err: error }, 'the details of jobs could not be kept'));
  // It may end after the person has been answered; then it serves the next look.
  return (await endsWithin(durations.detailWaitMs, saving, clock)) ? await withDetails(context, looks) : looks;
}

async function save(
  { store, connectionId, clock }: Context,
  details: ReadonlyMap<JobId, JobDetail>,
  language: Language,
): Promise<void> {
  await store.saveDetails({ connectionId, details: [...details.values()], language, now: clock.now() });
}

/** The same looks with what is known of the jobs by now. */
async function withDetails({ store, connectionId }: Context, looks: readonly Look[]): Promise<readonly Look[]> {
  const jobIds = looks.flatMap((look) => (look.kind === 'known' ? [look.job.jobId] : []));
  const rows = new Map((await store.findJobs(connectionId, jobIds)).map((job) => [job.jobId, job]));
  return looks.map((look) => {
    const row = look.kind === 'known' ? rows.get(look.job.jobId) : undefined;
    return look.kind === 'known' && row !== undefined
      ? { kind: 'known', job: { ...look.job, name: row.name, jobType: row.jobType, times: row.times } }
      : look;
  });
}
