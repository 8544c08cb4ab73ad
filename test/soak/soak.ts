import type { Fault } from '../../demo/slack-workspace/faults.ts';
import { throttle } from '../../demo/drs-simulator/faults.ts';
import type { SimulatedJob } from '../../demo/drs-simulator/jobs.ts';
import { openDatabase } from '../../src/store/sqlite/open-database.ts';
import { takeStock } from './ledger.ts';
import type { Ledger } from './ledger.ts';
import { findUnrest } from './unrest.ts';
import { pause, Town } from './town.ts';
import type { SoakOptions } from './town.ts';

/** Statuses that people are told of and that a job can come back from. */
const STATUSES = ['FULL_TRANSFER_COMPLETE', 'INCRE_TRANSFER_STARTED', 'PAUSING', 'INCRE_TRANSFER_FAILED'];
const SLACK_FAULTS: readonly Fault[] = [
  { kind: 'rate_limited', retryAfterSeconds: 1 },
  { kind: 'accept_then_drop' },
  { kind: 'reset' },
  { kind: 'hang' },
  { kind: 'http', status: 503 },
];
/** Methods of Slack that fail, those that matter most more often. */
const METHODS = [
  'chat.postMessage',
  'chat.postMessage',
  'chat.postMessage',
  'chat.update',
  'conversations.history',
  'chat.delete',
];
/** Groups of jobs that only ever fail and recover together, and how often each does: a third time would be flapping. */
const RACKS = 2;
const FAILURES_OF_A_RACK = 2;
/** How long a rack stays failed, and DRS blind, in ms. */
const RACK_DOWN_MS = 5_000;
const BLIND_MS = 12_000;
/** Each job is watched by two channels; a command takes 50 jobs. */
const CHANNELS_OF_A_JOB = 2;
const JOBS_IN_A_COMMAND = 50;
/** A report that comes later than this after the trouble, in ms, is of the time after it. */
const UNDER_WAY_MS = 4_000;
/** How long everything may take to come to rest after the trouble, in ms. */
const REST_MS = 180_000;

/** Everything that goes wrong at once, for a while, and then what became of it. */
export async function runSoak(options: SoakOptions, say: (line: string) => void): Promise<Ledger> {
  const town = await Town.open(options);
  try {
    town.want(1);
    await subscribeAll(town);
    await rest(town, 'the subscriptions');
    say(`${town.jobs.length} jobs, ${town.channels.length} channels, ${options.troubleMs / 1_000} s of trouble`);
    await makeTrouble(town, options, say);
    town.slack.faults.clear();
    town.drs.faults.clear();
    town.want(1);
    await rest(town, 'everything');
    return await takeStock(town);
  } finally {
    await town.close();
  }
}

/** Waits until every job has been read often enough to be believed, and nothing is owed any more. */
async function rest(town: Town, what: string): Promise<void> {
  const since = Date.now() + UNDER_WAY_MS;
  const deadline = performance.now() + REST_MS;
  const db = openDatabase(town.databaseUrl);
  try {
    for (;;) {
      const unrest = await findUnrest(db, since);
      if (unrest.length === 0) return;
      if (performance.now() > deadline)
        throw new Error(`${what} did not come to rest:\n${unrest.join('\n')}\n${town.output().slice(-4_000)}`);
      await pause(500);
    }
  } finally {
    await db.destroy();
  }
}

async function subscribeAll(town: Town): Promise<void> {
  await town.slack.waitFor('a bot', () => (town.slack.connected() ? true : undefined), 60_000);
  for (const [index, name] of town.channels.entries()) {
    const mine = town.jobs.filter((_job, number) =>
      Array.from({ length: CHANNELS_OF_A_JOB }, (_one, turn) => (number + turn) % town.channels.length).includes(index),
    );
    for (let from = 0; from < mine.length; from += JOBS_IN_A_COMMAND) {
      const known = town.slack.ephemerals(name, 'ana').length;
      const ids = mine.slice(from, from + JOBS_IN_A_COMMAND).map((job) => job.id);
      await town.slack.people.type('ana', name, `/drs subscribe ${ids.join(' ')}`);
      await town.slack.waitFor(`an answer in ${name}`, () => town.slack.ephemerals(name, 'ana')[known], 30_000);
    }
  }
}

/** One kind of trouble, and about how often it comes, in ms. */
interface Trouble {
  readonly everyMs: number;
  readonly make: () => Promise<void> | void;
}

