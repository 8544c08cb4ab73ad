import { sql } from 'kysely';
import type { Selectable } from 'kysely';

import type { Job, JobKey } from '../domain/job.ts';
import type { JobId } from '../domain/job-id.ts';
import { UNSEEN_JOB } from '../domain/job-state.ts';
import { HOUR } from '../domain/time.ts';
import type { EpochMs } from '../domain/time.ts';
import type { JobClaim, LeaseRequest } from '../ports.ts';
import { decodeState, storedJobId } from './codec.ts';
import { leaseIsFree } from './leases.ts';
import type { Db, Schema } from './schema.ts';

/** No job waits longer than this for its next poll (domain/cadence.ts: an hour after refusals, ten minutes else). */
const LONGEST_POLL_PAUSE_MS = 2 * HOUR;

/** A row as the domain knows it. */
export function toJob(row: Selectable<Schema['jobs']>): Job {
  return {
    connectionId: row.connection_id,
    jobId: storedJobId(row.job_id),
    name: row.name,
    jobType: row.job_type,
    times: { startedAt: row.started_at, fullCopyDoneAt: row.full_copy_done_at },
    state: decodeState(row.state),
    askAlone: row.ask_alone === 1,
    refusals: row.refusals,
  };
}

export async function findJob(db: Db, { connectionId, jobId }: JobKey): Promise<Job | null> {
  const row = await db
    .selectFrom('jobs')
    .selectAll()
    .where('connection_id', '=', connectionId)
    .where('job_id', '=', jobId)
    .executeTakeFirst();
  return row === undefined ? null : toJob(row);
}

export async function findJobs(db: Db, connectionId: string, jobIds: readonly JobId[]): Promise<readonly Job[]> {
  if (jobIds.length === 0) return [];
  const rows = await db
    .selectFrom('jobs')
    .selectAll()
    .where('connection_id', '=', connectionId)
    .where('job_id', 'in', jobIds)
    .execute();
  return rows.map(toJob);
}

/** What the list of jobs already knows about a job that gets a row. */
async function listedFacts(db: Db, { connectionId, jobId }: JobKey) {
  const listed = await db
    .selectFrom('listed_jobs')
    .select(['name', 'job_type', 'parent_id'])
    .where('connection_id', '=', connectionId)
    .where('job_id', '=', jobId)
    .executeTakeFirst();
  return listed ?? { name: null, job_type: null, parent_id: null };
}

/** Its time has come; or it lies further ahead than any pause of ours, set by a clock that has since jumped back. */
function isDue(now: EpochMs) {
  return sql<boolean>`next_poll_at is not null and (next_poll_at <= ${now} or next_poll_at > ${now + LONGEST_POLL_PAUSE_MS})`;
}

export async function countDueJobs(db: Db, connectionId: string, now: EpochMs): Promise<number> {
  const { count } = await db
    .selectFrom('jobs')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('connection_id', '=', connectionId)
    .where(isDue(now))
    .executeTakeFirstOrThrow();
  return count;
}

/** Jobs that may share a request first; one that must not only when no other is due. */
export async function claimDueJobs(
  db: Db,
  clock: number,
  request: LeaseRequest & { readonly connectionId: string; readonly now: EpochMs; readonly limit: number },
): Promise<readonly Job[]> {
  const together = await leaseDue(db, clock, request, 0, request.limit);
  return together.length > 0 ? together : await leaseDue(db, clock, request, 1, 1);
}

async function leaseDue(
  db: Db,
  clock: number,
  request: LeaseRequest & { readonly connectionId: string; readonly now: EpochMs },
  askAlone: 0 | 1,
  limit: number,
): Promise<readonly Job[]> {
  const { connectionId, now, token, leaseMs } = request;
  const rows = await db
    .updateTable('jobs')
    .set({ lease_token: token, lease_until: clock + leaseMs })
    .where('connection_id', '=', connectionId)
    .where('job_id', 'in', (due) =>
      due
        .selectFrom('jobs')
        .select('job_id')
        .where('connection_id', '=', connectionId)
        .where('ask_alone', '=', askAlone)
        .where(isDue(now))
        .where(leaseIsFree(clock))
        .orderBy('next_poll_at')
        .limit(limit),
    )
    .returningAll()
    .execute();
  return rows.map(toJob);
}

export async function claimJob(
  db: Db,
  clock: number,
  request: LeaseRequest & JobKey & { readonly now: EpochMs; readonly maxAgeMs: number },
): Promise<JobClaim> {
  const { connectionId, jobId, now, maxAgeMs, token, leaseMs } = request;
  return await db.transaction().execute(async (tx) => {
    await tx
      .insertInto('jobs')
      .values({
        ...(await listedFacts(tx, request)),
        connection_id: connectionId,
        job_id: jobId,
        state: JSON.stringify(UNSEEN_JOB),
        created_at: now,
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    const row = await tx
      .selectFrom('jobs')
      .selectAll()
      .where('connection_id', '=', connectionId)
      .where('job_id', '=', jobId)
      .executeTakeFirstOrThrow();
    const job = toJob(row);
    if (row.asked_at !== null && Math.abs(now - row.asked_at) < maxAgeMs) return { kind: 'fresh', job };
    const { numUpdatedRows } = await tx
      .updateTable('jobs')
      .set({ lease_token: token, lease_until: clock + leaseMs })
      .where('connection_id', '=', connectionId)
      .where('job_id', '=', jobId)
      .where(leaseIsFree(clock))
      .executeTakeFirstOrThrow();
    return { kind: numUpdatedRows > 0n ? 'claimed' : 'busy', job };
  });
}

export async function renewJobs(db: Db, clock: number, { token, leaseMs }: LeaseRequest): Promise<void> {
  await db
    .updateTable('jobs')
    .set({ lease_until: clock + leaseMs })
    .where('lease_token', '=', token)
    .execute();
}

export async function releaseJobs(db: Db, token: string): Promise<void> {
  await db.updateTable('jobs').set({ lease_token: null, lease_until: null }).where('lease_token', '=', token).execute();
}
