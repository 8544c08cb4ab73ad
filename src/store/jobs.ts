import { sql } from 'kysely';
import type { Selectable } from 'kysely';

import type { Job, JobKey } from '../domain/job.ts';
import type { JobId } from '../domain/job-id.ts';
import { UNSEEN_JOB } from '../domain/job-state.ts';
import type { JobState } from '../domain/job-state.ts';
import { isWithin } from '../domain/time.ts';
import type { EpochMs } from '../domain/time.ts';
import type { JobClaim, LeaseRequest } from '../ports.ts';
import { decodeState, storedJobId } from './codec.ts';
import { ReusedQuery } from './reused-query.ts';
import { setAside } from './rows/set-aside.ts';
import { isDue, isFree, msUntilDue } from './rows/timed-work.ts';
import type { Db, Schema } from './schema.ts';

/** What the domain knows of a row. */
const JOB_COLUMNS = [
  'connection_id',
  'job_id',
  'name',
  'job_type',
  'started_at',
  'full_copy_done_at',
  'status',
  'state',
  'ask_alone',
  'refusals',
] as const;

/** A job whose state cannot be read begins anew; the status people last knew is kept, so that a change from it is told. */
export function unreadState(status: string | null): JobState {
  return { ...UNSEEN_JOB, toldStatus: status };
}

/** A row as the domain knows it. */
export function toJob(row: Pick<Selectable<Schema['jobs']>, (typeof JOB_COLUMNS)[number]>): Job {
  return {
    connectionId: row.connection_id,
    jobId: storedJobId(row.job_id),
    name: row.name,
    jobType: row.job_type,
    times: { startedAt: row.started_at, fullCopyDoneAt: row.full_copy_done_at },
    state: decodeState(row.state) ?? unreadState(row.status),
    askAlone: row.ask_alone === 1,
    refusals: row.refusals,
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

/** A pass takes what was due when it began, so that it asks about each job once. */
function isPollDue(clock: EpochMs, passBegan: EpochMs) {
  return sql<boolean>`next_poll_at is not null and ${isDue('next_poll_at', 'poll_set_at', clock, Math.min(clock, passBegan))}`;
}

export async function countDueJobs(db: Db, connectionId: string, now: EpochMs): Promise<number> {
  const { count } = await db
    .selectFrom('jobs')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('connection_id', '=', connectionId)
    .where(isPollDue(now, now))
    .executeTakeFirstOrThrow();
  return count;
}

/** Jobs that may share a request first; one that must not only when no other is due. */
export async function claimDueJobs(
  db: Db,
  clock: number,
  request: LeaseRequest & { readonly connectionId: string; readonly now: EpochMs; readonly limit: number },
): Promise<readonly Job[]> {
  const together = await leaseDue.run(db, { ...request, clock, askAlone: 0 });
  const rows = together.length > 0 ? together : await leaseDue.run(db, { ...request, clock, askAlone: 1, limit: 1 });
  for (const row of rows) if (decodeState(row.state) === null) await beginAnew(db, clock, row);
  return rows.map(toJob);
}

/** Sets aside a state that cannot be read, in one transaction with the state that replaces it. */
async function beginAnew(
  db: Db,
  at: EpochMs,
  row: Pick<Selectable<Schema['jobs']>, 'connection_id' | 'job_id' | 'status' | 'state'>,
): Promise<void> {
  const { connection_id: connectionId, job_id: key, status, state: content } = row;
  const replace = async (tx: Db) => {
    await setAside(tx, { connectionId, what: 'job', key, content, at });
    await tx
      .updateTable('jobs')
      .set({ state: JSON.stringify(unreadState(status)) })
      .where('connection_id', '=', connectionId)
      .where('job_id', '=', key)
      .execute();
  };
  await (db.isTransaction ? replace(db) : db.transaction().execute(replace));
}

/** Jobs to lease: those due at `now` that may or may not share a request. */
interface Due extends LeaseRequest {
  readonly connectionId: string;
  readonly now: EpochMs;
  readonly clock: number;
  readonly askAlone: 0 | 1;
  readonly limit: number;
}

const leaseDue = new ReusedQuery(
  (db: Db, { connectionId, now, clock, askAlone, limit, token, leaseMs }: Due) =>
    db
      .updateTable('jobs')
      .set({ lease_token: token, lease_until: clock + leaseMs, leased_at: clock })
      .where('connection_id', '=', connectionId)
      .where('job_id', 'in', (due) =>
        due
          .selectFrom('jobs')
          .select('job_id')
          .where('connection_id', '=', connectionId)
          .where('ask_alone', '=', askAlone)
          .where(isPollDue(clock, now))
          .where(isFree(clock))
          .orderBy('next_poll_at')
          .limit(limit),
      )
      .returning(JOB_COLUMNS),
  ({ connectionId, now, clock, askAlone, limit, token, leaseMs }) => [
    token,
    clock + leaseMs,
    clock,
    connectionId,
    connectionId,
    askAlone,
    Math.min(clock, now),
    clock,
    clock,
    clock,
    limit,
  ],
);

export async function claimJob(
  db: Db,
  clock: number,
  request: LeaseRequest & JobKey & { readonly now: EpochMs; readonly maxAgeMs: number },
): Promise<JobClaim> {
  const { connectionId, jobId, now, maxAgeMs, token, leaseMs } = request;
  return await db.transaction().execute(async (tx) => {
    const row = (await findRow(tx, request)) ?? (await insertRow(tx, request, now));
    if (decodeState(row.state) === null) await beginAnew(tx, clock, row);
    const job = toJob(row);
    if (row.asked_at !== null && isWithin(now, row.asked_at, maxAgeMs)) return { kind: 'fresh', job };
    const { numUpdatedRows } = await tx
      .updateTable('jobs')
      .set({ lease_token: token, lease_until: clock + leaseMs, leased_at: clock })
      .where('connection_id', '=', connectionId)
      .where('job_id', '=', jobId)
      .where(isFree(clock))
      .executeTakeFirstOrThrow();
    return { kind: numUpdatedRows > 0n ? 'claimed' : 'busy', job };
  });
}

/** Whether somebody has the job at `clock`. */
export async function isJobLeased(db: Db, clock: EpochMs, { connectionId, jobId }: JobKey): Promise<boolean> {
  const row = await db
    .selectFrom('jobs')
    .select(['lease_until', 'leased_at'])
    .where('connection_id', '=', connectionId)
    .where('job_id', '=', jobId)
    .executeTakeFirst();
  return row !== undefined && row.lease_until !== null && msUntilDue(row.lease_until, row.leased_at, clock) > 0;
}

export async function renewJobs(db: Db, clock: number, { token, leaseMs }: LeaseRequest): Promise<void> {
  await db
    .updateTable('jobs')
    .set({ lease_until: clock + leaseMs, leased_at: clock })
    .where('lease_token', '=', token)
    .execute();
}

export async function releaseJobs(db: Db, token: string): Promise<void> {
  await db.updateTable('jobs').set({ lease_token: null, lease_until: null }).where('lease_token', '=', token).execute();
}
