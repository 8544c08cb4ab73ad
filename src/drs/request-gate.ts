import { isWithin, SECOND } from '../domain/time.ts';
import type { Clock } from '../ports.ts';

/**
 * Lets requests through at most `maxConcurrent` at a time and `maxRps` a second, over the whole process, in the order
 * they came; and none at all before a moment the other side has asked for.
 */
export class RequestGate {
  readonly #clock: Clock;
  readonly #spacingMs: number;
  /** Nobody is given a start later than this from now, unless the clock was set back meanwhile. */
  readonly #longestQueueMs: number;
  #free: number;
  #nextStartAt = 0;
  /** Since when nothing is let through, and for how long. */
  #closed = { since: 0, ms: 0 };
  readonly #waiting: (() => void)[] = [];

  constructor(clock: Clock, limits: { readonly maxRps: number; readonly maxConcurrent: number }) {
    this.#clock = clock;
    this.#spacingMs = SECOND / limits.maxRps;
    this.#longestQueueMs = this.#spacingMs * limits.maxConcurrent;
    this.#free = limits.maxConcurrent;
  }

  /** Nothing is let through for `ms` from now. */
  closeFor(ms: number): void {
    if (ms > this.closedForMs()) this.#closed = { since: this.#clock.now(), ms };
  }

  /** Milliseconds until the gate opens again; 0 when it is open. A clock that was set back opens it. */
  closedForMs(): number {
    const { since, ms } = this.#closed;
    const now = this.#clock.now();
    return isWithin(now, since, ms) ? since + ms - now : 0;
  }

  /** Runs `request` when its turn comes. */
  async pass<T>(request: () => Promise<T>, signal: AbortSignal): Promise<T> {
    await this.#acquire();
    try {
      const now = this.#clock.now();
      const isAhead = this.#nextStartAt - now > this.#longestQueueMs;
      const startAt = isAhead ? now : Math.max(now, this.#nextStartAt);
      this.#nextStartAt = startAt + this.#spacingMs;
      if (startAt > now) await this.#clock.sleep(startAt - now, signal);
      return await request();
    } finally {
      this.#release();
    }
  }

  async #acquire(): Promise<void> {
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #release(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
