import { monitorEventLoopDelay } from 'node:perf_hooks';

import { createNetwork } from '../src/network/network.ts';
import type { Job } from '../src/domain/job/job.ts';
import { MINUTE } from '../src/domain/base/time.ts';
import type { Store } from '../src/ports/store/store.ts';
import { openStore } from '../src/store/open-store.ts';
import { openSqlite } from '../src/store/sqlite/sqlite-driver.ts';
import { interleaved, summarise } from './measure.ts';
import type { Measured } from './measure.ts';
import { PROJECT } from './processes.ts';
import type { StandIns } from './processes.ts';
import { copyOf, jobIdAt, JOBS, seedDatabase } from './seed.ts';
import { STEADY_DRS } from './steady-drs.ts';
import { openTicking, timed } from './tick.ts';

const ROUNDS = 5;
/** A tick over so many jobs takes a minute. */
const TICK_ROUNDS = 3;
/** Nothing holds the event loop for longer than this, in ms. */
const MAX_HELD_MS = 50;
const TICK_TIMES = 10;
const [FEW_CHANNELS, MANY_CHANNELS] = [200, 2_000];
const [FEW_NAMES, MANY_NAMES] = [1_000, 100_000];
const LOOKUPS = 200;

/** What grows tenfold costs about ten times as much, what is looked up costs the same, and the event loop stays free. */
export async function measureGrowth({ base }: StandIns, seed: string): Promise<readonly Measured[]> {
  const held = monitorEventLoopDelay({ resolution: 1 });
  const measured = [await measureTicks(base, seed, held), await measureChannels(seed, held), await measureNames(held)];
  return [...measured, heldFor(held.max / 1e6)];
}

type Held = ReturnType<typeof monitorEventLoopDelay>;

/** Counts for the event loop only what is measured: filling a database with rows does not. */
async function watched(held: Held, work: () => Promise<unknown>): Promise<number> {
  held.enable();
  const ms = await timed(async () => void (await work()));
  held.disable();
  return ms;
}

function heldFor(ms: number): Measured {
  return summarise([{ ours: ms, floor: 0 }], {
    measure: 'the event loop held at a time by all of these',
    unit: 'ms',
    by: 'difference',
    limit: { kind: 'at most', value: MAX_HELD_MS },
    how: 'the longest of all rounds, as monitorEventLoopDelay sees it',
  });
}

async function measureTicks(base: string, seed: string, held: Held): Promise<Measured> {
  const { dispatcher } = createNetwork();
  const open = async (path: string, jobs: number) => {
    const ticking = await openTicking({ path, endpoint: base, dispatcher, startAt: Date.now(), drs: STEADY_DRS, jobs });
    await ticking.tick();
    return ticking;
  };
  const few = await open(await copyOf(seed, 'growth'), JOBS);
  const many = await open(await seedDatabase(TICK_TIMES * JOBS), TICK_TIMES * JOBS);
  const rounds = await interleaved(
    TICK_ROUNDS,
    () => watched(held, () => many.tick()),
    () => watched(held, () => few.tick()),
  );
  await few.close();
  await many.close();
  await dispatcher.close();
  return summarise(rounds, {
    measure: `a tick over ${(TICK_TIMES * JOBS).toLocaleString('en')} jobs against one over ${JOBS.toLocaleString('en')}`,
    unit: 'ms',
    by: 'ratio',
    limit: { kind: 'at most', value: TICK_TIMES + 1 },
    how: 'unchanged jobs, and a DRS that costs nothing',
  });
}

async function measureChannels(seed: string, held: Held): Promise<Measured> {
  const few = await openNews(await watchedBy(seed, FEW_CHANNELS), FEW_CHANNELS);
  const many = await openNews(await watchedBy(seed, MANY_CHANNELS), MANY_CHANNELS);
  const rounds = await interleaved(
    ROUNDS,
    () => watched(held, () => many.tell()),
    () => watched(held, () => few.tell()),
  );
  await few.close();
  await many.close();
  return summarise(rounds, {
    measure: `a change of one job committed for ${MANY_CHANNELS.toLocaleString('en')} channels against ${FEW_CHANNELS}`,
    unit: 'ms',
    by: 'ratio',
    limit: { kind: 'at most', value: MANY_CHANNELS / FEW_CHANNELS + 1 },
    how: 'each change is owed to every channel',
  });
}

