import { sql } from 'kysely';
import type { ExpressionBuilder, Selectable } from 'kysely';

import type { Job, JobKey } from '../domain/job.ts';
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

export async function findWatchedJobsByPrefix(
  db: Db,
  connectionId: string,
  prefix: string,
  limit: number,
): Promise<readonly Job[]> {
  const rows = await db
    .selectFrom('jobs')
    .selectAll()
    .where('connection_id', '=', connectionId)
    .where(sql<string>`substr(jobs.job_id, 1, ${prefix.length})`, '=', prefix)
    .where((eb) => eb.or([isWatched(eb), eb('ended_at', 'is not', null)]))
    .orderBy('job_id')
    .limit(limit)
    .execute();
  return rows.map(toJob);
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
      .values({ connection_id: connectionId, job_id: jobId, state: JSON.stringify(UNSEEN_JOB), created_at: now })
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

function isWatched(eb: ExpressionBuilder<Schema, 'jobs'>) {
  return eb.exists(
    eb
      .selectFrom('subscriptions')
      .select(sql<number>`1`.as('one'))
      .whereRef('subscriptions.connection_id', '=', 'jobs.connection_id')
      .whereRef('subscriptions.job_id', '=', 'jobs.job_id')
      .where('subscriptions.ended_at', 'is', null),
  );
}
