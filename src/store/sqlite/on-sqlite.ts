import { sql } from 'kysely';

import type { Database } from '../database.ts';
import type { Db } from '../rows/schema.ts';
import { pathIn } from './address.ts';
import { DatabasePlace } from './database-place.ts';
import { cannotUse } from './describe-failure.ts';
import { giveRoomBack } from './give-room-back.ts';

/** What a store needs of its database, on one that `openDatabase` has opened. */
export function onSqlite(db: Db, url: string): Database {
  return {
    db,
    withoutSync: (work) => withoutSync(db, work),
    explain: (error) => cannotUse(url, error),
    giveRoomBack: () => giveRoomBack(db),
    openPlace: (now) => new DatabasePlace(db, pathIn(url), now),
  };
}

/**
 * In WAL mode and with NORMAL, only a checkpoint waits for the disk, and a commit with FULL carries all before it (sqlite.org,
 * "Write-Ahead Logging", 3). It cannot be changed inside a transaction, so the connection is taken first.
 */
async function withoutSync<T>(db: Db, work: (db: Db) => Promise<T>): Promise<T> {
  return await db.connection().execute(async (connection) => {
    await NORMAL.execute(connection);
    try {
      return await work(connection);
    } finally {
      await FULL.execute(connection);
    }
  });
}

const NORMAL = sql`pragma synchronous = normal`;
const FULL = sql`pragma synchronous = full`;
