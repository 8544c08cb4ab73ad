/**
 * A year in miniature: 1,000 watched jobs in 20 channels over 365 simulated days, on a real file with the real poller,
 * dispatcher, editor, cause finder and pruner. DRS and Slack are functions of the simulated time. It ticks every four
 * hours instead of every minute (`--every-hours 1` for more): no status lasts for less, and a tick over unchanged jobs
 * rewrites the rows there are, so what a year leaves behind does not depend on how often that is done. The file is not
 * synced to the disk with each commit.
 *
 * Then a month of samples, which grow with the polls: the jobs of a database that is polled each minute, after 30 days. What a
 * minute leaves is what is read of it in the last hours only: after 2 h one sample for 5 min stays, after 7 days one for an hour. So it ticks
 * as often as that by then, and only the last hours each minute; and it watches 40 jobs, whose database counts 25 times.
 *
 * `--only year` or `--only month` for one of them. Prints what is left, and exits 1 beyond the limits.
 */
import { NO_METRICS } from '../src/ports/metrics.ts';
import type { History } from '../src/ports/slack.ts';
import { createTimetable } from '../src/runtime/cron.ts';
import { Vitals } from '../src/use-cases/upkeep/vitals.ts';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { sql } from 'kysely';

import { DAY, HOUR, MINUTE, SECOND } from '../src/domain/base/time.ts';
import { createStore } from '../src/store/create-store.ts';
import { onSqlite } from '../src/store/sqlite/on-sqlite.ts';
import { openDatabase } from '../src/store/sqlite/open-database.ts';
import { openStore } from '../src/store/open-store.ts';
import type { Db } from '../src/store/rows/schema.ts';
import { DEFAULT_DURATIONS } from '../src/wiring/durations.ts';
import type { Parts } from '../src/wiring/parts.ts';
import { claimTurn, runClaimed } from '../src/use-cases/telling/dispatch-deliveries.ts';
import { readAboutEvents } from '../src/use-cases/polling/read-about-events.ts';
import { findCauses } from '../src/use-cases/polling/find-causes.ts';
import { readJobs } from '../src/use-cases/polling/read-jobs.ts';
import { pruneSome } from '../src/use-cases/upkeep/prune.ts';
import { tick } from '../src/use-cases/polling/tick.ts';
import { createCrowd } from './year-of-jobs.ts';
import type { Crowd } from './year-of-jobs.ts';
import { createYearClock, deliverAll, randomFrom, SILENT } from './year-of-world.ts';
import type { YearClock } from './year-of-world.ts';

const LIMITS = { megabytes: 500, startUpMs: 2_000, monthMegabytes: 300 };
/** Jobs that the limit of the month is for, and how many are watched for it. */
const MONTH_JOBS = { counted: 1_000, watched: 40 };
/** Oldest first, 30 days together: how long it ticks how often, both in ms. */
const MONTH = [
  { forMs: 22 * DAY, everyMs: HOUR },
  { forMs: 8 * DAY - 4 * HOUR, everyMs: 5 * MINUTE },
  { forMs: 4 * HOUR, everyMs: MINUTE },
] as const;
const KEEP = { deliveriesDays: 30, eventsDays: 400, unwatchedDays: 30 };
const CONNECTION = 'prod';
const WORKSPACE = 'T1';
const MB = 1024 * 1024;
/** Ids that somebody asks about once, each day. */
const PASSERS_BY = 20;
/** Jobs in one request. */
const BATCH = 100;

/** What a day of the year came to. */
interface Day {
  /** The longest that one round of pruning kept everybody else waiting, in ms. */
  readonly longestRoundMs: number;
}

interface Year {
  readonly context: Parts;
  readonly clock: YearClock;
  readonly crowd: Crowd;
}

async function beginYear(db: Db, url: string, seed: number, size: number): Promise<Year> {
  const clock = createYearClock(Date.parse('2026-01-01T00:00:00Z'));
  const random = randomFrom(seed);
  const store = createStore(onSqlite(db, url), { clock: () => clock.now() });
  await store.openWorkspace({ id: WORKSPACE, name: 'Acme', at: clock.now() });
  await store.openConnection({
    id: CONNECTION,
    name: 'default',
    endpoint: 'https://x',
    projectId: 'p',
    at: clock.now(),
  });
  const crowd = createCrowd({ random, now: () => clock.now(), size });
  let ids = 0;
  const context: Parts = {
    store,
    drs: crowd.drs,
    clock,
    newId: () => `id-${++ids}`,
    random,
    log: SILENT,
    durations: {
      ...DEFAULT_DURATIONS,
      pollSpacingMs: SECOND,
      askAgainMs: 0,
      postPaceMs: 0,
      downMs: DAY,
      causeRetryMs: 0,
      workspacePace: { everyMs: 1, burst: 1_000_000 },
      editPace: { everyMs: 1, burst: 1_000_000 },
    },
    connectionId: CONNECTION,
    polling: { batchSize: BATCH, maxRps: 1_000, intervalMs: HOUR },
    jobList: { idle: () => Promise.resolve(), refresh: () => Promise.resolve({ isReading: false }) },
    workspaceId: WORKSPACE,
    opsChannel: null,
    lacksHistory: () => false,
    wakeLoops: () => undefined,
    vitals: new Vitals(clock, NO_METRICS, createTimetable('* * * * *', 'UTC', clock.now())),
    scheduleZone: 'UTC',
    runtime: { program: 'bench', node: process.versions.node },
  };
  return { context, clock, crowd };
}

