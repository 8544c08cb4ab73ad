import { sql } from 'kysely';
import type { Kysely } from 'kysely';

/**
 * Beside each moment at which work is due, the moment at which that was decided: work is due when its time has come, or
 * when the clock is now before the moment it was set (docs/decisions/0003-store-and-leases.md). Rows that cannot be read
 * are set aside here.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await addMoments(db, 'jobs', ['poll_set_at', 'leased_at']);
  await addMoments(db, 'channels', ['send_set_at', 'leased_at', 'read_back_set_at']);
  await addMoments(db, 'posts', ['look_set_at', 'edit_set_at', 'edit_leased_at']);
  await addMoments(db, 'failures', ['try_set_at', 'leased_at']);
  await addMoments(db, 'surplus_messages', ['try_set_at']);
  await db.schema
    .alterTable('posts')
    .addColumn('edit_tries', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();
  await db.schema
    .alterTable('surplus_messages')
    .addColumn('tries', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();
  await db.schema
    .alterTable('failures')
    .addColumn('tries', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();
  await sql`update jobs set poll_set_at = coalesce(asked_at, created_at) where next_poll_at is not null`.execute(db);
  await db.schema.dropIndex('jobs_due').execute();
  // The rule is judged from the index alone, so that a pass that finds nothing more reads no rows.
  await db.schema
    .createIndex('jobs_due')
    .on('jobs')
    .columns(['connection_id', 'ask_alone', 'next_poll_at', 'poll_set_at'])
    .where(sql.ref('next_poll_at'), 'is not', null)
    .execute();
  await createSetAside(db);
}

async function addMoments(db: Kysely<unknown>, table: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    await db.schema
      .alterTable(table)
      .addColumn(name, 'bigint', (column) => column.notNull().defaultTo(0))
      .execute();
  }
}

/** What could not be read, as it stood in its row, until the operator has been told. */
async function createSetAside(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('set_aside')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('connection_id', 'text')
    .addColumn('what', 'text', (column) => column.notNull())
    .addColumn('row_key', 'text', (column) => column.notNull())
    .addColumn('content', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('told_at', 'bigint')
    .execute();
}
