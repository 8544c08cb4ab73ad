import type { Clock } from '../../src/ports.ts';

/** A clock on which waiting takes no time, but does move the clock. */
export interface FastClock extends Clock {
  /** Everything that was waited for, in ms. */
  readonly slept: readonly number[];
  advance(ms: number): void;
}

export function fastClock(startAt = 1_700_000_000_000): FastClock {
  let now = startAt;
  const slept: number[] = [];
  return {
    slept,
    now: () => now,
    advance: (ms) => void (now += ms),
    sleep(ms) {
      slept.push(ms);
      now += ms;
      return new Promise((resolve) => setImmediate(resolve));
    },
  };
}
