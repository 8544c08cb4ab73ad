import { setTimeout as sleep } from 'node:timers/promises';

import { CompiledQuery, SqliteAdapter, SqliteDialect, SqliteDriver } from 'kysely';
import type { DatabaseConnection, DialectAdapter, Driver, QueryResult, SqliteDialectConfig } from 'kysely';

/** The disk has no room: what the driver's own error about it becomes. */
type OnFull = (error: unknown) => unknown;

/**
 * Kysely's SQLite dialect with three facts it leaves out: SQLite can roll back DDL, so a migration that is killed half way
 * leaves nothing behind; every transaction of ours writes, so it takes the write lock first instead of failing when two
 * processes meet; and a full disk makes SQLite roll back by itself, which must not hide why.
 */
export class TransactionalSqliteDialect extends SqliteDialect {
  readonly #config: SqliteDialectConfig;
  readonly #onFull: OnFull;

  /** @param onFull is called for every statement that found no room on the disk, and makes the error thrown for it */
  constructor(config: SqliteDialectConfig, onFull: OnFull) {
    super(config);
    this.#config = config;
    this.#onFull = onFull;
  }

  override createAdapter(): DialectAdapter {
    return new TransactionalSqliteAdapter();
  }

  override createDriver(): Driver {
    return new ImmediateSqliteDriver(this.#config, this.#onFull);
  }
}

class TransactionalSqliteAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class ImmediateSqliteDriver extends SqliteDriver {
  readonly #onFull: OnFull;
  #connection: DatabaseConnection | null = null;

  constructor(config: SqliteDialectConfig, onFull: OnFull) {
    super(config);
    this.#onFull = onFull;
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    const inner = await super.acquireConnection();
    return (this.#connection ??= new SpeakingConnection(inner, this.#onFull));
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }

  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    try {
      await super.rollbackTransaction(connection);
    } catch (error) {
      // SQLite has done it already, for the reason that is about to be thrown (sqlite.org, "Response To Errors Within A Transaction").
      if (!(error instanceof Error && error.message.includes('no transaction is active'))) throw error;
    }
  }
}

/** A statement waits this long for another process's write, in ms; what it would have done is not done then. */
const MAX_BUSY_MS = 15_000;
/** The pauses between two tries grow from the first to the last of these, in ms. */
const [FIRST_PAUSE_MS, LAST_PAUSE_MS] = [5, 100];

/** A connection whose errors about a full disk say so, and that waits for other processes while everything else goes on. */
class SpeakingConnection implements DatabaseConnection {
  readonly #inner: DatabaseConnection;
  readonly #onFull: OnFull;

  constructor(inner: DatabaseConnection, onFull: OnFull) {
    this.#inner = inner;
    this.#onFull = onFull;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const startedAt = performance.now();
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LAST_PAUSE_MS)) {
      try {
        return await this.#inner.executeQuery<R>(query);
      } catch (error) {
        // A statement that met a lock has done nothing. A transaction has its lock since it began, so this is none of its middle.
        if (!isBusy(error) || performance.now() - startedAt > MAX_BUSY_MS)
          throw isFull(error) ? this.#onFull(error) : error;
        await sleep(pauseMs);
      }
    }
  }

  streamQuery<R>(query: CompiledQuery, chunkSize: number): AsyncIterableIterator<QueryResult<R>> {
    return this.#inner.streamQuery<R>(query, chunkSize);
  }
}

/** No room in the file, or none for the index of its write-ahead log. */
const FULL = new Set(['SQLITE_FULL', 'SQLITE_IOERR_SHMSIZE', 'ENOSPC', 'EDQUOT']);

/** Whether an error of the driver or of the file system means that there is no room. */
export function isFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && FULL.has(String(error.code));
}

/** Whether an error of the driver means that another connection has the file. */
export function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY');
}
