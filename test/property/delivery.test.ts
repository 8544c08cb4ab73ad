import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { compareTs } from '../../src/domain/post/message-ts.ts';
import type { JobId } from '../../src/domain/job/job-id.ts';
import type { JobEvent } from '../../src/domain/job/job-event.ts';
import { explanation } from '../../src/domain/job/explanation.ts';
import type { BlindRules } from '../../src/domain/poll/blind-episode.ts';
import { UNSEEN_JOB } from '../../src/domain/job/job-state.ts';
import type { Post, SearchOutcome, SendOutcome } from '../../src/domain/post/post.ts';
import { MINUTE, SECOND } from '../../src/domain/base/time.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { History, Notifier } from '../../src/ports/slack.ts';
import type { Store } from '../../src/ports/store/store.ts';
import { createStore } from '../../src/store/create-store.ts';
import { onSqlite } from '../../src/store/sqlite/on-sqlite.ts';
import { openDatabase } from '../../src/store/sqlite/open-database.ts';
import { migrateToLatest } from '../../src/store/sqlite/migrate.ts';
import type { Db } from '../../src/store/rows/schema.ts';
import { DEFAULT_DURATIONS } from '../../src/wiring/durations.ts';
import { claimTurn, runClaimed } from '../../src/use-cases/telling/dispatch-deliveries.ts';
import type { TellDeps } from '../../src/use-cases/telling/dispatch-deliveries.ts';
import { jobNumber } from '../support/desk.ts';
import { DEFAULT_INCIDENT_RULES } from '../../src/domain/post/incident.ts';
import type { IncidentRules } from '../../src/domain/post/incident.ts';
import { aReport } from '../support/reports.ts';
import { SILENT } from '../support/silent-log.ts';

const CONNECTION = 'prod';
/** One pass in vain is a time without sight. */
const QUICKLY_BLIND: BlindRules = { pollMs: SECOND, polls: 1, leastMs: 0, maxPassMs: SECOND };
const JOBS = [1, 2, 3, 4, 5].map(jobNumber);
const ana = { workspaceId: 'T1', channelId: 'C1', userId: 'UANA' };

/** What becomes of a request that a dispatcher has under way. */
type Fate = 'accepted' | 'lost before' | 'lost after' | 'told to wait' | 'killed before' | 'killed after';
/** What happens next. */
type Step =
  /** A change of one job: known by its number in `JOBS`. */
  | { readonly kind: 'event'; readonly job: number; readonly what: 'failed' | 'recovered' | 'paused' }
  /** The same change of all jobs, each at a moment of its own. */
  | { readonly kind: 'all'; readonly what: 'failed' | 'recovered' }
  /** Something becomes known about all that was told. */
  | { readonly kind: 'news of the old' }
  | { readonly kind: 'change of mind' }
  /** A pass in which DRS gave every answer, or none. */
  | { readonly kind: 'pass'; readonly sees: boolean }
  | { readonly kind: 'time'; readonly ms: number }
  | { readonly kind: 'turn'; readonly dispatcher: 0 | 1; readonly fate: Fate };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('event' as const),
      job: fc.nat({ max: JOBS.length - 1 }),
      what: fc.constantFrom('failed' as const, 'failed' as const, 'recovered' as const, 'paused' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('all' as const), what: fc.constantFrom('failed', 'recovered') }),
  },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: 'news of the old' }) },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: 'change of mind' }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('pass' as const), sees: fc.boolean() }) },
  {
    weight: 4,
    arbitrary: fc.constantFrom(SECOND, 6 * SECOND, 16 * SECOND, 31 * SECOND).map((ms): Step => ({ kind: 'time', ms })),
  },
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constant('turn' as const),
      dispatcher: fc.constantFrom(0 as const, 1 as const),
      fate: fc.constantFrom<Fate>(
        'accepted',
        'accepted',
        'lost before',
        'lost after',
        'told to wait',
        'killed before',
        'killed after',
      ),
    }),
  },
);

