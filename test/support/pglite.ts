import { PGlite } from '@electric-sql/pglite';
import { Kysely, PostgresDialect } from 'kysely';
import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';

import { POSTGRES_BASELINE } from '../../migrations/baseline/postgres.ts';
import type { Database } from '../../src/store/database.ts';
import { applyMigrations } from '../../src/store/migrations.ts';
import type { Db, Schema } from '../../src/store/rows/schema.ts';

/** Types of PostgreSQL by their number (pg_type), and what the store is promised of them. */
const PARSERS = {
  /** bool */
  16: (text: string) => (text === 't' ? 1 : 0),
  /** int8 */
  20: Number,
  /** numeric: what a sum of int8 is */
  1700: Number,
};

/** How long a PostgreSQL may take to start, in ms: two seconds where nothing else runs. */
export const STARTS_WITHIN_MS = 120_000;

/** A PostgreSQL in this process. It takes seconds to start, so that tests share one; it has one connection, and proves no locks. */
export async function startPglite(): Promise<PGlite> {
  return await PGlite.create({ parsers: PARSERS });
}

/** Queries for PGlite; closing it leaves it as it is, for others. */
export function onPglite(pglite: PGlite): Db {
  return new Kysely<Schema>({ dialect: new PostgresDialect({ pool: new OneConnection(pglite) }) });
}

/** What a store needs of its database, on PGlite: in memory, without a file. */
export function pgliteDatabase(pglite: PGlite): Database {
  const db = onPglite(pglite);
  return {
    db,
    withoutSync: (work) => db.connection().execute(work),
    explain: (error) => (error instanceof Error ? error.message : String(error)),
    giveRoomBack: () => Promise.resolve(false),
    openPlace: () => ({
      path: null,
      countBytes: () => 0,
      findDisplacement: () => null,
      saveDisplaced: () => Promise.resolve(),
    }),
  };
}

/** Makes the tables from the baseline; every migration there is counts as applied. */
export async function beginWithBaseline(pglite: PGlite): Promise<void> {
  await applyMigrations(onPglite(pglite), { baseline: POSTGRES_BASELINE, copyBefore: () => Promise.resolve() });
}

/** Empties all tables but those that say what the schema is. */
export async function emptyTables(pglite: PGlite): Promise<void> {
  const { rows } = await pglite.query<{ name: string }>(
    `select table_name as name from information_schema.tables
      where table_schema = 'public' and table_name not like 'kysely%' and table_name <> 'compatibility'`,
  );
  await pglite.exec(`truncate ${rows.map(({ name }) => name).join(', ')} restart identity`);
}

/** Lends the one connection there is to one after another. */
class OneConnection implements PostgresPool {
  readonly #pglite: PGlite;
  #last: Promise<void> = Promise.resolve();

  constructor(pglite: PGlite) {
    this.#pglite = pglite;
  }

  async connect(): Promise<PostgresPoolClient> {
    const before = this.#last;
    const { promise, resolve } = waiting();
    this.#last = promise;
    await before;
    return new Client(this.#pglite, resolve);
  }

  end(): Promise<void> {
    return Promise.resolve();
  }
}

function waiting(): { readonly promise: Promise<void>; resolve(this: void): void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve: () => resolve() };
}

class Client implements PostgresPoolClient {
  readonly #pglite: PGlite;
  readonly release: () => void;

  constructor(pglite: PGlite, release: () => void) {
    this.#pglite = pglite;
    this.release = release;
  }

  query<R>(text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
  query<R>(
    query: string | PostgresCursor<R>,
    parameters: readonly unknown[] = [],
  ): Promise<PostgresQueryResult<R>> | PostgresCursor<R> {
    if (typeof query !== 'string') throw new TypeError('PGlite has no cursors');
    return this.#run(query, parameters);
  }

  async #run<R>(query: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>> {
    const { rows, command, rowCount } = await this.#pglite.query<R>(query, [...parameters]);
    return { command: COMMANDS.find((one) => one === command) ?? 'SELECT', rowCount: rowCount ?? 0, rows };
  }
}

/** Those of which Kysely counts the rows. */
const COMMANDS = ['INSERT', 'UPDATE', 'DELETE', 'MERGE'] as const;
