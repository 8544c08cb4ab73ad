import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';

import type { Dispatcher } from 'undici';

import { Secret } from '../src/config/secret.ts';
import { createDrsClient } from '../src/drs/drs-client.ts';
import { createNetwork } from '../src/network/network.ts';
import { createKeyAuth } from '../src/drs/key-auth.ts';
import { systemClock } from '../src/runtime/clock.ts';
import { createLogger } from '../src/runtime/logger.ts';
import type { DrsClient } from '../src/ports/drs.ts';
import type { Store } from '../src/ports/store/store.ts';
import { openStore } from '../src/store/open-store.ts';
import { NO_METRICS } from '../src/ports/metrics.ts';
import { createTimetable } from '../src/runtime/cron.ts';
import { Vitals } from '../src/use-cases/upkeep/vitals.ts';
import { DEFAULT_DURATIONS } from '../src/wiring/durations.ts';
import type { Parts } from '../src/wiring/parts.ts';
import { pollDueJobs } from '../src/use-cases/polling/poll-due-jobs.ts';
import { interleaved, median, summarise } from './measure.ts';
import type { Measured } from './measure.ts';
import { PROJECT } from './processes.ts';
import type { StandIns } from './processes.ts';
import { copyOf, JOBS } from './seed.ts';
import { openFloor } from './tick-floor.ts';

const ROUNDS = 9;
const MINUTE = 60_000;
/** Out of the way: a real DRS allows a few a second, which is not what is measured. */
const MAX_RPS = 1_000_000;
const BATCH_SIZE = 10;

/** A tick over watched jobs of which none has changed, against the same requests and rows without a bot. */
export async function measureTick({ base }: StandIns, seed: string): Promise<readonly Measured[]> {
  const path = await copyOf(seed, 'tick');
  const { dispatcher } = createNetwork();
  const open = { endpoint: base, dispatcher };
  // The first reports are baselines; from the second tick on nothing changes.
  const warm = await openTicking({ ...open, path, startAt: Date.now() });
  await warm.tick();
  await warm.tick();
  await warm.close();
  const measured: Measured[] = [];
  let startAt = Date.now();
  for (const { synchronous, limit, floorIs } of FLOORS) {
    startAt += 30 * MINUTE;
    const floor = openFloor(await copyOf(path, `tick-floor-${synchronous}`), base, dispatcher, synchronous);
    const ours = await openTicking({ ...open, path, startAt });
    const floorTick = () => timed(() => floor.tick(Date.now()));
    const ourTick = () => timed(() => ours.tick());
    await interleaved(2, ourTick, floorTick);
    const rounds = await interleaved(ROUNDS, ourTick, floorTick);
    await ours.close();
    floor.close();
    measured.push(
      summarise(rounds, {
        measure: `a tick over ${JOBS.toLocaleString('en')} unchanged jobs, ${floorIs}`,
        unit: 'ms',
        by: 'ratio',
        limit: { kind: 'at most', value: limit },
        how: `${JOBS / BATCH_SIZE} requests of ${BATCH_SIZE} jobs, two at a time, and two transactions for each; a sync of this disk takes ${syncMs(path).toFixed(2)} ms`,
      }),
    );
  }
  await dispatcher.close();
  return measured;
}

/** The floor as it was at first, whose commits wait for the disk, and one whose do not. */
const FLOORS = [
  { synchronous: 'FULL', limit: 1, floorIs: 'against a floor that syncs' },
  { synchronous: 'OFF', limit: 1.75, floorIs: 'against a floor that never syncs' },
] as const;

/** How long it takes, in ms, until the disk has a page: the median of some. */
function syncMs(beside: string): number {
  const file = openSync(`${beside}-sync`, 'w');
  const page = Buffer.alloc(4_096, 1);
  const all = Array.from({ length: 101 }, (_, index) => {
    writeSync(file, page, 0, page.length, index * page.length);
    const startedAt = performance.now();
    fsyncSync(file);
    return performance.now() - startedAt;
  });
  closeSync(file);
  return median(all);
}

/** How long it takes, in ms. */
export async function timed(tick: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await tick();
  return performance.now() - startedAt;
}

/** Where a poller ticks, and from when on. */
interface Ticking {
  readonly path: string;
  readonly endpoint: string;
  readonly dispatcher: Dispatcher;
  readonly startAt: number;
  readonly decorate?: (store: Store) => Store;
  /** Another DRS than the one over HTTP. */
  readonly drs?: DrsClient;
  /** All of them are due in each tick. */
  readonly jobs?: number;
}

/** The poller with everything it has in production but the request rate, on a clock that is set a minute ahead for each tick. */
export async function openTicking({
  path,
  endpoint,
  dispatcher,
  startAt,
  decorate = (store) => store,
  drs,
  jobs = JOBS,
}: Ticking) {
  const openedAt = performance.now();
  let aheadMs = 0;
  // It goes on within a tick too: requests keep their distance by it.
  const clock = { ...systemClock, now: () => Math.floor(startAt + aheadMs + performance.now() - openedAt) };
  const store = decorate(await openStore(`sqlite:${path}`, { clock: clock.now }));
  const log = createLogger('warn', () => []);
  const keys = { accessKey: new Secret('BENCHKEY'), secretKey: new Secret('bench-secret'), securityToken: null };
  const auth = createKeyAuth({ keys, projectId: () => PROJECT, clock, log });
  const shared = { dispatcher, clock, random: Math.random, log };
  const polling = { batchSize: BATCH_SIZE, maxRps: MAX_RPS, intervalMs: MINUTE };
  const overHttp = createDrsClient({ endpoint, projectId: PROJECT, language: 'en-us', auth, ...polling, ...shared });
  const context: Parts = {
    store,
    drs: drs ?? overHttp,
    clock,
    newId: randomUUID,
    random: Math.random,
    log,
    durations: DEFAULT_DURATIONS,
    connectionId: PROJECT,
    polling,
    jobList: { idle: () => Promise.resolve(), refresh: () => Promise.resolve({ isReading: false }) },
    workspaceId: 'T1',
    opsChannel: null,
    lacksHistory: () => false,
    wakeLoops: () => undefined,
    vitals: new Vitals(clock, NO_METRICS, createTimetable('* * * * *', 'UTC', clock.now())),
    scheduleZone: 'UTC',
    runtime: { program: 'bench', node: process.versions.node },
  };
  return {
    async tick() {
      aheadMs += MINUTE;
      const { committed, deliveries } = await pollDueJobs(context);
      if (committed !== jobs || deliveries > 0) throw new Error(`${committed} committed, ${deliveries} told`);
    },
    close: () => store.close(),
  };
}
