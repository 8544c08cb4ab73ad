import { Migrator } from 'kysely';
import { expect, test } from 'vitest';

import { UNSEEN_JOB } from '../../src/domain/job/job-state.ts';
import { createStore } from '../../src/store/create-store.ts';
import { onSqlite } from '../../src/store/sqlite/on-sqlite.ts';
import { openDatabase } from '../../src/store/sqlite/open-database.ts';
import { MIGRATIONS } from '../../src/store/migrations.ts';
import { migrateToLatest } from '../../src/store/sqlite/migrate.ts';
import { aReport, BILLING, ORDERS } from '../support/reports.ts';

test('a database of the version before goes on: what it called gone is asked about, what is missing stays so', async () => {
  const db = openDatabase('sqlite::memory:');
  const older = Object.fromEntries(Object.entries(MIGRATIONS).filter(([name]) => name < '0007'));
  await new Migrator({ db, provider: { getMigrations: () => Promise.resolve(older) } }).migrateToLatest();
  const project = { name: 'default', endpoint: 'https://x', project_id: 'p', created_at: 1 };
  await db
    .insertInto('connections')
    .values({ id: 'prod', ...project, listed_at: 7 })
    .execute();
  await db.insertInto('workspaces').values({ id: 'T1', name: 'Acme', created_at: 1 }).execute();
  await db.insertInto('channels').values({ workspace_id: 'T1', channel_id: 'C1', created_at: 1 }).execute();
  const missing = { code: 'DRS.M00289', since: 5, ticks: 2 };
  const jobs = [
    { job_id: ORDERS, ended_at: 9, state: { ...UNSEEN_JOB, report: aReport(), over: 'gone' } },
    { job_id: BILLING, ended_at: null, state: { ...UNSEEN_JOB, report: aReport(), missing } },
  ];
  for (const { state, ...job } of jobs)
    await db
      .insertInto('jobs')
      .values({ connection_id: 'prod', created_at: 1, state: JSON.stringify(state), ...job })
      .execute();
  const subscription = { workspace_id: 'T1', channel_id: 'C1', connection_id: 'prod', kind: 'job', created_by: 'U1' };
  await db
    .insertInto('subscriptions')
    .values({ ...subscription, job_id: ORDERS, created_at: 2, ended_at: 9, end_reason: 'job_gone' })
    .execute();
  const listed = { connection_id: 'prod', job_type: 'migration', is_over: 0 };
  await db
    .insertInto('listed_jobs')
    .values({ ...listed, job_id: BILLING })
    .execute();

  await migrateToLatest(db);
  const store = createStore(onSqlite(db, 'sqlite::memory:'), { clock: () => 10 });
  const due = await store.claimDueJobs({ connectionId: 'prod', now: 10, limit: 9, token: 't', leaseMs: 9 });
  expect(due).toMatchObject([{ jobId: ORDERS, overSince: 9 }]);
  const billing = await store.findJob({ connectionId: 'prod', jobId: BILLING });
  expect(billing?.state.missing).toEqual({ ...missing, lastAt: 5 });
  const rows = await db.selectFrom('jobs').select(['job_id', 'listed_at']).orderBy('listed_at').execute();
  expect(rows).toEqual([
    { job_id: ORDERS, listed_at: null },
    { job_id: BILLING, listed_at: 7 },
  ]);
  await store.close();
});
