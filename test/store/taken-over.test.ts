import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Migrator, sql } from 'kysely';
import { describe, expect, test } from 'vitest';

import { UNSEEN_JOB } from '../../src/domain/job/job-state.ts';
import { HOUR, MINUTE } from '../../src/domain/base/time.ts';
import type { Store } from '../../src/ports/store/store.ts';
import type { Turn } from '../../src/ports/store/outbox.ts';
import { createStore } from '../../src/store/create-store.ts';
import { onSqlite } from '../../src/store/sqlite/on-sqlite.ts';
import { openDatabase } from '../../src/store/sqlite/open-database.ts';
import { MIGRATIONS } from '../../src/store/migrations.ts';
import { migrateToLatest } from '../../src/store/sqlite/migrate.ts';
import type { Db } from '../../src/store/rows/schema.ts';
import { aReport, ORDERS } from '../support/reports.ts';
import { AT_EASE } from '../support/turns.ts';

const NOW = 1_700_000_000_000;
const ana = { workspaceId: 'T1', channelId: 'C1', userId: 'UANA' };
const changed = (at: number) =>
  JSON.stringify({ kind: 'status_changed', from: 'A', to: 'B', at, report: aReport(), previous: null, lastLag: null });

/** A database as the version before posts were kept current left it: one job, watched by channel C1. */
async function oldDatabase(): Promise<Db> {
  const path = join(await mkdtemp(join(tmpdir(), 'drs-bot-taken-over-')), 'bot.db');
  const db = openDatabase(`sqlite:${path}`);
  const older = Object.fromEntries(Object.entries(MIGRATIONS).filter(([name]) => name < '0010'));
  await new Migrator({ db, provider: { getMigrations: () => Promise.resolve(older) } }).migrateToLatest();
  for (const statement of [
    sql`insert into workspaces (id, name, created_at) values ('T1', 'Acme', 1)`,
    sql`insert into connections (id, name, endpoint, project_id, created_at) values ('prod', 'x', 'https://x', 'p', 1)`,
    sql`insert into channels (workspace_id, channel_id, read_back_at, last_ts, created_at)
      values ('T1', 'C1', 5, '1699999000.000001', 1)`,
    sql`insert into jobs (connection_id, job_id, state, created_at)
      values ('prod', ${ORDERS}, ${JSON.stringify(UNSEEN_JOB)}, 1)`,
    sql`insert into subscriptions (workspace_id, channel_id, connection_id, kind, job_id, created_by, created_at)
      values ('T1', 'C1', 'prod', 'job', ${ORDERS}, 'UANA', 1)`,
  ])
    await statement.execute(db);
  return db;
}

/** An event of the job that is owed to C1; told in a post where that is named. */
async function owe(db: Db, number: number, postId: string | null = null, outcome: string | null = null) {
  await sql`insert into job_events (connection_id, job_id, number, kind, facts, occurred_at)
    values ('prod', ${ORDERS}, ${number}, 'status_changed', ${changed(number)}, ${number})`.execute(db);
  await sql`insert into deliveries (workspace_id, channel_id, connection_id, job_id, event_number, post_id, outcome, created_at)
    values ('T1', 'C1', 'prod', ${ORDERS}, ${number}, ${postId}, ${outcome}, ${number})`.execute(db);
}

async function addPost(db: Db, id: string, columns: Readonly<Record<string, string | number | null>>): Promise<void> {
  const all = { id, workspace_id: 'T1', channel_id: 'C1', created_at: 1, ...columns };
  await sql`insert into posts (${sql.join(Object.keys(all).map((name) => sql.ref(name)))})
    values (${sql.join(Object.values(all))})`.execute(db);
}

/** The same database with the tables of today. */
async function takeOver(db: Db): Promise<Store> {
  await migrateToLatest(db);
  expect((await sql`pragma foreign_key_check`.execute(db)).rows).toEqual([]);
  return createStore(onSqlite(db, 'sqlite::memory:'), { clock: () => NOW });
}

let tokens = 0;
async function next(store: Store): Promise<Turn | null> {
  const token = `t-${++tokens}`;
  const turn = await store.claimTurn({ ...AT_EASE, workspaceId: 'T1', token, newPostId: `new-${tokens}`, now: NOW });
  return turn.kind === 'idle' ? null : turn;
}

/** Does whatever there is to do, as Slack would take it; what each turn was, and the events it told. */
async function settle(store: Store): Promise<readonly string[]> {
  const done: string[] = [];
  for (;;) {
    const turn = await next(store);
    if (turn === null) return done;
    if (turn.kind === 'search') throw new Error('not here');
    const { channelId } = turn.lease;
    const messageTs = turn.kind === 'send' ? `1700000000.00000${done.length}` : turn.messageTs;
    if (turn.kind === 'remove') {
      done.push(`remove ${messageTs}`);
      await store.settlePost(turn.lease, turn.post, { kind: 'removed', messageTs });
      continue;
    }
    const told = turn.post.facts.map((facts) => (facts.kind === 'event' ? facts.eventNumber : facts.announcement.kind));
    done.push(`${turn.kind} ${told.join('+')}`);
    await store.settlePost(turn.lease, turn.post, { kind: 'delivered', messageTs, channelId, at: NOW });
  }
}

