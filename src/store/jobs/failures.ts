import { sql } from 'kysely';

import type { Cause, JobDetail } from '../../domain/job/job-detail.ts';
import type { JobKey } from '../../domain/job/job.ts';
import type { JobId } from '../../domain/job/job-id.ts';
import { statusGroup } from '../../domain/job/job-status.ts';
import type { Closing } from '../../domain/post/closing.ts';
import type { Language } from '../../domain/base/language.ts';
import { isWithin } from '../../domain/base/time.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import type { FoundCause, WantedCause } from '../../ports/store/details.ts';
import type { LeaseRequest } from '../../ports/store/leases.ts';
import { addCause, causeFor, decodeCauses, decodeJobId, decodeLanguage } from '../rows/codec.ts';
import type { Causes } from '../rows/codec.ts';
import { tellNewName } from './rename-jobs.ts';
import { wantEdit } from '../rows/want-edit.ts';
import { setAside } from '../rows/set-aside.ts';
import { isDue, isFree } from '../rows/timed-work.ts';
import type { Db, Tx } from '../rows/schema.ts';

/** Notes a failure that was just told of; its cause is wanted if anybody was told. */
export async function openFailure(
  tx: Tx,
  job: JobKey,
  eventNumber: number,
  wantedSince: EpochMs | null,
): Promise<void> {
  await tx
    .insertInto('failures')
    .values({
      connection_id: job.connectionId,
      job_id: job.jobId,
      event_number: eventNumber,
      wanted_since: wantedSince,
      next_try_at: wantedSince,
      try_set_at: wantedSince ?? 0,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Notes what closed the failures that a job still had; their messages will say so. */
export async function closeFailures(tx: Tx, job: JobKey, { how, at }: Closing, now: EpochMs): Promise<void> {
  const rows = await tx
    .updateTable('failures')
    .set({ recovered_at: at, closed_by: how, wanted_since: null })
    .where('connection_id', '=', job.connectionId)
    .where('job_id', '=', job.jobId)
    .where('recovered_at', 'is', null)
    .returning('event_number')
    .execute();
  for (const row of rows) await wantEdit(tx, job, row.event_number, now);
}

export async function claimDetails(
  db: Db,
  request: {
    readonly connectionId: string;
    readonly jobIds: readonly JobId[];
    readonly now: EpochMs;
    readonly everyMs: number;
  },
): Promise<readonly JobId[]> {
  const { connectionId, jobIds, now, everyMs } = request;
  if (jobIds.length === 0) return [];
  return await db.transaction().execute(async (tx) => {
    const rows = await tx
      .selectFrom('jobs')
      .select(['job_id', 'detail_at', 'detail_tried_at', 'status'])
      .where('connection_id', '=', connectionId)
      .where('job_id', 'in', jobIds)
      .execute();
    const enough: string[] = [];
    for (const row of rows) {
      const tried = row.detail_tried_at !== null && isWithin(now, row.detail_tried_at, everyMs);
      if (tried || (row.detail_at !== null && !(await lacksCause(tx, connectionId, row)))) enough.push(row.job_id);
    }
    const wanted = jobIds.filter((jobId) => !enough.includes(jobId));
    if (wanted.length > 0) {
      await tx
        .updateTable('jobs')
        .set({ detail_tried_at: now })
        .where('connection_id', '=', connectionId)
        .where('job_id', 'in', wanted)
        .execute();
    }
    return wanted;
  });
}

async function lacksCause(
  tx: Tx,
  connectionId: string,
  row: { readonly job_id: string; readonly status: string | null },
): Promise<boolean> {
  if (row.status === null || statusGroup(row.status) !== 'failed') return false;
  const jobId = decodeJobId(row.job_id);
  if (jobId === null) return false;
  const last = await lastFailure(tx, { connectionId, jobId });
  return last === null || Object.keys(last.causes).length === 0;
}

export async function saveDetails(
  db: Db,
  request: {
    readonly connectionId: string;
    readonly details: readonly JobDetail[];
    readonly language: Language;
    readonly now: EpochMs;
  },
): Promise<void> {
  const { connectionId, details, language, now } = request;
  if (details.length === 0) return;
  await db.transaction().execute(async (tx) => {
    for (const detail of details) {
      const job = { connectionId, jobId: detail.jobId };
      const known = await findKnownName(tx, job);
      const row = await tx
        .updateTable('jobs')
        .set((eb) => ({
          name: eb.fn.coalesce(eb.val(detail.name), 'name'),
          job_type: eb.fn.coalesce(eb.val(detail.jobType), 'job_type'),
          parent_id: eb.fn.coalesce(eb.val(detail.parentId), 'parent_id'),
          started_at: eb.fn.coalesce(eb.val(detail.startedAt), 'started_at'),
          full_copy_done_at: eb.fn.coalesce(eb.val(detail.fullCopyDoneAt), 'full_copy_done_at'),
          detail_at: now,
        }))
        .where('connection_id', '=', connectionId)
        .where('job_id', '=', detail.jobId)
        .returning('status')
        .executeTakeFirst();
      const failed = row?.status !== undefined && row.status !== null && statusGroup(row.status) === 'failed';
      if (failed && detail.cause !== null) await keepCause(tx, job, language, detail.cause);
      await tellNewName(tx, job, { from: known, to: detail.name }, now);
    }
  });
}

async function findKnownName(tx: Tx, { connectionId, jobId }: JobKey): Promise<string | null> {
  const row = await tx
    .selectFrom('jobs')
    .select('name')
    .where('connection_id', '=', connectionId)
    .where('job_id', '=', jobId)
    .executeTakeFirst();
  return row?.name ?? null;
}

/** A job that had failed before anybody watched has no failure of its own yet: it gets number 0. */
async function keepCause(tx: Tx, job: JobKey, language: Language, cause: Cause): Promise<void> {
  const last = await lastFailure(tx, job);
  const eventNumber = last?.eventNumber ?? 0;
  if (last === null) await openFailure(tx, job, eventNumber, null);
  await writeCause(tx, job, { jobId: job.jobId, eventNumber, language, cause });
}

export async function findCause(db: Db, job: JobKey, language: Language): Promise<Cause | null> {
  const last = await lastFailure(db, job);
  return last === null ? null : causeFor(last.causes, language);
}

/** The failure a job has not recovered from. */
async function lastFailure(
  db: Db,
  { connectionId, jobId }: JobKey,
): Promise<{ readonly eventNumber: number; readonly causes: Causes } | null> {
  const row = await db
    .selectFrom('failures')
    .select(['event_number', 'causes'])
    .where('connection_id', '=', connectionId)
    .where('job_id', '=', jobId)
    .where('recovered_at', 'is', null)
    .orderBy('event_number', 'desc')
    .executeTakeFirst();
  return row === undefined ? null : { eventNumber: row.event_number, causes: decodeCauses(row.causes) ?? {} };
}

export async function claimWantedCauses(
  db: Db,
  clock: number,
  language: Language,
  request: LeaseRequest & { readonly connectionId: string; readonly limit: number },
): Promise<readonly WantedCause[]> {
  const { connectionId, limit, token, leaseMs } = request;
  return await db.transaction().execute(async (tx) => {
    const rows = await tx
      .updateTable('failures')
      .set({ lease_token: token, lease_until: clock + leaseMs, leased_at: clock })
      .where('connection_id', '=', connectionId)
      .where(sql<boolean>`(job_id, event_number) in (
        select job_id, event_number from failures
        where connection_id = ${connectionId} and wanted_since is not null
          and ${isDue('next_try_at', 'try_set_at', clock)} and ${isFree(clock)}
        order by next_try_at limit ${limit})`)
      .returning(['job_id', 'event_number', 'tries'])
      .execute();
    const wanted: WantedCause[] = [];
    for (const row of rows) {
      const jobId = decodeJobId(row.job_id);
      if (jobId === null) {
        await stopAsking(tx, clock, connectionId, row);
        continue;
      }
      const languages = await languagesTold(tx, connectionId, row, language);
      wanted.push({ jobId, eventNumber: row.event_number, tries: row.tries, languages });
    }
    return wanted;
  });
}

/** Nobody can be asked about a job whose id is none. */
async function stopAsking(
  tx: Tx,
  at: EpochMs,
  connectionId: string,
  { job_id: jobId, event_number: number }: { readonly job_id: string; readonly event_number: number },
): Promise<void> {
  await setAside(tx, { connectionId, workspaceId: null, what: 'cause', key: `${jobId} ${number}`, content: jobId, at });
  await tx
    .updateTable('failures')
    .set({ wanted_since: null })
    .where('connection_id', '=', connectionId)
    .where('job_id', '=', jobId)
    .where('event_number', '=', number)
    .execute();
}

async function languagesTold(
  tx: Tx,
  connectionId: string,
  { job_id: jobId, event_number: number }: { readonly job_id: string; readonly event_number: number },
  otherwise: Language,
): Promise<readonly Language[]> {
  const rows = await tx
    .selectFrom('deliveries')
    .innerJoin('channels', (join) =>
      join
        .onRef('channels.workspace_id', '=', 'deliveries.workspace_id')
        .onRef('channels.channel_id', '=', 'deliveries.channel_id'),
    )
    .select('channels.language')
    .distinct()
    .where('deliveries.connection_id', '=', connectionId)
    .where('deliveries.subject', '=', jobId)
    .where('deliveries.number', '=', number)
    .execute();
  const languages = rows.map((row) => decodeLanguage(row.language) ?? otherwise);
  return languages.length === 0 ? [otherwise] : [...new Set(languages)];
}

export async function saveCauses(
  db: Db,
  clock: EpochMs,
  request: {
    readonly connectionId: string;
    readonly token: string;
    readonly found: readonly FoundCause[];
    readonly givenUp: readonly WantedCause[];
    readonly retryAfterMs: number;
  },
): Promise<void> {
  const { connectionId, token, found, givenUp, retryAfterMs } = request;
  await db.transaction().execute(async (tx) => {
    for (const one of found) {
      const job = { connectionId, jobId: one.jobId };
      await writeCause(tx, job, one);
      await wantEdit(tx, job, one.eventNumber, clock);
    }
    for (const { jobId, eventNumber } of [...found, ...givenUp]) {
      await tx
        .updateTable('failures')
        .set({ wanted_since: null })
        .where('lease_token', '=', token)
        .where('job_id', '=', jobId)
        .where('event_number', '=', eventNumber)
        .execute();
    }
    await tx
      .updateTable('failures')
      .set((eb) => ({
        lease_token: null,
        lease_until: null,
        next_try_at: clock + retryAfterMs,
        try_set_at: clock,
        tries: eb('tries', '+', 1),
      }))
      .where('lease_token', '=', token)
      .execute();
  });
}

async function writeCause(tx: Tx, job: JobKey, { eventNumber, language, cause }: FoundCause): Promise<void> {
  const key = tx
    .selectFrom('failures')
    .select('causes')
    .where('connection_id', '=', job.connectionId)
    .where('job_id', '=', job.jobId)
    .where('event_number', '=', eventNumber);
  const row = await key.executeTakeFirst();
  if (row === undefined) return;
  await tx
    .updateTable('failures')
    .set({ causes: addCause(row.causes, language, cause) })
    .where('connection_id', '=', job.connectionId)
    .where('job_id', '=', job.jobId)
    .where('event_number', '=', eventNumber)
    .execute();
}
