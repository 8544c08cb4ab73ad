import { holdFailure } from '../domain/base/hold-failure.ts';

/** Counts work in progress, so that a stop can let it finish. */
export class InFlight {
  readonly #work = new Set<Promise<void>>();

  /** Runs `work` and remembers it until it has ended. */
  run(work: () => Promise<void>): Promise<void> {
    const running = holdFailure(work().finally(() => this.#work.delete(running)));
    this.#work.add(running);
    return running;
  }

  /** Resolves when what is in progress now has ended, well or badly. */
  async drained(): Promise<void> {
    await Promise.allSettled(this.#work);
  }
}
