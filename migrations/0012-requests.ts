import type { Kysely } from 'kysely';

/** Commands, clicks and events that are being or have been answered: Slack may deliver one twice. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('answered_requests')
    .addColumn('workspace_id', 'text', (column) => column.notNull())
    .addColumn('request_key', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('answered_requests_key', ['workspace_id', 'request_key'])
    .execute();
  await db.schema.createIndex('answered_requests_at').on('answered_requests').columns(['workspace_id', 'at']).execute();
}
