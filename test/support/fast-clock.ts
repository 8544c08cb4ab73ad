import type { Clock } from '../../src/ports/clock.ts';
import { systemClock } from '../../src/runtime/clock.ts';

/** A clock on which waiting takes no time, but does move the clock. */
export interface FastClock extends Clock {
  /** Everything that was waited for, in ms. */
  readonly slept: readonly number[];
  advance(ms: number): void;
}

/** The real clock, whose time can be moved; waiting takes as long as it takes. */
export interface MovableClock extends Clock {
  /** Lets time pass. */
  advance(ms: number): void;
  /** Sets the time of day ahead, or back, while no time passes. */
  set(ms: number): void;
}

export function movableClock(): MovableClock {
  let aheadMs = 0;
  let setMs = 0;
  return {
    advance: (ms) => void (aheadMs += ms),
    set: (ms) => void (setMs += ms),
    now: () => Date.now() + aheadMs + setMs,
    monotonic: () => performance.now() + aheadMs,
    sleep: (ms, signal) => systemClock.sleep(ms, signal),
  };
}

export function fastClock(startAt = 1_700_000_000_000): FastClock {
  let now = startAt;
  const slept: number[] = [];
  return {
    slept,
    now: () => now,
    monotonic: () => now,
    advance: (ms) => void (now += ms),
    sleep(ms) {
      slept.push(ms);
      now += ms;
      return new Promise((resolve) => setImmediate(resolve));
    },
  };
}