/** A message under way: a first one, or a change of one. */
interface Request {
  readonly startedAt: number;
  /** Slack takes it: the timestamp that the message has. */
  readonly accept: () => string;
  readonly answer: (outcome: SendOutcome) => void;
}

/** One process that delivers: idle, or with a request under way. Killed, it is simply never heard of again. */
class Dispatcher {
  request: Request | null = null;
  #turn: Promise<unknown> = Promise.resolve();

  /** Begins a turn; ends when a request is under way or the turn is over. */
  async begin(context: TellDeps, history: History, slack: FakeSlack): Promise<void> {
    let underWay: () => void = () => undefined;
    const sending = new Promise<void>((resolve) => {
      underWay = resolve;
    });
    const ask = (accept: () => string) =>
      new Promise<SendOutcome>((answer) => {
        this.request = { startedAt: context.clock.now(), accept, answer };
        underWay();
      });
    const notifier: Notifier = {
      send: (post) => ask(() => slack.accept(post, context.clock.now())),
      edit: (post, { messageTs }) => ask(() => slack.change(messageTs, post)),
      remove: (message) => slack.remove(message.messageTs),
    };
    const claim = await claimTurn(context);
    if (claim.kind === 'idle') return;
    this.#turn = runClaimed(context, { notifier, history }, claim);
    await Promise.race([sending, this.#turn]);
  }

  /** The request under way is answered, and the turn goes on to its end. */
  async end(outcome: SendOutcome): Promise<void> {
    const { request } = this;
    this.request = null;
    request?.answer(outcome);
    await this.#turn;
  }
}

/** One channel. */
class FakeSlack {
  readonly messages: { readonly ts: string; post: Post }[] = [];
  /** What became visible, in this order. */
  readonly told: string[] = [];
  #count = 0;

  accept(post: Post, now: number): string {
    this.#count += 1;
    const ts = `${Math.floor(now / 1_000)}.${String(this.#count).padStart(6, '0')}`;
    this.messages.push({ ts, post });
    this.told.push(...eventsOf(post));
    return ts;
  }

  change(ts: string, post: Post): string {
    const message = this.messages.find((one) => one.ts === ts);
    if (message === undefined) throw new Error('nothing to change');
    message.post = post;
    this.told.push(...eventsOf(post));
    return ts;
  }

  remove(ts: string): Promise<{ readonly kind: 'gone' }> {
    const index = this.messages.findIndex((message) => message.ts === ts);
    if (index !== -1) this.messages.splice(index, 1);
    return Promise.resolve({ kind: 'gone' });
  }

  history(mayRead: boolean): History {
    return {
      readPage: ({ postId, fromTs, toTs }) => {
        if (!mayRead) return Promise.resolve({ kind: 'refused', what: 'reading', reason: 'missing_scope' });
        const range = this.messages.filter(
          ({ ts }) => compareTs(ts, fromTs) >= 0 && (toTs === null || compareTs(ts, toTs) <= 0),
        );
        const found = range.filter(({ post }) => post.id === postId).map(({ ts }) => ts);
        const page: SearchOutcome = { kind: 'read', found, ownSeen: range.length > 0, cursor: null };
        return Promise.resolve(page);
      },
    };
  }
}

/** Two dispatchers on one store, a channel, and everything that can happen to them. */
class World {
  readonly slack = new FakeSlack();
  store!: Store;
  db!: Db;
  now = 1_700_000_000_000;
  events = 0;
  doubts = 0;
  readonly #dispatchers = [new Dispatcher(), new Dispatcher()];
  readonly #mayRead: boolean;
  readonly #rules: IncidentRules;
  #ids = 0;
  #subscribed = true;
  #sees = true;

  constructor(mayRead: boolean, rules: IncidentRules) {
    this.#mayRead = mayRead;
    this.#rules = rules;
  }

  async open(): Promise<void> {
    this.db = openDatabase('sqlite::memory:');
    await migrateToLatest(this.db);
    this.store = createStore(onSqlite(this.db, 'sqlite::memory:'), { clock: () => this.now });
    await this.store.openWorkspace({ id: 'T1', name: 'Acme', at: 1 });
    await this.store.openConnection({ id: CONNECTION, name: 'x', endpoint: 'https://x', projectId: 'p', at: 1 });
    for (const jobId of JOBS) await this.#poll(jobId, []);
    await this.#subscribe();
    await this.settle();
  }

  async take(one: Step): Promise<void> {
    switch (one.kind) {
      case 'event':
        this.events += 1;
        return await this.#poll(JOBS[one.job] ?? jobNumber(1), [this.#changed(one.what)]);
      case 'all':
        this.events += JOBS.length;
        for (const jobId of JOBS) await this.#poll(jobId, [this.#changed(one.what)]);
        return;
      case 'news of the old':
        for (const { post } of this.slack.messages) await this.store.askPost(post.id);
        return;
      case 'change of mind':
        this.#subscribed = !this.#subscribed;
        return this.#subscribed ? await this.#subscribe() : await this.#unsubscribe();
      case 'pass':
        return await this.#pass(one.sees);
      case 'time':
        this.now += one.ms;
        return;
      case 'turn':
        return await this.#turn(one.dispatcher, one.fate);
    }
  }

  /** Nothing goes wrong any more until everything is told and tidied up. */
  async settle(): Promise<void> {
    // What changed while nobody saw anything is told when somebody does again.
    if (!this.#sees) await this.#pass(true);
    for (let round = 0; round < 500; round++) {
      for (const index of [0, 1] as const) await this.#turn(index, 'accepted');
      const isIdle = this.#dispatchers.every((one) => one.request === null);
      if (isIdle && (await this.store.countPending(ana)) === 0 && (await this.#leftToShow()) === 0) return;
      this.now += 5 * SECOND;
    }
    throw new Error('it does not come to rest');
  }

  async #turn(index: 0 | 1, fate: Fate): Promise<void> {
    const dispatcher = this.#dispatchers[index];
    if (dispatcher === undefined) return;
    const { request } = dispatcher;
    if (request === null) return await dispatcher.begin(this.#context(), this.slack.history(this.#mayRead), this.slack);
    // Slack answers in time or not at all: what comes later than that was taken late, by a process that is still there.
    const isLate = this.now - request.startedAt > DEFAULT_DURATIONS.slackTimeoutMs;
    await this.#meet(index, request, isLate ? 'accepted' : fate);
  }

  async #meet(index: 0 | 1, { accept }: Request, fate: Fate): Promise<void> {
    const dispatcher = this.#dispatchers[index];
    if (fate !== 'accepted' && fate !== 'told to wait') this.doubts += 1;
    const ts = fate === 'accepted' || fate.endsWith('after') ? accept() : '';
    switch (fate) {
      case 'accepted':
        return await dispatcher?.end({ kind: 'delivered', messageTs: ts, channelId: 'C1' });
      case 'told to wait':
        return await dispatcher?.end({ kind: 'retry', afterMs: 3 * SECOND, reason: 'ratelimited' });
      case 'lost before':
      case 'lost after':
        return await dispatcher?.end({ kind: 'uncertain', reason: 'network' });
      case 'killed before':
      case 'killed after':
        this.#dispatchers[index] = new Dispatcher();
    }
  }

  /** Posts that there is something to do about, but for a look that comes minutes later. */
  async #leftToShow(): Promise<number> {
    return (await this.db.selectFrom('posts').select('id').where('due_at', 'is not', null).execute()).length;
  }

  #context(): TellDeps {
    const clock: Clock = { now: () => this.now, monotonic: () => this.now, sleep: () => Promise.resolve() };
    return {
      store: this.store,
      workspaceId: 'T1',
      clock,
      newId: () => `id-${++this.#ids}`,
      random: () => 0.5,
      log: SILENT,
      durations: { ...DEFAULT_DURATIONS, incidents: this.#rules },
    };
  }

  #changed(what: 'failed' | 'recovered' | 'paused'): JobEvent {
    const moment = {
      at: this.now,
      report: aReport(),
      previous: null,
      lastLag: null,
      lagNote: 'settled' as const,
      percentBefore: null,
    };
    const failed = 'INCRE_TRANSFER_FAILED';
    if (what === 'recovered')
      return { kind: what, from: failed, failedAt: this.now - 1, startSeen: true, workingAt: this.now, ...moment };
    return { kind: 'status_changed', from: 'A', to: what === 'failed' ? failed : 'PAUSING', ...moment };
  }

  async #poll(jobId: JobId, events: readonly JobEvent[]): Promise<void> {
    const token = `poll-${++this.#ids}`;
    const job = { connectionId: CONNECTION, jobId };
    // Every event at a moment of its own, as a poll a minute has it.
    this.now += 1;
    await this.store.claimJob({ ...job, token, leaseMs: MINUTE, now: this.now, maxAgeMs: 0 });
    const state = { ...UNSEEN_JOB, report: aReport({ jobId }), checkedAt: this.now };
    const result = { jobId, state, events, nextPollAt: this.now, askAlone: false, refusals: 0 };
    await this.store.commitPoll({ token, connectionId: CONNECTION, now: this.now, results: [result] });
  }

  async #pass(sees: boolean): Promise<void> {
    this.#sees = sees;
    this.now += SECOND;
    const at = { connectionId: CONNECTION, rules: QUICKLY_BLIND };
    const sight = { at: this.now, why: sees ? null : explanation('timeout') };
    await this.store.noteSight({ ...at, sight, nextTryAt: null });
    if (sees) for (const jobId of JOBS) await this.#poll(jobId, []);
    await this.store.tellSight({ ...at, now: this.now });
  }

