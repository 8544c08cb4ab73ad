import type { SqliteDatabase, SqliteStatement } from 'kysely';

/** Statements kept. Ours are some two hundred; only lists of ids make more of one. */
const MAX_KEPT_STATEMENTS = 300;

/**
 * A database that prepares each text once: preparing a long statement takes SQLite as long as running it. A changed
 * schema does no harm, SQLite then prepares anew by itself. Not for streaming: a kept statement has one cursor.
 */
export function cachingStatements(database: SqliteDatabase): SqliteDatabase {
  const kept = new Map<string, SqliteStatement>();
  return {
    prepare(sql) {
      const known = kept.get(sql);
      if (known !== undefined) return known;
      const statement = database.prepare(sql);
      if (kept.size >= MAX_KEPT_STATEMENTS) kept.clear();
      kept.set(sql, statement);
      return statement;
    },
    close() {
      kept.clear();
      database.close();
    },
  };
}
