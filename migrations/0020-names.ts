import type { Kysely } from 'kysely';

/** Listed jobs by their names, so that one is found among very many without reading all. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createIndex('listed_jobs_by_name')
    .on('listed_jobs')
    .columns(['connection_id', 'name_key', 'job_id'])
    .execute();
}
