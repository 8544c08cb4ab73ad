import { sql } from 'kysely';
import type { Kysely } from 'kysely';

/**
 * The first schema. Rows about a channel carry the workspace, rows about a job the connection, rows about both carry
 * both (docs/decisions/0003-store-and-leases.md). Times are milliseconds since 1970, JSON is text.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createIdentities(db);
  await createJobs(db);
  await createSubscriptions(db);
  await createOutbox(db);
  await createAudit(db);
}

async function createIdentities(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('connections')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('endpoint', 'text', (column) => column.notNull())
    .addColumn('project_id', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('workspaces')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('paused_at', 'bigint')
    .addColumn('pause_reason', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('channels')
    .addColumn('workspace_id', 'text', (column) => column.notNull().references('workspaces.id'))
    .addColumn('channel_id', 'text', (column) => column.notNull())
    .addColumn('paused_at', 'bigint')
    .addColumn('pause_reason', 'text')
    .addColumn('next_send_at', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('lease_token', 'text')
    .addColumn('lease_until', 'bigint')
    .addColumn('read_back_at', 'bigint')
    .addColumn('language', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('channels_key', ['workspace_id', 'channel_id'])
    .execute();
}

async function createJobs(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('jobs')
    .addColumn('connection_id', 'text', (column) => column.notNull().references('connections.id'))
    .addColumn('job_id', 'text', (column) => column.notNull())
    .addColumn('parent_id', 'text')
    .addColumn('role', 'text')
    .addColumn('job_type', 'text')
    .addColumn('name', 'text')
    .addColumn('status', 'text')
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('event_number', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('asked_at', 'bigint')
    .addColumn('next_poll_at', 'bigint')
    .addColumn('ended_at', 'bigint')
    .addColumn('ask_alone', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('refusals', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('lease_token', 'text')
    .addColumn('lease_until', 'bigint')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('jobs_key', ['connection_id', 'job_id'])
    .execute();
  await db.schema
    .createIndex('jobs_due')
    .on('jobs')
    .columns(['connection_id', 'ask_alone', 'next_poll_at'])
    .where(sql.ref('next_poll_at'), 'is not', null)
    .execute();
  await db.schema
    .createIndex('jobs_leased')
    .on('jobs')
    .column('lease_token')
    .where(sql.ref('lease_token'), 'is not', null)
    .execute();
  await db.schema
    .createTable('job_events')
    .addColumn('connection_id', 'text', (column) => column.notNull())
    .addColumn('job_id', 'text', (column) => column.notNull())
    .addColumn('number', 'integer', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('facts', 'text', (column) => column.notNull())
    .addColumn('occurred_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('job_events_key', ['connection_id', 'job_id', 'number'])
    .addForeignKeyConstraint('job_events_job', ['connection_id', 'job_id'], 'jobs', ['connection_id', 'job_id'])
    .execute();
  await db.schema
    .createTable('blind_episodes')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('connection_id', 'text', (column) => column.notNull().references('connections.id'))
    .addColumn('started_at', 'bigint', (column) => column.notNull())
    .addColumn('ended_at', 'bigint')
    .addColumn('reason', 'text', (column) => column.notNull())
    .execute();
}

async function createSubscriptions(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('subscriptions')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('workspace_id', 'text', (column) => column.notNull())
    .addColumn('channel_id', 'text', (column) => column.notNull())
    .addColumn('connection_id', 'text', (column) => column.notNull().references('connections.id'))
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('job_id', 'text')
    .addColumn('pattern', 'text')
    .addColumn('rules', 'text', (column) => column.notNull().defaultTo('{}'))
    .addColumn('created_by', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('ended_at', 'bigint')
    .addColumn('end_reason', 'text')
    .addColumn('ended_by', 'text')
    .addForeignKeyConstraint('subscriptions_channel', ['workspace_id', 'channel_id'], 'channels', [
      'workspace_id',
      'channel_id',
    ])
    .addForeignKeyConstraint('subscriptions_job', ['connection_id', 'job_id'], 'jobs', ['connection_id', 'job_id'])
    .execute();
  await db.schema
    .createIndex('subscriptions_active')
    .unique()
    .on('subscriptions')
    .columns(['connection_id', 'job_id', 'workspace_id', 'channel_id'])
    .where(sql.ref('ended_at'), 'is', null)
    .execute();
  await db.schema
    .createIndex('subscriptions_of_channel')
    .on('subscriptions')
    .columns(['workspace_id', 'channel_id'])
    .where(sql.ref('ended_at'), 'is', null)
    .execute();
}

async function createOutbox(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('posts')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('workspace_id', 'text', (column) => column.notNull())
    .addColumn('channel_id', 'text', (column) => column.notNull())
    .addColumn('attempts', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('attempt_started_at', 'bigint')
    .addColumn('plain', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('outcome', 'text')
    .addColumn('reason', 'text')
    .addColumn('message_ts', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('settled_at', 'bigint')
    .addForeignKeyConstraint('posts_channel', ['workspace_id', 'channel_id'], 'channels', [
      'workspace_id',
      'channel_id',
    ])
    .execute();
  await db.schema
    .createIndex('posts_unsettled')
    .on('posts')
    .columns(['workspace_id', 'channel_id'])
    .where(sql.ref('outcome'), 'is', null)
    .execute();
  await db.schema
    .createTable('deliveries')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('workspace_id', 'text', (column) => column.notNull())
    .addColumn('channel_id', 'text', (column) => column.notNull())
    .addColumn('connection_id', 'text', (column) => column.notNull())
    .addColumn('job_id', 'text')
    .addColumn('event_number', 'integer')
    .addColumn('blind_episode_id', 'integer', (column) => column.references('blind_episodes.id'))
    .addColumn('announcement', 'text')
    .addColumn('post_id', 'text', (column) => column.references('posts.id'))
    .addColumn('outcome', 'text')
    .addColumn('reason', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('settled_at', 'bigint')
    .addForeignKeyConstraint('deliveries_channel', ['workspace_id', 'channel_id'], 'channels', [
      'workspace_id',
      'channel_id',
    ])
    .addForeignKeyConstraint('deliveries_event', ['connection_id', 'job_id', 'event_number'], 'job_events', [
      'connection_id',
      'job_id',
      'number',
    ])
    .addUniqueConstraint('deliveries_once', ['workspace_id', 'channel_id', 'connection_id', 'job_id', 'event_number'])
    .execute();
  await db.schema
    .createIndex('deliveries_pending')
    .on('deliveries')
    .columns(['workspace_id', 'channel_id', 'id'])
    .where(sql.ref('outcome'), 'is', null)
    .execute();
  await db.schema.createIndex('deliveries_of_post').on('deliveries').column('post_id').execute();
}

async function createAudit(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('audit')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('workspace_id', 'text', (column) => column.notNull())
    .addColumn('channel_id', 'text', (column) => column.notNull())
    .addColumn('user_id', 'text', (column) => column.notNull())
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('connection_id', 'text', (column) => column.notNull())
    .addColumn('job_id', 'text')
    .addColumn('before', 'text')
    .addColumn('after', 'text')
    .execute();
  for (const change of ['update', 'delete'] as const) {
    await sql`create trigger ${sql.ref(`audit_no_${change}`)} before ${sql.raw(change)} on audit
      begin select raise(abort, 'the audit is append-only'); end`.execute(db);
  }
}
