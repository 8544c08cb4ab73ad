import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { compareTs } from '../../src/domain/post/message-ts.ts';
import type { JobEvent } from '../../src/domain/job/job-event.ts';
import { UNSEEN_JOB } from '../../src/domain/job/job-state.ts';
import type { Post, SearchOutcome, SendOutcome } from '../../src/domain/post/post.ts';
import { MINUTE, SECOND } from '../../src/domain/base/time.ts';
import type { Clock, History, Notifier, Store } from '../../src/ports.ts';
import { openStore } from '../../src/store/open-store.ts';
import { DEFAULT_DURATIONS } from '../../src/use-cases/context.ts';
import { claimTurn, takeTurn } from '../../src/use-cases/telling/dispatch-deliveries.ts';
import type { Delivering } from '../../src/use-cases/telling/dispatch-deliveries.ts';
import { aReport, ORDERS } from '../support/reports.ts';
import { AT_ONCE } from '../support/quick-durations.ts';
import { SILENT } from '../support/silent-log.ts';

const CONNECTION = 'prod';
const ana = { workspaceId: 'T1', channelId: 'C1', userId: 'UANA' };

/** What becomes of a request that a dispatcher has under way. */
type Fate = 'accepted' | 'lost before' | 'lost after' | 'told to wait' | 'killed before' | 'killed after';
/** What happens next. */
type Step =
  | { readonly kind: 'event' }
  | { readonly kind: 'change of mind' }
  | { readonly kind: 'time'; readonly ms: number }
  | { readonly kind: 'turn'; readonly dispatcher: 0 | 1; readonly fate: Fate };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Step>({ kind: 'event' }) },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: 'change of mind' }) },
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

/** A post under way. */
interface Request {
  readonly post: Post;
  readonly startedAt: number;
  readonly answer: (outcome: SendOutcome) => void;
}

/** One process that delivers: idle, or with a request under way. Killed, it is simply never heard of again. */
class Dispatcher {
  request: Request | null = null;
  #turn: Promise<unknown> = Promise.resolve();

