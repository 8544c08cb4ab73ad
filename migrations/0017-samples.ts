import { sql } from 'kysely';
import type { Kysely } from 'kysely';

/**
 * What the rules remember of a job, samples older than that, and what was chosen for a subscription and for a
 * channel other than the defaults, with what is in force in columns that deliveries are chosen by. Samples stand many to a row, each row for one stretch of time.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('job_memories')
    .addColumn('connection_id', 'text', (column) => column.notNull())
    .addColumn('job_id', 'text', (column) => column.notNull())
    .addColumn('memory', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('job_memories_key', ['connection_id', 'job_id'])
    .execute();
  await db.schema
    .createTable('samples')
    .addColumn('connection_id', 'text', (column) => column.notNull())
    .addColumn('job_id', 'text', (column) => column.notNull())
    .addColumn('began_at', 'bigint', (column) => column.notNull())
    .addColumn('every_ms', 'integer', (column) => column.notNull())
    .addColumn('samples', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('samples_key', ['connection_id', 'job_id', 'began_at'])
    .execute();
  await db.schema.createIndex('samples_by_age').on('samples').columns(['every_ms', 'began_at']).execute();
  await sql`alter table subscriptions add column chosen_rules text not null default '{}'`.execute(db);
  await sql`alter table channels add column rules text not null default '{}'`.execute(db);
  await sql`alter table subscriptions add column rules_key text not null default ''`.execute(db);
  for (const column of ['least_class', 'all_events'])
    await db.schema
      .alterTable('subscriptions')
      .addColumn(column, 'integer', (definition) => definition.notNull().defaultTo(0))
      .execute();
  await sql`create index subscriptions_of_own_rules on subscriptions (connection_id, job_id)
    where ended_at is null and (rules_key <> '' or all_events = 1)`.execute(db);
}
