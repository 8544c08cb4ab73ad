import { sql } from 'kysely';

import type { PruneRequest, Pruned } from '../../ports/store/upkeep.ts';
import type { Db, Tx } from '../rows/schema.ts';

/** What refers goes before what is referred to, so that each round finds what the last one has freed. */
export async function prune(db: Db, request: PruneRequest): Promise<Pruned> {
  return await db.transaction().execute(async (tx) => {
    const told = await prunePosts(tx, request);
    const referring = {
      posts: told.posts,
      deliveries: told.deliveries + (await pruneUnposted(tx, request)),
      events: await pruneEvents(tx, request),
      failures: await pruneFailures(tx, request),
      subscriptions: await pruneSubscriptions(tx, request),
      episodes: await pruneEpisodes(tx, request),
      setAside: await pruneSetAside(tx, request),
    };
    // Most jobs that nobody watches have events still: going through them is left for when there is nothing else to do.
    const isLast = Object.values(referring).every((rows) => rows === 0);
    return { ...referring, jobs: isLast ? await pruneJobs(tx, request) : 0 };
  });
}

/** Settled posts with all they told; not one that there is still something to do about. */
async function prunePosts(
  tx: Tx,
  { deliveriesBefore, limit }: PruneRequest,
): Promise<{ readonly posts: number; readonly deliveries: number }> {
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

/** Deliveries that were suppressed before any post told them. */
async function pruneUnposted(tx: Tx, { deliveriesBefore, limit }: PruneRequest): Promise<number> {
  return await count(
    sql`delete from deliveries where id in (select id from deliveries
      where post_id is null and outcome is not null and settled_at < ${deliveriesBefore} limit ${limit})`.execute(tx),
  );
}

async function pruneEvents(tx: Tx, { eventsBefore, limit }: PruneRequest): Promise<number> {
  return await count(
    sql`delete from job_events where (connection_id, job_id, number) in (select connection_id, job_id, number from job_events
      where occurred_at < ${eventsBefore} and not exists (select 1 from deliveries
        where deliveries.connection_id = job_events.connection_id and deliveries.subject = job_events.job_id
          and deliveries.number = job_events.number)
      limit ${limit})`.execute(tx),
  );
}

/** A failure that was overcome goes with the event that told of it. One that was not says why the job is failed. */
async function pruneFailures(tx: Tx, { eventsBefore, limit }: PruneRequest): Promise<number> {
  return await count(
    sql`delete from failures where (connection_id, job_id, event_number) in (
      select connection_id, job_id, event_number from failures where recovered_at < ${eventsBefore} limit ${limit})`.execute(
      tx,
    ),
  );
}

/** One whose job may come back stays until nobody looks for the job any more. */
async function pruneSubscriptions(tx: Tx, { eventsBefore, goneBefore, limit }: PruneRequest): Promise<number> {
  return await count(
    sql`delete from subscriptions where id in (select id from subscriptions
      where ended_at < ${eventsBefore} and (end_reason is null or end_reason <> 'job_gone' or ended_at < ${goneBefore})
      limit ${limit})`.execute(tx),
  );
}

async function pruneEpisodes(tx: Tx, { eventsBefore, limit }: PruneRequest): Promise<number> {
  return await count(
    sql`delete from blind_episodes where id in (select id from blind_episodes
      where ended_at < ${eventsBefore} limit ${limit})`.execute(tx),
  );
}

/** What could not be read, and was told. */
async function pruneSetAside(tx: Tx, { eventsBefore, limit }: PruneRequest): Promise<number> {
  return await count(
    sql`delete from set_aside where id in (select id from set_aside
      where told_at < ${eventsBefore} limit ${limit})`.execute(tx),
  );
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
    for (const table of ['failures', 'jobs'] as const)
      await tx.deleteFrom(table).where('connection_id', '=', connectionId).where('job_id', '=', jobId).execute();
  }
  return rows.length;
}

async function count(deleting: Promise<{ readonly numAffectedRows?: bigint }>): Promise<number> {
  return Number((await deleting).numAffectedRows ?? 0n);
}
