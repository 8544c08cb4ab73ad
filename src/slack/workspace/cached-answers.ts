import { LRUCache } from 'lru-cache';

import { holdFailure } from '../../domain/base/hold-failure.ts';
import { endsWithin } from '../../domain/base/ends-within.ts';
import { DAY, SECOND } from '../../domain/base/time.ts';
import type { Clock } from '../../ports/clock.ts';

/** How long somebody waits for an answer, in ms; the asking goes on and serves the next. */
const PATIENCE_MS = 2 * SECOND;
/** An answer that is out of date stands in for one that does not come for so long, in ms, */
const STAND_IN_MS = DAY;
/** and it is asked for again after this, in ms. */
const RETRY_MS = 10 * SECOND;
/** Answers kept; the one that was longest not needed makes room. */
const MAX_KEPT = 5_000;

/** An answer, and how long it counts, in ms; null when none came. */
export type Answer<T> = { readonly value: T; readonly keepMs: number } | null;

/** Answers of Slack about things by their ids. */
export interface CachedAnswers<T> {
  /** Never rejects. */
  find(id: string): Promise<T>;
  /** The thing has changed: what was known of it counts no more, nor does an answer that was asked for before. */
  forget(id: string): void;
}

interface Kept<T> {
  readonly value: T;
  /** By the monotonic clock, in ms. */
  readonly answeredAt: number;
}

/** Keeps answers for as long as they count; who asks while one is under way waits for the same one. */
export function cacheAnswers<T>(options: {
  /** Asks Slack; never rejects. */
  readonly ask: (id: string) => Promise<Answer<T>>;
  /** Counts when no answer came and none is kept. */
  readonly unanswered: T;
  readonly clock: Clock;
  readonly maxKept?: number;
}): CachedAnswers<T> {
  const { ask, unanswered, clock, maxKept = MAX_KEPT } = options;
  let forgets = 0;
  const cache = new LRUCache<string, Kept<T>>({
    max: maxKept,
    // One, because the cache knows no zero; each answer brings its own.
    ttl: 1,
    // The time is read anew each time instead of once a millisecond by a timer.
    ttlResolution: 0,
    perf: { now: () => clock.monotonic() },
    async fetchMethod(id, last, { options: kept }) {
      const answer = await ask(id);
      kept.ttl = answer === null ? RETRY_MS : answer.keepMs;
      const now = clock.monotonic();
      return answer === null ? standIn(last, now) : { value: answer.value, answeredAt: now };
    },
  });

  async function fetch(id: string): Promise<Kept<T> | undefined> {
    for (;;) {
      const before = forgets;
      try {
        return await cache.fetch(id);
      } catch {
        // The cache dropped the question: for want of room, or because the thing changed; then it is asked anew.
        if (forgets === before) return undefined;
      }
    }
  }

  return {
    async find(id) {
      const fetching = holdFailure(fetch(id));
      const inTime = await endsWithin(PATIENCE_MS, fetching, clock);
      const kept = inTime ? await fetching : standIn(cache.peek(id, { allowStale: true }), clock.monotonic());
      return kept === undefined ? unanswered : kept.value;
    },
    forget(id) {
      forgets += 1;
      cache.delete(id);
    },
  };
}

function standIn<T>(last: Kept<T> | undefined, now: number): Kept<T> | undefined {
  return last !== undefined && now - last.answeredAt <= STAND_IN_MS ? last : undefined;
}
