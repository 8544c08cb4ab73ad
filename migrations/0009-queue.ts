import { sql } from 'kysely';
import type { Kysely } from 'kysely';

/** The place of a job in the queue of those to be asked about: who has waited longest is asked first. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('jobs').addColumn('waiting_since', 'bigint').execute();
  await sql`update jobs set waiting_since = next_poll_at where next_poll_at is not null`.execute(db);
  // In the order of the queue, and with all that says whether a job is due, so that a pass that finds nothing reads no rows.
  await db.schema.dropIndex('jobs_due').execute();
  await db.schema
    .createIndex('jobs_queue')
    .on('jobs')
    .columns(['connection_id', 'ask_alone', 'waiting_since', 'job_id', 'next_poll_at', 'poll_set_at'])
    .where(sql.ref('next_poll_at'), 'is not', null)
    .execute();
}
