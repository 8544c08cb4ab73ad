import type { Quota } from '../domain/poll/poll-budget.ts';
import { DAY, HOUR, isWithin, MINUTE, SECOND } from '../domain/base/time.ts';
import type { EpochMs } from '../domain/base/time.ts';
import type { Clock } from '../ports/clock.ts';
import { MAX_PAUSE_MS, usualPause } from './quota.ts';
import type { Throttle } from './quota.ts';

/** Nobody waits longer than this for a turn; who would have to is turned away at once. */
const MAX_WAIT_MS = 20 * SECOND;
/** A quota with a longer window is used up evenly: so much of it in each minute. */
const MAX_BURST_MS = MINUTE;
/** Added to a window, because requests do not take equally long to arrive. */
const WINDOW_MARGIN_MS = 250;
/** A quota that no throttled answer has confirmed for this long, and for so many of its windows, may have been lifted. */
const QUOTA_KEPT_MS = HOUR;
const QUOTA_KEPT_WINDOWS = 10;
/** However long its window is. */
const MAX_QUOTA_KEPT_MS = DAY;

/** How a request fared at the gate. */
export type Passed<T> =
  | { readonly passed: true; readonly value: T }
  /** It was not made: its turn would have come after this many ms. */
  | { readonly passed: false; readonly waitMs: number };

/** What waiting for a turn came to. */
type Turn =
  | { readonly taken: true; readonly isTrial: boolean }
  | { readonly taken: false; readonly isTrial: false; readonly waitMs: number };

/**
 * Lets requests through at most `maxConcurrent` at a time and `maxRps` a second, over the whole process, in the order
 * they came; within the quota that the other side has named; and none at all for as long as it has asked for. After such a
 * pause one request goes alone, until it is answered.
 */
export class RequestGate {
  readonly #clock: Clock;
  readonly #spacing: Quota;
  #free: number;
  readonly #waiting: (() => void)[] = [];
  /** Requests that wait for a turn. */
  #queued = 0;
  /** When the latest requests were made, oldest first. */
  #starts: EpochMs[] = [];
  /** Since when nothing is let through, and for how long. */
  #closed = { since: 0, ms: 0 };
  #quota: { readonly named: Quota; readonly at: EpochMs } | null = null;
  /** The first request after a pause. */
  #trial: 'none' | 'wanted' | 'running' = 'none';
  readonly #trialEnded: (() => void)[] = [];

  constructor(clock: Clock, limits: { readonly maxRps: number; readonly maxConcurrent: number }) {
    this.#clock = clock;
    this.#spacing = { limit: 1, windowMs: SECOND / limits.maxRps };
    this.#free = limits.maxConcurrent;
  }

