import type { Kysely } from 'kysely';

/** From which engine to which a listed job goes: what tells two jobs of one name apart. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('listed_jobs').addColumn('engines', 'text').execute();
}
