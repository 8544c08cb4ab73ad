import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { PGlite } from '@electric-sql/pglite';
import { Migrator } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { MIGRATIONS } from '../../src/store/migrations.ts';
import type { Db } from '../../src/store/rows/schema.ts';
import { migrateToLatest } from '../../src/store/sqlite/migrate.ts';
import { openDatabase } from '../../src/store/sqlite/open-database.ts';
import { openSqlite } from '../../src/store/sqlite/sqlite-driver.ts';
import { describePostgres, describeSqlite } from '../support/describe-schema.ts';
import { onPglite, startPglite, STARTS_WITHIN_MS } from '../support/pglite.ts';
import { POSTGRES, SQLITE, writeSchema } from '../support/write-schema.ts';

/** The last migration that PostgreSQL never ran: it begins with what they left. Whatever comes later runs on both. */
const LAST_OF_SQLITE_ALONE = '0014-asked-posts';

let pglite: PGlite;
beforeAll(async () => {
  pglite = await startPglite();
}, STARTS_WITHIN_MS);
afterAll(async () => pglite.close());

async function oldestReader(db: Db): Promise<string> {
  return (await db.selectFrom('compatibility').select('oldest_reader').executeTakeFirstOrThrow()).oldest_reader;
}

async function migrateTo(db: Db, name: string): Promise<void> {
  const provider = { getMigrations: () => Promise.resolve({ ...MIGRATIONS }) };
  const { error } = await new Migrator({ db, provider }).migrateTo(name);
  if (error !== undefined) throw new Error('a migration failed', { cause: error });
}

test('migrating SQLite from nothing gives its baseline, which makes the same tables', async () => {
  const db = openDatabase('sqlite::memory:');
  await migrateToLatest(db);
  const tables = await describeSqlite(db);
  const written = writeSchema(tables, SQLITE, await oldestReader(db));
  await expect(written).toMatchFileSnapshot('../../migrations/baseline/sqlite.sql');
  await db.destroy();
  const path = join(await mkdtemp(join(tmpdir(), 'drs-bot-baseline-')), 'bot.db');
  const made = openSqlite(path);
  made.exec(written);
  made.close();
  const again = openDatabase(`sqlite:${path}`);
  expect(await describeSqlite(again)).toEqual(tables);
  await again.destroy();
});

test('PostgreSQL gets to its baseline by the migrations that both run, and has what SQLite has', async () => {
  const db = openDatabase('sqlite::memory:');
  await migrateTo(db, LAST_OF_SQLITE_ALONE);
  await pglite.exec(writeSchema(await describeSqlite(db), POSTGRES, await oldestReader(db)));
  const postgres = onPglite(pglite);
  for (const [name, migration] of Object.entries(MIGRATIONS)) {
    if (name > LAST_OF_SQLITE_ALONE) await migration.up(postgres);
  }
  await migrateToLatest(db);
  const tables = await describePostgres(postgres);
  expect(tables).toEqual(await describeSqlite(db));
  const written = writeSchema(tables, POSTGRES, await oldestReader(postgres));
  await expect(written).toMatchFileSnapshot('../../migrations/baseline/postgres.sql');
  await db.destroy();
});
