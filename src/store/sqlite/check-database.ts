import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';

import type BetterSqlite3 from 'better-sqlite3';
import { Kysely } from 'kysely';

import type { Finding } from '../../domain/base/finding.ts';
import { bad, good, open } from '../../domain/base/finding.ts';
import type { JobId } from '../../domain/job/job-id.ts';
import { decodeJobId } from '../rows/codec.ts';
import { appliedMigrations, describeNewer, findOldestReader, MIGRATIONS } from '../migrations.ts';
import { databasePath } from './address.ts';
import { describeFolder } from './database-file.ts';
import { cannotUse } from './describe-failure.ts';
import type { Db, Schema } from '../rows/schema.ts';
import { TransactionalSqliteDialect } from './sqlite-dialect.ts';
import { describeUnfitFileSystem } from './file-system.ts';
import { openSqlite } from './sqlite-driver.ts';

const MEGABYTE = 1024 * 1024;
/** Less room than this on the disk is too little. */
const MIN_FREE_BYTES = 200 * MEGABYTE;
/** How long to wait for a writer, in ms. */
const BUSY_TIMEOUT_MS = 5_000;

const DATABASE = 'Database';

/** What was found, and a job to ask DRS about. */
export interface DatabaseCheck {
  readonly findings: readonly Finding[];
  /** A job that somebody watches; null when there is none. */
  readonly watchedJob: JobId | null;
}

/** Looks at the database, also while the bot runs. Makes, migrates and writes nothing. */
export async function checkDatabase(url: string): Promise<DatabaseCheck> {
  const path = databasePath(url);
  if (path === ':memory:') {
    return { findings: [open(DATABASE, 'is in memory: everything is forgotten when the bot ends.')], watchedJob: null };
  }
  const disk = [checkDisk(path), ...checkFileSystem(path)];
  if (!existsSync(path)) return { findings: [checkPlace(path), ...disk], watchedJob: null };
  const folder = describeFolder(path);
  if (folder !== null) return { findings: [bad(DATABASE, folder), ...disk], watchedJob: null };
  const foreign = checkLog(path);
  // To open it would carry over what stands in that log.
  if (foreign !== null) return { findings: [foreign, ...disk], watchedJob: null };
  const { findings, watchedJob } = await lookInside(url, path);
  return { findings: [...findings, checkMode(path), ...disk], watchedJob };
}

