import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

import { readEnvFile } from '../config/env-file.ts';
import { ConfigError, databaseUrlIn } from '../config.ts';
import { StartError } from '../ports.ts';
import { migrateToLatest } from '../store/sqlite/migrate.ts';
import { databasePath, openDatabase } from '../store/open-store.ts';

try {
  const url = databaseUrlIn(readEnvFile(process.env).env);
  const isNew = !existsSync(databasePath(url));
  const db = openDatabase(url);
  try {
    const applied = await migrateToLatest(db);
    if (isNew)
      console.log(`There was no database at ${resolve(databasePath(url))}: a new one was made, and it is empty.`);
    console.log(applied.length === 0 ? `${url} is up to date.` : `Applied to ${url}: ${applied.join(', ')}.`);
  } finally {
    await db.destroy();
  }
} catch (error) {
  if (!(error instanceof StartError || error instanceof ConfigError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
