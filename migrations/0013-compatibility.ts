import type { Kysely } from 'kysely';

/** The last migration that a version must know to use the database. Later ones only add to it, or name themselves here. */
const OLDEST_READER = '0013-compatibility';

/**
 * From here on a version opens a database that a newer one has only added to. What could not be read says whose workspace
 * it concerns.
 */
export async function up(db: Kysely<{ compatibility: { oldest_reader: string } }>): Promise<void> {
  await db.schema
    .createTable('compatibility')
    .addColumn('oldest_reader', 'text', (column) => column.notNull())
    .execute();
  await db.insertInto('compatibility').values({ oldest_reader: OLDEST_READER }).execute();
  await db.schema.alterTable('set_aside').addColumn('workspace_id', 'text').execute();
}
