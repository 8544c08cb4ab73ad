import { SECOND } from '../domain/time.ts';
import type { Clock } from '../ports.ts';

/**
 * Lets requests through at most `maxConcurrent` at a time and `maxRps` a second, over the whole process, in the order
 * they came; and none at all before a moment the other side has asked for.
 */
export class RequestGate {
  readonly #clock: Clock;
  readonly #spacingMs: number;
  #free: number;
  #nextStartAt = 0;
  #closedUntil = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(clock: Clock, limits: { readonly maxRps: number; readonly maxConcurrent: number }) {
    this.#clock = clock;
    this.#spacingMs = SECOND / limits.maxRps;
    this.#free = limits.maxConcurrent;
  }

  /** Nothing is let through for `ms` from now. */
  closeFor(ms: number): void {
    this.#closedUntil = Math.max(this.#closedUntil, this.#clock.now() + ms);
  }

  /** Milliseconds until the gate opens again; 0 when it is open. */
  closedForMs(): number {
    return Math.max(0, this.#closedUntil - this.#clock.now());
  }

  /** Runs `request` when its turn comes. */
  async pass<T>(request: () => Promise<T>, signal: AbortSignal): Promise<T> {
    await this.#acquire();
    try {
      const now = this.#clock.now();
      const startAt = Math.max(now, this.#nextStartAt);
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
