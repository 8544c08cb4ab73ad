import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';

import { DAY } from '../../domain/base/time.ts';
import { COARSE } from '../../domain/rules/thin-samples.ts';
import type { PruneRequest, Pruned } from '../../ports/store/upkeep.ts';
import { ofJob } from '../rows/keys.ts';
import type { Db, Schema, Tx } from '../rows/schema.ts';
import { thinRows } from './thin-rows.ts';

/** What refers goes before what is referred to, so that each round finds what the last one has freed. */
export async function prune(db: Db, request: PruneRequest): Promise<Pruned> {
  const { deliveriesBefore, eventsBefore, goneBefore } = request;
  return await db.transaction().execute(async (tx) => {
    const told = await prunePosts(tx, request);
    const old = async (table: keyof Schema, key: readonly string[], condition: RawBuilder<unknown>) =>
      await deleteSome(tx, { table, key, condition, limit: request.limit });
    // Suppressed before any post told them.
    const unposted = sql`post_id is null and outcome is not null and settled_at < ${deliveriesBefore}`;
    const untold = sql`occurred_at < ${eventsBefore} and not exists (select 1 from deliveries
      where deliveries.connection_id = job_events.connection_id and deliveries.subject = job_events.job_id
        and deliveries.number = job_events.number)`;
    const unkept = sql`seen_at < ${eventsBefore} and not exists (select 1 from job_events
      where job_events.connection_id = event_reads.connection_id and job_events.job_id = event_reads.job_id
        and job_events.number = event_reads.event_number)`;
    // One whose job may come back stays until nobody looks for the job any more.
    const ended = sql`ended_at < ${eventsBefore}
      and (end_reason is null or end_reason <> 'job_gone' or ended_at < ${goneBefore})`;
    const forgotten = sql`every_ms = ${COARSE.bucketMs} and began_at < ${request.now - COARSE.untilMs - DAY}`;
    const referring = {
      posts: told.posts,
      deliveries: told.deliveries + (await old('deliveries', ['id'], unposted)),
      events: await old('job_events', ['connection_id', 'job_id', 'number'], untold),
      // One that was overcome goes with the event that told of it. One that was not says why the job is failed.
      failures:
        (await old('failures', ['connection_id', 'job_id', 'event_number'], sql`recovered_at < ${eventsBefore}`)) +
        (await old('event_reads', ['connection_id', 'job_id', 'event_number'], unkept)),
      subscriptions: await old('subscriptions', ['id'], ended),
      episodes: await old('blind_episodes', ['id'], sql`ended_at < ${eventsBefore}`),
      // Those of 5 min become one, those of an hour become one, and in the end they are forgotten.
      samples:
        (await thinRows(tx, request.now, request.limit)) +
        (await old('samples', ['connection_id', 'job_id', 'began_at'], forgotten)),
      setAside: await old('set_aside', ['id'], sql`told_at < ${eventsBefore}`),
    };
    // Most jobs that nobody watches have events still: going through them is left for when there is nothing else to do.
    const isLast = Object.values(referring).every((rows) => rows === 0);
    return { ...referring, jobs: isLast ? await pruneJobs(tx, request) : 0 };
  });
}

/** Deletes as many rows as may go at once of those that a condition is true of. */
async function deleteSome(
  tx: Tx,
  rows: {
    readonly table: keyof Schema;
    readonly key: readonly string[];
    readonly condition: RawBuilder<unknown>;
    readonly limit: number;
  },
): Promise<number> {
  const [table, key] = [sql.table(rows.table), sql.join(rows.key.map((column) => sql.ref(column)))];
  const { numAffectedRows } =
    await sql`delete from ${table} where (${key}) in (select ${key} from ${table} where ${rows.condition} limit ${rows.limit})`.execute(
      tx,
    );
  return Number(numAffectedRows ?? 0n);
}

/** Settled posts with all they told; not one that there is still something to do about. */
async function prunePosts(tx: Tx, { deliveriesBefore, limit }: PruneRequest) {
  const rows = await tx
    .selectFrom('posts')
    .select('id')
    .where(sql<boolean>`settled_at < ${deliveriesBefore} and due_at is null and look_at is null`)
    .where(sql<boolean>`(message_ts is not null or ended is not null)`)
    .where(
      sql<boolean>`not exists (select 1 from deliveries where deliveries.post_id = posts.id
        and (deliveries.outcome is null or deliveries.settled_at >= ${deliveriesBefore}))`,
    )
    .orderBy('settled_at')
    .limit(limit)
    .execute();
  if (rows.length === 0) return { posts: 0, deliveries: 0 };
  const ids = rows.map((row) => row.id);
  const deliveries = await tx.deleteFrom('deliveries').where('post_id', 'in', ids).executeTakeFirstOrThrow();
  await tx.deleteFrom('posts').where('id', 'in', ids).execute();
  return { posts: ids.length, deliveries: Number(deliveries.numDeletedRows) };
}

/** Jobs that nothing refers to any more, with what is known of their failures. */
async function pruneJobs(tx: Tx, { unwatchedBefore, limit }: PruneRequest): Promise<number> {
  const rows = await tx
    .selectFrom('jobs')
    .select(['connection_id', 'job_id'])
    .where('next_poll_at', 'is', null)
    .where((eb) => eb.or([eb('lease_until', 'is', null), eb('lease_until', '<', unwatchedBefore)]))
    .where((eb) => eb(eb.fn.coalesce('asked_at', 'created_at'), '<', unwatchedBefore))
    .where(
      sql<boolean>`not exists (select 1 from subscriptions
        where subscriptions.connection_id = jobs.connection_id and subscriptions.job_id = jobs.job_id)`,
    )
    .where(
      sql<boolean>`not exists (select 1 from job_events
        where job_events.connection_id = jobs.connection_id and job_events.job_id = jobs.job_id)`,
    )
    .limit(limit)
    .execute();
  for (const { connection_id: connectionId, job_id: jobId } of rows) {
    for (const table of ['failures', 'event_reads', 'job_memories', 'samples', 'jobs'] as const)
      await tx
        .deleteFrom(table)
        .where((eb) => eb.and(ofJob({ connectionId, jobId })))
        .execute();
  }
  return rows.length;
}
