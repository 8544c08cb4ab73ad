import { sql } from 'kysely';
import type { Kysely } from 'kysely';

/** DRS's list of jobs, what is known of each job and each failure beside its progress, and edits of messages. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await addColumns(db, 'connections', { list_tried_at: 'bigint', listed_at: 'bigint', list_failure: 'text' });
  await addColumns(db, 'channels', { greeted_at: 'bigint' });
  await addColumns(db, 'jobs', {
    detail_at: 'bigint',
    detail_tried_at: 'bigint',
    started_at: 'bigint',
    full_copy_done_at: 'bigint',
  });
  await createListedJobs(db);
  await createFailures(db);
  await addEdits(db);
}

async function addColumns(
  db: Kysely<unknown>,
  table: string,
  columns: Readonly<Record<string, 'bigint' | 'text'>>,
): Promise<void> {
  for (const [name, type] of Object.entries(columns)) await db.schema.alterTable(table).addColumn(name, type).execute();
}

async function createListedJobs(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('listed_jobs')
    .addColumn('connection_id', 'text', (column) => column.notNull().references('connections.id'))
    .addColumn('job_id', 'text', (column) => column.notNull())
    .addColumn('job_type', 'text', (column) => column.notNull())
    .addColumn('name', 'text')
    .addColumn('name_key', 'text')
    .addColumn('status', 'text')
    .addColumn('is_over', 'integer', (column) => column.notNull())
    .addColumn('parent_id', 'text')
    .addPrimaryKeyConstraint('listed_jobs_key', ['connection_id', 'job_id'])
    .execute();
  await db.schema
    .createIndex('listed_jobs_of_parent')
    .on('listed_jobs')
    .columns(['connection_id', 'parent_id'])
    .where(sql.ref('parent_id'), 'is not', null)
    .execute();
}

async function createFailures(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('failures')
    .addColumn('connection_id', 'text', (column) => column.notNull())
    .addColumn('job_id', 'text', (column) => column.notNull())
    .addColumn('event_number', 'integer', (column) => column.notNull())
    .addColumn('recovered_at', 'bigint')
    .addColumn('causes', 'text', (column) => column.notNull().defaultTo('{}'))
    .addColumn('wanted_since', 'bigint')
    .addColumn('next_try_at', 'bigint')
    .addColumn('lease_token', 'text')
    .addColumn('lease_until', 'bigint')
    .addPrimaryKeyConstraint('failures_key', ['connection_id', 'job_id', 'event_number'])
    .addForeignKeyConstraint('failures_job', ['connection_id', 'job_id'], 'jobs', ['connection_id', 'job_id'])
    .execute();
  await db.schema
    .createIndex('failures_wanted')
    .on('failures')
    .columns(['connection_id', 'next_try_at'])
    .where(sql.ref('wanted_since'), 'is not', null)
    .execute();
}

/** A message shows one version of its post; a post that has learnt something wants a newer one. */
async function addEdits(db: Kysely<unknown>): Promise<void> {
  for (const column of ['wanted_version', 'shown_version'] as const) {
    await db.schema
      .alterTable('posts')
      .addColumn(column, 'integer', (definition) => definition.notNull().defaultTo(0))
      .execute();
  }
  await db.schema
    .alterTable('posts')
    .addColumn('next_edit_at', 'bigint', (definition) => definition.notNull().defaultTo(0))
    .execute();
  await addColumns(db, 'posts', { edit_token: 'text', edit_until: 'bigint' });
  await sql`create index posts_to_edit on posts (next_edit_at)
    where message_ts is not null and wanted_version > shown_version`.execute(db);
}