async function lookInside(url: string, path: string): Promise<DatabaseCheck> {
  let database: BetterSqlite3.Database | null = null;
  try {
    database = openSqlite(path, { fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
    const db = new Kysely<Schema>({ dialect: new TransactionalSqliteDialect({ database }, (error) => error) });
    const applied = await appliedMigrations(db);
    const newer = describeNewer(applied, await findOldestReader(db, applied));
    const watchedJob = newer === null ? await findWatchedJob(db, applied) : null;
    return { findings: [checkSchema(applied, newer), checkWritable(url, database)], watchedJob };
  } catch (error) {
    return { findings: [bad(DATABASE, cannotUse(url, error))], watchedJob: null };
  } finally {
    database?.close();
  }
}

/** @param newer what is wrong with a database of a newer version; null for nothing */
function checkSchema(applied: readonly string[], newer: string | null): Finding {
  if (newer !== null) return bad(DATABASE, newer);
  const added = applied.filter((name) => !Object.hasOwn(MIGRATIONS, name));
  if (added.length > 0)
    return good(
      DATABASE,
      `opens; a newer version of this bot has added to it (${added.join(', ')}), which this one need not know.`,
    );
  const pending = Object.keys(MIGRATIONS).filter((name) => !applied.includes(name));
  if (pending.length === 0) return good(DATABASE, `opens, and is up to date (${applied.at(-1) ?? 'empty'}).`);
  return good(DATABASE, `opens; the next start brings it up to date (${pending.join(', ')}). Make a backup first.`);
}

/** Writes and takes it back before it reaches the disk. `begin immediate` alone succeeds on a file that is read-only. */
function checkWritable(url: string, database: BetterSqlite3.Database): Finding {
  try {
    database.exec('begin immediate; create table write_probe (x)');
    return good('Database writes', 'are possible.');
  } catch (error) {
    return bad('Database writes', cannotUse(url, error));
  } finally {
    if (database.inTransaction) database.exec('rollback');
  }
}

async function findWatchedJob(db: Db, applied: readonly string[]): Promise<JobId | null> {
  if (applied.length === 0) return null;
  const row = await db
    .selectFrom('subscriptions')
    .select('job_id')
    .where('ended_at', 'is', null)
    .where('job_id', 'is not', null)
    .executeTakeFirst();
  return decodeJobId(row?.job_id ?? null);
}

/** A database that is not there yet must be possible to make. */
function checkPlace(path: string): Finding {
  const folder = nearestFolder(path);
  try {
    if (!statSync(folder).isDirectory()) {
      return bad(DATABASE, `${path} cannot be made: ${folder} is a file, so change DATABASE_URL.`);
    }
    accessSync(folder, constants.W_OK | constants.X_OK);
    return good(DATABASE, `${path} is not there yet${wayTo(path)}; the first start makes it, empty.`);
  } catch {
    return bad(
      DATABASE,
      `${path} cannot be made: give the user the bot runs as permission to write in ${folder}, or change DATABASE_URL.`,
    );
  }
}

/** Where a path leads that depends on where the program is started. */
function wayTo(path: string): string {
  return isAbsolute(path) ? '' : `, in the folder this runs in (${process.cwd()})`;
}

/** The nearest thing above the path that exists. */
function nearestFolder(path: string): string {
  const above = dirname(resolve(path));
  return existsSync(above) ? above : nearestFolder(above);
}

/**
 * A write-ahead log that was there before its database belongs to another one, as after a backup was put in place of the file alone: SQLite
 * would write its pages into the restored one. Null where the system does not tell when a file was made.
 */
function checkLog(path: string): Finding | null {
  const log = statSync(`${path}-wal`, { throwIfNoEntry: false });
  if (log === undefined || log.size === 0) return null;
  const { birthtimeMs } = statSync(path);
  const isTold = log.birthtimeMs > 0 && birthtimeMs > 0 && log.birthtimeMs < log.ctimeMs;
  if (!isTold || log.birthtimeMs >= birthtimeMs) return null;
  return bad(
    DATABASE,
    `${path} is younger than ${path}-wal beside it. If the database was restored, that file belongs to the one before: do not start the bot, move ${path}-wal and ${path}-shm away first, and restore once more if it was started since. If all three were copied together, copy the one that ends in -wal once more.`,
  );
}

function checkFileSystem(path: string): readonly Finding[] {
  const unfit = describeUnfitFileSystem(nearestFolder(path));
  return unfit === null ? [] : [bad(DATABASE, unfit)];
}

/** The database names jobs and people: others on this machine have no business in it. */
function checkMode(path: string): Finding {
  const others = 0o007;
  const folder = dirname(resolve(path));
  const isPrivate = (statSync(path).mode & others) === 0 || (statSync(folder).mode & 0o001) === 0;
  if (isPrivate) return good('Database file', 'is for nobody but its owner and group.');
  return bad(
    'Database file',
    `can be read by everybody on this machine: chmod 600 ${path}*, and chmod 700 ${folder} if nothing else is in it.`,
  );
}

function checkDisk(path: string): Finding {
  const { bavail, bsize } = statfsSync(nearestFolder(path));
  const free = bavail * bsize;
  const size = existsSync(path) ? statSync(path).size : 0;
  const inMegabytes = `${Math.floor(free / MEGABYTE)} MB`;
  // Room for a copy, which is made before an upgrade.
  if (free >= Math.max(MIN_FREE_BYTES, size)) return good('Disk', `${inMegabytes} are free.`);
  return bad('Disk', `only ${inMegabytes} are free where the database is: make room before the bot has to stop.`);
}
