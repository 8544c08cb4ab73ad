import type { Clock } from '../src/ports/clock.ts';
import type { Log } from '../src/ports/log.ts';
import type { Notifier } from '../src/ports/slack.ts';

/** A clock that stands still until it is moved. */
export interface YearClock extends Clock {
  advance(ms: number): void;
}

export function createYearClock(start: number): YearClock {
  let now = start;
  return {
    now: () => now,
    monotonic: () => now,
    advance: (ms) => void (now += ms),
    // Nothing is waited for but the end of an answer, which ends the wait as well.
    sleep: (_ms, signal) =>
      new Promise((resolve) => {
        if (signal === undefined || signal.aborted) resolve();
        else signal.addEventListener('abort', () => resolve(), { once: true });
      }),
  };
}

/** Reproducible numbers from 0 (inclusive) to 1 (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

let messages = 0;

/** A Slack that takes everything. */
export const deliverAll: Notifier = {
  send: () => Promise.resolve({ kind: 'delivered', messageTs: `${++messages}.000000`, channelId: 'C' }),
  edit: (_post, message) => Promise.resolve({ kind: 'delivered', ...message }),
  remove: () => Promise.resolve({ kind: 'gone' }),
};

const ignore = () => undefined;

export const SILENT: Log = { debug: ignore, info: ignore, warn: ignore, error: ignore };