describe('a database of the version before', () => {
  test('has what it owed told once, in order, and what it told not again', async () => {
    const db = await oldDatabase();
    await addPost(db, 'told', { outcome: 'delivered', message_ts: '1699999000.000001', settled_at: 3 });
    await owe(db, 1, 'told', 'delivered');
    await owe(db, 2, 'told', 'merged');
    await owe(db, 3, null, 'suppressed');
    await sql`insert into deliveries (workspace_id, channel_id, connection_id, announcement, created_at)
      values ('T1', 'C1', 'prod', '{"kind":"hello","by":null}', 4)`.execute(db);
    await owe(db, 4);
    await owe(db, 5);
    const store = await takeOver(db);
    expect(await store.countPending(ana)).toBe(3);
    expect(await settle(store)).toEqual(['send hello', 'send 4+5']);
    expect(await store.findPost('told')).toMatchObject({ messageTs: '1699999000.000001' });
    await store.close();
  });

  test('has a post that was frozen and not taken told once', async () => {
    const db = await oldDatabase();
    await addPost(db, 'frozen', { attempts: 2 });
    await owe(db, 1, 'frozen');
    await owe(db, 2);
    const store = await takeOver(db);
    expect(await settle(store)).toEqual(['send 1+2']);
    await store.close();
  });

  test('looks for a post whose answer was lost before anything else is sent there', async () => {
    const db = await oldDatabase();
    await addPost(db, 'lost', { attempts: 1, attempt_started_at: NOW - MINUTE, known_ts: '1699999000.000001' });
    await owe(db, 1, 'lost');
    await owe(db, 2);
    const store = await takeOver(db);
    const look = await next(store);
    if (look?.kind !== 'search') throw new Error(`no search, but ${look?.kind}`);
    expect(look.search).toMatchObject({ postId: 'lost', fromTs: '1699999000.000001', toTs: null });
    const found = { kind: 'found', messageTs: '1699999999.000001', duplicates: [], at: NOW } as const;
    await store.settleSearch(look.lease, look.search, found);
    expect(await settle(store)).toEqual(['send 2']);
    await store.close();
  });

  test('makes the edits that were wanted, and takes away the copies that were left', async () => {
    const db = await oldDatabase();
    const told = { outcome: 'delivered', settled_at: 3 };
    await addPost(db, 'old', { ...told, message_ts: '1.1', wanted_version: 2, shown_version: 1 });
    await addPost(db, 'same', { ...told, message_ts: '2.1' });
    await owe(db, 1, 'old', 'delivered');
    await owe(db, 2, 'same', 'delivered');
    for (const [ts, post, outcome] of [
      ['1.2', 'old', null],
      ['2.2', 'same', 'removed'],
      ['3.2', 'pruned', null],
    ])
      await sql`insert into surplus_messages (workspace_id, channel_id, message_ts, post_id, outcome, created_at)
        values ('T1', 'C1', ${ts}, ${post}, ${outcome}, 3)`.execute(db);
    const store = await takeOver(db);
    expect((await settle(store)).toSorted()).toEqual(['edit 1', 'remove 1.2', 'remove 3.2']);
    await store.close();
  });

  test('posts a deleted message once more if that was owed, and reports to nobody what was refused or withdrawn', async () => {
    const db = await oldDatabase();
    await addPost(db, 'again', { reposts: 1 });
    await owe(db, 1, 'again', 'delivered');
    await addPost(db, 'dead', { outcome: 'dead', reason: 'invalid_blocks', settled_at: NOW - HOUR, reported_at: 5 });
    await addPost(db, 'let-go', { outcome: 'dead', reason: 'unsubscribed', settled_at: NOW - HOUR });
    await owe(db, 2, 'dead', 'dead');
    const store = await takeOver(db);
    expect(await settle(store)).toEqual(['send 1']);
    const report = {
      connectionId: 'prod',
      channel: { workspaceId: 'T1', channelId: 'COPS' },
      now: NOW,
      limit: 10,
      sayMs: 0,
    };
    expect(await store.reportRefusedPosts(report)).toBe(0);
    await store.close();
  });

  test('numbers its announcements on from those it had', async () => {
    const db = await oldDatabase();
    for (const at of [1, 2])
      await sql`insert into deliveries (workspace_id, channel_id, connection_id, announcement, outcome, created_at)
        values ('T1', 'C1', 'prod', '{"kind":"hello","by":null}', 'delivered', ${at})`.execute(db);
    const store = await takeOver(db);
    await store.greetChannel({ channel: ana, connectionId: 'prod', by: null, now: NOW });
    expect(await db.selectFrom('deliveries').select('number').orderBy('id').execute()).toEqual([
      { number: 1 },
      { number: 2 },
      { number: 3 },
    ]);
    await store.close();
  });
});
