import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { JobId } from '../../src/domain/job/job-id.ts';
import { UNSEEN_JOB } from '../../src/domain/job/job-state.ts';
import { DAY, HOUR, MINUTE } from '../../src/domain/base/time.ts';
import type { Store } from '../../src/ports/store/store.ts';
import { createStore } from '../../src/store/create-store.ts';
import { onSqlite } from '../../src/store/sqlite/on-sqlite.ts';
import { openDatabase } from '../../src/store/sqlite/open-database.ts';
import { migrateToLatest } from '../../src/store/sqlite/migrate.ts';
import type { Db } from '../../src/store/rows/schema.ts';
import { jobNumber } from '../support/desk.ts';
import { aReport } from '../support/reports.ts';

const CONNECTION = 'prod';
const JOBS = Array.from({ length: 6 }, (_, index) => jobNumber(index));

let db: Db;
let store: Store;
let wall: number;
let monotonic: number;
let tokens: number;

beforeEach(async () => {
  [wall, monotonic, tokens] = [100 * DAY, 5_000, 0];
  db = openDatabase('sqlite::memory:');
  await migrateToLatest(db);
  store = await openedStore();
  await store.openWorkspace({ id: 'T1', name: 'Acme', at: wall });
  for (const jobId of JOBS) {
    await store.claimJob({ connectionId: CONNECTION, jobId, token: jobId, leaseMs: MINUTE, now: wall, maxAgeMs: 0 });
    await store.releaseJobs(jobId);
  }
  const actor = { workspaceId: 'T1', channelId: 'C1', userId: 'UANA' };
  await store.subscribe({ actor, language: 'en', connectionId: CONNECTION, jobIds: JOBS, now: wall });
});
afterEach(() => store.close());

async function openedStore(): Promise<Store> {
  const opened = createStore(onSqlite(db, 'sqlite::memory:'), { clock: () => wall, monotonic: () => monotonic });
  await opened.openConnection({ id: CONNECTION, name: 'x', endpoint: 'https://x', projectId: 'p', at: wall });
  return opened;
}

async function commit(token: string, jobIds: readonly JobId[]): Promise<void> {
  const asked = { events: [], nextPollAt: wall + MINUTE, askAlone: false, refusals: 0 };
  const results = jobIds.map((jobId) => ({
    jobId,
    state: { ...UNSEEN_JOB, report: aReport(), checkedAt: wall },
    ...asked,
  }));
  await store.commitPoll({ token, connectionId: CONNECTION, now: wall, results });
}

/** A minute passes, and half of the jobs that are due get their turn. */
async function pass(): Promise<readonly JobId[]> {
  wall += MINUTE;
  monotonic += MINUTE;
  const token = `pass-${++tokens}`;
  const jobs = await store.claimDueJobs({ connectionId: CONNECTION, now: wall, limit: 3, token, leaseMs: MINUTE });
  const jobIds = jobs.map((job) => job.jobId);
  await commit(token, jobIds);
  return jobIds;
}

async function countTurns(passes: number): Promise<readonly number[]> {
  const turns = new Map<string, number>(JOBS.map((jobId) => [jobId, 0]));
  for (let index = 0; index < passes; index++)
    for (const jobId of await pass()) turns.set(jobId, (turns.get(jobId) ?? 0) + 1);
  expect([...turns.values()].reduce((sum, count) => sum + count, 0)).toBe(3 * passes);
  return [...turns.values()];
}

describe.each([MINUTE, HOUR, DAY])('after the clock was %i ms ahead for a pass and was set back', (jump) => {
  test('every job gets its turn equally often', async () => {
    wall += jump;
    await pass();
    wall -= jump;
    const turns = await countTurns(10);
    expect(Math.max(...turns) - Math.min(...turns)).toBeLessThanOrEqual(1);
  });

  test('every job gets its turn equally often when the bot was restarted meanwhile', async () => {
    wall += jump;
    await pass();
    wall -= jump;
    monotonic = 1;
    store = await openedStore();
    const turns = await countTurns(10);
    expect(Math.max(...turns) - Math.min(...turns)).toBeLessThanOrEqual(1);
  });
});