  async #subscribe(): Promise<void> {
    const request = { actor: ana, language: 'en' as const, connectionId: CONNECTION, jobIds: JOBS };
    await this.store.subscribe({ ...request, now: this.now });
  }

  async #unsubscribe(): Promise<void> {
    const request = { actor: ana, jobs: 'all' as const, reason: 'unsubscribed' as const, announce: true };
    await this.store.unsubscribe({ ...request, now: this.now });
  }
}

/** The events that a post tells: its job, and its number. */
function eventsOf({ facts }: Post): readonly string[] {
  return facts.flatMap((one) => (one.kind === 'event' ? [`${one.job.jobId} ${one.eventNumber}`] : []));
}

/** What a channel shows of times in which nobody saw anything: that it began, and that it is over. */
const episodesShown = ({ messages }: FakeSlack) =>
  messages.flatMap(({ post }) =>
    post.facts.flatMap((one) =>
      one.kind === 'announcement' && (one.announcement.kind === 'blind' || one.announcement.kind === 'back')
        ? [
            `${one.announcement.kind} ${one.announcement.kind === 'blind' ? one.announcement.since : one.announcement.from}`,
          ]
        : [],
    ),
  );

/** The events that a channel shows. */
const eventsShown = ({ messages }: FakeSlack) => messages.flatMap(({ post }) => eventsOf(post));

