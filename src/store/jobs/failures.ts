import type { Cause } from '../../domain/job/job-detail.ts';
import type { JobKey } from '../../domain/job/job.ts';
import type { Closing } from '../../domain/post/closing.ts';
import type { Language } from '../../domain/base/language.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import type { FoundCause, WantedCause } from '../../ports/store/details.ts';
import { addCause, causeFor, decodeCauses, decodeJobId, decodeLanguage } from '../rows/codec.ts';
import type { Causes } from '../rows/codec.ts';
import { ofJob } from '../rows/keys.ts';
import type { Request } from '../rows/keys.ts';
import { wantEdit } from '../rows/want-edit.ts';
import { setAside } from '../rows/set-aside.ts';
import { claimWanted, giveBackWanted, isAnyWanted } from '../rows/wanted-rows.ts';
import type { Db, Tx } from '../rows/schema.ts';

/** A failure as its row names it. */
interface FailureKey {
  readonly connectionId: string;
  readonly jobId: string;
  readonly eventNumber: number;
}

function updateFailure(tx: Tx, failure: FailureKey) {
  return tx
    .updateTable('failures')
    .where((eb) => eb.and(ofJob(failure)))
    .where('event_number', '=', failure.eventNumber);
}

/** Notes a failure that was just told of; its cause is wanted if anybody was told. */
export async function openFailure(
  tx: Tx,
  job: JobKey,
  eventNumber: number,
  wantedSince: EpochMs | null,
): Promise<void> {
  const wanted = { wanted_since: wantedSince, next_try_at: wantedSince, try_set_at: wantedSince ?? 0 };
  await tx
    .insertInto('failures')
    .values({ ...ofJob(job), event_number: eventNumber, ...wanted })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Notes what closed the failures that a job still had; their messages will say so. */
export async function closeFailures(tx: Tx, job: JobKey, { how, at }: Closing, now: EpochMs): Promise<void> {
  const rows = await tx
    .updateTable('failures')
    .set({ recovered_at: at, closed_by: how, wanted_since: null })
    .where((eb) => eb.and(ofJob(job)))
    .where('recovered_at', 'is', null)
    .returning('event_number')
    .execute();
  for (const row of rows) await wantEdit(tx, job, row.event_number, now);
}

/** The failure a job has not recovered from; null for none. */
export async function findLastFailure(
  db: Db,
  job: Omit<FailureKey, 'eventNumber'>,
): Promise<{ readonly eventNumber: number; readonly causes: Causes } | null> {
  const row = await db
    .selectFrom('failures')
    .select(['event_number', 'causes'])
    .where((eb) => eb.and(ofJob(job)))
    .where('recovered_at', 'is', null)
    .orderBy('event_number', 'desc')
    .executeTakeFirst();
  return row === undefined ? null : { eventNumber: row.event_number, causes: decodeCauses(row.causes) ?? {} };
}

export async function findCause(db: Db, job: JobKey, language: Language): Promise<Cause | null> {
  const last = await findLastFailure(db, job);
  return last === null ? null : causeFor(last.causes, language);
}

/** A job that had failed before anybody watched has no failure of its own yet: it gets number 0. */
export async function keepCause(tx: Tx, job: JobKey, language: Language, cause: Cause): Promise<void> {
  const last = await findLastFailure(tx, job);
  const eventNumber = last?.eventNumber ?? 0;
  if (last === null) await openFailure(tx, job, eventNumber, null);
  await writeCause(tx, { ...job, eventNumber }, language, cause);
}

export async function claimWantedCauses(
  db: Db,
  clock: number,
  language: Language,
  request: Request<'claimWantedCauses'>,
): Promise<readonly WantedCause[]> {
  const { connectionId } = request;
  if (!(await isAnyWanted(db, 'failures', connectionId))) return [];
  return await db.transaction().execute(async (tx) => {
    const wanted: WantedCause[] = [];
    for (const { job_id: id, event_number: eventNumber, tries } of await claimWanted(tx, 'failures', clock, request)) {
      const failure = { connectionId, jobId: id, eventNumber };
      const jobId = decodeJobId(id);
      if (jobId === null) await stopAsking(tx, failure, clock);
      else wanted.push({ jobId, eventNumber, tries, languages: await findReaders(tx, failure, language) });
    }
    return wanted;
  });
}

/** Nobody can be asked about a job whose id is none. */
async function stopAsking(tx: Tx, failure: FailureKey, at: EpochMs): Promise<void> {
  const { connectionId, jobId: content, eventNumber } = failure;
  await setAside(tx, {
    connectionId,
    workspaceId: null,
    what: 'cause',
    key: `${content} ${eventNumber}`,
    content,
    at,
  });
  await updateFailure(tx, failure).set({ wanted_since: null }).execute();
}

/** The languages of the channels that were told. */
async function findReaders(
  tx: Tx,
  { connectionId, jobId, eventNumber }: FailureKey,
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
    .where((eb) => eb.and({ connection_id: connectionId, subject: jobId, number: eventNumber }))
    .execute();
  const languages = rows.map((row) => decodeLanguage(row.language) ?? otherwise);
  return languages.length === 0 ? [otherwise] : [...new Set(languages)];
}

export async function saveCauses(
  db: Db,
  clock: EpochMs,
  { connectionId, token, found, givenUp, retryAfterMs }: Request<'saveCauses'>,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    for (const { language, cause, prepaid, ...one } of found) {
      const job = { connectionId, jobId: one.jobId };
      if (prepaid !== null) await notePrepaid(tx, job, prepaid);
      await writeCause(tx, { connectionId, ...one }, language, cause);
      await wantEdit(tx, job, one.eventNumber, clock);
    }
    for (const one of [...found, ...givenUp])
      await updateFailure(tx, { connectionId, ...one })
        .set({ wanted_since: null })
        .where('lease_token', '=', token)
        .execute();
    await giveBackWanted(tx, 'failures', clock, { token, retryAfterMs });
  });
}

/** Notes how a job is paid for. */
async function notePrepaid(tx: Tx, job: JobKey, prepaid: boolean): Promise<void> {
  await tx
    .updateTable('jobs')
    .set({ prepaid: prepaid ? 1 : 0 })
    .where((eb) => eb.and(ofJob(job)))
    .execute();
}

async function writeCause(tx: Tx, failure: FailureKey, language: FoundCause['language'], cause: Cause): Promise<void> {
  const row = await tx
    .selectFrom('failures')
    .select('causes')
    .where((eb) => eb.and(ofJob(failure)))
    .where('event_number', '=', failure.eventNumber)
    .executeTakeFirst();
  if (row === undefined) return;
  await updateFailure(tx, failure)
    .set({ causes: addCause(row.causes, language, cause) })
    .execute();
}
