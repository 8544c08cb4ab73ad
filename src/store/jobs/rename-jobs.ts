import { sql } from 'kysely';

import type { JobKey } from '../../domain/job/job.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import { decodeJobId } from '../rows/codec.ts';
import { ofJob, sameJob } from '../rows/keys.ts';
import type { Tx } from '../rows/schema.ts';
import { IS_WATCHED } from './awaited-subscriptions.ts';
import { writeEvent } from './write-event.ts';

/**
 * Known jobs are called what the list calls them from now on; channels are told of those that were called otherwise. Returns
 * how many tellings are owed.
 */
export async function nameAfterList(tx: Tx, connectionId: string, now: EpochMs): Promise<number> {
  const rows = await tx
    .selectFrom('jobs')
    .innerJoin('listed_jobs as listed', (join) => join.on(sameJob('listed', 'jobs')))
    .select(['jobs.job_id', 'jobs.name as from', 'listed.name as to'])
    .where('jobs.connection_id', '=', connectionId)
    .whereRef('jobs.name', '<>', 'listed.name')
    .orderBy('jobs.job_id')
    .execute();
  await sql`
    update jobs set name = coalesce(listed.name, jobs.name), job_type = listed.job_type, parent_id = listed.parent_id
    from listed_jobs as listed
    where jobs.connection_id = ${connectionId}
      and listed.connection_id = jobs.connection_id and listed.job_id = jobs.job_id
      and (jobs.name is distinct from coalesce(listed.name, jobs.name) or jobs.job_type is distinct from listed.job_type
        or jobs.parent_id is distinct from listed.parent_id)
  `.execute(tx);
  let told = 0;
  for (const { job_id: id, from, to } of rows) {
    const jobId = decodeJobId(id);
    if (jobId === null) continue;
    told += await tellNewName(tx, { connectionId, jobId }, { from, to }, now);
  }
  return told;
}

/**
 * Owes word of a job's new name to the channels that watch it; nothing is written for a job that nobody watches, or whose
 * name was not known before. The job's row has the new name already.
 */
export async function tellNewName(
  tx: Tx,
  job: JobKey,
  { from, to }: { readonly from: string | null; readonly to: string | null },
  now: EpochMs,
): Promise<number> {
  if (from === null || to === null || from === to) return 0;
  // What was told before the job had any name was shown under the one that is going now.
  await tx
    .updateTable('job_events')
    .set({ job_name: from })
    .where((eb) => eb.and(ofJob(job)))
    .where('job_name', 'is', null)
    .execute();
  const watched = await tx
    .updateTable('jobs')
    .set((eb) => ({ event_number: eb('event_number', '+', 1) }))
    .where((eb) => eb.and(ofJob(job)))
    .where(IS_WATCHED)
    .returning('event_number')
    .executeTakeFirst();
  if (watched === undefined) return 0;
  const event = {
    kind: 'renamed' as const,
    from,
    to,
    at: now,
    report: null,
    previous: null,
    lastLag: null,
    lagNote: 'settled' as const,
    percentBefore: null,
  };
  return await writeEvent(tx, job, { number: watched.event_number, event }, now);
}
