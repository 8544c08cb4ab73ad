import { sql } from 'kysely';

import { UNSEEN_JOB } from '../../domain/job/job-state.ts';
import { GONE_ASKED_FOR_MS } from '../../domain/poll/absence.ts';
import type { ConnectionAbsence, Suspect } from '../../domain/poll/absence.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import { decodeJobId, decodeState } from '../rows/codec.ts';
import { sameJob } from '../rows/keys.ts';
import type { Request } from '../rows/keys.ts';
import type { Db } from '../rows/schema.ts';
import { IS_WATCHED, isAwaited } from './awaited-subscriptions.ts';

/** The last look gave a report. */
const IS_ANSWERING = sql<boolean>`(jobs.answered_at is not null and jobs.answered_at >= jobs.asked_at)`;

/** See `JobStore`. */
export async function findAbsence(db: Db, { connectionId, now }: Request<'findAbsence'>): Promise<ConnectionAbsence> {
  const suspects = await findSuspects(db, connectionId);
  return {
    ...(suspects.length === 0 ? { watched: 0, answering: 0 } : await countWatched(db, connectionId)),
    suspects,
    listTriedAt: await findListTriedAt(db, connectionId),
    isListAwaited: await isListAwaited(db, connectionId, now),
  };
}

async function findSuspects(db: Db, connectionId: string): Promise<readonly Suspect[]> {
  const rows = await db
    .selectFrom('jobs')
    .leftJoin('listed_jobs as listed', (join) => join.on(sameJob('listed', 'jobs')))
    .leftJoin('job_list_readings as reading', (join) =>
      join
        .onRef('reading.connection_id', '=', 'jobs.connection_id')
        .on((eb) => eb('reading.job_type', '=', eb.fn.coalesce('listed.job_type', 'jobs.job_type'))),
    )
    .select(['jobs.job_id', 'jobs.state', 'jobs.listed_at', 'listed.job_id as listed_id', 'listed.status'])
    .select(['reading.began_at', 'reading.job_type'])
    .where('jobs.connection_id', '=', connectionId)
    .where('jobs.next_poll_at', 'is not', null)
    .where('jobs.ended_at', 'is', null)
    .where(IS_WATCHED)
    .where((eb) =>
      eb.or([
        eb('jobs.missing_since', 'is not', null),
        eb.and([eb('listed.status', '=', 'DELETED'), sql<boolean>`not ${IS_ANSWERING}`]),
      ]),
    )
    .execute();
  if (rows.length === 0) return [];
  const answering = await findAnsweringTypes(db, connectionId);
  return rows.flatMap((row) => {
    const jobId = decodeJobId(row.job_id);
    if (jobId === null) return [];
    const { missing, unknown } = decodeState(row.state) ?? UNSEEN_JOB;
    return {
      jobId,
      missing,
      unknownSince: unknown?.since ?? null,
      unknownPolls: unknown?.polls ?? 0,
      listedAt: row.listed_at,
      listReadAt: row.began_at,
      listedStatus: row.listed_id === null ? null : (row.status ?? ''),
      // A suspect does not answer itself, so these are others.
      listHasOthers: row.job_type !== null && answering.has(row.job_type),
    };
  });
}

/** The types whose lists have jobs that are watched and answer. */
async function findAnsweringTypes(db: Db, connectionId: string): Promise<ReadonlySet<string>> {
  const rows = await db
    .selectFrom('jobs')
    .innerJoin('listed_jobs', (join) => join.on(sameJob('listed_jobs', 'jobs')))
    .select('listed_jobs.job_type')
    .distinct()
    .where('jobs.connection_id', '=', connectionId)
    .where('jobs.next_poll_at', 'is not', null)
    .where(IS_WATCHED)
    .where(IS_ANSWERING)
    .execute();
  return new Set(rows.map((row) => row.job_type));
}

async function countWatched(db: Db, connectionId: string) {
  return await db
    .selectFrom('jobs')
    .select((eb) => [
      eb.fn.countAll<number>().as('watched'),
      sql<number>`count(case when ${IS_ANSWERING} then 1 end)`.as('answering'),
    ])
    .where('connection_id', '=', connectionId)
    .where(IS_WATCHED)
    .executeTakeFirstOrThrow();
}

async function findListTriedAt(db: Db, connectionId: string): Promise<EpochMs | null> {
  const row = await db
    .selectFrom('connections')
    .select('list_tried_at')
    .where('id', '=', connectionId)
    .executeTakeFirst();
  return row?.list_tried_at ?? null;
}

/** A job is awaited that is no longer asked about. */
async function isListAwaited(db: Db, connectionId: string, now: EpochMs): Promise<boolean> {
  const row = await db
    .selectFrom('subscriptions')
    .select('id')
    .where('connection_id', '=', connectionId)
    .where('ended_at', '<', now - GONE_ASKED_FOR_MS)
    .where(isAwaited(now))
    .executeTakeFirst();
  return row !== undefined;
}