  /** Begins a turn; ends when a request is under way or the turn is over. */
  async begin(context: Delivering, history: History, slack: FakeSlack): Promise<void> {
    let underWay: () => void = () => undefined;
    const sending = new Promise<void>((resolve) => {
      underWay = resolve;
    });
    const notifier: Notifier = {
      send: (post) =>
        new Promise((answer) => {
          this.request = { post, startedAt: context.clock.now(), answer };
          underWay();
        }),
      edit: (_post, message) => Promise.resolve({ kind: 'delivered', ...message }),
      remove: (message) => slack.remove(message.messageTs),
    };
    const claim = await claimTurn(context);
    if (claim.kind === 'idle') return;
    this.#turn = takeTurn(context, { notifier, history }, claim);
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
  readonly messages: { readonly ts: string; readonly post: Post }[] = [];
  #count = 0;

  accept(post: Post, now: number): string {
    this.#count += 1;
    const ts = `${Math.floor(now / 1_000)}.${String(this.#count).padStart(6, '0')}`;
    this.messages.push({ ts, post });
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
  now = 1_700_000_000_000;
  events = 0;
  doubts = 0;
  readonly #dispatchers = [new Dispatcher(), new Dispatcher()];
  readonly #mayRead: boolean;
  #ids = 0;
  #subscribed = true;

  constructor(mayRead: boolean) {
    this.#mayRead = mayRead;
  }

  async open(): Promise<void> {
    this.store = await openStore('sqlite::memory:', { clock: () => this.now });
    await this.store.openWorkspace({ id: 'T1', name: 'Acme', at: 1 });
    await this.store.openConnection({ id: CONNECTION, name: 'x', endpoint: 'https://x', projectId: 'p', at: 1 });
    await this.#poll([]);
    await this.#subscribe();
    await this.settle();
  }

  async take(one: Step): Promise<void> {
    switch (one.kind) {
      case 'event':
        this.events += 1;
        return await this.#poll([this.#changed()]);
      case 'change of mind':
        this.#subscribed = !this.#subscribed;
        return this.#subscribed ? await this.#subscribe() : await this.#unsubscribe();
      case 'time':
        this.now += one.ms;
        return;
      case 'turn':
        return await this.#turn(one.dispatcher, one.fate);
    }
  }

  /** Nothing goes wrong any more until everything is told and tidied up. */
  async settle(): Promise<void> {
    for (let round = 0; round < 500; round++) {
      for (const index of [0, 1] as const) await this.#turn(index, 'accepted');
      if ((await this.store.countPending(ana)) === 0 && this.#dispatchers.every((one) => one.request === null)) return;
      this.now += 2 * SECOND;
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

  async #meet(index: 0 | 1, { post }: Request, fate: Fate): Promise<void> {
    const dispatcher = this.#dispatchers[index];
    if (fate !== 'accepted' && fate !== 'told to wait') this.doubts += 1;
    const ts = fate === 'accepted' || fate.endsWith('after') ? this.slack.accept(post, this.now) : '';
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

  #context(): Delivering {
    const clock: Clock = { now: () => this.now, monotonic: () => this.now, sleep: () => Promise.resolve() };
    return {
      store: this.store,
      workspaceId: 'T1',
      clock,
      newId: () => `id-${++this.#ids}`,
      random: () => 0.5,
      log: SILENT,
      durations: { ...DEFAULT_DURATIONS, incidents: AT_ONCE },
    };
  }

  #changed(): JobEvent {
    const moment = {
      at: this.now,
      report: aReport(),
      previous: null,
      lastLag: null,
      lagNote: 'settled' as const,
      percentBefore: null,
    };
    return { kind: 'status_changed', from: 'A', to: 'B', ...moment };
  }

  async #poll(events: readonly JobEvent[]): Promise<void> {
    const token = `poll-${++this.#ids}`;
    const job = { connectionId: CONNECTION, jobId: ORDERS };
    // Every event at a moment of its own, as a poll a minute has it.
    this.now += 1;
    await this.store.claimJob({ ...job, token, leaseMs: MINUTE, now: this.now, maxAgeMs: 0 });
    const state = { ...UNSEEN_JOB, report: aReport(), checkedAt: this.now };
    const result = { jobId: ORDERS, state, events, nextPollAt: this.now, askAlone: false, refusals: 0 };
    await this.store.commitPoll({ token, connectionId: CONNECTION, now: this.now, results: [result] });
  }

  async #subscribe(): Promise<void> {
    const request = { actor: ana, language: 'en' as const, connectionId: CONNECTION, jobIds: [ORDERS] };
    await this.store.subscribe({ ...request, now: this.now });
  }

  async #unsubscribe(): Promise<void> {
    const request = { actor: ana, jobs: 'all' as const, reason: 'unsubscribed' as const, announce: true };
    await this.store.unsubscribe({ ...request, now: this.now });
  }
}

/** The numbers of the events that a channel shows, in the order it shows them. */
const eventsShown = ({ messages }: FakeSlack) =>
  messages
    .toSorted((one, other) => compareTs(one.ts, other.ts))
    .flatMap(({ post }) => post.facts.flatMap((facts) => (facts.kind === 'event' ? [facts.eventNumber] : [])));

async function live(steps: readonly Step[], mayRead: boolean): Promise<World> {
  const world = new World(mayRead);
  await world.open();
  for (const one of steps) await world.take(one);
  await world.settle();
  await world.store.close();
  return world;
}

/** While nobody unsubscribes, every event is owed. */
const withoutChangeOfMind = (steps: readonly Step[]) => steps.filter((one) => one.kind !== 'change of mind');

describe('whatever two dispatchers, lost answers, kills and a slow clock do', () => {
  test('a channel shows every event it is owed once and in order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const world = await live(withoutChangeOfMind(steps), true);
        expect(eventsShown(world.slack)).toEqual(Array.from({ length: world.events }, (_one, index) => index + 1));
      }),
      { numRuns: 150 },
    );
  }, 120_000);

  test('also when somebody unsubscribes and subscribes again meanwhile, nothing comes twice or out of order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const shown = eventsShown((await live(steps, true)).slack);
        expect(shown).toEqual([...new Set(shown)].toSorted((one, other) => one - other));
      }),
      { numRuns: 100 },
    );
  }, 120_000);

  test('a channel that cannot be read loses nothing, and shows no more doubles than there were doubts', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const world = await live(withoutChangeOfMind(steps), false);
        const shown = eventsShown(world.slack);
        expect(new Set(shown).size).toBe(world.events);
        expect(shown.length - world.events).toBeLessThanOrEqual(world.doubts);
      }),
      { numRuns: 100 },
    );
  }, 120_000);
});
