import { sql } from 'kysely';
import type { Kysely } from 'kysely';

/** Held back by the bot's own rules, not by Slack: these have no trial. */
const HELD = ['externally_shared', 'channel_not_allowed'];

/**
 * Whatever Slack refuses is one row here: a workspace (no channel), a channel (no post) or one post. What was paused before
 * has its trial at once. What an older version holds back by rule stays written where it reads it. A conversation whose
 * id has changed says what it is called now.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('pauses')
    .addColumn('workspace_id', 'text', (column) => column.notNull())
    .addColumn('channel_id', 'text', (column) => column.notNull())
    .addColumn('post_id', 'text', (column) => column.notNull())
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('since', 'bigint', (column) => column.notNull())
    .addColumn('refused_at', 'bigint', (column) => column.notNull())
    .addColumn('tries', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('due_at', 'bigint')
    .addColumn('set_at', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('told_at', 'bigint')
    .addPrimaryKeyConstraint('pauses_key', ['workspace_id', 'channel_id', 'post_id'])
    .execute();
  const held = sql.join(HELD.map((reason) => sql.lit(reason)));
  await sql`insert into pauses (workspace_id, channel_id, post_id, reason, since, refused_at, due_at, told_at)
    select workspace_id, channel_id, '', coalesce(pause_reason, 'unknown'), paused_at, paused_at,
      case when pause_reason in (${held}) then null else 0 end, paused_at
    from channels where paused_at is not null`.execute(db);
  await sql`insert into pauses (workspace_id, channel_id, post_id, reason, since, refused_at, due_at, told_at)
    select id, '', '', coalesce(pause_reason, 'unknown'), paused_at, paused_at, 0, paused_at
    from workspaces where paused_at is not null`.execute(db);
  await sql`update workspaces set paused_at = null, pause_reason = null where paused_at is not null`.execute(db);
  await sql`update channels set paused_at = null, pause_reason = null
    where paused_at is not null and pause_reason not in (${held})`.execute(db);
  await db.schema.alterTable('channels').addColumn('moved_to', 'text').execute();
}
