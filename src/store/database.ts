import type { Displacement } from '../ports/store/place.ts';
import type { EpochMs } from '../domain/base/time.ts';
import type { Db } from './rows/schema.ts';

/**
 * What a store needs of its database beside SQL. Whoever adds a database writes one folder that makes this, opens it with the
 * schema of `migrations/baseline/`, and runs the store's contract on it.
 *
 * SQL outside that folder is what SQLite 3.39 and PostgreSQL both speak, through Kysely. It relies on:
 *
 * - `insert … on conflict … do nothing | do update`, `returning`, `update … from`, row values beside `in`, partial indexes;
 * - true and false that are answered as 1 and 0, for they are stored so;
 * - integers of 64 bits that are answered as numbers: ours are times in ms and counts, far below 2^53;
 * - text that is ordered and compared by its bytes, as in the collation "C";
 * - JSON that is text: nothing in it is ever asked for in SQL;
 * - times that come from the store's clock, as values: no statement asks the database what time it is;
 * - transactions that see nothing of one another and that all write: whoever comes second waits when it begins.
 */
export interface Database {
  /** Throws `DiskFullError` when there is no room, with nothing done; waits by itself while others write. */
  readonly db: Db;
  /**
   * Runs work whose loss in a power cut does no harm, for the next poll makes good for it: what it commits does not wait for
   * the disk. It is never lost alone: the next commit outside carries it to the disk. Nothing else uses the database meanwhile.
   */
  withoutSync<T>(work: (db: Db) => Promise<T>): Promise<T>;
  /** One sentence for an error of the database: what is wrong and what to do. */
  explain(error: unknown): string;
  /** Gives a little of the room back that deleted rows have left; true when there is more to give back. */
  giveRoomBack(): Promise<boolean>;
  /** Begins to look after the place of a database that has just been opened; `now` is for the name of a copy. */
  openPlace(now: EpochMs): OpenPlace;
}

/** Where an open database is; for what the methods promise see `PlaceStore`. */
export interface OpenPlace {
  /** Absolute; null when it is in no file that this process can see. */
  readonly path: string | null;
  /** How large it is. */
  countBytes(): number;
  findDisplacement(): Displacement | null;
  saveDisplaced(): Promise<void>;
}
