import { commonFailure } from '../domain/progress-answer.ts';
import type { DrsFailure, ProgressAnswers } from '../domain/progress-answer.ts';
import type { PassEstimate } from '../domain/poll-budget.ts';
import { MINUTE } from '../domain/time.ts';
import type { EpochMs } from '../domain/time.ts';
import type { DrsReach, LoopName, TurnName, VitalSigns } from '../domain/vital-signs.ts';
import type { Clock, DrsClient, Metrics } from '../ports.ts';

/** A change of the interval by this part of it is noticeable. */
const NOTICEABLE = 0.25;
/** DRS that only asks for fewer requests is silent when it has answered none for this long: it may ask for as long a pause. */
const PATIENCE_MS = 15 * MINUTE;

/** Notices, from the work as it goes by, whether the bot lives and whether DRS answers it. */
export class Vitals {
  readonly #clock: Clock;
  readonly #metrics: Metrics;
  readonly #startedAt: EpochMs;
  readonly #beats: Record<LoopName, EpochMs>;
  #lastTickAt: EpochMs | null = null;
  #drs: DrsReach = { kind: 'not_asked' };
  #pastBlindMs = 0;
  #estimate: PassEstimate | null = null;
  #saidMs: number | null = null;

  constructor(clock: Clock, metrics: Metrics) {
    const now = clock.now();
    this.#clock = clock;
    this.#metrics = metrics;
    this.#startedAt = now;
    this.#beats = { poller: now, dispatcher: now, editor: now, causes: now, reader: now };
  }

  /** How things stand at this moment. */
  signs(): VitalSigns {
    return {
      startedAt: this.#startedAt,
      beats: { ...this.#beats },
      lastTickAt: this.#lastTickAt,
      drs: this.#drs,
      blindMs: this.#pastBlindMs + this.#presentBlindMs(),
    };
  }

  /** The same turn of a loop, noticed and measured. */
  timed<T>(loop: LoopName, once: () => Promise<T>): () => Promise<T> {
    return async () => {
      try {
        const result = await this.measured(loop, once);
        if (loop === 'poller') this.#lastTickAt = this.#clock.now();
        return result;
      } finally {
        this.#beats[loop] = this.#clock.now();
      }
    };
  }

  /** Carries out one turn and measures it. */
  async measured<T>(turn: TurnName, once: () => Promise<T>): Promise<T> {
    const startedAt = this.#clock.now();
    let ok = false;
    try {
      const result = await once();
      ok = true;
      return result;
    } finally {
      this.#metrics.turned(turn, { ms: this.#clock.now() - startedAt, ok });
    }
  }

  /** The same client, for a tick that may be long: each answer, also a failed one, shows that the poller turns. */
  beating(drs: DrsClient): DrsClient {
    return {
      ...drs,
      fetchProgress: async (jobIds, options) => {
        const answers = await drs.fetchProgress(jobIds, options);
        this.#beats.poller = this.#clock.now();
        return answers;
      },
    };
  }

  /** What the pass costs that began last; null before the first that had something to ask. */
  get estimate(): PassEstimate | null {
    return this.#estimate;
  }

  /** Takes note of what a pass costs. Whether that is news worth a log line: jobs are asked about noticeably more seldom, or as wanted again. */
  estimated(estimate: PassEstimate): 'stretched' | 'fits_again' | null {
    this.#estimate = estimate;
    const saidMs = this.#saidMs;
    if (estimate.fits) {
      this.#saidMs = null;
      return saidMs === null ? null : 'fits_again';
    }
    if (saidMs !== null && Math.abs(estimate.passMs - saidMs) <= saidMs * NOTICEABLE) return null;
    this.#saidMs = estimate.passMs;
    return 'stretched';
  }

  /** Takes note of what DRS answered, or why it did not. DRS that asks for fewer requests now and then is not silent. */
  heard(answers: ProgressAnswers): void {
    if (answers.size === 0) return;
    const now = this.#clock.now();
    const failure = commonFailure(answers);
    if (failure !== null) {
      this.#heardNothing(failure, now);
      return;
    }
    this.#pastBlindMs += this.#presentBlindMs();
    this.#drs = { kind: 'answers', since: this.#drs.kind === 'answers' ? this.#drs.since : now, lastAt: now };
  }

  #heardNothing({ reason, why }: DrsFailure, now: EpochMs): void {
    const isThrottled = reason === 'throttled' && this.#drs.kind === 'answers';
    const lastAt = this.#drs.kind === 'answers' ? this.#drs.lastAt : now;
    if (isThrottled && now - lastAt < PATIENCE_MS) return;
    const since = this.#drs.kind === 'silent' ? this.#drs.since : isThrottled ? lastAt : now;
    this.#drs = { kind: 'silent', since, why };
  }

  #presentBlindMs(): number {
    return this.#drs.kind === 'silent' ? Math.max(0, this.#clock.now() - this.#drs.since) : 0;
  }
}
