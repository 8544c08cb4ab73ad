import { setTimeout as sleep } from 'node:timers/promises';

import { summarise } from './measure.ts';
import type { Measured, Round } from './measure.ts';
import { residentMb, startBare, startOurs } from './processes.ts';
import type { StandIns } from './processes.ts';
import { copyOf, JOBS } from './seed.ts';

const ROUNDS = 3;
const PASSES = 3;
const BATCH_SIZE = 10;
const LOOK_EVERY_MS = 500;

/** What the bot needs above a bare Bolt app once it has polled every job several times. */
export async function measureMemory(standIns: StandIns, seed: string): Promise<Measured> {
  const rounds: Round[] = [];
  for (let round = 0; round < ROUNDS; round++)
    rounds.push({ floor: await bareMb(standIns), ours: await ourMb(standIns, await copyOf(seed, `memory-${round}`)) });
  return summarise(rounds, {
    measure: `memory at ${JOBS.toLocaleString('en')} watched jobs`,
    unit: 'MB',
    by: 'difference',
    limit: { kind: 'at most', value: 48 },
    how: `resident, the most seen over ${PASSES} passes over all jobs, against Bolt at rest`,
  });
}

async function ourMb(standIns: StandIns, database: string): Promise<number> {
  const before = await standIns.drsRequests();
  const ours = await startOurs(standIns, database, {
    POLL_SCHEDULE: '* * * * * *',
    LOG_LEVEL: 'error',
  });
  let most = 0;
  while ((await standIns.drsRequests()) - before < (PASSES * JOBS) / BATCH_SIZE) {
    await sleep(LOOK_EVERY_MS);
    most = Math.max(most, await residentMb(ours.pid));
  }
  await ours.stop();
  return most;
}

async function bareMb(standIns: StandIns): Promise<number> {
  const bare = await startBare(standIns);
  await sleep(LOOK_EVERY_MS);
  const mb = await residentMb(bare.pid);
  await bare.stop();
  return mb;
}
