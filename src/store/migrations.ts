import { DEFAULT_MIGRATION_TABLE, Migrator, sql } from 'kysely';
import type { Migration, MigrationProvider } from 'kysely';

import * as initial from '../../migrations/0001-initial.ts';
import * as namesAndCauses from '../../migrations/0002-names-and-causes.ts';
import * as postProtocol from '../../migrations/0003-post-protocol.ts';
import * as access from '../../migrations/0004-access.ts';
import * as keeping from '../../migrations/0005-keeping.ts';
import * as timedWork from '../../migrations/0006-timed-work.ts';
import * as absence from '../../migrations/0007-absence.ts';
import * as namesOfTheirTime from '../../migrations/0008-names-of-their-time.ts';
import * as queue from '../../migrations/0009-queue.ts';
import * as livingPosts from '../../migrations/0010-living-posts.ts';
import * as episodes from '../../migrations/0011-episodes.ts';
import * as requests from '../../migrations/0012-requests.ts';
import * as compatibility from '../../migrations/0013-compatibility.ts';
import * as askedPosts from '../../migrations/0014-asked-posts.ts';
import * as whyHeld from '../../migrations/0015-why-held.ts';
import * as pauses from '../../migrations/0016-pauses.ts';
import * as samples from '../../migrations/0017-samples.ts';
import * as eventReads from '../../migrations/0018-event-reads.ts';
import * as engines from '../../migrations/0019-engines.ts';
import * as names from '../../migrations/0020-names.ts';
import type { Db } from './rows/schema.ts';
import { StoreError } from './rows/store-error.ts';

/** Every migration there is, by file name, in order. Listed by hand, so that building and bundling cannot lose one. */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-initial': initial,
  '0002-names-and-causes': namesAndCauses,
  '0003-post-protocol': postProtocol,
  '0004-access': access,
  '0005-keeping': keeping,
  '0006-timed-work': timedWork,
  '0007-absence': absence,
  '0008-names-of-their-time': namesOfTheirTime,
  '0009-queue': queue,
  '0010-living-posts': livingPosts,
  '0011-episodes': episodes,
  '0012-requests': requests,
  '0013-compatibility': compatibility,
  '0014-asked-posts': askedPosts,
  '0015-why-held': whyHeld,
  '0016-pauses': pauses,
  '0017-samples': samples,
  '0018-event-reads': eventReads,
  '0019-engines': engines,
  '0020-names': names,
};

/** What a database is brought up to date with, besides the migrations. */
export interface MigrationOptions {
  /** Statements that make in an empty database what all migrations together leave. */
  readonly baseline: readonly string[];
  /** Keeps a copy of a database that is not new, before the migration of this name. */
  readonly copyBefore: (migration: string) => Promise<unknown>;
}

/**
 * Brings a database up to date: an empty one by its baseline, any other by the migrations it has not had, all of them in one
 * transaction. Safe when two processes do it at once.
 *
 * @returns the names of the migrations that were applied; none where a newer version has added some that this one need not know
 * @throws StoreError when a newer version has changed the database so that this one cannot use it, or when it cannot be copied
 */
export async function applyMigrations(db: Db, { baseline, copyBefore }: MigrationOptions): Promise<readonly string[]> {
  if (await beginWithBaseline(db, baseline)) return Object.keys(MIGRATIONS);
  const applied = await appliedMigrations(db);
  const newer = describeNewer(applied, await findOldestReader(db, applied));
  if (newer !== null) throw new StoreError(newer);
  if (applied.some(isUnknown)) return [];
  const next = Object.keys(MIGRATIONS).find((name) => !applied.includes(name));
  if (next === undefined) return [];
  if (applied.length > 0) await copyBefore(next);
  const { error, results } = await new Migrator({ db, provider: ALL_OF_THEM }).migrateToLatest();
  if (error !== undefined) throw error instanceof Error ? error : new Error('a migration failed', { cause: error });
  return (results ?? []).filter((result) => result.status === 'Success').map((result) => result.migrationName);
}

const ALL_OF_THEM: MigrationProvider = { getMigrations: () => Promise.resolve({ ...MIGRATIONS }) };

/** Makes everything in an empty database, where every migration then counts as applied. False where something is there. */
async function beginWithBaseline(db: Db, baseline: readonly string[]): Promise<boolean> {
  if (!(await isEmpty(db))) return false;
  return await db.transaction().execute(async (tx) => {
    // Another process may have been faster.
    if (!(await isEmpty(tx))) return false;
    for (const statement of baseline) await sql.raw(statement).execute(tx);
    await noteAllApplied(tx);
    return true;
  });
}

async function isEmpty(db: Db): Promise<boolean> {
  return (await db.introspection.getTables({ withInternalKyselyTables: true })).length === 0;
}

/** Keeps the record that Kysely keeps of what it applied. */
async function noteAllApplied(tx: Db): Promise<void> {
  await tx.schema
    .createTable(DEFAULT_MIGRATION_TABLE)
    .addColumn('name', 'varchar(255)', (column) => column.notNull().primaryKey())
    .addColumn('timestamp', 'varchar(255)', (column) => column.notNull())
    .execute();
  const timestamp = new Date().toISOString();
  await tx
    .withTables<{ kysely_migration: { name: string; timestamp: string } }>()
    .insertInto('kysely_migration')
    .values(Object.keys(MIGRATIONS).map((name) => ({ name, timestamp })))
    .execute();
}

function isUnknown(migration: string): boolean {
  return !Object.hasOwn(MIGRATIONS, migration);
}

/** The last migration that whoever uses the database must know; null in one that does not say so. */
export async function findOldestReader(db: Db, applied: readonly string[]): Promise<string | null> {
  if (!applied.some(isUnknown) || !applied.includes('0013-compatibility')) return null;
  const row = await db.selectFrom('compatibility').select('oldest_reader').executeTakeFirst();
  return row?.oldest_reader ?? null;
}

/**
 * What is wrong with a database that has migrations this program does not know; null when it knows them all, or when they
 * only added something.
 */
export function describeNewer(applied: readonly string[], oldestReader: string | null): string | null {
  const unknown = applied.filter(isUnknown);
  return unknown.length === 0 || (oldestReader !== null && !isUnknown(oldestReader))
    ? null
    : `The database was written by a newer version of this bot (it has ${unknown.join(', ')}): start that version or a later one, or restore the backup made before the upgrade.`;
}

/** The migrations a database has had, in order; empty for an empty one. */
export async function appliedMigrations(db: Db): Promise<readonly string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some((table) => table.name === 'kysely_migration')) return [];
  const rows = await db
    .withTables<{ kysely_migration: { name: string } }>()
    .selectFrom('kysely_migration')
    .select('name')
    .orderBy('name')
    .execute();
  return rows.map((row) => row.name);
}

/** See `PlaceStore`. */
export async function findSchemaVersion(db: Db): Promise<string> {
  return (await appliedMigrations(db)).at(-1) ?? 'none';
}