/** A database in which the first job is watched by so many channels. */
async function watchedBy(seed: string, channels: number): Promise<string> {
  const path = await copyOf(seed, `channels-${channels}`);
  const database = openSqlite(path);
  const channel = database.prepare(
    "insert into channels (workspace_id, channel_id, created_at) values ('TBENCH', ?, 0) on conflict do nothing",
  );
  const subscription = database.prepare(
    `insert into subscriptions (workspace_id, channel_id, connection_id, kind, job_id, created_by, created_at)
     values ('TBENCH', ?, ?, 'job', ?, 'UANA', 0)`,
  );
  database.transaction(() => {
    database.prepare('delete from subscriptions').run();
    for (let index = 0; index < channels; index++) {
      channel.run(`CNEWS${index}`);
      subscription.run(`CNEWS${index}`, PROJECT, jobIdAt(0));
    }
  })();
  database.close();
  return path;
}

/** Tells one more change of the first job each time; throws unless so many channels are owed it. */
async function openNews(path: string, channels: number) {
  let now = Date.now();
  const store = await openStore(`sqlite:${path}`, { clock: () => now });
  const job = await claimFirst(store, now);
  return {
    async tell() {
      now += MINUTE;
      const token = `news-${now}`;
      await store.claimJob({ connectionId: PROJECT, jobId: job.jobId, now, maxAgeMs: 0, token, leaseMs: MINUTE });
      const moment = {
        at: now,
        report: null,
        previous: null,
        lastLag: null,
        lagNote: 'settled' as const,
        percentBefore: null,
      };
      const event = { kind: 'status_changed' as const, from: 'A', to: 'B', ...moment };
      const result = {
        jobId: job.jobId,
        state: job.state,
        events: [event],
        nextPollAt: now + MINUTE,
        askAlone: false,
        refusals: 0,
      };
      const { deliveries } = await store.commitPoll({ token, connectionId: PROJECT, now, results: [result] });
      if (deliveries !== channels) throw new Error(`${deliveries} channels are owed the change`);
    },
    close: () => store.close(),
  };
}

async function claimFirst(store: Store, now: number): Promise<Job> {
  const jobId = jobIdAt(0);
  const token = 'first';
  const claim = await store.claimJob({ connectionId: PROJECT, jobId, now, maxAgeMs: 0, token, leaseMs: MINUTE });
  await store.releaseJobs(token);
  return claim.job;
}

async function measureNames(held: Held): Promise<Measured> {
  const few = await openNames(FEW_NAMES);
  const many = await openNames(MANY_NAMES);
  const rounds = await interleaved(
    ROUNDS,
    () => watched(held, () => many.lookUp()),
    () => watched(held, () => few.lookUp()),
  );
  await few.close();
  await many.close();
  return summarise(rounds, {
    measure: `a name looked up among ${MANY_NAMES.toLocaleString('en')} listed jobs against ${FEW_NAMES.toLocaleString('en')}`,
    unit: 'ms',
    by: 'ratio',
    limit: { kind: 'at most', value: 2 },
    how: `${LOOKUPS} names one after the other`,
  });
}

/** A list of so many jobs that nobody watches. */
async function openNames(count: number) {
  const path = await seedDatabase(1);
  const store = await openStore(`sqlite:${path}`, { clock: Date.now });
  const database = openSqlite(path);
  const listed = database.prepare(
    `insert into listed_jobs (connection_id, job_id, job_type, name, name_key, status, is_over, listed_at)
     values (?, ?, 'migration', ?, ?, 'INCRE_TRANSFER_STARTED', 0, 0)`,
  );
  database.transaction(() => {
    for (let index = 1; index <= count; index++)
      listed.run(PROJECT, jobIdAt(index), `orders-${index}`, `orders-${index}`);
  })();
  database.close();
  return {
    async lookUp() {
      for (let index = 0; index < LOOKUPS; index++) {
        const name = `orders-${1 + ((index * 7) % FEW_NAMES)}`;
        const found = await store.findJobsLike(PROJECT, name, 10);
        if (found[0]?.name !== name) throw new Error(`${name} is not found`);
      }
    },
    close: () => store.close(),
  };
}
