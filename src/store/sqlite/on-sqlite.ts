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
    explain: (error) => cannotUse(url, error),
    giveRoomBack: () => giveRoomBack(db),
    openPlace: (now) => new DatabasePlace(db, pathIn(url), now),
  };
}
