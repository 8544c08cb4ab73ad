import type BetterSqlite3 from 'better-sqlite3';
import { Kysely } from 'kysely';
import type { LogEvent } from 'kysely';

import { DiskFullError } from '../../ports/operator-error.ts';
import type { Db, Schema } from '../rows/schema.ts';
import { StoreError } from '../rows/store-error.ts';
import { databasePath } from './address.ts';
import { makeFile } from './database-file.ts';
import { cannotUse, noRoom } from './describe-failure.ts';
import { isBusy, TransactionalSqliteDialect } from './sqlite-dialect.ts';
import { openSqlite } from './sqlite-driver.ts';
import { cachingStatements } from './statement-cache.ts';

/** How long the opening of a file waits for another process's write, in ms: nothing else runs meanwhile. */
const OPENING_TIMEOUT_MS = 5_000;
/** The driver waits no longer than this, in ms, because nothing else runs meanwhile; the dialect waits on without it. */
const DRIVER_TIMEOUT_MS = 10;
/** The switch of a new file to its write-ahead log is tried again after this, in ms. */
const WAL_RETRY_MS = 5;
/** The write-ahead log is cut to this when a checkpoint has emptied it; SQLite itself would leave it at its largest. */
const MAX_EMPTY_LOG_BYTES = 16 * 1024 * 1024;

/** Who is told of what happens in the database. */
export interface DatabaseHooks {
  /** Told of each SQL statement after it was carried out. */
  readonly onStatement?: ((sql: string) => void) | undefined;
  /** Called whenever something could not be written for want of room; `DiskFullError` is thrown as well. */
  readonly onDiskFull?: () => void;
}

/**
 * Opens the database without touching its tables.
 *
 * @throws StoreError when it cannot be opened
 */
export function openDatabase(url: string, { onStatement, onDiskFull }: DatabaseHooks = {}): Db {
  const path = databasePath(url);
  const full = () => {
    onDiskFull?.();
    return new DiskFullError(noRoom(path));
  };
  try {
    if (path !== ':memory:') makeFile(path);
    const database = openPrepared(path);
    const dialect = new TransactionalSqliteDialect({ database: cachingStatements(database) }, full);
    return new Kysely<Schema>({
      dialect,
      ...(onStatement === undefined ? {} : { log: (event: LogEvent) => onStatement(event.query.sql) }),
    });
  } catch (error) {
    throw error instanceof StoreError ? error : new StoreError(cannotUse(url, error), { cause: error });
  }
}

/** The database with its settings; closed again when it does not take them. */
function openPrepared(path: string): BetterSqlite3.Database {
  const database = openSqlite(path, { timeout: OPENING_TIMEOUT_MS });
  try {
    prepare(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function prepare(database: BetterSqlite3.Database): void {
  // Takes effect only before the first table is made.
  database.pragma('auto_vacuum = INCREMENTAL');
  switchToWal(database);
  // A committed promise must survive a power cut; what need not is committed by `Database.withoutSync`.
  database.pragma('synchronous = FULL');
  database.pragma('foreign_keys = ON');
  // The driver's own default is 16 MB; what is not in 2 MB is in the file cache of the machine.
  database.pragma('cache_size = -2000');
  database.pragma(`journal_size_limit = ${MAX_EMPTY_LOG_BYTES}`);
  database.pragma(`busy_timeout = ${DRIVER_TIMEOUT_MS}`);
}

/**
 * SQLite's own waiting does not cover this switch: it reads the file first, and a reader that asks for the whole file while
 * another process writes is refused at once, lest the two wait for each other. Processes that open a new file together
 * meet here, so the switch is tried for as long as any other write would wait.
 */
function switchToWal(database: BetterSqlite3.Database): void {
  const deadline = performance.now() + OPENING_TIMEOUT_MS;
  for (;;) {
    try {
      database.pragma('journal_mode = WAL');
      return;
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw error;
      // SQLite waits in the same way: nothing else runs in this process meanwhile.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAL_RETRY_MS);
    }
  }
}
