/** What goes wrong with one Web API call. */
export type Fault =
  | { readonly kind: 'rate_limited'; readonly retryAfterSeconds: number }
  | { readonly kind: 'http'; readonly status: number }
  | { readonly kind: 'error'; readonly error: string }
  /** Never answers; nothing was done. */
  | { readonly kind: 'hang' }
  /** The connection breaks; nothing was done. */
  | { readonly kind: 'reset' }
  /** Does what was asked, then the connection breaks: the caller cannot know. */
  | { readonly kind: 'accept_then_drop' };

/** Faults waiting for the next calls of a method. */
export class Faults {
  /** Those that have happened. */
  readonly happened: { readonly method: string; readonly fault: Fault }[] = [];
  readonly #waiting: { readonly method: string; readonly channel: string | undefined; readonly fault: Fault }[] = [];

  /** The next `count` calls of `method` (to `channel`, an id, if given) fail like this. */
  next(method: string, fault: Fault, options: { readonly count?: number; readonly channel?: string } = {}): void {
    for (let index = 0; index < (options.count ?? 1); index++) {
      this.#waiting.push({ method, channel: options.channel, fault });
    }
  }

  clear(): void {
    this.#waiting.length = 0;
  }

  take(method: string, channel: unknown): Fault | undefined {
    const index = this.#waiting.findIndex(
      (one) => one.method === method && (one.channel === undefined || one.channel === channel),
    );
    const [taken] = index === -1 ? [] : this.#waiting.splice(index, 1);
    if (taken !== undefined) this.happened.push(taken);
    return taken?.fault;
  }
}
