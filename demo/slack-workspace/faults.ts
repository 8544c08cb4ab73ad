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

/** Where a fault happens. */
interface Place {
  /** The id of a channel; any when left out. */
  readonly channel?: string;
}

interface Waiting extends Place {
  readonly method: string;
  readonly fault: Fault;
}

/** Every method that a bot token signs in for. */
export const ANY_METHOD = '*';
/** Signed in for with the app-level token. */
const APP_METHODS = new Set(['apps.connections.open']);

/** Faults waiting for the next calls of a method, and those that last. */
export class Faults {
  /** Those that have happened. */
  readonly happened: { readonly method: string; readonly fault: Fault }[] = [];
  readonly #waiting: Waiting[] = [];
  readonly #lasting: (Waiting & { readonly until: number })[] = [];
  readonly #now: () => number;

  /** @param now the time in ms */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** The next `count` calls of `method` (to `channel`, an id, if given) fail like this. */
  next(method: string, fault: Fault, { count = 1, ...place }: Place & { readonly count?: number } = {}): void {
    for (let index = 0; index < count; index++) this.#waiting.push({ method, ...place, fault });
  }

  /** All calls of `method` fail like this for so many ms, or until `clear`. */
  always(method: string, fault: Fault, { ms = Infinity, ...place }: Place & { readonly ms?: number } = {}): void {
    this.#lasting.push({ method, ...place, fault, until: this.#now() + ms });
  }

  clear(): void {
    this.#waiting.length = 0;
    this.#lasting.length = 0;
  }

  take(method: string, channel: unknown): Fault | undefined {
    const isMeant = (one: Waiting) =>
      isOf(one.method, method) && (one.channel === undefined || one.channel === channel);
    const index = this.#waiting.findIndex(isMeant);
    const [next] = index === -1 ? [] : this.#waiting.splice(index, 1);
    const taken = next ?? this.#lasting.find((one) => isMeant(one) && this.#now() < one.until);
    if (taken !== undefined) this.happened.push({ method, fault: taken.fault });
    return taken?.fault;
  }
}

function isOf(wanted: string, method: string): boolean {
  return wanted === ANY_METHOD ? !APP_METHODS.has(method) : wanted === method;
}
