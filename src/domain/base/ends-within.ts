import { holdFailure } from './hold-failure.ts';

/** As much of a clock as waiting needs. */
interface Sleeper {
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/**
 * Waits for `work`, but no longer than `ms`: whether it ended in time. Leaves no timer behind, so a process that has
 * nothing else to do can end. If `work` fails in time, so does this.
 */
export async function endsWithin(ms: number, work: Promise<unknown>, clock: Sleeper): Promise<boolean> {
  const enough = new AbortController();
  const late = holdFailure(clock.sleep(ms, enough.signal).then(() => false));
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    enough.abort();
  }
}
