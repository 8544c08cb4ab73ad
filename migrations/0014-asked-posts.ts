import type { Kysely } from 'kysely';
import { sql } from 'kysely';

/** When somebody asked a message how its jobs are: until something happens to one of them, the message says so. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('posts').addColumn('asked_at', 'bigint').execute();
  await sql`create index posts_asked on posts (asked_at) where asked_at is not null`.execute(db);
}
