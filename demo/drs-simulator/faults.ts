/** What goes wrong with one request. */
export type Fault =
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly body?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** Never answers. */
  | { readonly kind: 'hang' }
  /** Begins to answer, and sends one more blank whenever so many ms have passed, without end. */
  | { readonly kind: 'slow'; readonly everyMs: number }
  | { readonly kind: 'reset' }
  /** Answers with this body and status 200. */
  | { readonly kind: 'body'; readonly body: string }
  /** Answers with so many bytes. */
  | { readonly kind: 'huge'; readonly bytes: number }
  /** Promises more bytes than it sends. */
  | { readonly kind: 'cut' }
  | OddBody;

/** Faults of an answer that is otherwise as it should be. */
export type OddBody =
  /** Each result or job has so many characters more, in a field that nobody knows. */
  | { readonly kind: 'padded'; readonly characters: number }
  /** Each result or job has a field whose value is nested so deep. */
  | { readonly kind: 'nested'; readonly depth: number }
  /** A byte order mark comes first. */
  | { readonly kind: 'marked' }
  /** It is called something else than JSON. */
  | { readonly kind: 'mislabelled'; readonly contentType: string }
  /**
   * Of the results or jobs the first is missing, there is one more that nobody asked for, each comes twice, their order is
   * another one, or there are some that are none.
   */
  | { readonly kind: 'items'; readonly how: 'missing' | 'extra' | 'doubled' | 'shuffled' | 'null' }
  /** Every figure of a result is this. */
  | { readonly kind: 'figures'; readonly figure: string };

/** The kinds of requests that faults are kept for. */
export const TARGETS = [
  'progress',
  'login',
  'list',
  'list_v3',
  'detail',
  'recovery',
  'comparisons',
  'health',
  'health_objects',
  'timeline',
  'job_detail',
  'projects',
  'all_projects',
] as const;
export type Target = (typeof TARGETS)[number];

/** Faults waiting for the next requests, and those that last. */
export class Faults {
  /** How many have happened. */
  happened = 0;
  readonly #waiting = new Map<Target, Fault[]>(TARGETS.map((target) => [target, []]));
  readonly #lasting = new Map<Target, { readonly fault: Fault; readonly until: number }>();
  readonly #clock: () => number;

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** The next `count` requests of this kind fail like this. */
  next(target: Target, fault: Fault, count = 1): void {
    for (let index = 0; index < count; index++) this.#waiting.get(target)?.push(fault);
  }

  /** All requests of this kind fail like this for so many ms, or until `clear`. */
  always(target: Target, fault: Fault, ms = Infinity): void {
    this.#lasting.set(target, { fault, until: this.#clock() + ms });
  }

  take(target: Target): Fault | undefined {
    const fault = this.#waiting.get(target)?.shift() ?? this.#lastingOne(target);
    if (fault !== undefined) this.happened += 1;
    return fault;
  }

  clear(): void {
    for (const waiting of this.#waiting.values()) waiting.length = 0;
    this.#lasting.clear();
  }

  #lastingOne(target: Target): Fault | undefined {
    const lasting = this.#lasting.get(target);
    return lasting !== undefined && this.#clock() < lasting.until ? lasting.fault : undefined;
  }
}

/** The gateway's throttle (API gateway error page, APIGW.0308). */
export function throttle(retryAfterSeconds?: number): Fault {
  return {
    kind: 'status',
    status: 429,
    body: JSON.stringify({
      error_msg: 'The throttling threshold has been reached: policy user over ratelimit,limit:5,time:1 second',
      error_code: 'APIGW.0308',
      request_id: 'simulated',
    }),
    ...(retryAfterSeconds === undefined ? {} : { headers: { 'Retry-After': String(retryAfterSeconds) } }),
  };
}
