import { createHash } from 'node:crypto';
import { copyFile, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { parseJobId } from '../src/domain/job/job-id.ts';
import type { JobId } from '../src/domain/job/job-id.ts';
import { openStore } from '../src/store/open-store.ts';
import { openSqlite } from '../src/store/sqlite/sqlite-driver.ts';
import { PROJECT } from './processes.ts';

/** Watched jobs. */
export const JOBS = 10_000;
/** Each channel watches this many. */
const JOBS_PER_CHANNEL = 50;
const STARTED_AT = Date.UTC(2026, 0, 1);

/** Ids shaped like real ones, the same in every run. */
export const JOB_IDS: readonly JobId[] = Array.from({ length: JOBS }, (_, index) => jobIdAt(index));

/** The id of the job with this number. */
export function jobIdAt(index: number): JobId {
  const hex = createHash('sha256').update(String(index)).digest('hex');
  const id = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), `${hex.slice(20, 27)}jb123`];
  const jobId = parseJobId(id.join('-'));
  if (jobId === null) throw new TypeError('a made-up job id is malformed');
  return jobId;
}

/** Makes a database with so many jobs, all watched, named and never asked about; its path. */
export async function seedDatabase(jobs = JOBS): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'drs-bench-')), 'seed.db');
  const store = await openStore(`sqlite:${path}`, { clock: () => STARTED_AT });
  await store.openWorkspace({ id: 'TBENCH', name: 'bench', at: STARTED_AT });
  await store.openConnection({ id: PROJECT, name: 'default', endpoint: 'bench', projectId: PROJECT, at: STARTED_AT });
  const token = 'seed';
  const [first] = JOB_IDS;
  if (first === undefined) throw new TypeError('there are no jobs');
  // One job comes in by the store's own way; the others are copies of its row.
  const job = { connectionId: PROJECT, jobId: first };
  await store.claimJob({ ...job, now: STARTED_AT, maxAgeMs: 0, token, leaseMs: 1 });
  await store.releaseJobs(token);
  await store.close();
  insertWatchedJobs(path, first, jobs);
  return path;
}

function insertWatchedJobs(path: string, first: JobId, jobs: number): void {
  const database = openSqlite(path);
  const channel = database.prepare(
    "insert into channels (workspace_id, channel_id, created_at) values ('TBENCH', ?, ?) on conflict do nothing",
  );
  const job = database.prepare(
    `insert into jobs (connection_id, job_id, job_type, name, state, next_poll_at, detail_at, created_at)
     select connection_id, ?, 'migration', ?, state, ?, ?, created_at from jobs where job_id = ?
     on conflict do update set job_type = excluded.job_type, name = excluded.name,
       next_poll_at = excluded.next_poll_at, detail_at = excluded.detail_at`,
  );
  const subscription = database.prepare(
    `insert into subscriptions (workspace_id, channel_id, connection_id, kind, job_id, created_by, created_at)
     values ('TBENCH', ?, ?, 'job', ?, 'UANA', ?)`,
  );
  database.transaction(() => {
    for (let index = 0; index < jobs; index++) {
      const jobId = jobIdAt(index);
      const channelId = `CBENCH${Math.floor(index / JOBS_PER_CHANNEL)}`;
      channel.run(channelId, STARTED_AT);
      job.run(jobId, `orders-${index}`, STARTED_AT, STARTED_AT, first);
      subscription.run(channelId, PROJECT, jobId, STARTED_AT);
    }
  })();
  database.pragma('wal_checkpoint(TRUNCATE)');
  database.close();
}

/** A copy of a database that nobody has open. */
export async function copyOf(path: string, name: string): Promise<string> {
  const copy = path.replace(/[^/]+$/, `${name}.db`);
  await copyFile(path, copy);
  return copy;
}
