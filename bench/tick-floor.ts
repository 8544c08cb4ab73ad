import { randomUUID } from 'node:crypto';

import type BetterSqlite3 from 'better-sqlite3';
import { request } from 'undici';
import type { Dispatcher } from 'undici';

import { openSqlite } from '../src/store/sqlite/sqlite-driver.ts';
import { PROJECT } from './processes.ts';
import { JOB_IDS } from './seed.ts';

/** As many as the bot has in flight at once. */
const LANES = 2;
const BATCH_SIZE = 10;
const LEASE_MS = 20_000;

/** The row of a job, as long as the bot's. */
interface Row {
  readonly job_id: string;
  readonly status: string;
  readonly state: string;
}

/** A tick without a bot in it. */
export interface Floor {
  tick(now: number): Promise<void>;
  close(): void;
}

/**
 * The work no poller can do without: the same requests, `JSON.parse`, and the same rows – each job's lease, then its
 * state – by prepared statements in as many transactions, with the bot's own settings of SQLite. It decides nothing,
 * checks nothing, signs nothing and knows in advance which job is next.
 *
 * @param path a database the bot has ticked on before, so that the rows are as long as they get
 * @param synchronous whether a commit waits for the disk
 */
export function openFloor(path: string, endpoint: string, dispatcher: Dispatcher, synchronous: 'FULL' | 'OFF'): Floor {
  const database = openSqlite(path, { timeout: 5_000 });
  database.pragma('journal_mode = WAL');
  database.pragma(`synchronous = ${synchronous}`);
  database.pragma('foreign_keys = ON');
  database.pragma('cache_size = -2000');
  const batches = batchesOf(database);
  const leaseAll = leasing(database);
  const writeAll = writing(database);
  const ask = asking(endpoint, dispatcher);
  return {
    async tick(now) {
      const left = batches.values();
      const lane = async () => {
        for (const rows of left) {
          leaseAll(rows, randomUUID(), now + LEASE_MS);
          await ask(rows);
          writeAll(rows, now);
        }
      };
      await Promise.all(Array.from({ length: LANES }, lane));
    },
    close: () => void database.close(),
  };
}

/** The same batches of rows in every tick. */
function batchesOf(database: BetterSqlite3.Database): readonly (readonly Row[])[] {
  const find = database.prepare<[string, string], Row>(
    'select job_id, status, state from jobs where connection_id = ? and job_id = ?',
  );
  const rows = JOB_IDS.flatMap((jobId) => find.get(PROJECT, jobId) ?? []);
  return Array.from({ length: rows.length / BATCH_SIZE }, (_, batch) =>
    rows.slice(batch * BATCH_SIZE, (batch + 1) * BATCH_SIZE),
  );
}

function leasing(database: BetterSqlite3.Database) {
  const lease = database.prepare(
    'update jobs set lease_token = ?, lease_until = ? where connection_id = ? and job_id = ?',
  );
  const leaseAll = database.transaction((rows: readonly Row[], token: string, until: number) => {
    for (const { job_id } of rows) lease.run(token, until, PROJECT, job_id);
  });
  return (rows: readonly Row[], token: string, until: number) => leaseAll.immediate(rows, token, until);
}

function writing(database: BetterSqlite3.Database) {
  const write = database.prepare(
    `update jobs set status = ?, state = ?, event_number = 0, asked_at = ?, next_poll_at = ?, ended_at = null,
     ask_alone = 0, refusals = 0, lease_token = null, lease_until = null where connection_id = ? and job_id = ?`,
  );
  const writeAll = database.transaction((rows: readonly Row[], now: number) => {
    for (const { job_id, status, state } of rows) write.run(status, state, now, now + 10_000, PROJECT, job_id);
  });
  return (rows: readonly Row[], now: number) => writeAll.immediate(rows, now);
}

/** The bot's headers, with a signature as long as a real one. */
function asking(endpoint: string, dispatcher: Dispatcher) {
  const headers = {
    'Content-Type': 'application/json',
    'X-Language': 'en-us',
    'X-Sdk-Date': '20260101T000000Z',
    'X-Project-Id': PROJECT,
    Authorization: `SDK-HMAC-SHA256 Access=BENCHKEY, SignedHeaders=content-type;host;x-language;x-project-id;x-sdk-date, Signature=${'0'.repeat(64)}`,
  };
  return async (rows: readonly Row[]): Promise<unknown> => {
    const body = JSON.stringify({ jobs: rows.map((row) => row.job_id) });
    const url = `${endpoint}/v3/${PROJECT}/jobs/batch-progress`;
    const answer = await request(url, { method: 'POST', dispatcher, headers, body });
    return JSON.parse(await answer.body.text());
  };
}
