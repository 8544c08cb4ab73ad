import { sql } from 'kysely';
import type { Kysely } from 'kysely';

/**
 * What it takes to tell everything exactly once (docs/decisions/0010-exactly-once.md): what is known of an attempt whose
 * outcome is not, whether a channel can be read back, pacing over all instances, and copies that are to be removed.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await addColumns(db, 'posts', { thread_ts: 'text', known_ts: 'text', searched_since: 'bigint' });
  await addCounters(db, 'posts', ['looks', 'next_look_at', 'reposts', 'attempt_version']);
  await addColumns(db, 'channels', {
    conversation_id: 'text',
    last_ts: 'text',
    read_back_refusal: 'text',
    read_back_due_at: 'bigint',
  });
  await addColumns(db, 'workspaces', { last_ts: 'text' });
  await addCounters(db, 'workspaces', ['posts_paced_to', 'edits_paced_to']);
  await createSurplusMessages(db);
  // Attempts whose posts are settled are not open.
  await sql`update posts set attempt_started_at = null where outcome is not null`.execute(db);
  // What was posted before is tried to be read back.
  await sql`update channels set read_back_due_at = 0, last_ts = (select max(message_ts) from posts
    where posts.workspace_id = channels.workspace_id and posts.channel_id = channels.channel_id)`.execute(db);
}

async function addColumns(
  db: Kysely<unknown>,
  table: string,
  columns: Readonly<Record<string, 'bigint' | 'text'>>,
): Promise<void> {
  for (const [name, type] of Object.entries(columns)) await db.schema.alterTable(table).addColumn(name, type).execute();
}

async function addCounters(db: Kysely<unknown>, table: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    await db.schema
      .alterTable(table)
      .addColumn(name, 'bigint', (column) => column.notNull().defaultTo(0))
      .execute();
  }
}

/** Second messages of one post, which Slack still has to take away. */
async function createSurplusMessages(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('surplus_messages')
    .addColumn('workspace_id', 'text', (column) => column.notNull())
    .addColumn('channel_id', 'text', (column) => column.notNull())
    .addColumn('message_ts', 'text', (column) => column.notNull())
    .addColumn('post_id', 'text', (column) => column.notNull())
    .addColumn('next_try_at', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('outcome', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('surplus_messages_key', ['workspace_id', 'channel_id', 'message_ts'])
    .execute();
  await db.schema
    .createIndex('surplus_messages_left')
    .on('surplus_messages')
    .column('next_try_at')
    .where(sql.ref('outcome'), 'is', null)
    .execute();
}
