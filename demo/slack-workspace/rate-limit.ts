/** How fast may be posted to one channel (docs.slack.dev, "Rate limits": about one a second, short bursts allowed). */
export interface PostingLimit {
  readonly perSecond: number;
  readonly burst: number;
}

/**
 * How fast histories may be read, over the whole workspace, and how much of one at once (docs.slack.dev, "Rate limit changes
 * for non-Marketplace apps": 1 a minute and 15 messages for an app that is distributed outside the Marketplace, else 50 a minute).
 */
export interface ReadingLimit {
  readonly perMinute: number;
  /** Messages in one page, whatever is asked for. */
  readonly page: number;
}

/** A bucket of permissions for each name: of a channel, or one for all. */
export class RateLimit {
  readonly #limit: PostingLimit | undefined;
  readonly #now: () => number;
  readonly #buckets = new Map<string, { left: number; at: number }>();

  /** @param now the time in ms */
  constructor(limit: PostingLimit | undefined, now: () => number) {
    this.#limit = limit;
    this.#now = now;
  }

  /** Takes one permission. 0 when there was one, else the whole seconds to wait. */
  take(name: string): number {
    if (this.#limit === undefined) return 0;
    const now = this.#now();
    const { perSecond, burst } = this.#limit;
    const bucket = this.#buckets.get(name) ?? { left: burst, at: now };
    const left = Math.min(burst, bucket.left + ((now - bucket.at) / 1_000) * perSecond);
    this.#buckets.set(name, { left: left >= 1 ? left - 1 : left, at: now });
    return left >= 1 ? 0 : Math.ceil((1 - left) / perSecond);
  }
}