/** Whoever's job has ended watches another one, in the same channels. */
async function watchNewJobs({ context, crowd }: Year): Promise<void> {
  const { store, connectionId, clock } = context;
  for (const { jobId, channels } of crowd.arrivals()) {
    await readJobs(context, [jobId]);
    for (const channelId of channels)
      await store.subscribe({
        actor: { workspaceId: WORKSPACE, channelId, userId: `U${channelId}` },
        language: 'en',
        connectionId,
        jobIds: [jobId],
        now: clock.now(),
      });
  }
}

async function liveTick({ context }: Pick<Year, 'context'>): Promise<void> {
  await tick(context);
  while ((await findCauses(context)).found > 0);
  while ((await readAboutEvents(context)) > 0);
  while (await deliverOne(context));
}

const NO_HISTORY: History = {
  readPage: () => Promise.resolve({ kind: 'refused', what: 'reading', reason: 'missing_scope' }),
};

async function deliverOne(context: Parts): Promise<boolean> {
  const claim = await claimTurn(context);
  if (claim.kind === 'idle') return false;
  await runClaimed(context, { notifier: deliverAll, history: NO_HISTORY }, claim);
  return true;
}

async function liveDay(year: Year, everyHours: number): Promise<Day> {
  const { context, clock, crowd } = year;
  for (let hour = 0; hour < 24; hour += everyHours) {
    await watchNewJobs(year);
    await liveTick(year);
    clock.advance(everyHours * HOUR);
  }
  for (let one = 0; one < PASSERS_BY; one++) await readJobs(context, [crowd.stranger()]);
  return { longestRoundMs: await pruneAll(context) };
}

async function pruneAll(context: Parts): Promise<number> {
  let longest = 0;
  for (;;) {
    const startedAt = performance.now();
    const isMore = await pruneSome(context, KEEP);
    longest = Math.max(longest, performance.now() - startedAt);
    if (!isMore) return longest;
  }
}

function sizeOf(path: string): number {
  return fileSize(path) + fileSize(`${path}-wal`);
}

