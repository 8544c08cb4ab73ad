import type { Store } from '../ports/store/store.ts';
import { createStore } from './create-store.ts';
import type { StoreOptions } from './create-store.ts';
import { StoreError } from './rows/store-error.ts';
import { cannotUse } from './sqlite/describe-failure.ts';
import { migrateToLatest } from './sqlite/migrate.ts';
import { openDatabase } from './sqlite/open-database.ts';
import type { DatabaseHooks } from './sqlite/open-database.ts';
import { onSqlite } from './sqlite/on-sqlite.ts';

/**
 * Opens the database, migrates it, and returns the store on it.
 *
 * @param url `sqlite:` and a path (its folder is created), or `sqlite::memory:`
 * @throws StoreError with one sentence when the database cannot be used
 */
export async function openStore(url: string, options: StoreOptions & DatabaseHooks): Promise<Store> {
  const db = openDatabase(url, options);
  try {
    await migrateToLatest(db);
  } catch (error) {
    await db.destroy();
    throw error instanceof StoreError ? error : new StoreError(cannotUse(url, error), { cause: error });
  }
  return createStore(onSqlite(db, url), options);
}
