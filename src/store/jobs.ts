import { sql } from 'kysely';
import type { Selectable } from 'kysely';

import type { Job, JobKey } from '../domain/job.ts';
import type { JobId } from '../domain/job-id.ts';
import { UNSEEN_JOB } from '../domain/job-state.ts';
import { HOUR } from '../domain/time.ts';
import type { EpochMs } from '../domain/time.ts';
import type { DueJobsRequest, JobClaim, LeaseRequest } from '../ports.ts';
import { decodeState, storedJobId } from './codec.ts';
import { leaseIsFree, LONGEST_LEASE_MS } from './leases.ts';
import { ReusedQuery } from './reused-query.ts';
import type { Db, Schema } from './schema.ts';

/** No job waits longer than this for its next poll (domain/cadence.ts: an hour after refusals, ten minutes else). */
const LONGEST_POLL_PAUSE_MS = 2 * HOUR;

/** What the domain knows of a row. */
const JOB_COLUMNS = [
  'connection_id',
  'job_id',
  'name',
  'job_type',
  'started_at',
  'full_copy_done_at',
  'state',
  'ask_alone',
  'refusals',
  'waiting_since',
] as const;

/** A row as the domain knows it. */
export function toJob(row: Pick<Selectable<Schema['jobs']>, (typeof JOB_COLUMNS)[number]>): Job {
  return {
    connectionId: row.connection_id,
    jobId: storedJobId(row.job_id),
    name: row.name,
    jobType: row.job_type,
    times: { startedAt: row.started_at, fullCopyDoneAt: row.full_copy_done_at },
    state: decodeState(row.state),
    askAlone: row.ask_alone === 1,
    refusals: row.refusals,
    waitingSince: row.waiting_since,
  };
}

export async function findJob(db: Db, job: JobKey): Promise<Job | null> {
  const row = await findRow(db, job);
  return row === undefined ? null : toJob(row);
}

async function findRow(db: Db, { connectionId, jobId }: JobKey): Promise<Selectable<Schema['jobs']> | undefined> {
  return await db
    .selectFrom('jobs')
    .selectAll()
    .where('connection_id', '=', connectionId)
    .where('job_id', '=', jobId)
    .executeTakeFirst();
}

/** A row for a job nobody has asked about before. */
async function insertRow(db: Db, job: JobKey, now: EpochMs): Promise<Selectable<Schema['jobs']>> {
  return await db
    .insertInto('jobs')
    .values({
      ...(await listedFacts(db, job)),
      connection_id: job.connectionId,
      job_id: job.jobId,
      state: JSON.stringify(UNSEEN_JOB),
      created_at: now,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
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

/**
 * Jobs that share a request, or one that must be asked alone: whoever has waited longest. Being odd costs a job its
 * companions, not its place.
 */
export async function claimDueJobs(db: Db, clock: number, request: DueJobsRequest): Promise<readonly Job[]> {
  const due = { ...request, clock };
  const isAlone = request.from !== 'back' && (await isAloneFirst(db, due));
  const lease = request.from === 'back' ? leaseFromBack : leaseFromFront;
  const rows = await lease.run(db, isAlone ? { ...due, askAlone: 1, limit: 1 } : { ...due, askAlone: 0 });
  return rows.map(toJob).toSorted(byPlace);
}

/** A job that must be asked alone is due, and has waited longer than all others that are. */
async function isAloneFirst(db: Db, due: Omit<Due, 'askAlone'>): Promise<boolean> {
  const [alone] = await findFirst.run(db, { ...due, askAlone: 1 });
  if (alone === undefined) return false;
  const [together] = await findFirst.run(db, { ...due, askAlone: 0 });
  return together === undefined || (alone.waiting_since ?? 0) < (together.waiting_since ?? 0);
}

/** The order of the queue; those who have waited equally long have a fixed order too. */
function byPlace(one: Job, other: Job): number {
  return (one.waitingSince ?? 0) - (other.waitingSince ?? 0) || (one.jobId < other.jobId ? -1 : 1);
}

/** Jobs to lease: those due at `now` that may or may not share a request. */
interface Due extends DueJobsRequest {
  readonly clock: number;
  readonly askAlone: 0 | 1;
}

/** Due jobs in the order of the queue, or in the opposite one. */
function dueJobs(db: Db, { connectionId, now, clock, askAlone }: Due, direction: 'asc' | 'desc') {
  return db
    .selectFrom('jobs')
    .where('connection_id', '=', connectionId)
    .where('ask_alone', '=', askAlone)
    .where(isDue(now))
    .where(leaseIsFree(clock))
    .orderBy('waiting_since', direction)
    .orderBy('job_id', direction);
}

function dueValues({ connectionId, now, clock, askAlone }: Due): readonly unknown[] {
  return [connectionId, askAlone, now, now + LONGEST_POLL_PAUSE_MS, clock, clock + LONGEST_LEASE_MS];
}

const findFirst = new ReusedQuery(
  (db: Db, due: Due) => dueJobs(db, due, 'asc').select('waiting_since').limit(1),
  (due) => [...dueValues(due), 1],
);

const leaseFromFront = leaseDue('asc');
const leaseFromBack = leaseDue('desc');

function leaseDue(direction: 'asc' | 'desc') {
  return new ReusedQuery(
    (db: Db, due: Due) =>
      db
        .updateTable('jobs')
        .set({ lease_token: due.token, lease_until: due.clock + due.leaseMs })
        .where('connection_id', '=', due.connectionId)
        .where('job_id', 'in', dueJobs(db, due, direction).select('job_id').limit(due.limit))
        .returning(JOB_COLUMNS),
    (due) => [due.token, due.clock + due.leaseMs, due.connectionId, ...dueValues(due), due.limit],
  );
}

export async function claimJob(
  db: Db,
  clock: number,
  request: LeaseRequest & JobKey & { readonly now: EpochMs; readonly maxAgeMs: number },
): Promise<JobClaim> {
  const { connectionId, jobId, now, maxAgeMs, token, leaseMs } = request;
  return await db.transaction().execute(async (tx) => {
    const row = (await findRow(tx, request)) ?? (await insertRow(tx, request, now));
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
