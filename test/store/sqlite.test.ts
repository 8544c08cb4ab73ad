import { chmod, mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

import { Migrator, sql } from 'kysely';
import { describe, expect, test } from 'vitest';

import { MIGRATIONS } from '../../src/store/migrations.ts';
import { migrateToLatest } from '../../src/store/sqlite/migrate.ts';
import { openDatabase } from '../../src/store/sqlite/open-database.ts';
import { openStore } from '../../src/store/open-store.ts';
import { runProcess } from '../support/bot-process.ts';
import { running } from '../support/programs.ts';
import { ORDERS } from '../support/reports.ts';
import { AT_EASE } from '../support/turns.ts';

const folder = () => mkdtemp(join(tmpdir(), 'drs-bot-store-'));
const freshUrl = async () => `sqlite:${join(await folder(), 'data', 'bot.db')}`;
const clock = () => 1_000_000;

test('every file in migrations/ is applied', async () => {
  const files = await readdir(new URL('../../migrations/', import.meta.url));
  expect(Object.keys(MIGRATIONS).toSorted()).toEqual(
    files
      .filter((file) => file.endsWith('.ts'))
      .map((file) => basename(file, '.ts'))
      .toSorted(),
  );
});

test('a database of the first version keeps its jobs, subscriptions and messages', async () => {
  const url = await freshUrl();
  const db = openDatabase(url);
  const first = MIGRATIONS['0001-initial'];
  if (first === undefined) throw new Error('there is no first migration');
  await new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve({ '0001-initial': first }) },
  }).migrateToLatest();
  const state = {
    report: null,
    checkedAt: 5,
    statusSince: 5,
    statusStartSeen: false,
    toldStatus: 'PAUSING',
    lastLag: null,
    lastStanding: null,
    failure: null,
    recovering: null,
    missing: null,
    unknown: { since: 7, sentence: 'No answer.' },
    over: null,
  };
  const ended = { kind: 'ended', verdict: 'had_failed', at: 9, report: null, previous: null, lastLag: null };
  for (const statement of [
    sql`insert into workspaces (id, name, created_at) values ('T1', 'Acme', 1)`,
    sql`insert into connections (id, name, endpoint, project_id, created_at) values ('prod', 'default', 'https://x', 'prod', 1)`,
    sql`insert into channels (workspace_id, channel_id, created_at) values ('T1', 'C1', 1)`,
    sql`insert into jobs (connection_id, job_id, state, created_at) values ('prod', ${ORDERS}, ${JSON.stringify(state)}, 1)`,
    sql`insert into subscriptions (workspace_id, channel_id, connection_id, kind, job_id, created_by, created_at)
      values ('T1', 'C1', 'prod', 'job', ${ORDERS}, 'UANA', 1)`,
    sql`insert into job_events (connection_id, job_id, number, kind, facts, occurred_at)
      values ('prod', ${ORDERS}, 1, 'ended', ${JSON.stringify(ended)}, 9)`,
    sql`insert into deliveries (workspace_id, channel_id, connection_id, job_id, event_number, created_at)
      values ('T1', 'C1', 'prod', ${ORDERS}, 1, 9)`,
  ])
    await statement.execute(db);
  await db.destroy();
  const store = await openStore(url, { clock });
  expect((await store.findJob({ connectionId: 'prod', jobId: ORDERS }))?.state).toMatchObject({
    toldStatus: 'PAUSING',
    unknown: { since: 7, why: { key: 'not_answered' } },
    phases: {},
  });
  expect(await store.listSubscriptions({ workspaceId: 'T1', channelId: 'C1' })).toHaveLength(1);
  const claim = { ...AT_EASE, workspaceId: 'T1', token: 't', newPostId: 'p', now: 10 };
  expect(await store.claimTurn(claim)).toMatchObject({
    kind: 'send',
    post: { facts: [{ event: { kind: 'ended', summary: null } }] },
  });
  await store.close();
});

test('what an older version told and did keeps the name that was shown for it, and the audit stays append-only', async () => {
  const url = await freshUrl();
  const db = openDatabase(url);
  const older = Object.fromEntries(Object.entries(MIGRATIONS).filter(([name]) => name < '0008'));
  await new Migrator({ db, provider: { getMigrations: () => Promise.resolve(older) } }).migrateToLatest();
  const event = { kind: 'gone', code: null, at: 9, report: null, previous: null, lastLag: null };
  for (const statement of [
    sql`insert into connections (id, name, endpoint, project_id, created_at) values ('prod', 'default', 'https://x', 'prod', 1)`,
    sql`insert into jobs (connection_id, job_id, name, state, created_at) values ('prod', ${ORDERS}, 'orders', '{}', 1)`,
    sql`insert into job_events (connection_id, job_id, number, kind, facts, occurred_at)
      values ('prod', ${ORDERS}, 1, 'gone', ${JSON.stringify(event)}, 9)`,
    sql`insert into audit (at, workspace_id, channel_id, user_id, action, connection_id, job_id)
      values (9, 'T1', 'C1', 'UANA', 'subscribe', 'prod', ${ORDERS})`,
  ])
    await statement.execute(db);
  await migrateToLatest(db);
  await db.updateTable('jobs').set({ name: 'orders-v2' }).execute();
  for (const table of ['job_events', 'audit'] as const)
    expect(await db.selectFrom(table).select('job_name').execute()).toEqual([{ job_name: 'orders' }]);
  await expect(db.updateTable('audit').set({ job_name: 'X' }).execute()).rejects.toThrow('append-only');
  await db.destroy();
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
  const migrate = () => runProcess({ DATABASE_URL: url }, running('src/operator/migrate.ts'));
  const ended = (await Promise.all([migrate(), migrate(), migrate()])).map(({ code, stdout, stderr }) => ({
    code,
    said: stdout.trim(),
    stderr,
  }));
  const well = (said: string) => ({ code: 0, said, stderr: '' });
  expect(ended.toSorted((one, other) => one.said.localeCompare(other.said))).toEqual(
    [
      well(
        `Applied to ${url} (${url.slice('sqlite:'.length)}, which is new and empty): ${Object.keys(MIGRATIONS).join(', ')}.`,
      ),
      well(`${url} is up to date.`),
      well(`${url} is up to date.`),
    ].toSorted((one, other) => one.said.localeCompare(other.said)),
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
    await sql`update compatibility set oldest_reader = '9999-future'`.execute(db);
    await db.destroy();
    expect(await sentence(url)).toBe(
      'StoreError: The database was written by a newer version of this bot (it has 9999-future): start that version or a later one, or restore the backup made before the upgrade.',
    );
  });

  test('but not when a newer version has only added to it', async () => {
    const url = await freshUrl();
    const db = openDatabase(url);
    await migrateToLatest(db);
    await sql`insert into kysely_migration (name, timestamp) values ('9999-future', '2030')`.execute(db);
    await sql`alter table jobs add column mood text`.execute(db);
    await db.destroy();
    expect(await sentence(url)).toBe('opened');
  });

  test('not a database', async () => {
    const path = join(await folder(), 'bot.db');
    await writeFile(path, 'these are not the tables you are looking for'.repeat(50));
    expect(await sentence(`sqlite:${path}`)).toContain('is not a database this bot can read');
  });

  test('a folder', async () => {
    const path = join(await folder(), 'bot.db');
    await mkdir(path);
    expect(await sentence(`sqlite:${path}`)).toContain('names a folder');
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
