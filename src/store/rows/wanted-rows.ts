import { sql } from 'kysely';

import type { LeaseRequest } from '../../ports/store/leases.ts';
import { ReusedQuery } from './reused-query.ts';
import type { Db, Tx } from './schema.ts';
import { isDue, isFree } from './timed-work.ts';

/** A row about an event of a job of which something is wanted, as its key says it. */
export interface WantedRow {
  readonly job_id: string;
  readonly event_number: number;
  /** How often it was tried in vain. */
  readonly tries: number;
}

/** The tables of what is read of DRS about an event after it was told. */
type WantedTable = 'failures' | 'event_reads';

const findWanted = {
  failures: wantedIn('failures'),
  event_reads: wantedIn('event_reads'),
};

function wantedIn(table: WantedTable) {
  return new ReusedQuery(
    (db: Db, connectionId: string) =>
      db
        .selectFrom(table)
        .select('event_number')
        .where('connection_id', '=', connectionId)
        .where('wanted_since', 'is not', null)
        .limit(1),
    (connectionId) => [connectionId, 1],
  );
}

/** A cheap look before a claim, which takes the write lock: most of the time nothing is wanted. */
export async function isAnyWanted(db: Db, table: WantedTable, connectionId: string): Promise<boolean> {
  return (await findWanted[table].run(db, connectionId)).length > 0;
}

/** Leases rows of which something is wanted and whose next try is due, the longest due first. */
export async function claimWanted(
  tx: Tx,
  table: WantedTable,
  clock: number,
  { connectionId, limit, token, leaseMs }: LeaseRequest & { readonly connectionId: string; readonly limit: number },
): Promise<readonly WantedRow[]> {
  const { rows } = await sql<WantedRow>`update ${sql.table(table)}
    set lease_token = ${token}, lease_until = ${clock + leaseMs}, leased_at = ${clock}
    where connection_id = ${connectionId} and (job_id, event_number) in (
      select job_id, event_number from ${sql.table(table)}
      where connection_id = ${connectionId} and wanted_since is not null
        and ${isDue('next_try_at', 'try_set_at', clock)} and ${isFree(clock)}
      order by next_try_at limit ${limit})
    returning job_id, event_number, tries`.execute(tx);
  return rows;
}

/** Gives rows back: those of which something is wanted still are tried again after `retryAfterMs`. */
export async function giveBackWanted(
  tx: Tx,
  table: WantedTable,
  clock: number,
  { token, retryAfterMs }: { readonly token: string; readonly retryAfterMs: number },
): Promise<void> {
  await sql`update ${sql.table(table)}
    set lease_token = null, lease_until = null, next_try_at = ${clock + retryAfterMs}, try_set_at = ${clock},
      tries = tries + 1
    where lease_token = ${token}`.execute(tx);
}
