import {
  closeSync,
  copyFileSync,
  constants,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  readdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { sql } from 'kysely';

import { HOUR } from '../../domain/base/time.ts';
import { DiskFullError } from '../../ports/operator-error.ts';
import { openSqlite } from './sqlite-driver.ts';
import { isFull } from './sqlite-dialect.ts';
import { StoreError } from '../rows/store-error.ts';
import { appliedMigrations } from '../migrations.ts';
import type { Db } from '../rows/schema.ts';

/** Only the user the bot runs as may read what its channels were told. */
const PRIVATE = 0o600;
/** Copies made before migrations that are kept. */
const COPIES_KEPT = 3;

/** A copy that was made and checked. */
export interface Backup {
  readonly path: string;
  readonly bytes: number;
}

/**
 * Copies the database as it is at one moment, while others go on using it, to a file that did not exist. The copy is
 * complete and sound, or it is not there.
 *
 * @throws StoreError with one sentence when that cannot be done
 */
export async function backUp(db: Db, path: string): Promise<Backup> {
  return await copyChecked(db, path, (part) => {
    refuseExisting(path);
    putInPlace(part, path);
  });
}

/**
 * The same, in the place of an earlier copy of that name.
 *
 * @throws StoreError with one sentence when that cannot be done
 */
export async function copyAnew(db: Db, path: string): Promise<Backup> {
  return await copyChecked(db, path, (part) => renameSync(part, path));
}

async function copyChecked(db: Db, path: string, place: (part: string) => void): Promise<Backup> {
  const part = `${path}.part`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    await copyTo(db, part);
    verify(part, await appliedMigrations(db));
    place(part);
    return { path, bytes: statSync(path).size };
  } catch (error) {
    throw error instanceof StoreError ? error : new StoreError(noCopy(path, error), { cause: error });
  } finally {
    discard(part);
  }
}

/**
 * Copies the database beside itself before it is migrated, and keeps the last few such copies. What is in memory is not
 * copied. Null when somebody else has migrated it meanwhile, so that there is nothing to keep.
 *
 * @throws StoreError when there is no copy, and there must be no migration
 */
export async function copyBefore(db: Db, migration: string): Promise<Backup | null> {
  const file = await fileOf(db);
  if (file === null) return null;
  const stem = join(dirname(file), basename(file).replace(/\.db$/, ''));
  const path = `${stem}.before-${migration}.db`;
  // Two processes may be at it at once.
  const part = `${path}.${process.pid}.part`;
  try {
    const applied = await appliedMigrations(db);
    await copyTo(db, part);
    if (migrationsIn(part).includes(migration)) return null;
    verify(part, applied);
    renameSync(part, path);
    forgetOldCopies(stem);
    return { path, bytes: statSync(path).size };
  } catch (error) {
    const why = error instanceof StoreError ? error.message : noCopy(path, error);
    throw new StoreError(`The database ${file} was left as it is: it is copied before ${migration}. ${why}`, {
      cause: error,
    });
  } finally {
    discard(part);
  }
}

/** The file of the database; null for one in memory. */
async function fileOf(db: Db): Promise<string | null> {
  const { rows } = await sql<{ name: string; file: string }>`pragma database_list`.execute(db);
  const file = rows.find((row) => row.name === 'main')?.file ?? '';
  return file === '' ? null : file;
}

/** An empty file of ours first, so that nobody else can ever read what SQLite writes into it. */
async function copyTo(db: Db, part: string): Promise<void> {
  discard(part);
  closeSync(openSync(part, 'wx', PRIVATE));
  await sql`vacuum into ${part}`.execute(db);
  const written = openSync(part, 'r+');
  fsyncSync(written);
  closeSync(written);
}

/** What cannot be removed was never made, or is none of ours. */
function discard(part: string): void {
  if (statSync(dirname(part), { throwIfNoEntry: false })?.isDirectory() === true) rmSync(part, { force: true });
}

/** @throws StoreError when the copy is not what was copied */
function verify(part: string, applied: readonly string[]): void {
  const copy = openSqlite(part, { readonly: true });
  try {
    const found = copy.pragma('integrity_check', { simple: true });
    if (found !== 'ok') throw new StoreError(`The copy is damaged (${String(found)}): check the disk, then try again.`);
  } finally {
    copy.close();
  }
  const copied = migrationsIn(part);
  if (copied.join() !== applied.join())
    throw new StoreError('The database was migrated while it was copied: try again.');
}

function migrationsIn(path: string): readonly string[] {
  const copy = openSqlite(path, { readonly: true });
  try {
    const isMigrated = copy.prepare("select 1 from sqlite_master where name = 'kysely_migration'").get() !== undefined;
    return isMigrated ? copy.prepare('select name from kysely_migration order by name').pluck().all().map(String) : [];
  } finally {
    copy.close();
  }
}

/** Never over another file. Where there are no hard links, such as on a memory stick, the file is copied once more. */
function putInPlace(part: string, path: string): void {
  try {
    linkSync(part, path);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') refuseExisting(path);
    copyFileSync(part, path, constants.COPYFILE_EXCL);
  }
}

function refuseExisting(path: string): void {
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return;
  throw new StoreError(`${path} exists already, and a backup never replaces a file: name another one.`);
}

/** Beyond the newest few; and what a process left that was killed while it copied. */
function forgetOldCopies(stem: string): void {
  const copies = readdirSync(dirname(stem))
    .filter((name) => name.startsWith(`${basename(stem)}.before-`))
    .map((name) => join(dirname(stem), name))
    // Another process that migrates at the same moment moves its copy away.
    .flatMap((path) => {
      const found = statSync(path, { throwIfNoEntry: false });
      return found === undefined ? [] : [{ path, madeAt: found.mtimeMs }];
    })
    .toSorted((one, other) => other.madeAt - one.madeAt);
  const surplus = copies.filter(({ path }) => path.endsWith('.db')).slice(COPIES_KEPT);
  const stale = copies.filter(({ path, madeAt }) => path.endsWith('.part') && Date.now() - madeAt > HOUR);
  for (const { path } of [...surplus, ...stale]) rmSync(path, { force: true });
}

function noCopy(path: string, error: unknown): string {
  const why = error instanceof Error ? error.message : String(error);
  if (error instanceof DiskFullError || isFull(error))
    return `There is no room for the copy ${path}: free some space on this disk, then try again.`;
  if (['EACCES', 'EEXIST', 'ENOTDIR', 'EROFS', 'EPERM', 'SQLITE_CANTOPEN'].includes(codeOf(error)))
    return `The copy ${path} cannot be written (${why}): give the user this runs as permission for its folder, or name another one.`;
  return `The copy ${path} cannot be made (${why}).`;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
