import { holdFailure } from '../domain/base/hold-failure.ts';

/** Work side by side, up to a number of pieces at once. Work must not reject. */
export class ConcurrencyLimit {
  readonly #max: number;
  readonly #running = new Set<Promise<void>>();

  constructor(max: number) {
    this.#max = max;
  }

  /** Resolves when one more piece may begin. */
  async waitForRoom(): Promise<void> {
    while (this.#running.size >= this.#max) await Promise.race(this.#running);
  }

  /** Begins a piece of work and does not wait for it. */
  run(work: () => Promise<void>): void {
    const running = holdFailure(work().finally(() => this.#running.delete(running)));
    this.#running.add(running);
  }

  /** Resolves when everything that runs now has ended. */
  async drained(): Promise<void> {
    await Promise.all(this.#running);
  }
}