  /** The quota that holds now; null when none is known. */
  get quota(): Quota | null {
    if (this.#quota === null) return null;
    const { named, at } = this.#quota;
    const keptMs = Math.min(Math.max(QUOTA_KEPT_MS, QUOTA_KEPT_WINDOWS * named.windowMs), MAX_QUOTA_KEPT_MS);
    return isWithin(this.#clock.now(), at, keptMs) ? named : null;
  }

  /** How long one more request would wait for its turn, in ms, behind all that wait already. */
  get waitMs(): number {
    return this.#msUntilTurn(this.#queued);
  }

  /** The other side wants fewer requests: heeds its quota, and its pause or a usual one. */
  throttled({ quota, pauseMs }: Throttle): void {
    const now = this.#clock.now();
    if (quota !== null) this.#quota = { named: quota, at: now };
    this.#closeFor(pauseMs ?? this.#pauseWithout(quota));
  }

  /** The other side has answered a request, and not by asking for fewer. */
  accepted(): void {
    if (this.#closedForMs() === 0) this.#endTrial('none');
  }

  /** Runs `request` when its turn comes, or turns it away. */
  async pass<T>(request: () => Promise<T>, signal: AbortSignal): Promise<Passed<T>> {
    this.#queued += 1;
    await this.#acquire();
    const turn = await this.#takeTurn(signal).finally(() => (this.#queued -= 1));
    try {
      return turn.taken ? { passed: true, value: await request() } : { passed: false, waitMs: turn.waitMs };
    } finally {
      // A trial without an answer is made again by the next request.
      if (turn.isTrial && this.#trial === 'running') this.#endTrial('wanted');
      this.#release();
    }
  }

  /** Waits for a turn and takes it, unless it is too far away. */
  async #takeTurn(signal: AbortSignal): Promise<Turn> {
    for (;;) {
      const waitMs = this.#msUntilTurn(0);
      if (waitMs > MAX_WAIT_MS) return { taken: false, waitMs, isTrial: false };
      if (waitMs > 0 && !signal.aborted) await this.#clock.sleep(waitMs, signal);
      else if (this.#trial === 'running' && !signal.aborted)
        await new Promise<void>((resolve) => this.#trialEnded.push(resolve));
      else return this.#start();
    }
  }

  /** In one step with finding out that it may start: two must not take the same turn. */
  #start(): Turn {
    const isTrial = this.#trial === 'wanted';
    if (isTrial) this.#trial = 'running';
    this.#starts.push(this.#clock.now());
    return { taken: true, isTrial };
  }

  /** Milliseconds until a request may be made that comes after `others`. */
  #msUntilTurn(others: number): number {
    const now = this.#clock.now();
    const limits = [this.#spacing, ...(this.quota === null ? [] : [evenly(this.quota)])];
    const openAt = now + this.#closedForMs();
    this.#forgetStarts(Math.max(MAX_BURST_MS, ...limits.map(({ windowMs }) => windowMs)));
    if (others === 0) return nextStart(this.#starts, limits, openAt) - now;
    const planned = [...this.#starts];
    for (let index = 0; index < others; index++) planned.push(nextStart(planned, limits, openAt));
    return nextStart(planned, limits, openAt) - now;
  }

  /** Forgets requests made more than `ms` ago, and all when the clock has been set back since. */
  #forgetStarts(ms: number): void {
    const now = this.#clock.now();
    if ((this.#starts.at(-1) ?? now) > now) this.#starts = [];
    const kept = this.#starts.findIndex((at) => isWithin(now, at, ms));
    if (kept !== 0) this.#starts.splice(0, kept === -1 ? this.#starts.length : kept);
  }

  /** While our own requests fill the window, the quota alone says when the next may come. */
  #pauseWithout(quota: Quota | null): number {
    if (quota === null) return usualPause(quota);
    const { limit, windowMs } = evenly(quota);
    const now = this.#clock.now();
    const own = this.#starts.filter((at) => isWithin(now, at, windowMs)).length;
    return own > limit ? 0 : usualPause(quota);
  }

  #closeFor(ms: number): void {
    if (ms > this.#closedForMs()) this.#closed = { since: this.#clock.now(), ms };
    this.#endTrial('wanted');
  }

  /** Milliseconds until the gate opens again; 0 when it is open. A clock that was set back opens it. */
  #closedForMs(): number {
    const { since, ms } = this.#closed;
    const now = this.#clock.now();
    return isWithin(now, since, ms) ? since + ms - now : 0;
  }

  #endTrial(next: 'none' | 'wanted'): void {
    this.#trial = next;
    for (const resolve of this.#trialEnded.splice(0)) resolve();
  }

  async #acquire(): Promise<void> {
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #release(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}

/** The earliest start that keeps within all limits, given earlier ones in order. */
function nextStart(starts: readonly EpochMs[], limits: readonly Quota[], earliest: EpochMs): EpochMs {
  return Math.max(
    earliest,
    ...limits.map(({ limit, windowMs }) => {
      const before = starts.at(-limit);
      return before === undefined ? earliest : before + windowMs;
    }),
  );
}

/** The quota in portions of at most a minute, so that a day's is not used up in an hour; one request in 15 minutes at least. */
function evenly({ limit, windowMs }: Quota): Quota {
  if (windowMs <= MAX_BURST_MS) return { limit, windowMs: windowMs + WINDOW_MARGIN_MS };
  const portion = Math.floor((limit * MAX_BURST_MS) / windowMs);
  return portion >= 1
    ? { limit: portion, windowMs: MAX_BURST_MS + WINDOW_MARGIN_MS }
    : { limit: 1, windowMs: Math.min(Math.ceil(windowMs / limit), MAX_PAUSE_MS) };
}