/** Messages that tell nothing that an earlier one does not: one for a doubt, however much it tells. */
function countRepeats({ messages }: FakeSlack): number {
  const told = new Set<string>();
  return messages.filter(({ post }) => {
    const events = eventsOf(post);
    const isRepeat = events.length > 0 && events.every((one) => told.has(one));
    for (const one of events) told.add(one);
    return isRepeat;
  }).length;
}

/** The numbers of each job's events in the order in which they were seen first. */
function ordersSeen({ told }: FakeSlack): readonly (readonly number[])[] {
  const first = [...new Set(told)];
  return JOBS.map((jobId) => first.filter((one) => one.startsWith(jobId)).map((one) => Number(one.split(' ')[1])));
}

const isAscending = (numbers: readonly number[]) =>
  numbers.every((number, index) => index === 0 || number > (numbers[index - 1] ?? 0));

/** What the database says at the end: where each delivery was told, and what each post shows. */
async function expectConsistent({ db, slack }: World, mayRead: boolean): Promise<void> {
  const told = await db
    .selectFrom('deliveries')
    .leftJoin('posts', 'posts.id', 'deliveries.post_id')
    .select(['deliveries.outcome', 'at_version', 'shown_version', 'message_ts'])
    .execute();
  for (const one of told.filter(({ outcome }) => outcome === 'told')) {
    expect(one.message_ts).not.toBeNull();
    expect(one.shown_version).toBeGreaterThanOrEqual(one.at_version);
  }
  const owed = await db.selectFrom('deliveries').select('id').where('subject', '=', CONNECTION).execute();
  const episodes = episodesShown(slack);
  if (mayRead) expect(episodes).toHaveLength(owed.length);
  expect(new Set(episodes).size).toBe(owed.length);
  const posts = await db.selectFrom('posts').selectAll().where('message_ts', 'is not', null).execute();
  for (const post of posts) expect(post.shown_version).toBe(post.wanted_version);
  const keys = posts.filter(({ joinable }) => joinable === 1).map(({ kind, about }) => `${kind} ${about}`);
  expect(new Set(keys).size).toBe(keys.length);
}

