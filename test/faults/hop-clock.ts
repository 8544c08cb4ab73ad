import { subscribe, unsubscribe } from 'node:diagnostics_channel';

import type { Clock } from '../../src/ports/clock.ts';

/** Turns of the event loop without anything new after which nothing is under way: a request needs fewer to arrive. */
const QUIET_TURNS = 6;
/** How often somebody looks whether a request that is open has ended, in ms of the machine. */
const LOOK_MS = 2;
/** No request stays open for so long, in ms of the machine. */
const MAX_OPEN_MS = 30_000;
/** A web socket is no request that ends: it counts as under way for so long, in ms of the machine. */
const HANDSHAKE_MS = 30;

/**
 * A clock on which time passes only when somebody lets it, and only while no request is under way: whatever a request
 * takes, it takes no time. So hours pass in moments, and no lease runs out because the machine was slow.
 */
export interface HopClock extends Clock {
  /** Lets so many ms pass, from sleeper to sleeper, `hopMs` at least at a time. */
  pass(ms: number, hopMs?: number): Promise<void>;
  /** Lets time pass until `work` has ended, at most `maxMs`. */
  during<T>(work: Promise<T>, maxMs: number): Promise<T>;
  /** Waits, without time passing, until nothing is under way. */
  settle(): Promise<void>;
  /** Sets the time of day, while no time passes. */
  set(ms: number): void;
}

interface Sleeper {
  readonly wakesAt: number;
  readonly wake: () => void;
}

/** @param ports whose requests are waited for: those of the stand-ins */
export function hopClock(startAt: number, traffic: Traffic): HopClock {
  let now = startAt;
  let monotonic = 0;
  const sleepers = new Set<Sleeper>();
  const moveTo = (moment: number) => {
    now += moment - monotonic;
    monotonic = moment;
    for (const sleeper of sleepers) if (sleeper.wakesAt <= monotonic) sleeper.wake();
  };
  const hop = (until: number, hopMs: number) => {
    const next = Math.min(...[...sleepers].map(({ wakesAt }) => wakesAt));
    moveTo(Math.min(until, Math.max(next, monotonic + hopMs)));
  };
  const settle = () => traffic.settle();
  return {
    now: () => now,
    monotonic: () => monotonic,
    set: (ms) => void (now += ms),
    settle,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) return resolve();
        const wake = () => {
          sleepers.delete(sleeper);
          signal?.removeEventListener('abort', wake);
          resolve();
        };
        const sleeper: Sleeper = { wakesAt: monotonic + ms, wake };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', wake, { once: true });
      }),
    async pass(ms, hopMs = 0) {
      const until = monotonic + ms;
      await settle();
      while (monotonic < until) {
        hop(until, hopMs);
        await settle();
      }
    },
    async during(work, maxMs) {
      let ended = false;
      const end = () => void (ended = true);
      work.then(end, end);
      const until = monotonic + maxMs;
      await settle();
      while (!ended && monotonic < until) {
        // A module that is being loaded is no request.
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
        if (!ended && sleepers.size > 0) hop(until, 0);
        await settle();
      }
      if (!ended) throw new Error(`this did not end within ${maxMs} ms`);
      return await work;
    },
  };
}

/** The requests that go to some ports of this machine, whoever makes them. */
export class Traffic implements Disposable {
  readonly #open = new Map<unknown, number>();
  readonly #origins = new Set<string>();
  #seen = 0;

  constructor() {
    subscribe('undici:request:create', this.#create);
    for (const channel of ENDS) subscribe(channel, this.#end);
  }

  watch(origin: string): void {
    this.#origins.add(origin);
  }

  /** @throws when a request stays open for longer than anybody waits for one */
  async settle(): Promise<void> {
    const giveUpAt = performance.now() + MAX_OPEN_MS;
    let seen = this.#seen;
    for (let quiet = 0; quiet < QUIET_TURNS;) {
      if (this.#isBusy()) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      else await new Promise((resolve) => setImmediate(resolve));
      quiet = seen === this.#seen && !this.#isBusy() ? quiet + 1 : 0;
      seen = this.#seen;
      if (performance.now() > giveUpAt) throw new Error(`a request was open for ${MAX_OPEN_MS} ms`);
    }
  }

  [Symbol.dispose](): void {
    unsubscribe('undici:request:create', this.#create);
    for (const channel of ENDS) unsubscribe(channel, this.#end);
  }

  #isBusy(): boolean {
    const now = performance.now();
    for (const [request, until] of this.#open) if (until < now) this.#open.delete(request);
    return this.#open.size > 0;
  }

  readonly #create = (message: unknown): void => {
    const request = requestOf(message);
    if (request === null || !this.#origins.has(request.origin)) return;
    this.#seen += 1;
    this.#open.set(request.key, request.isSocket ? performance.now() + HANDSHAKE_MS : Infinity);
  };

  readonly #end = (message: unknown): void => {
    const request = requestOf(message);
    if (request !== null && this.#open.delete(request.key)) this.#seen += 1;
  };
}

const ENDS = ['undici:request:trailers', 'undici:request:error'] as const;

function requestOf(
  message: unknown,
): { readonly key: object; readonly origin: string; readonly isSocket: boolean } | null {
  if (typeof message !== 'object' || message === null || !('request' in message)) return null;
  const { request } = message;
  if (typeof request !== 'object' || request === null || !('origin' in request)) return null;
  return { key: request, origin: String(request.origin), isSocket: 'upgrade' in request && Boolean(request.upgrade) };
}