function fileSize(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

async function rowsByTable(db: Db): Promise<Readonly<Record<string, number>>> {
  const tables = await db.introspection.getTables();
  const rows: Record<string, number> = {};
  for (const { name } of tables) {
    const counted = await sql<{ count: number }>`select count(*) as count from ${sql.table(name)}`.execute(db);
    rows[name] = counted.rows[0]?.count ?? 0;
  }
  return rows;
}

/** From nothing to the first claimed jobs and the first claimed channel, as a start of the bot does. */
async function timeStart(url: string, now: number): Promise<number> {
  const startedAt = performance.now();
  const store = await openStore(url, { clock: () => now });
  await store.countDueJobs(CONNECTION, now);
  await store.claimDueJobs({ connectionId: CONNECTION, now, limit: 10, token: 'start', leaseMs: SECOND });
  const pace = { everyMs: 1, burst: 1 };
  const paces = { paceMs: 0, pace, editPace: pace, readPace: pace, reconcileAfterMs: 0, editLeaseMs: SECOND };
  await store.claimTurn({ workspaceId: WORKSPACE, token: 'start', leaseMs: SECOND, newPostId: 'start', now, ...paces });
  const took = performance.now() - startedAt;
  await store.close();
  return took;
}

/** What the samples of a month take, in MB, of as many jobs as the limit is for; the most that it ever was. */
async function measureMonth(seed: number): Promise<boolean> {
  const begunAt = performance.now();
  const { url, path, forget } = newPlace();
  const { db, end } = await prepare(url);
  const year = await beginYear(db, url, seed, MONTH_JOBS.watched);
  const empty = fileSize(path);
  let [largest, largestLog] = [0, 0];
  const look = () => {
    largest = Math.max(largest, fileSize(path));
    largestLog = Math.max(largestLog, fileSize(`${path}-wal`));
  };
  for (const { forMs, everyMs } of MONTH) {
    const polling = { ...year.context.polling, intervalMs: everyMs };
    const context = { ...year.context, polling };
    for (let passedMs = 0; passedMs < forMs; passedMs += everyMs) {
      await watchNewJobs(year);
      await liveTick({ context });
      year.clock.advance(everyMs);
      if (year.clock.now() % (6 * HOUR) !== 0) continue;
      // The bot does this each hour: so much is never waiting for it.
      look();
      await pruneAll(context);
    }
  }
  const { samples = 0, job_memories: memories = 0 } = await rowsByTable(db);
  const bytes = await sql<{ memories: number; samples: number }>`select
    (select avg(length(memory)) from job_memories) as memories,
    (select sum(length(samples)) from samples) as samples`.execute(db);
  look();
  await end();
  forget();
  const { counted, watched } = MONTH_JOBS;
  // The schema and the log are as large whatever the number of jobs.
  const grown = (largest - empty) * (counted / watched);
  const megabytes = (empty + grown + largestLog) / MB;
  const isOk = megabytes <= LIMITS.monthMegabytes;
  console.log(
    `
A month of a tick each minute (${Math.round((performance.now() - begunAt) / SECOND)} s; ${watched} jobs at a time, counted for ${counted})

  samples            ${samples} rows, ${((bytes.rows[0]?.samples ?? 0) / MB).toFixed(1)} MB; ${memories} jobs are remembered with ${Math.round(bytes.rows[0]?.memories ?? 0)} bytes each
  database           at most ${megabytes.toFixed(1)} MB (${(largest / MB).toFixed(1)} MB of ${watched} jobs, ${(empty / MB).toFixed(1)} MB empty, log ${(largestLog / MB).toFixed(1)} MB; limit ${LIMITS.monthMegabytes}) ${isOk ? '✔' : '✖'}`,
  );
  return isOk;
}

/** A new database, and how to leave nothing of it behind. */
function newPlace() {
  const folder = mkdtempSync(join(tmpdir(), 'drs-bot-year-'));
  const path = join(folder, 'year.db');
  return { path, url: `sqlite:${path}`, forget: () => rmSync(folder, { recursive: true }) };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      days: { type: 'string', default: '365' },
      jobs: { type: 'string', default: '1000' },
      'every-hours': { type: 'string', default: '4' },
      seed: { type: 'string', default: '1' },
    },
  });
  const [days, jobs, everyHours] = [Number(values.days), Number(values.jobs), Number(values['every-hours'])];
  if (values.only !== 'year' && !(await measureMonth(Number(values.seed)))) process.exitCode = 1;
  if (values.only === 'month') return;
  const { path, url, forget } = newPlace();
  const begunAt = performance.now();
  const { db, end } = await prepare(url);
  const year = await beginYear(db, url, Number(values.seed), jobs);
  let [largest, longestRoundMs] = [0, 0];
  for (let day = 1; day <= days; day++) {
    longestRoundMs = Math.max(longestRoundMs, (await liveDay(year, everyHours)).longestRoundMs);
    largest = Math.max(largest, sizeOf(path));
    if (day % 30 === 0 || day === days) console.log(`day ${day}: ${(sizeOf(path) / MB).toFixed(1)} MB`);
  }
  const rows = await rowsByTable(db);
  await end();
  const startUpMs = await timeStart(url, year.clock.now());
  const tookMs = performance.now() - begunAt;
  report({ days, jobs, everyHours, rows, startUpMs, largest, longestRoundMs, last: sizeOf(path), tookMs });
  forget();
}

async function prepare(url: string): Promise<{ readonly db: Db; readonly end: () => Promise<void> }> {
  await (await openStore(url, { clock: () => 0 })).close();
  const db = openDatabase(url);
  await sql`pragma synchronous = off`.execute(db);
  return { db, end: () => db.destroy() };
}

interface Figures {
  readonly days: number;
  readonly jobs: number;
  readonly everyHours: number;
  readonly rows: Readonly<Record<string, number>>;
  readonly startUpMs: number;
  readonly largest: number;
  readonly longestRoundMs: number;
  readonly last: number;
  readonly tookMs: number;
}

function report({ days, jobs, everyHours, rows, startUpMs, largest, longestRoundMs, last, tookMs }: Figures): void {
  const largestMb = largest / MB;
  console.log(
    `\n${jobs} jobs at a time in 20 channels, ${days} days, a tick each ${everyHours} h (${Math.round(tookMs / SECOND)} s)\n`,
  );
  for (const [table, count] of Object.entries(rows))
    console.log(`  ${table.padEnd(18)} ${String(count).padStart(9)} rows`);
  const sizeOk = largestMb <= LIMITS.megabytes;
  const startOk = startUpMs <= LIMITS.startUpMs;
  console.log(
    `\n  database           ${(last / MB).toFixed(1)} MB, at most ${largestMb.toFixed(1)} MB (limit ${LIMITS.megabytes}) ${sizeOk ? '✔' : '✖'}`,
  );
  console.log(`  start-up           ${Math.round(startUpMs)} ms (limit ${LIMITS.startUpMs}) ${startOk ? '✔' : '✖'}`);
  console.log(`  a round of pruning ${Math.round(longestRoundMs)} ms at most`);
  if (!sizeOk || !startOk) process.exitCode = 1;
}

await main();
