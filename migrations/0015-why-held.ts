import type { Kysely } from 'kysely';
import { sql } from 'kysely';

/** Why a delivery waits, and what a post shows of others, and which posts are about it, found without reading them all. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('deliveries').addColumn('hold_reason', 'text').execute();
  await sql`create index posts_shown_in on posts (part_of) where part_of is not null`.execute(db);
  await sql`create index posts_of_recoveries on posts (about) where kind = 'recoveries'`.execute(db);
}