async function makeTrouble(town: Town, options: SoakOptions, say: (line: string) => void): Promise<void> {
  const random = seeded(options.seed);
  const endsAt = performance.now() + options.troubleMs;
  const third = options.troubleMs / 3;
  const later = (ms: number, bots: number) => pause(ms).then(() => town.want(bots));
  const two = [later(third, 2), later(2 * third, 1)];
  await Promise.all([
    ...troubles(town, options, random).map((trouble) => repeat(trouble, endsAt, random)),
    ...two,
    report(town, endsAt, say),
  ]);
}

function troubles(town: Town, { troubleMs }: SoakOptions, random: () => number): readonly Trouble[] {
  const racks = racksOf(town);
  const single = town.jobs.filter((job) => !racks.some((rack) => rack.includes(job)));
  const failing = Array.from({ length: FAILURES_OF_A_RACK }, () => racks).flat();
  const pick = <T>(items: readonly T[]): T | undefined => items[Math.floor(random() * items.length)];
  return [
    { everyMs: 150, make: () => void pick(single)?.becomes(pick(STATUSES) ?? '') },
    { everyMs: 250, make: () => town.slack.faults.next(pick(METHODS) ?? '', pick(SLACK_FAULTS) ?? { kind: 'reset' }) },
    {
      everyMs: 2_000,
      make: () =>
        town.drs.faults.next(
          'progress',
          pick([throttle(1), { kind: 'reset' }, { kind: 'hang' }, { kind: 'cut' }] as const) ?? { kind: 'reset' },
        ),
    },
    { everyMs: 4_000, make: () => town.kill(random()) },
    { everyMs: 15_000, make: () => town.restartSlack(500 + random() * 1_500) },
    { everyMs: 15_000, make: () => town.restartDrs(500 + random() * 1_500) },
    { everyMs: troubleMs / (failing.length + 2), make: () => failTogether(failing.shift() ?? []) },
    { everyMs: 20_000, make: () => town.blind(BLIND_MS) },
    { everyMs: 1_000, make: () => clickSomething(town, pick) },
    { everyMs: 3_000, make: () => changeMind(town, pick) },
  ];
}

/** Jobs that share both of their channels. */
function racksOf({ jobs, channels }: Town): readonly (readonly SimulatedJob[])[] {
  return Array.from({ length: RACKS }, (_rack, index) =>
    jobs.filter((_job, number) => number % channels.length === channels.length - 1 - index),
  );
}

/** Many jobs fail in the same moment, and are mended in another one. */
async function failTogether(rack: readonly SimulatedJob[]): Promise<void> {
  for (const job of rack) job.becomes('INCRE_TRANSFER_FAILED');
  await pause(RACK_DOWN_MS);
  for (const job of rack) job.becomes('INCRE_TRANSFER_STARTED');
}

/** Somebody presses *Refresh* on any message that has it. */
async function clickSomething(
  { slack, channels }: Town,
  pick: <T>(items: readonly T[]) => T | undefined,
): Promise<void> {
  const message = pick(slack.messages(pick(channels) ?? ''));
  if (message === undefined || !JSON.stringify(message.blocks).includes('drs_refresh_post')) return;
  await slack.people.click('ana', message, 'Refresh').catch(() => undefined);
}

/** Somebody subscribes the first channel to a job, or ends that. */
async function changeMind(
  { slack, channels, jobs }: Town,
  pick: <T>(items: readonly T[]) => T | undefined,
): Promise<void> {
  const verb = pick(['subscribe', 'unsubscribe']) ?? '';
  await slack.people.type('ana', channels[0] ?? '', `/drs ${verb} ${pick(jobs)?.id ?? ''}`).catch(() => undefined);
}

async function repeat({ everyMs, make }: Trouble, endsAt: number, random: () => number): Promise<void> {
  for (;;) {
    await pause(everyMs * (0.5 + random()));
    if (performance.now() > endsAt) return;
    await make();
  }
}

async function report(town: Town, endsAt: number, say: (line: string) => void): Promise<void> {
  while (performance.now() < endsAt) {
    await pause(Math.min(30_000, Math.max(0, endsAt - performance.now())));
    say(`${town.slack.state.messages.length} messages, ${town.kills} kills, ${town.restarts} restarts so far`);
  }
}

/** Numbers from 0 to 1 that are the same for the same seed. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
