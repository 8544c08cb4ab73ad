import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

import { expect, test } from 'vitest';

import { migrateToLatest } from '../../src/store/sqlite/migrate.ts';
import { openDatabase } from '../../src/store/sqlite/open-database.ts';

/** Begins a write in a file of SQLite's old journal, and ends it some ms after the flag is set: the opening thread can do nothing then. */
const HOLDER = `
  const { parentPort, workerData } = require('node:worker_threads');
  const Database = require(workerData.driver);
  const database = new Database(workerData.path);
  database.exec('create table other (id integer)');
  database.exec('begin immediate');
  parentPort.postMessage('held');
  Atomics.wait(workerData.flag, 0, 0);
  Atomics.wait(workerData.flag, 0, 1, 100);
  database.exec('commit');
  database.close();
`;

/** The build of the driver that the store has loaded. */
const DRIVER = Number(process.versions['napi'] ?? '0') >= 10 ? 'better-sqlite3-napi' : 'better-sqlite3';

test('a file without a write-ahead log that another process is writing is waited for, as every later write waits', async () => {
  const path = join(await mkdtemp(join(tmpdir(), 'drs-bot-store-')), 'bot.db');
  const driver = createRequire(import.meta.url).resolve(DRIVER);
  const flag = new Int32Array(new SharedArrayBuffer(4));
  const holder = new Worker(HOLDER, { eval: true, workerData: { path, driver, flag } });
  const gone = once(holder, 'exit');
  await once(holder, 'message');
  Atomics.store(flag, 0, 1);
  Atomics.notify(flag, 0);
  const db = openDatabase(`sqlite:${path}`);
  expect(await migrateToLatest(db)).not.toEqual([]);
  await db.destroy();
  expect(await gone).toEqual([0]);
});