/** Two pieces of news of a kind are an incident here, and recoveries from one are told soon, so that most histories have some. */
const EAGER: IncidentRules = { ...DEFAULT_INCIDENT_RULES, leastNews: 2, recoveriesMs: MINUTE };
/**
 * A history that fails may take seconds, and a smaller one is looked for in hundreds of them, with no moment in between in
 * which a test could be ended from outside: that has its limit here. The seed is in the report.
 */
const IN_TIME = { interruptAfterTimeLimit: 100 * SECOND, markInterruptAsFailure: true };

/** What was posted in all histories together. */
const kindsTold = new Set<Post['kind']>();

async function live(steps: readonly Step[], mayRead: boolean): Promise<World> {
  const world = new World(mayRead, EAGER);
  await world.open();
  for (const one of steps) await world.take(one);
  await world.settle();
  for (const { post } of world.slack.messages) kindsTold.add(post.kind);
  await expectConsistent(world, mayRead);
  await world.store.close();
  return world;
}

/** While nobody unsubscribes, every event is owed. */
const withoutChangeOfMind = (steps: readonly Step[]) => steps.filter((one) => one.kind !== 'change of mind');

describe('whatever two dispatchers, lost answers, kills and a slow clock do', () => {
  test('a channel shows every event it is owed in one message, each job’s in order, and the newest of all it knows', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const world = await live(withoutChangeOfMind(steps), true);
        const shown = eventsShown(world.slack);
        expect(shown).toHaveLength(world.events);
        expect(new Set(shown).size).toBe(world.events);
        for (const numbers of ordersSeen(world.slack)) expect(isAscending(numbers)).toBe(true);
      }),
      { ...IN_TIME, numRuns: 150 },
    );
  }, 120_000);

  test('also when somebody unsubscribes and subscribes again meanwhile, nothing comes twice or out of order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { slack } = await live(steps, true);
        const shown = eventsShown(slack);
        expect(shown).toEqual([...new Set(shown)]);
        for (const numbers of ordersSeen(slack)) expect(isAscending(numbers)).toBe(true);
      }),
      { ...IN_TIME, numRuns: 100 },
    );
  }, 120_000);

  test('a channel that cannot be read loses nothing, and shows no more doubles than there were doubts', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const world = await live(withoutChangeOfMind(steps), false);
        const shown = eventsShown(world.slack);
        expect(new Set(shown).size).toBe(world.events);
        expect(countRepeats(world.slack)).toBeLessThanOrEqual(world.doubts);
      }),
      { ...IN_TIME, numRuns: 100 },
    );
  }, 120_000);
});

test('the histories told news, incidents and recoveries', () => {
  expect([...kindsTold].toSorted()).toEqual(['incident', 'news', 'recoveries']);
});
