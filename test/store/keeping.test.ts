import { mkdir, mkdtemp, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Migrator, sql } from 'kysely';
import { describe, expect, test } from 'vitest';

import { UNSEEN_JOB } from '../../src/domain/job/job-state.ts';
import { DiskFullError } from '../../src/ports/operator-error.ts';
import { createStore } from '../../src/store/create-store.ts';
import { appliedMigrations, MIGRATIONS } from '../../src/store/migrations.ts';
import { openStore } from '../../src/store/open-store.ts';
import { backUp, copyBefore } from '../../src/store/sqlite/backup.ts';
import { migrateToLatest } from '../../src/store/sqlite/migrate.ts';
import { onSqlite } from '../../src/store/sqlite/on-sqlite.ts';
import { openDatabase } from '../../src/store/sqlite/open-database.ts';
import type { Db } from '../../src/store/rows/schema.ts';
import { runProcess } from '../support/bot-process.ts';
import { running } from '../support/programs.ts';
import { ORDERS } from '../support/reports.ts';
import { mountSmallDisk } from '../support/small-disk.ts';

const folder = () => mkdtemp(join(tmpdir(), 'drs-bot-keeping-'));
const clock = () => 1_000_000;
const KEY = { connectionId: 'prod', jobId: ORDERS };

/** A database with a job in it, open. */
async function aDatabase(): Promise<{ readonly path: string; readonly db: Db }> {
  const path = join(await folder(), 'bot.db');
  const db = openDatabase(`sqlite:${path}`);
  await migrateToLatest(db);
  await addConnection(db);
  return { path, db };
}

async function addConnection(db: Db): Promise<void> {
  await sql`insert into connections (id, name, endpoint, project_id, created_at)
    values ('prod', 'default', 'https://x', 'p', 1)`.execute(db);
}

async function addJobs(db: Db, jobs: number, bytes: number): Promise<void> {
  const state = JSON.stringify({ ...UNSEEN_JOB, padding: 'x'.repeat(bytes) });
  await db.transaction().execute(async (tx) => {
    for (let job = 0; job < jobs; job++)
      await tx
        .insertInto('jobs')
        .values({ connection_id: 'prod', job_id: `job-${job}`, state, created_at: 1 })
        .execute();
  });
}

describe('room that pruning has made', () => {
  test('goes back to the disk piece by piece, and references hold', async () => {
    const { path, db } = await aDatabase();
    await addJobs(db, 500, 20_000);
    const store = createStore(onSqlite(db, `sqlite:${path}`), { clock });
    while (await store.giveRoomBack());
    const full = (await stat(path)).size;
    const everything = {
      now: 10,
      deliveriesBefore: 10,
      eventsBefore: 10,
      goneBefore: 10,
      unwatchedBefore: 10,
      limit: 100,
    };
    let rounds = 0;
    while ((await store.prune(everything)).jobs > 0) rounds++;
    expect(rounds).toBe(5);
    expect(await store.giveRoomBack()).toBe(true);
    while (await store.giveRoomBack());
    expect(full).toBeGreaterThan(10_000_000);
    expect((await stat(path)).size).toBeLessThan(full / 20);
    expect((await sql`pragma foreign_key_check`.execute(db)).rows).toEqual([]);
    await store.close();
  });
});

