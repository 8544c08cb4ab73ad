import { resolve } from 'node:path';

import { readEnvFile } from '../config/env-file.ts';
import { databaseUrlIn } from '../config/environment.ts';
import { OperatorError } from '../ports/operator-error.ts';
import { MIGRATIONS } from '../store/migrations.ts';
import { databasePath } from '../store/sqlite/address.ts';
import { migrateToLatest } from '../store/sqlite/migrate.ts';
import { openDatabase } from '../store/sqlite/open-database.ts';

/** Whether the first migration of all was among them. */
function isNew(applied: readonly string[]): boolean {
  return applied[0] === Object.keys(MIGRATIONS)[0];
}

try {
  const url = databaseUrlIn(readEnvFile(process.env).env);
  const db = openDatabase(url);
  try {
    const applied = await migrateToLatest(db);
    console.log(
      applied.length === 0
        ? `${url} is up to date.`
        : `Applied to ${url}${isNew(applied) ? ` (${resolve(databasePath(url))}, which is new and empty)` : ''}: ${applied.join(', ')}.`,
    );
  } finally {
    await db.destroy();
  }
} catch (error) {
  if (!(error instanceof OperatorError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
