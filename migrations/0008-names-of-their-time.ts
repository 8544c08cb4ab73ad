import { sql } from 'kysely';
import type { Kysely } from 'kysely';

/**
 * What a name is worth (docs/decisions/0006-names.md): when DRS last said it, what a job was called when something was told
 * or done about it, and which job has taken over the name of one that is over.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('listed_jobs').addColumn('listed_at', 'bigint').execute();
  await db.schema.alterTable('job_events').addColumn('job_name', 'text').execute();
  await db.schema.alterTable('job_events').addColumn('namesake', 'text').execute();
  await db.schema.alterTable('audit').addColumn('job_name', 'text').execute();
  await sql`update listed_jobs set listed_at =
    (select listed_at from connections where connections.id = listed_jobs.connection_id)`.execute(db);
  await nameSoFar(db, 'job_events');
  // Nothing that was done is changed: it gets the name that was shown for it until now.
  await sql`drop trigger audit_no_update`.execute(db);
  await nameSoFar(db, 'audit');
  await sql`create trigger audit_no_update before update on audit
    begin select raise(abort, 'the audit is append-only'); end`.execute(db);
}

async function nameSoFar(db: Kysely<unknown>, table: 'job_events' | 'audit'): Promise<void> {
  await sql`update ${sql.table(table)} set job_name = (select name from jobs
    where jobs.connection_id = ${sql.ref(`${table}.connection_id`)} and jobs.job_id = ${sql.ref(`${table}.job_id`)})`.execute(
    db,
  );
}
