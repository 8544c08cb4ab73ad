import { sql } from 'kysely';
import type { Kysely } from 'kysely';

/**
 * What is read of DRS about an event after it was told: who did it, and on what terms DRS keeps the job, which stand in the
 * job's own row. That a failed job is paid for in advance was known beside its cause only.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('event_reads')
    .addColumn('connection_id', 'text', (column) => column.notNull())
    .addColumn('job_id', 'text', (column) => column.notNull())
    .addColumn('event_number', 'integer', (column) => column.notNull())
    .addColumn('deed', 'text')
    .addColumn('last_seen_at', 'bigint')
    .addColumn('seen_at', 'bigint', (column) => column.notNull())
    .addColumn('wants_terms', 'integer', (column) => column.notNull())
    .addColumn('doer_name', 'text')
    .addColumn('doer_at', 'bigint')
    .addColumn('wanted_since', 'bigint')
    .addColumn('next_try_at', 'bigint')
    .addColumn('try_set_at', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('tries', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('lease_token', 'text')
    .addColumn('lease_until', 'bigint')
    .addColumn('leased_at', 'bigint', (column) => column.notNull().defaultTo(0))
    .addPrimaryKeyConstraint('event_reads_key', ['connection_id', 'job_id', 'event_number'])
    .addForeignKeyConstraint('event_reads_job', ['connection_id', 'job_id'], 'jobs', ['connection_id', 'job_id'])
    .execute();
  await sql`create index event_reads_wanted on event_reads (connection_id, next_try_at)
    where wanted_since is not null`.execute(db);
  await db.schema.createIndex('event_reads_by_age').on('event_reads').column('seen_at').execute();
  await db.schema.alterTable('jobs').addColumn('expired_days', 'integer').execute();
  await db.schema.alterTable('jobs').addColumn('prepaid', 'integer').execute();
  await db.schema.alterTable('jobs').addColumn('terms_at', 'bigint').execute();
  await sql`update jobs set prepaid = 1 where exists (select 1 from failures
    where failures.connection_id = jobs.connection_id and failures.job_id = jobs.job_id
      and recovered_at is null and causes like '%"prepaid":true%')`.execute(db);
}
