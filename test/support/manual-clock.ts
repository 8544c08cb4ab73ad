import type { Clock } from '../../src/ports/clock.ts';

/** A clock that stands still until somebody moves it. */
export interface ManualClock extends Clock {
  /** Lets time pass: whoever has slept long enough wakes, and may do something before this ends. */
  advance(ms: number): Promise<void>;
  /** Sets the time of day ahead, or back, while no time passes. */
  set(ms: number): void;
}

export function manualClock(startAt: number): ManualClock {
  let now = startAt;
  let monotonic = 0;
  const sleepers = new Set<{ readonly wakesAt: number; wake(): void }>();
  const wakeNext = (until: number) => {
    const [next] = [...sleepers]
      .filter(({ wakesAt }) => wakesAt <= until)
      .toSorted((one, other) => one.wakesAt - other.wakesAt);
    return next;
  };
  const moveTo = (moment: number) => {
    now += moment - monotonic;
    monotonic = moment;
  };
  return {
    now: () => now,
    monotonic: () => monotonic,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) return resolve();
        const sleeper = {
          wakesAt: monotonic + ms,
          wake() {
            sleepers.delete(sleeper);
            resolve();
          },
        };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', () => sleeper.wake(), { once: true });
      }),
    async advance(ms) {
      const until = monotonic + ms;
      for (let next = wakeNext(until); next !== undefined; next = wakeNext(until)) {
        moveTo(Math.max(monotonic, next.wakesAt));
        next.wake();
        await new Promise((resolve) => setImmediate(resolve));
      }
      moveTo(until);
    },
    set: (ms) => void (now += ms),
  };
}
