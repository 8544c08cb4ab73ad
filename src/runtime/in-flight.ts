/** Counts work in progress, so that a stop can let it finish. */
export class InFlight {
  readonly #work = new Set<Promise<void>>();

  /** Runs `work` and remembers it until it has ended. */
  run(work: () => Promise<void>): Promise<void> {
    const running = work().finally(() => this.#work.delete(running));
    this.#work.add(running);
    return running;
  }

  /** Resolves when nothing is in progress, or after `ms`; true when nothing was left. */
  async drained(ms: number): Promise<boolean> {
    const done = Promise.allSettled(this.#work).then(() => true);
    const late = AbortSignal.timeout(ms);
    const expired = new Promise<boolean>((resolve) =>
      late.addEventListener('abort', () => resolve(false), { once: true }),
    );
    return await Promise.race([done, expired]);
  }
}
