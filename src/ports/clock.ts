import type { EpochMs } from '../domain/base/time.ts';

/** Time. Use cases read `now` once per pass and hand it down. */
export interface Clock {
  now(): EpochMs;
  /** Milliseconds from some moment on; never goes back, whatever becomes of the time of day. */
  monotonic(): number;
  /** Resolves after `ms`, or at once when `signal` aborts; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
