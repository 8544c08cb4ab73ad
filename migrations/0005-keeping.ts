import { sql } from 'kysely';
import type { Kysely } from 'kysely';

/**
 * What keeping the bot for years takes (docs/decisions/0013-keeping.md): when it was last alive and when it was not, what
 * its operator was told, and indexes by which old rows are found and references to them are checked.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('connections').addColumn('alive_at', 'bigint').execute();
  await db.schema.alterTable('posts').addColumn('reported_at', 'bigint').execute();
  await createDownTimes(db);
  await createSignals(db);
  await createIndexes(db);
  // What was refused before there was somebody to tell is no news.
  await sql`update posts set reported_at = settled_at where outcome = 'dead'`.execute(db);
}

/** Stretches of time in which no bot looked at a connection, each told once to every channel. */
async function createDownTimes(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('down_times')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('connection_id', 'text', (column) => column.notNull().references('connections.id'))
    .addColumn('began_at', 'bigint', (column) => column.notNull())
    .addColumn('returned_at', 'bigint', (column) => column.notNull())
    .addColumn('ended_at', 'bigint', (column) => column.notNull())
    .addColumn('told_at', 'bigint')
    .execute();
  await db.schema
    .createIndex('down_times_open')
    .unique()
    .on('down_times')
    .column('connection_id')
    .where(sql.ref('told_at'), 'is', null)
    .execute();
}

/** What is wrong now and the operator has heard of; a row goes when all is well again. */
async function createSignals(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('signals')
    .addColumn('connection_id', 'text', (column) => column.notNull().references('connections.id'))
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('since', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('signals_key', ['connection_id', 'kind'])
    .execute();
}

async function createIndexes(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createIndex('deliveries_of_event')
    .on('deliveries')
    .columns(['connection_id', 'job_id', 'event_number'])
    .execute();
  await db.schema
    .createIndex('subscriptions_of_job')
    .on('subscriptions')
    .columns(['connection_id', 'job_id'])
    .execute();
  await db.schema.createIndex('job_events_by_age').on('job_events').column('occurred_at').execute();
  await sql`create index jobs_unwatched on jobs (coalesce(asked_at, created_at)) where next_poll_at is null`.execute(
    db,
  );
  await sql`create index failures_overcome on failures (recovered_at) where recovered_at is not null`.execute(db);
  await sql`create index subscriptions_ended on subscriptions (ended_at) where ended_at is not null`.execute(db);
  await sql`create index posts_by_age on posts (settled_at) where outcome is not null`.execute(db);
  await sql`create index posts_dead on posts (settled_at) where outcome = 'dead' and reported_at is null`.execute(db);
}
