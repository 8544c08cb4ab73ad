import { DEFAULT_DATABASE_URL } from './config.ts';
import { StartError } from './ports.ts';
import { migrateToLatest } from './store/migrate.ts';
import { openDatabase } from './store/open-store.ts';

try {
  const url = process.env['DATABASE_URL'] ?? DEFAULT_DATABASE_URL;
  const db = openDatabase(url);
  try {
    const applied = await migrateToLatest(db);
    console.log(applied.length === 0 ? `${url} is up to date.` : `Applied to ${url}: ${applied.join(', ')}.`);
  } finally {
    await db.destroy();
  }
} catch (error) {
  if (!(error instanceof StartError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
