import { sql } from 'kysely';
import type { Kysely } from 'kysely';

/**
 * A time in which a connection gave no usable answer, for whatever reason, is one episode; a down time of the bot that is not
 * told yet becomes one. Whether a job alone cannot be read is counted for the operator.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('blind_episodes').addColumn('episode', 'text').execute();
  await db.schema.alterTable('blind_episodes').addColumn('told_number', 'bigint').execute();
  await sql`insert into blind_episodes (connection_id, started_at, reason, episode)
    select connection_id, began_at, 'down', json_object('kind', 'down', 'since', began_at, 'newsSince', returned_at,
      'polls', 0, 'polledAt', ended_at, 'blindMs', 0, 'why', null, 'toldAt', null, 'returnedAt', ended_at, 'seeingAt', null)
    from down_times where told_at is null`.execute(db);
  await db.schema.dropTable('down_times').execute();
  await db.schema
    .createIndex('blind_episodes_open')
    .unique()
    .on('blind_episodes')
    .column('connection_id')
    .where(sql.ref('ended_at'), 'is', null)
    .execute();
  await db.schema.alterTable('jobs').addColumn('unreadable_at', 'bigint').execute();
  // The incident that shows a post's jobs among its own.
  await db.schema.alterTable('posts').addColumn('part_of', 'text').execute();
  // Whatever closes a failure, not its recovery alone, closes its message.
  await db.schema.alterTable('failures').addColumn('closed_by', 'text').execute();
}
