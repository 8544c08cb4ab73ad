import { holdFailure } from '../../domain/base/hold-failure.ts';
import type { MessageTs } from '../../domain/post/message-ts.ts';
import { SECOND } from '../../domain/base/time.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import { bringForward } from './queue-places.ts';
import type { Db, Tx } from './schema.ts';

/** Wall clock and monotonic clock that move apart by more than this, in ms, between two readings: one was set. */
const MIN_JUMP_MS = 1_000;

/** An answer that took longer than this, in ms, says too little about Slack's clock. */
const MAX_ANSWER_MS = 30_000;

/** The two clocks of a process, in ms. */
export interface Clocks {
  readonly clock: () => EpochMs;
  /** Never goes back. */
  readonly monotonic: () => number;
}

/** A search that this process has to wait with, on its monotonic clock, in ms. */
interface OpenAttempt {
  readonly startedAt: number;
  /** When it was first looked for; null if not yet. */
  readonly searchedSince: number | null;
  readonly nextLookAt: number;
}

/**
 * The clock that work is timed by, and what this process has in flight. When the wall clock is set, leases and attempts of
 * this process get their times anew from the monotonic clock, so that none of them ends early or is held longer, and places in
 * the queue that the future gave are given up.
 */
export class WorkClock {
  readonly #clocks: Clocks;
  /** End of each lease of this process, on the monotonic clock, by token. */
  readonly #leases = new Map<string, number>();
  readonly #attempts = new Map<string, OpenAttempt>();
  #offset: number;
  #slackAheadMs: number | null = null;
  #restamping: Promise<void> = Promise.resolve();

  constructor(clocks: Clocks) {
    this.#clocks = clocks;
    this.#offset = clocks.clock() - clocks.monotonic();
  }

  /** The present time, for work that does not wait for anything. */
  now(): EpochMs {
    return this.#clocks.clock();
  }

  /** The present time for a claim; what is in flight has its times by it. */
  async read(db: Db): Promise<EpochMs> {
    const now = this.#clocks.clock();
    const offset = now - this.#clocks.monotonic();
    const hasJumped = Math.abs(offset - this.#offset) > MIN_JUMP_MS;
    this.#offset = offset;
    if (hasJumped) this.#slackAheadMs = null;
    if (hasJumped) this.#restamping = holdFailure(this.#restamp(db, now));
    await this.#restamping;
    return this.#clocks.clock();
  }

  /** Somebody in this process has leased rows under `token` for `leaseMs`. */
  hold(token: string, leaseMs: number): void {
    this.#leases.set(token, this.#clocks.monotonic() + leaseMs);
  }

  /** The rows under `token` were given back. */
  release(token: string): void {
    this.#leases.delete(token);
  }

  /** How far Slack's clock is ahead of ours, in ms; null when no answer has told since ours was last set. */
  get slackAheadMs(): number | null {
    return this.#slackAheadMs;
  }

  /** Slack says which timestamp the message of a post has: it is a new one if this process was sending the post. */
  heardSlack(postId: string, messageTs: MessageTs): void {
    const saidAt = Number(messageTs) * SECOND;
    const attempt = this.#attempts.get(postId);
    if (attempt === undefined || !Number.isFinite(saidAt)) return;
    // A process that stood still between the answer and now would take that time for a distance.
    if (this.#clocks.monotonic() - attempt.startedAt > MAX_ANSWER_MS) return;
    this.#slackAheadMs = saidAt - this.#clocks.clock();
  }

  /** A post is being sent: until its outcome is known it must be looked for, `lookAfterMs` from now. */
  beginAttempt(postId: string, lookAfterMs: number): void {
    const startedAt = this.#clocks.monotonic();
    this.#attempts.set(postId, { startedAt, searchedSince: null, nextLookAt: startedAt + lookAfterMs });
  }

  /** A post is being looked for. */
  beginSearch(postId: string): void {
    const now = this.#clocks.monotonic();
    const known = this.#attempts.get(postId) ?? { startedAt: now, searchedSince: null, nextLookAt: now };
    this.#attempts.set(postId, { ...known, searchedSince: known.searchedSince ?? now });
  }

  /** A post was looked for in vain; the next look is in `afterMs`. */
  lookAgain(postId: string, afterMs: number): void {
    const now = this.#clocks.monotonic();
    const known = this.#attempts.get(postId) ?? { startedAt: now, searchedSince: now };
    this.#attempts.set(postId, { ...known, nextLookAt: now + afterMs });
  }

  /** The outcome of the attempt is known. */
  endAttempt(postId: string): void {
    this.#attempts.delete(postId);
  }

  async #restamp(db: Db, now: EpochMs): Promise<void> {
    const monotonic = this.#clocks.monotonic();
    for (const [token, until] of this.#leases) if (until <= monotonic) this.#leases.delete(token);
    await db.transaction().execute(async (tx) => {
      await bringForward(tx, now);
      for (const [token, until] of this.#leases) await restampLease(tx, token, now, now + until - monotonic);
      for (const [postId, { startedAt, searchedSince, nextLookAt }] of this.#attempts) {
        await tx
          .updateTable('posts')
          .set({
            attempt_at: now - (monotonic - startedAt),
            searched_since: searchedSince === null ? null : now - (monotonic - searchedSince),
            look_at: now + nextLookAt - monotonic,
            look_set_at: now,
          })
          .where('id', '=', postId)
          .where('attempt_at', 'is not', null)
          .execute();
      }
    });
  }
}

async function restampLease(tx: Tx, token: string, now: EpochMs, until: EpochMs): Promise<void> {
  for (const table of ['jobs', 'posts', 'failures', 'event_reads'] as const) {
    await tx.updateTable(table).set({ lease_until: until, leased_at: now }).where('lease_token', '=', token).execute();
  }
}
