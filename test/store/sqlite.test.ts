import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';

import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';

import { MIGRATIONS, migrateToLatest } from '../../src/store/migrate.ts';
import { openDatabase, openStore } from '../../src/store/open-store.ts';
import { storeContract } from '../contract/store.contract.ts';
import { ORDERS } from '../support/reports.ts';

const run = promisify(execFile);
const folder = () => mkdtemp(join(tmpdir(), 'drs-bot-store-'));
const freshUrl = async () => `sqlite:${join(await folder(), 'data', 'bot.db')}`;
const clock = () => 1_000_000;

describe('the SQLite store in memory', () => {
  storeContract((ownClock) => openStore('sqlite::memory:', { clock: ownClock }));
});
describe('the SQLite store on a file', () => {
  storeContract(async (ownClock) => openStore(await freshUrl(), { clock: ownClock }));
});

test('every file in migrations/ is applied', async () => {
  const files = await readdir(new URL('../../migrations/', import.meta.url));
  expect(Object.keys(MIGRATIONS).toSorted()).toEqual(files.map((file) => basename(file, '.ts')).toSorted());
});

test('a fresh database gives room back, checks references, and survives a power cut', async () => {
  const db = openDatabase(await freshUrl());
  await migrateToLatest(db);
  const pragma = async (name: string) =>
    Object.values((await sql<object>`pragma ${sql.raw(name)}`.execute(db)).rows[0] ?? {})[0];
  expect(await Promise.all(['auto_vacuum', 'foreign_keys', 'journal_mode', 'synchronous'].map(pragma))).toEqual([
    2,
    1,
    'wal',
    2,
  ]);
  await db.destroy();
});

test('several processes that migrate at once apply each migration once', async () => {
  const url = await freshUrl();
  const migrate = () =>
    run(process.execPath, ['--import', 'tsx', 'src/migrate.ts'], { env: { ...process.env, DATABASE_URL: url } });
  const said = (await Promise.all([migrate(), migrate(), migrate()])).map(({ stdout }) => stdout.trim()).toSorted();
  expect(said).toEqual(
    [
      `Applied to ${url}: ${Object.keys(MIGRATIONS).join(', ')}.`,
      `${url} is up to date.`,
      `${url} is up to date.`,
    ].toSorted(),
  );
});

test('the audit cannot be changed or erased', async () => {
  const db = openDatabase('sqlite::memory:');
  await migrateToLatest(db);
  await db
    .insertInto('audit')
    .values({ at: 1, workspace_id: 'T', channel_id: 'C', user_id: 'U', action: 'subscribe', connection_id: 'p' })
    .execute();
  await expect(db.updateTable('audit').set({ user_id: 'X' }).execute()).rejects.toThrow('append-only');
  await expect(db.deleteFrom('audit').execute()).rejects.toThrow('append-only');
  await db.destroy();
});

test('what was committed is there after a crash', async () => {
  const url = await freshUrl();
  const first = await openStore(url, { clock });
  await first.openConnection({ id: 'prod', name: 'x', endpoint: 'x', projectId: 'p', at: 1 });
  await first.claimJob({ connectionId: 'prod', jobId: ORDERS, token: 't', leaseMs: 1_000, now: 1, maxAgeMs: 0 });
  const second = await openStore(url, { clock });
  expect(await second.findJob({ connectionId: 'prod', jobId: ORDERS })).toMatchObject({ jobId: ORDERS });
  await Promise.all([first.close(), second.close()]);
});

describe('a database that cannot be used ends in a sentence', () => {
  const sentence = (url: string) =>
    openStore(url, { clock }).then((store) => store.close().then(() => 'opened'), String);

  test('written by a newer version', async () => {
    const url = await freshUrl();
    const db = openDatabase(url);
    await migrateToLatest(db);
    await sql`insert into kysely_migration (name, timestamp) values ('9999-future', '2030')`.execute(db);
    await db.destroy();
    expect(await sentence(url)).toBe(
      'StoreError: The database was written by a newer version of this bot (it has 9999-future): start that version or a later one, or restore the backup made before the upgrade.',
    );
  });

  test('not a database', async () => {
    const path = join(await folder(), 'bot.db');
    await writeFile(path, 'these are not the tables you are looking for'.repeat(50));
    expect(await sentence(`sqlite:${path}`)).toContain('is not a database this bot can read');
  });

  test('a folder', async () => {
    const path = join(await folder(), 'bot.db');
    await mkdir(path);
    expect(await sentence(`sqlite:${path}`)).toContain('cannot be written');
  });

  test.skipIf(process.getuid?.() === 0)('not writable', async () => {
    const path = await folder();
    await chmod(path, 0o500);
    expect(await sentence(`sqlite:${path}/bot.db`)).toContain('give the user the bot runs as permission');
  });

  test('inside a file', async () => {
    const path = join(await folder(), 'file');
    await writeFile(path, '');
    expect(await sentence(`sqlite:${path}/bot.db`)).toContain('part of its path is a file, so change DATABASE_URL.');
  });

  test('another kind', async () => {
    expect(await sentence('postgres://x')).toContain('expected sqlite: and a path');
  });
});
