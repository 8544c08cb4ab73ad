import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { PGlite } from '@electric-sql/pglite';
import { Migrator, sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { appliedMigrations, applyMigrations, MIGRATIONS } from '../../src/store/migrations.ts';
import type { Db } from '../../src/store/rows/schema.ts';
import { migrateToLatest } from '../../src/store/sqlite/migrate.ts';
import { openDatabase } from '../../src/store/sqlite/open-database.ts';
import { describePostgres, describeSqlite } from '../support/describe-schema.ts';
import { onPglite, startPglite, STARTS_WITHIN_MS } from '../support/pglite.ts';
import { POSTGRES, SQLITE, writeBaseline, writeSchema } from '../support/write-schema.ts';

/** The last migration that PostgreSQL never ran: it begins with what they left. Whatever comes later runs on both. */
const LAST_OF_SQLITE_ALONE = '0014-asked-posts';
const LAST = Object.keys(MIGRATIONS).at(-1) ?? LAST_OF_SQLITE_ALONE;

let pglite: PGlite;
beforeAll(async () => {
  pglite = await startPglite();
}, STARTS_WITHIN_MS);
afterAll(async () => pglite.close());

async function oldestReader(db: Db): Promise<string> {
  return (await db.selectFrom('compatibility').select('oldest_reader').executeTakeFirstOrThrow()).oldest_reader;
}

/** Every migration, one after another, up to this one. */
async function migrateTo(db: Db, name: string): Promise<void> {
  const provider = { getMigrations: () => Promise.resolve({ ...MIGRATIONS }) };
  const { error } = await new Migrator({ db, provider }).migrateTo(name);
  if (error !== undefined) throw new Error('a migration failed', { cause: error });
}

/** All that is in a database, but when it was migrated and what Kysely keeps besides. */
async function everything(db: Db) {
  const tables = await describeSqlite(db);
  const rows = await Promise.all(
    tables.map(async ({ name }) => [name, (await sql`select * from ${sql.table(name)}`.execute(db)).rows]),
  );
  return { tables, rows, migrations: await appliedMigrations(db) };
}

test('a new SQLite database has from its baseline what migrating from nothing gives', async () => {
  const migrated = openDatabase('sqlite::memory:');
  await migrateTo(migrated, LAST);
  const written = writeSchema(await describeSqlite(migrated), SQLITE, await oldestReader(migrated));
  const path = '../../migrations/baseline/sqlite.ts';
  await expect(writeBaseline('SQLITE_BASELINE', written)).toMatchFileSnapshot(path);
  const made = openDatabase('sqlite::memory:');
  expect(
    await applyMigrations(made, { baseline: written, copyBefore: () => Promise.reject(new Error('new')) }),
  ).toEqual(Object.keys(MIGRATIONS));
  expect(await everything(made)).toEqual(await everything(migrated));
  await migrated.destroy();
  await made.destroy();
});

test('whoever comes second finds what the first has made of an empty database', async () => {
  const path = join(await mkdtemp(join(tmpdir(), 'drs-bot-baseline-')), 'bot.db');
  const [one, other] = [openDatabase(`sqlite:${path}`), openDatabase(`sqlite:${path}`)];
  const applied = await Promise.all([migrateToLatest(one), migrateToLatest(other)]);
  expect(applied.map((names) => names.length).toSorted((a, b) => a - b)).toEqual([0, Object.keys(MIGRATIONS).length]);
  await one.destroy();
  await other.destroy();
});

test('PostgreSQL gets to its baseline by the migrations that both run, and has what SQLite has', async () => {
  const db = openDatabase('sqlite::memory:');
  await migrateTo(db, LAST_OF_SQLITE_ALONE);
  for (const statement of writeSchema(await describeSqlite(db), POSTGRES, await oldestReader(db)))
    await pglite.exec(statement);
  const postgres = onPglite(pglite);
  for (const [name, migration] of Object.entries(MIGRATIONS)) {
    if (name > LAST_OF_SQLITE_ALONE) await migration.up(postgres);
  }
  await migrateTo(db, LAST);
  const tables = await describePostgres(postgres);
  expect(tables).toEqual(await describeSqlite(db));
  const written = writeSchema(tables, POSTGRES, await oldestReader(postgres));
  const path = '../../migrations/baseline/postgres.ts';
  await expect(writeBaseline('POSTGRES_BASELINE', written)).toMatchFileSnapshot(path);
  await db.destroy();
});
