import { readEnvFile } from '../config/env-file.ts';
import { ConfigError, databaseUrlIn } from '../config.ts';
import { StartError } from '../ports.ts';
import { migrateToLatest } from '../store/sqlite/migrate.ts';
import { openDatabase } from '../store/open-store.ts';

try {
  const url = databaseUrlIn(readEnvFile(process.env).env);
  const db = openDatabase(url);
  try {
    const applied = await migrateToLatest(db);
    console.log(applied.length === 0 ? `${url} is up to date.` : `Applied to ${url}: ${applied.join(', ')}.`);
  } finally {
    await db.destroy();
  }
} catch (error) {
  if (!(error instanceof StartError || error instanceof ConfigError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