describe('npm run backup', () => {
  const backup = (url: string, ...args: readonly string[]) =>
    runProcess({ DATABASE_URL: url }, [...running('src/operator/backup.ts'), ...args]).then(
      ({ code, stdout, stderr }) => (code === 0 ? stdout.trim() : `✖ ${stderr.trim()}`),
    );

  test('copies the database while it is used, for the eyes of its user only, and the copy can be used', async () => {
    const { path, db } = await aDatabase();
    await addJobs(db, 3, 10);
    const copy = join(await folder(), 'new', 'copy.db');
    expect(await backup(`sqlite:${path}`, copy)).toMatch(
      new RegExp(`^${copy} is a checked copy of ${path}: \\d+\\.\\d MB, made in .*\\.$`),
    );
    expect((await stat(copy)).mode & 0o777).toBe(0o600);
    await db.destroy();
    const restored = openDatabase(`sqlite:${copy}`);
    expect(await migrateToLatest(restored)).toEqual([]);
    expect(await restored.selectFrom('jobs').select('job_id').execute()).toHaveLength(3);
    const { rows } = await sql<{ auto_vacuum: number }>`pragma auto_vacuum`.execute(restored);
    expect(rows).toEqual([{ auto_vacuum: 2 }]);
    await restored.destroy();
  });

  test('without a name puts it beside the database, named after the time', async () => {
    const { path, db } = await aDatabase();
    await db.destroy();
    expect(await backup(`sqlite:${path}`)).toMatch(/backups\/\d{8}T\d{6}Z\.db is a checked copy of /);
    expect(await readdir(join(path, '..', 'backups'))).toEqual([expect.stringMatching(/^\d{8}T\d{6}Z\.db$/)]);
  });

  test('never replaces a file', async () => {
    const { path, db } = await aDatabase();
    await db.destroy();
    const copy = join(await folder(), 'copy.db');
    await writeFile(copy, 'precious');
    expect(await backup(`sqlite:${path}`, copy)).toBe(
      `✖ ${copy} exists already, and a backup never replaces a file: name another one.`,
    );
    expect(await readFile(copy, 'utf8')).toBe('precious');
  });

  test('of no database says so and makes none', async () => {
    const path = join(await folder(), 'bot.db');
    expect(await backup(`sqlite:${path}`)).toBe(
      `✖ There is no database at ${path}: set DATABASE_URL to the one the bot uses (sqlite: and a path).`,
    );
    expect(await readdir(join(path, '..'))).toEqual([]);
  });

  test('into a place that cannot be written ends in a sentence and leaves nothing', async () => {
    const { path, db } = await aDatabase();
    await db.destroy();
    expect(await backup(`sqlite:${path}`, join(path, 'copy.db'))).toContain('cannot be written');
  });

  test('goes on while another connection writes', async () => {
    const { path, db } = await aDatabase();
    await addJobs(db, 200, 20_000);
    const copy = `${path}.copy`;
    const other = openDatabase(`sqlite:${path}`);
    const [made] = await Promise.all([backUp(db, copy), addJobsSlowly(other)]);
    expect(made.bytes).toBeGreaterThan(4_000_000);
    await Promise.all([db.destroy(), other.destroy()]);
  });

  async function addJobsSlowly(db: Db): Promise<void> {
    for (let job = 0; job < 20; job++)
      await db
        .insertInto('jobs')
        .values({ connection_id: 'prod', job_id: `late-${job}`, state: '{}', created_at: 1 })
        .execute();
  }
});

