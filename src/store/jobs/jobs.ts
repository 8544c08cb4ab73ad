import { sql } from 'kysely';
import type { Selectable } from 'kysely';

import type { Job, JobKey } from '../../domain/job/job.ts';
import type { JobId } from '../../domain/job/job-id.ts';
import { UNSEEN_JOB } from '../../domain/job/job-state.ts';
import type { JobState } from '../../domain/job/job-state.ts';
import type { JobTerms } from '../../domain/job/job-terms.ts';
import { statusGroup } from '../../domain/job/job-status.ts';
import { isWithin } from '../../domain/base/time.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import type { DueJobsRequest, JobClaim } from '../../ports/store/jobs.ts';
import type { LeaseRequest } from '../../ports/store/leases.ts';
import { decodeEvent, decodeJobId, decodeState, encode } from '../rows/codec.ts';
import { ReusedQuery } from '../rows/reused-query.ts';
import { setAside } from '../rows/set-aside.ts';
import { isDue, isFree, msUntilDue } from '../rows/timed-work.ts';
import { ofJob, sameJob } from '../rows/keys.ts';
import type { Request } from '../rows/keys.ts';
import type { Db, Schema } from '../rows/schema.ts';

/** What the domain knows of a row. */
const JOB_COLUMNS = [
  'connection_id',
  'job_id',
  'name',
  'job_type',
  'started_at',
  'full_copy_done_at',
  'expired_days',
  'prepaid',
  'status',
  'state',
  'ended_at',
  'ask_alone',
  'refusals',
  'waiting_since',
] as const;

/** A job whose state cannot be read begins anew; the status people last knew is kept, so that a change from it is told. */
export function unreadState(status: string | null): JobState {
  return { ...UNSEEN_JOB, toldStatus: status };
}

type JobRow = Pick<Selectable<Schema['jobs']>, (typeof JOB_COLUMNS)[number]>;

/** A row as the domain knows it; a state that cannot be read is that of a job nobody has seen. */
export function toJob(row: JobRow, jobId: JobId, state = decodeState(row.state) ?? unreadState(row.status)): Job {
  return {
    connectionId: row.connection_id,
    jobId,
    name: row.name,
    jobType: row.job_type,
    times: { startedAt: row.started_at, fullCopyDoneAt: row.full_copy_done_at },
    terms: toTerms(row),
    state,
    overSince: row.ended_at,
    askAlone: row.ask_alone === 1,
    refusals: row.refusals,
    waitingSince: row.waiting_since,
  };
}

/** What DRS has said of how it treats the job. */
export function toTerms(row: Pick<Selectable<Schema['jobs']>, 'expired_days' | 'prepaid'>): JobTerms {
  return { expiredDays: row.expired_days, prepaid: row.prepaid === null ? null : row.prepaid === 1 };
}

export async function findJob(db: Db, job: JobKey): Promise<Job | null> {
  const row = await findRow(db, job);
  return row === undefined ? null : toJob(row, job.jobId);
}

async function findRow(db: Db, { connectionId, jobId }: JobKey): Promise<Selectable<Schema['jobs']> | undefined> {
  return await db
    .selectFrom('jobs')
    .selectAll()
    .where((eb) => eb.and(ofJob({ connectionId, jobId })))
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
      state: encode(UNSEEN_JOB),
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
  return rows.flatMap((row) => {
    const jobId = decodeJobId(row.job_id);
    return jobId === null ? [] : [toJob(row, jobId)];
  });
}

