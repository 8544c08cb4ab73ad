/**
 * What a start has opened so far, in order. One way of closing serves a stop and a start that fails half way: the last
 * opened first, each after the one before it has been closed.
 */
export class OpenResources {
  readonly #closers: (() => unknown)[] = [];

  /** @param close may reject; what was opened before is closed all the same */
  add(close: () => unknown): void {
    this.#closers.push(close);
  }

  /**
   * Closes everything, once.
   *
   * @throws what the first closing that failed threw, after all others have been closed
   */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (const close of this.#closers.splice(0).toReversed()) {
      try {
        await close();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
