import { sql } from 'kysely';
import type { Kysely } from 'kysely';

/** An attempt whose outcome is not known is looked for this long after it began, in ms. */
const LOOK_AFTER_MS = 30_000;

/**
 * A post is a message that is kept current, and a delivery is what it owes (docs/exactly-once.md). Edits and copies that
 * are to be taken away become work of the post itself; what is owed, begun, uncertain or wanted is carried over as it is.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table posts rename to posts_before`.execute(db);
  await sql`alter table deliveries rename to deliveries_before`.execute(db);
  await changeCounters(db);
  await createPosts(db);
  await createDeliveries(db);
  await carryPosts(db);
  await carryCopies(db);
  await carryDeliveries(db);
  for (const table of ['deliveries_before', 'posts_before', 'surplus_messages'])
    await db.schema.dropTable(table).execute();
  await createIndexes(db);
}

async function changeCounters(db: Kysely<unknown>): Promise<void> {
  for (const column of ['lease_token', 'lease_until', 'leased_at', 'read_back_due_at', 'read_back_set_at'])
    await db.schema.alterTable('channels').dropColumn(column).execute();
  await db.schema.alterTable('channels').addColumn('read_back_refused_at', 'bigint').execute();
  // How many announcements the channel was owed so far, how many events the connection itself had.
  for (const [table, column] of [
    ['channels', 'announced'],
    ['connections', 'event_number'],
    ['workspaces', 'reads_paced_to'],
    ['workspaces', 'reads_paced_at'],
    ['workspaces', 'reads_every_ms'],
  ] as const)
    await db.schema
      .alterTable(table)
      .addColumn(column, 'bigint', (definition) => definition.notNull().defaultTo(0))
      .execute();
  await sql`update channels set read_back_refused_at = 0 where read_back_refusal is not null`.execute(db);
}

/** One message in Slack, with everything there is to do about it. */
async function createPosts(db: Kysely<unknown>): Promise<void> {
  let table = db.schema
    .createTable('posts')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('workspace_id', 'text', (column) => column.notNull())
    .addColumn('channel_id', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('about', 'text', (column) => column.notNull())
    .addColumn('thread_ts', 'text')
    .addColumn('message_ts', 'text')
    .addColumn('ended', 'text')
    .addColumn('reason', 'text')
    .addColumn('copies', 'text')
    .addColumn('attempt_at', 'bigint')
    .addColumn('known_ts', 'text')
    .addColumn('until_ts', 'text')
    .addColumn('look_at', 'bigint')
    .addColumn('searched_since', 'bigint')
    .addColumn('search_cursor', 'text')
    .addColumn('due_at', 'bigint')
    .addColumn('lease_token', 'text')
    .addColumn('lease_until', 'bigint')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('settled_at', 'bigint')
    .addColumn('reported_at', 'bigint');
  for (const name of [
    'joinable',
    'wanted_version',
    'shown_version',
    'attempt_version',
    'attempts',
    'plain',
    'reposts',
    'resent',
    'looks',
    'look_set_at',
    'set_at',
    'tries',
    'leased_at',
  ])
    table = table.addColumn(name, 'bigint', (column) => column.notNull().defaultTo(0));
  await table
    .addForeignKeyConstraint('posts_channel', ['workspace_id', 'channel_id'], 'channels', [
      'workspace_id',
      'channel_id',
    ])
    .execute();
}

/** One event of a subject that is owed to one channel: told in a post, or not told for a reason. */
async function createDeliveries(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('deliveries')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('workspace_id', 'text', (column) => column.notNull())
    .addColumn('channel_id', 'text', (column) => column.notNull())
    .addColumn('connection_id', 'text', (column) => column.notNull())
    .addColumn('subject', 'text', (column) => column.notNull())
    .addColumn('number', 'integer', (column) => column.notNull())
    .addColumn('announcement', 'text')
    .addColumn('post_id', 'text', (column) => column.references('posts.id'))
    .addColumn('at_version', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('hold_until', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('hold_set_at', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('outcome', 'text')
    .addColumn('reason', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('settled_at', 'bigint')
    .addForeignKeyConstraint('deliveries_channel', ['workspace_id', 'channel_id'], 'channels', [
      'workspace_id',
      'channel_id',
    ])
    .addUniqueConstraint('deliveries_once', ['workspace_id', 'channel_id', 'connection_id', 'subject', 'number'])
    .execute();
}

/** Versions count from 1: what a post is begun with. */
async function carryPosts(db: Kysely<unknown>): Promise<void> {
  await sql`insert into posts (id, workspace_id, channel_id, kind, about, thread_ts, message_ts, ended, reason,
      attempt_at, known_ts, look_at, look_set_at, searched_since, due_at, set_at, tries, lease_token, lease_until, leased_at,
      wanted_version, shown_version, attempt_version, attempts, plain, reposts, resent, looks,
      created_at, settled_at, reported_at)
    select id, workspace_id, channel_id, 'news', '', thread_ts, message_ts,
      case when outcome = 'dead' and reason in ('unsubscribed', 'cannot_post') then 'withdrawn'
        when outcome = 'dead' and reason = 'unreadable' then 'unreadable'
        when outcome = 'dead' then 'refused'
        when outcome is not null and message_ts is null then 'deleted' end,
      reason,
      case when outcome is null then attempt_started_at end, known_ts,
      case when outcome is null and attempt_started_at is not null
        then case when next_look_at > attempt_started_at + ${LOOK_AFTER_MS} then next_look_at
          else attempt_started_at + ${LOOK_AFTER_MS} end end,
      case when look_set_at > 0 then look_set_at else coalesce(attempt_started_at, 0) end, searched_since,
      case when outcome is not null and message_ts is not null and wanted_version > shown_version then next_edit_at end,
      edit_set_at, edit_tries, edit_token, edit_until, edit_leased_at,
      wanted_version + 1, case when message_ts is null then 0 else shown_version + 1 end, attempt_version + 1,
      attempts, plain, reposts,
      case when outcome is null and attempt_started_at is null and searched_since is not null then 1 else 0 end, looks,
      created_at, settled_at, reported_at
    from posts_before`.execute(db);
}

/** Copies that are still to go; where the post is not kept any more, a post that is over keeps them. */
async function carryCopies(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{
    readonly workspace_id: string;
    readonly channel_id: string;
    readonly post_id: string;
    readonly message_ts: string;
    readonly created_at: number;
  }>`select workspace_id, channel_id, post_id, message_ts, created_at from surplus_messages
    where outcome is null order by message_ts`.execute(db);
  const posts = new Map<string, (typeof rows)[number][]>();
  for (const row of rows) posts.set(row.post_id, [...(posts.get(row.post_id) ?? []), row]);
  for (const [postId, copies] of posts) {
    for (const { workspace_id: workspaceId, channel_id: channelId, created_at: at } of copies.slice(0, 1))
      await sql`insert into posts (id, workspace_id, channel_id, kind, about, ended, created_at, settled_at)
        select ${postId}, ${workspaceId}, ${channelId}, 'news', '', 'withdrawn', ${at}, ${at}
        where not exists (select 1 from posts where id = ${postId})`.execute(db);
    const list = copies.map((row) => row.message_ts).join(' ');
    await sql`update posts set copies = ${list}, due_at = coalesce(due_at, 0) where id = ${postId}`.execute(db);
  }
}

/** Announcements are numbered in their channel, in the order they were owed. */
async function carryDeliveries(db: Kysely<unknown>): Promise<void> {
  await sql`insert into deliveries (id, workspace_id, channel_id, connection_id, subject, number, announcement, post_id,
      at_version, outcome, reason, created_at, settled_at)
    select id, workspace_id, channel_id, connection_id, coalesce(job_id, 'channel'),
      case when job_id is not null then event_number else row_number() over (
        partition by workspace_id, channel_id, case when job_id is null then 1 else 0 end order by id) end,
      announcement, post_id, case when post_id is null then 0 else 1 end,
      case when outcome in ('delivered', 'merged') then 'told' when outcome is not null then 'not_told' end,
      reason, created_at, settled_at
    from deliveries_before`.execute(db);
  await sql`update channels set announced = (select count(*) from deliveries
    where deliveries.workspace_id = channels.workspace_id and deliveries.channel_id = channels.channel_id
      and deliveries.subject = 'channel')`.execute(db);
}

async function createIndexes(db: Kysely<unknown>): Promise<void> {
  await sql`create unique index posts_joinable on posts (workspace_id, channel_id, kind, about) where joinable = 1`.execute(
    db,
  );
  await sql`create index posts_unshown on posts (workspace_id, channel_id)
    where message_ts is null and ended is null`.execute(db);
  await sql`create index posts_due on posts (workspace_id, due_at) where due_at is not null`.execute(db);
  await sql`create index posts_looked_for on posts (workspace_id, look_at) where look_at is not null`.execute(db);
  await sql`create index posts_by_age on posts (settled_at) where settled_at is not null`.execute(db);
  await sql`create index posts_refused on posts (settled_at) where ended = 'refused' and reported_at is null`.execute(
    db,
  );
  await db.schema.createIndex('posts_of_channel').on('posts').columns(['workspace_id', 'channel_id']).execute();
  await sql`create index deliveries_pending on deliveries (workspace_id, channel_id, id) where outcome is null`.execute(
    db,
  );
  await db.schema.createIndex('deliveries_of_post').on('deliveries').column('post_id').execute();
  await db.schema
    .createIndex('deliveries_of_event')
    .on('deliveries')
    .columns(['connection_id', 'subject', 'number'])
    .execute();
}