/** What the list of jobs already knows about a job that gets a row. */
async function listedFacts(db: Db, { connectionId, jobId }: JobKey) {
  const listed = await db
    .selectFrom('listed_jobs')
    .select(['name', 'job_type', 'parent_id'])
    .where((eb) => eb.and(ofJob({ connectionId, jobId })))
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

/**
 * Jobs that share a request, or one that must be asked alone: whoever has waited longest. Being odd costs a job its
 * companions, not its place.
 */
export async function claimDueJobs(db: Db, clock: number, request: DueJobsRequest): Promise<readonly Job[]> {
  const due = { ...request, clock };
  const isAlone = request.from !== 'back' && (await isAloneFirst(db, due));
  const lease = request.from === 'back' ? leaseFromBack : leaseFromFront;
  const rows = await lease.run(db, isAlone ? { ...due, askAlone: 1, limit: 1 } : { ...due, askAlone: 0 });
  const jobs: Job[] = [];
  for (const row of rows) {
    const job = await readClaimed(db, clock, row);
    if (job !== null) jobs.push(job);
  }
  // Those that cannot be read are due no longer; others may be.
  return jobs.length === 0 && rows.length > 0 ? await claimDueJobs(db, clock, request) : jobs.toSorted(byPlace);
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

/** A job that is to be asked about; null when not even its id can be read: then nobody can ask. */
async function readClaimed(db: Db, clock: EpochMs, row: JobRow): Promise<Job | null> {
  const jobId = decodeJobId(row.job_id);
  if (jobId === null) await inTransaction(db, (tx) => stopAsking(tx, clock, row));
  if (jobId === null) return null;
  const state = decodeState(row.state) ?? (await inTransaction(db, (tx) => beginAnew(tx, clock, row, jobId)));
  return toJob(row, jobId, state);
}

async function inTransaction<T>(db: Db, work: (tx: Db) => Promise<T>): Promise<T> {
  return await (db.isTransaction ? work(db) : db.transaction().execute(work));
}

async function stopAsking(
  tx: Db,
  at: EpochMs,
  { connection_id: connectionId, job_id: key, state: content }: JobRow,
): Promise<void> {
  await setAside(tx, { connectionId, workspaceId: null, what: 'job', key, content, at });
  await tx
    .updateTable('jobs')
    .set({ next_poll_at: null })
    .where((eb) => eb.and(ofJob({ connectionId, jobId: key })))
    .execute();
}

/** Sets aside a state that cannot be read, and replaces it: the job begins anew, but a failure that was told is not forgotten. */
async function beginAnew(tx: Db, at: EpochMs, row: JobRow, jobId: JobId): Promise<JobState> {
  const { connection_id: connectionId, status, state: content } = row;
  await setAside(tx, { connectionId, workspaceId: null, what: 'job', key: jobId, content, at });
  const wasPaused = status !== null && statusGroup(status) === 'paused';
  const failure = wasPaused ? null : await findToldFailure(tx, { connectionId, jobId });
  const state = { ...unreadState(status), failure };
  await tx
    .updateTable('jobs')
    .set({ state: encode(state) })
    .where((eb) => eb.and(ofJob({ connectionId, jobId })))
    .execute();
  return state;
}

/** The failure that an event told of and that the job has not recovered from. */
async function findToldFailure(tx: Db, { connectionId, jobId }: JobKey): Promise<JobState['failure']> {
  const row = await tx
    .selectFrom('failures')
    .innerJoin('job_events', (join) =>
      join.on(sameJob('job_events', 'failures')).onRef('job_events.number', '=', 'failures.event_number'),
    )
    .select('job_events.facts')
    .where('failures.connection_id', '=', connectionId)
    .where('failures.job_id', '=', jobId)
    .where('failures.recovered_at', 'is', null)
    .orderBy('failures.event_number', 'desc')
    .executeTakeFirst();
  const event = row === undefined ? null : decodeEvent(row.facts);
  return event?.kind === 'status_changed' ? { status: event.to, since: event.at, startSeen: true } : null;
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
    .where(isPollDue(clock, now))
    .where(isFree(clock))
    .orderBy('waiting_since', direction)
    .orderBy('job_id', direction);
}

function dueValues({ connectionId, now, clock, askAlone }: Due): readonly unknown[] {
  return [connectionId, askAlone, Math.min(clock, now), clock, clock, clock];
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
        .set({ lease_token: due.token, lease_until: due.clock + due.leaseMs, leased_at: due.clock })
        .where('connection_id', '=', due.connectionId)
        .where('job_id', 'in', dueJobs(db, due, direction).select('job_id').limit(due.limit))
        .returning(JOB_COLUMNS),
    (due) => [due.token, due.clock + due.leaseMs, due.clock, due.connectionId, ...dueValues(due), due.limit],
  );
}

export async function claimJob(db: Db, clock: number, request: Request<'claimJob'>): Promise<JobClaim> {
  const { jobId, now, maxAgeMs, token, leaseMs } = request;
  return await db.transaction().execute(async (tx) => {
    const row = (await findRow(tx, request)) ?? (await insertRow(tx, request, now));
    const state = decodeState(row.state) ?? (await beginAnew(tx, clock, row, jobId));
    const job = toJob(row, jobId, state);
    if (row.asked_at !== null && isWithin(now, row.asked_at, maxAgeMs)) return { kind: 'fresh', job };
    const { numUpdatedRows } = await tx
      .updateTable('jobs')
      .set({ lease_token: token, lease_until: clock + leaseMs, leased_at: clock })
      .where((eb) => eb.and(ofJob(request)))
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
    .where((eb) => eb.and(ofJob({ connectionId, jobId })))
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
