import { sql } from 'kysely';
import type { Kysely } from 'kysely';

/** What was done in one channel is read newest first. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index audit_of_channel on audit (workspace_id, channel_id, id)`.execute(db);
}
