/** How fast may be posted to one channel (docs.slack.dev, "Rate limits": about one a second, short bursts allowed). */
export interface PostingLimit {
  readonly perSecond: number;
  readonly burst: number;
}

/** A bucket of permissions for each name: of a channel, or one for all. */
export class RateLimit {
  readonly #limit: PostingLimit | undefined;
  readonly #buckets = new Map<string, { left: number; at: number }>();

  constructor(limit: PostingLimit | undefined) {
    this.#limit = limit;
  }

  /** Takes one permission. 0 when there was one, else the whole seconds to wait. */
  take(name: string): number {
    if (this.#limit === undefined) return 0;
    const now = Date.now();
    const { perSecond, burst } = this.#limit;
    const bucket = this.#buckets.get(name) ?? { left: burst, at: now };
    const left = Math.min(burst, bucket.left + ((now - bucket.at) / 1_000) * perSecond);
    this.#buckets.set(name, { left: left >= 1 ? left - 1 : left, at: now });
    return left >= 1 ? 0 : Math.ceil((1 - left) / perSecond);
  }
}
