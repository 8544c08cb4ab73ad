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
  | { readonly kind: 'reset' }
  /** Answers with this body and status 200. */
  | { readonly kind: 'body'; readonly body: string }
  /** Answers as it should, but each result or job has so many characters more, in a field that nobody knows. */
  | { readonly kind: 'padded'; readonly characters: number }
  /** Answers as it should, but each result or job has a field whose value is nested so deep. */
  | { readonly kind: 'nested'; readonly depth: number }
  /** Answers as it should, behind a byte order mark. */
  | { readonly kind: 'marked' }
  /** Promises more bytes than it sends. */
  | { readonly kind: 'cut' };

/** The kinds of requests that faults are kept for. */
export const TARGETS = [
  'progress',
  'login',
  'list',
  'list_v3',
  'detail',
  'recovery',
  'projects',
  'all_projects',
] as const;
export type Target = (typeof TARGETS)[number];

/** Faults waiting for the next requests. */
export class Faults {
  readonly #waiting = new Map<Target, Fault[]>(TARGETS.map((target) => [target, []]));

  /** The next `count` requests of this kind fail like this. */
  next(target: Target, fault: Fault, count = 1): void {
    for (let index = 0; index < count; index++) this.#waiting.get(target)?.push(fault);
  }

  take(target: Target): Fault | undefined {
    return this.#waiting.get(target)?.shift();
  }

  clear(): void {
    for (const waiting of this.#waiting.values()) waiting.length = 0;
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
