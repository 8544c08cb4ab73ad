import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { WorkspaceState } from '../../demo/slack-workspace/workspace.ts';
import { HOUR, MINUTE, SECOND } from '../../src/domain/base/time.ts';
import { holdFailure } from '../../src/domain/base/hold-failure.ts';
import { openDatabase } from '../../src/store/sqlite/open-database.ts';
import { JOBS, openStage } from '../faults/stage.ts';
import type { Stage } from '../faults/stage.ts';
import { takeStock } from '../soak/ledger.ts';
import type { Ledger } from '../soak/ledger.ts';
import { Keeper } from './keeper.ts';
import { Troubles } from './troubles.ts';
import type { Toll, Victims } from './troubles.ts';

/** How every job stands when it is first watched. */
const FIRST_STATUS = 'INCRE_TRANSFER_STARTED';
const HOP_MS = 10 * SECOND;
/** Nothing is wrong for so long, in hours, then the bot is restarted, and for so long again. */
const HEALTHY_HOURS = 1;
/** A stop or a start without faults ends within this, in ms. */
const MOMENT_MS = 5 * MINUTE;
/** The memory has settled after this part of it. */
const SETTLED = 1 / 6;
const MB = 1024 * 1024;

/** Who watches what. */
const WATCHED: Readonly<Record<string, string>> = {
  one: 'orders billing shop spare a b c d',
  two: 'orders stock e f g h',
  three: 'a b e f rack1 rack2 rack3 rack4 rack5',
  four: 'c d g h stock rack1 rack2 rack3 rack4 rack5',
};
const FREE = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const RACK = ['rack1', 'rack2', 'rack3', 'rack4', 'rack5'];

export interface DayOptions {
  /** How long things go wrong. */
  readonly hours: number;
  /** The same seed makes the same plan of trouble. */
  readonly seed: number;
}

/** What the day came to. */
export interface Day {
  readonly ledger: Ledger;
  readonly toll: Toll;
  /** Pauses that are left when all has been well for a while. */
  readonly pauses: number;
  /** What is alive in the memory, in bytes: when it had settled, and at the end. */
  readonly heap: { readonly settled: number; readonly end: number };
  readonly starts: number;
  /** The last lines of the log. */
  readonly log: string;
}

/**
 * A day in a few minutes: both sides fail at random in every way that the table of faults has, jobs change, channels are
 * archived, and the bot is restarted on the same database. Then all is well for two hours.
 */
export async function liveDay(options: DayOptions, say: (line: string) => void): Promise<Day> {
  const folder = await mkdtemp(join(tmpdir(), 'drs-bot-day-'));
  const stage = await openStage();
  const databaseUrl = `sqlite:${join(folder, 'day.db')}`;
  const keeper = new Keeper(stage, databaseUrl);
  try {
    const victims = await setScene(stage, keeper);
    const troubles = new Troubles(victims, options.seed, options.hours * HOUR);
    const heap = await passTroubled(victims, troubles, options, say);
    await stage.clock.pass(HEALTHY_HOURS * HOUR, HOP_MS);
    // What was refused for over an hour is tried once a day from then on, or when the bot is restarted.
    await stage.clock.during(keeper.restart('key'), MOMENT_MS);
    await stage.clock.pass(HEALTHY_HOURS * HOUR, HOP_MS);
    await stage.clock.during(keeper.end(), MOMENT_MS);
    const ledger = await takeStock(asShown(stage, databaseUrl, keeper));
    const pauses = await countPauses(databaseUrl);
    return { ledger, pauses, heap, toll: troubles.toll, starts: keeper.started, log: keeper.lastLines() };
  } finally {
    await stage.clock.during(keeper.end(), MOMENT_MS);
    await stage.close();
    await rm(folder, { recursive: true });
  }
}

async function setScene(stage: Stage, keeper: Keeper): Promise<Victims> {
  const { slack, drs, clock } = stage;
  for (const name of ['three', 'four']) slack.addChannel(name);
  for (const name of [...FREE, ...RACK]) drs.addJob(FIRST_STATUS, {}, { name });
  await clock.during(keeper.restart('password'), MOMENT_MS);
  for (const [channel, jobs] of Object.entries(WATCHED)) {
    await clock.during(slack.people.type('ana', channel, `/drs subscribe ${jobs}`), MOMENT_MS);
    await clock.pass(MINUTE);
    const answer = slack.ephemerals(channel, 'ana').at(-1)?.text ?? 'nothing';
    if (!answer.startsWith('Subscribed')) throw new Error(`nobody could subscribe: ${answer}`);
  }
  const called = (names: readonly string[]) => names.flatMap((name) => drs.findJob(name) ?? []);
  return { stage, keeper, channels: Object.keys(WATCHED), jobs: called([...JOBS, ...FREE]), rack: called(RACK) };
}

/** Lives through the trouble and says each hour how it goes. */
async function passTroubled(
  { stage }: Victims,
  troubles: Troubles,
  { hours }: DayOptions,
  say: (line: string) => void,
): Promise<Day['heap']> {
  const running = holdFailure(troubles.run());
  let settled = 0;
  for (let hour = 1; hour <= hours; hour++) {
    await stage.clock.pass(HOUR, HOP_MS);
    forget(stage);
    const heap = measureHeap(stage);
    if (hour === Math.ceil(hours * SETTLED)) settled = heap;
    const { drsFaults, slackFaults } = troubles.toll;
    const faults = `${drsFaults.length} faults of DRS, ${slackFaults.length} of Slack`;
    say(`hour ${hour}: ${stage.slack.state.messages.length} messages, ${faults}, ${(heap / MB).toFixed(1)} MB`);
  }
  await stage.clock.during(running, 2 * HOUR);
  return { settled, end: measureHeap(stage) };
}

/** The stand-ins write down everything that they are asked; the messages they must know. */
function forget({ slack, drs }: Stage): void {
  drs.clearRequests();
  slack.clearCalls();
  slack.faults.happened.length = 0;
  slack.state.ephemerals.length = 0;
}

/** What the bot and the stand-ins keep, in bytes, but for the messages of the day: those weigh as much as a copy of them. */
function measureHeap({ slack }: Stage): number {
  const all = usedHeap();
  const copy = structuredClone(slack.state.messages);
  const withCopy = usedHeap();
  return copy.length === slack.state.messages.length ? all - (withCopy - all) : all;
}

/** In bytes, of what is still reachable. */
function usedHeap(): number {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect !== 'function') throw new Error('this Node does not let anybody collect garbage');
  for (let times = 0; times < 2; times++) Reflect.apply(collect, undefined, []);
  return process.memoryUsage().heapUsed;
}

/** What somebody took away was shown. */
function asShown({ slack, drs, takenAway }: Stage, databaseUrl: string, { started }: Keeper) {
  const state = new WorkspaceState();
  const marks = new Set(slack.state.messages.map(({ metadata }) => JSON.stringify(metadata)));
  const gone = takenAway.filter(({ metadata }) => !marks.has(JSON.stringify(metadata)));
  state.messages.push(...slack.state.messages, ...gone);
  const town = { databaseUrl, firstStatus: FIRST_STATUS, drs, slack: { ...slack, state } };
  return { ...town, kills: 0, restarts: started, uncertainPosts: 0 };
}

async function countPauses(databaseUrl: string): Promise<number> {
  const db = openDatabase(databaseUrl);
  try {
    const rows = await db.selectFrom('pauses').select('reason').execute();
    return rows.length;
  } finally {
    await db.destroy();
  }
}
