import { sql } from 'kysely';

import { isListedAsOver } from '../../domain/names/listed-job.ts';
import { nameKey } from '../../domain/names/name-key.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import type { JobListEntry } from '../../ports/drs.ts';
import { encode } from '../rows/codec.ts';
import { isAwaited } from './awaited-subscriptions.ts';
import { findNamesakes } from './namesakes.ts';
import { nameAfterList } from './rename-jobs.ts';
import { sameJob } from '../rows/keys.ts';
import type { Request } from '../rows/keys.ts';
import type { Db, Tx } from '../rows/schema.ts';

/** Rows written by one statement. */
const ROWS_AT_ONCE = 500;

export async function claimJobListRefresh(
  db: Db,
  { connectionId, now, everyMs }: Request<'claimJobListRefresh'>,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('connections')
    .set({ list_tried_at: now })
    .where('id', '=', connectionId)
    // A time in the future was noted by a clock that has since jumped back.
    .where((eb) =>
      eb.or([eb('list_tried_at', 'is', null), eb('list_tried_at', '<=', now - everyMs), eb('list_tried_at', '>', now)]),
    )
    .executeTakeFirstOrThrow();
  return numUpdatedRows > 0n;
}

export async function saveJobList(db: Db, { connectionId, listing, now }: Request<'saveJobList'>): Promise<number> {
  return await db.transaction().execute(async (tx) => {
    const list_failure = listing.failure === null ? null : encode(listing.failure.why);
    await tx.updateTable('connections').set({ list_failure }).where('id', '=', connectionId).execute();
    if (listing.parts.length === 0) return 0;
    for (const { jobType, entries, isWhole } of listing.parts) {
      const list = { connectionId, jobType, beganAt: now };
      await replaceType(tx, list, entries);
      await noteListed(tx, list);
      if (isWhole) await noteReading(tx, list);
    }
    await askAboutReturned(tx, connectionId, now);
    await tx.updateTable('connections').set({ listed_at: now }).where('id', '=', connectionId).execute();
    return (await nameAfterList(tx, connectionId, now)) + (await findNamesakes(tx, connectionId, now));
  });
}

/** The list of one type that was read. */
interface TypeList {
  readonly connectionId: string;
  readonly jobType: string;
  readonly beganAt: EpochMs;
}

async function replaceType(
  tx: Tx,
  { connectionId, jobType, beganAt }: TypeList,
  entries: readonly JobListEntry[],
): Promise<void> {
  const list = { connection_id: connectionId, job_type: jobType };
  await tx
    .deleteFrom('listed_jobs')
    .where((eb) => eb.and(list))
    .execute();
  for (let from = 0; from < entries.length; from += ROWS_AT_ONCE) {
    const rows = entries.slice(from, from + ROWS_AT_ONCE).map((entry) => ({
      ...list,
      job_id: entry.jobId,
      name: entry.name,
      name_key: entry.name === null ? null : nameKey(entry.name),
      status: entry.status,
      is_over: isListedAsOver(entry) ? 1 : 0,
      parent_id: entry.parentId,
      listed_at: beganAt,
      engines: entry.engines,
    }));
    await tx
      .insertInto('listed_jobs')
      .values(rows)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}

/** Jobs with a row remember when the list last had them; one that it calls deleted it does not have. */
async function noteListed(tx: Tx, { connectionId, jobType, beganAt }: TypeList): Promise<void> {
  await tx
    .updateTable('jobs')
    .set({ listed_at: beganAt })
    .where('connection_id', '=', connectionId)
    .where('job_id', 'in', (listed) =>
      listed
        .selectFrom('listed_jobs')
        .select('job_id')
        .where('connection_id', '=', connectionId)
        .where('job_type', '=', jobType)
        .where(sql<boolean>`(listed_jobs.status is null or listed_jobs.status <> 'DELETED')`),
    )
    .execute();
}

/** This list was read to its end. */
async function noteReading(tx: Tx, { connectionId, jobType, beganAt }: TypeList): Promise<void> {
  await tx
    .insertInto('job_list_readings')
    .values({ connection_id: connectionId, job_type: jobType, began_at: beganAt })
    .onConflict((conflict) => conflict.columns(['connection_id', 'job_type']).doUpdateSet({ began_at: beganAt }))
    .execute();
}

/** A job that was gone and is listed again is asked about at the next tick, if some channel awaits it. */
async function askAboutReturned(tx: Tx, connectionId: string, now: EpochMs): Promise<void> {
  await tx
    .updateTable('jobs')
    .set({ next_poll_at: now, waiting_since: now, poll_set_at: now })
    .where('connection_id', '=', connectionId)
    .where('ended_at', 'is not', null)
    .where('job_id', 'in', (awaited) =>
      awaited
        .selectFrom('subscriptions')
        .innerJoin('listed_jobs', (join) => join.on(sameJob('listed_jobs', 'subscriptions')))
        .select('listed_jobs.job_id')
        .where('subscriptions.connection_id', '=', connectionId)
        .where('listed_jobs.is_over', '=', 0)
        .where(isAwaited(now)),
    )
    .execute();
}
