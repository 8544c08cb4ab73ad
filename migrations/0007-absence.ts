import { sql } from 'kysely';
import type { Kysely } from 'kysely';

/**
 * What it takes to judge over the whole connection whether a job is gone (docs/decisions/0002-what-is-told.md): since when
 * DRS says that there is no such job, when it last reported it, when its list of jobs last had it, and when each list was
 * last read to its end.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const column of ['missing_since', 'answered_at', 'listed_at'] as const)
    await db.schema.alterTable('jobs').addColumn(column, 'bigint').execute();
  await db.schema
    .createTable('job_list_readings')
    .addColumn('connection_id', 'text', (column) => column.notNull().references('connections.id'))
    .addColumn('job_type', 'text', (column) => column.notNull())
    .addColumn('began_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('job_list_readings_key', ['connection_id', 'job_type'])
    .execute();
  await db.schema
    .createIndex('subscriptions_of_gone_jobs')
    .on('subscriptions')
    .columns(['connection_id', 'job_id'])
    .where(sql.ref('end_reason'), '=', sql.lit('job_gone'))
    .execute();
  await sql`update jobs set listed_at = (select listed_at from connections where connections.id = jobs.connection_id)
    where exists (select 1 from listed_jobs
      where listed_jobs.connection_id = jobs.connection_id and listed_jobs.job_id = jobs.job_id)`.execute(db);
  // What was told gone before is asked about once more: some of it was not.
  await sql`update jobs set next_poll_at = 0 where ended_at is not null and exists (select 1 from subscriptions
    where subscriptions.connection_id = jobs.connection_id and subscriptions.job_id = jobs.job_id
      and subscriptions.end_reason = 'job_gone')`.execute(db);
}
