import { SQLITE_BASELINE } from '../../../migrations/baseline/sqlite.ts';
import { applyMigrations } from '../migrations.ts';
import type { Db } from '../rows/schema.ts';
import { copyBefore } from './backup.ts';

/** Brings a database up to date, as `applyMigrations` says; one that is not new is copied beside itself before. */
export async function migrateToLatest(db: Db): Promise<readonly string[]> {
  return await applyMigrations(db, {
    baseline: SQLITE_BASELINE,
    copyBefore: (migration) => copyBefore(db, migration),
  });
}