describe('before a migration', () => {
  /** A database as the version before the last one left it. */
  async function lastVersion(
    place?: string,
  ): Promise<{ readonly path: string; readonly db: Db; readonly next: string }> {
    const path = join(place ?? (await folder()), 'bot.db');
    const db = openDatabase(`sqlite:${path}`);
    const older = Object.fromEntries(Object.entries(MIGRATIONS).slice(0, -1));
    await new Migrator({ db, provider: { getMigrations: () => Promise.resolve(older) } }).migrateToLatest();
    await addConnection(db);
    return { path, db, next: Object.keys(MIGRATIONS).at(-1) ?? '' };
  }

  test('the database is copied beside itself, and the copy is what it was', async () => {
    const { path, db, next } = await lastVersion();
    expect(await migrateToLatest(db)).toEqual([next]);
    await db.destroy();
    const copy = path.replace('.db', `.before-${next}.db`);
    expect((await stat(copy)).mode & 0o777).toBe(0o600);
    const before = openDatabase(`sqlite:${copy}`);
    expect(await appliedMigrations(before)).toEqual(Object.keys(MIGRATIONS).slice(0, -1));
    expect(await before.selectFrom('connections').select('id').execute()).toEqual([{ id: 'prod' }]);
    await before.destroy();
  });

  test('a new database, and one that is up to date, are not copied', async () => {
    const { path, db } = await aDatabase();
    expect(await migrateToLatest(db)).toEqual([]);
    await db.destroy();
    expect((await readdir(join(path, '..'))).filter((name) => name.includes('before'))).toEqual([]);
  });

  test('the last three copies are kept', async () => {
    const { path, db, next } = await lastVersion();
    const older = ['0000-a', '0000-b', '0000-c', '0000-d'].map((name) => path.replace('.db', `.before-${name}.db`));
    for (const [age, copy] of older.entries()) {
      await writeFile(copy, '');
      await utimes(copy, 1_000 + age, 1_000 + age);
    }
    await migrateToLatest(db);
    await db.destroy();
    expect((await readdir(join(path, '..'))).filter((name) => name.includes('before')).toSorted()).toEqual([
      'bot.before-0000-c.db',
      'bot.before-0000-d.db',
      `bot.before-${next}.db`,
    ]);
  });

  test('a process that comes too late copies nothing, so that the copy stays one of the old database', async () => {
    const { path, db, next } = await lastVersion();
    await migrateToLatest(db);
    const copy = path.replace('.db', `.before-${next}.db`);
    const made = (await stat(copy)).ino;
    expect(await copyBefore(db, next)).toBeNull();
    expect((await stat(copy)).ino).toBe(made);
    await db.destroy();
  });

  test('several processes migrate once and keep the copy of the old database', async () => {
    const { path, db, next } = await lastVersion();
    await db.destroy();
    const migrate = () => runProcess({ DATABASE_URL: `sqlite:${path}` }, running('src/operator/migrate.ts'));
    const ended = await Promise.all([migrate(), migrate(), migrate()]);
    expect(ended.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(ended.filter(({ stdout }) => stdout.startsWith('Applied'))).toHaveLength(1);
    const names = (await readdir(join(path, '..'))).filter((name) => name.includes('before'));
    expect(names).toEqual([`bot.before-${next}.db`]);
    const before = openDatabase(`sqlite:${join(path, '..', names[0] ?? '')}`);
    expect(await appliedMigrations(before)).not.toContain(next);
    await before.destroy();
  });

  test('a disk without room for the copy leaves the database as it is and ends in a sentence', async ({ skip }) => {
    const disk = mountSmallDisk();
    if (disk === null) return skip('this user may not mount');
    const { path, db, next } = await lastVersion(disk.path);
    await addJobs(db, 20, 20_000);
    await db.destroy();
    disk.fill(100_000);
    const refused = await openStore(`sqlite:${path}`, { clock }).catch(String);
    const copy = path.replace('.db', `.before-${next}.db`);
    expect(refused).toBe(
      `StoreError: The database ${path} was left as it is: it is copied before ${next}. There is no room for the copy ${copy}: free some space on this disk, then try again.`,
    );
    expect((await readdir(disk.path)).toSorted()).toEqual(['bot.db', 'filler']);
    disk.clear();
    await (await openStore(`sqlite:${path}`, { clock })).close();
    expect((await readdir(disk.path)).toSorted()).toEqual([`bot.before-${next}.db`, 'bot.db']);
  });

  test('a copy that cannot be made leaves the database as it is and ends in a sentence', async () => {
    const { path, db, next } = await lastVersion();
    await db.destroy();
    // In the place of the copy there is something that no file can replace.
    const copy = path.replace('.db', `.before-${next}.db`);
    await mkdir(join(copy, 'taken'), { recursive: true });
    const refused = await openStore(`sqlite:${path}`, { clock }).catch(String);
    expect(refused).toContain(`The database ${path} was left as it is: it is copied before ${next}. The copy ${copy}`);
    const same = openDatabase(`sqlite:${path}`);
    expect(await appliedMigrations(same)).not.toContain(next);
    await same.destroy();
  });
});

describe('a file that may not grow, as on a full disk', () => {
  /** SQLite refuses every further page, as it does when the disk is full. */
  async function noRoom(db: Db): Promise<void> {
    await sql`vacuum`.execute(db);
    const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(db);
    await sql.raw(`pragma max_page_count = ${rows[0]?.page_count ?? 1}`).execute(db);
  }

  test('refuses with a sentence, does nothing by halves, and heals when there is room', async () => {
    let met = 0;
    const path = join(await folder(), 'bot.db');
    const db = openDatabase(`sqlite:${path}`, { onDiskFull: () => void met++ });
    await migrateToLatest(db);
    await addConnection(db);
    await noRoom(db);
    const store = createStore(onSqlite(db, `sqlite:${path}`), { clock });
    const claim = () => store.claimJob({ ...KEY, token: 't', leaseMs: 1, now: 1, maxAgeMs: 0 });
    const channel = (number: number) =>
      store.greetChannel({
        channel: { workspaceId: 'T1', channelId: `C${number}-${'x'.repeat(3_000)}` },
        connectionId: 'prod',
        by: null,
        now: 1,
      });
    await store.openWorkspace({ id: 'T1', name: 'Acme', at: 1 }).catch(() => undefined);
    let refused: unknown = null;
    for (let number = 0; number < 50 && refused === null; number++)
      refused = await channel(number).then(
        () => null,
        (error: unknown) => error,
      );
    expect(refused).toBeInstanceOf(DiskFullError);
    expect(String(refused)).toContain(`The disk with the database ${path} is full: free some space`);
    expect(met).toBeGreaterThan(0);
    // A greeting is a channel and an announcement: both or none.
    const greeted = await db.selectFrom('channels').select('channel_id').execute();
    expect(await db.selectFrom('deliveries').select('id').execute()).toHaveLength(greeted.length);
    await sql`pragma max_page_count = 1000000`.execute(db);
    await channel(99);
    expect((await claim()).kind).toBe('claimed');
    await store.close();
  });

  test('cannot be migrated: a sentence, and the copy is not left half done', async () => {
    const path = join(await folder(), 'bot.db');
    const db = openDatabase(`sqlite:${path}`);
    await sql`create table t (x text)`.execute(db);
    await noRoom(db);
    await expect(migrateToLatest(db)).rejects.toThrow(`The disk with the database ${path} is full`);
    await db.destroy();
  });
});
