import { beginOfDownTime, endOfPause, silenceMs } from '../../domain/poll/timetable.ts';
import type { Timetable } from '../../domain/poll/timetable.ts';
import { commonFailure } from '../../domain/job/progress-answer.ts';
import type { DrsFailure, ProgressAnswers } from '../../domain/job/progress-answer.ts';
import type { PassEstimate } from '../../domain/poll/poll-budget.ts';
import { MINUTE } from '../../domain/base/time.ts';
import type { Explanation } from '../../domain/job/explanation.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import { INSIGHT_NAMES } from '../../domain/vital-signs.ts';
import type { DrsReach, InsightName, LoopName, TurnName, VitalSigns } from '../../domain/vital-signs.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DrsClient } from '../../ports/drs.ts';
import type { Silence } from '../../domain/job/silence.ts';
import { RULE_NAMES } from '../../domain/rules/decision.ts';
import type { Decision, RuleName, RuleSilence } from '../../domain/rules/decision.ts';
import type { Metrics } from '../../ports/metrics.ts';

/** A change of the interval by this part of it is noticeable. */
const NOTICEABLE = 0.25;
/** A loop that has not turned for this long, in ms, is taken for dead; longer than a turn with its requests may take. */
export const MAX_STILL_MS = 3 * MINUTE;
/** DRS that only asks for fewer requests is silent when it has answered none for this long: it may ask for as long a pause. */
const PATIENCE_MS = 15 * MINUTE;

/** What was heard of DRS, by the monotonic clock. */
type Heard =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'answers'; readonly since: number; readonly lastAt: number }
  /** `silentMs` is the silence up to the last question; a pause by schedule does not count. */
  | {
      readonly kind: 'silent';
      readonly since: number;
      readonly lastAt: number;
      readonly silentMs: number;
      readonly why: Explanation;
    };

/**
 * Notices, from the work as it goes by, whether the bot lives and whether DRS answers it. Everything is measured on the
 * monotonic clock and shown in the time of day as it is now, so that setting the clock changes no age.
 */
export class Vitals {
  readonly #clock: Clock;
  readonly #metrics: Metrics;
  readonly #timetable: Timetable;
  readonly #startedAt: EpochMs;
  readonly #beats: Record<LoopName, number>;
  #lastTickAt: number | null = null;
  #heard: Heard = { kind: 'nothing' };
  #sees: boolean | null = null;
  #passBeganAt: EpochMs | null = null;
  #pastBlindMs = 0;
  #notedAliveAt: number;
  #estimate: PassEstimate | null = null;
  #saidMs: number | null = null;
  readonly #notHere = new Set<InsightName>();

  /** To be made when the bot has just been noted to be alive. */
  constructor(clock: Clock, metrics: Metrics, timetable: Timetable) {
    const now = clock.monotonic();
    this.#clock = clock;
    this.#metrics = metrics;
    this.#timetable = timetable;
    this.#startedAt = clock.now();
    this.#beats = { poller: now, dispatcher: now, causes: now };
    this.#notedAliveAt = now;
  }

  /** How things stand at this moment. */
  signs(): VitalSigns {
    const now = this.#clock.now();
    const beats = {
      poller: this.#timeOf(this.#beats.poller),
      dispatcher: this.#timeOf(this.#beats.dispatcher),
      causes: this.#timeOf(this.#beats.causes),
    };
    return {
      startedAt: this.#startedAt,
      beats,
      lastTickAt: this.#lastTickAt === null ? null : this.#timeOf(this.#lastTickAt),
      poll: {
        silentMs: silenceMs(this.#timetable, beats.poller, now),
        overdueMs: Math.max(0, now - this.#timetable.nextAfter(beats.poller)),
        nextAt: this.#timetable.nextAfter(now),
        pausedUntil: endOfPause(this.#timetable, now),
      },
      drs: this.#reach(),
      blindMs: this.#pastBlindMs + this.#silentMs(),
    };
  }

  /** The same turn of a loop, noticed and measured. */
  timed<T>(loop: LoopName, once: () => Promise<T>): () => Promise<T> {
    return async () => {
      try {
        const result = await this.measured(loop, once);
        if (loop === 'poller') this.#lastTickAt = this.#clock.monotonic();
        return result;
      } finally {
        this.#beats[loop] = this.#clock.monotonic();
      }
    };
  }

  /** Counts what was decided on an answer about a job: why nothing is told of it, or null when something is. */
  noteDecision(silence: Silence | null): void {
    this.#metrics.decided(silence);
  }

  /** Counts what the rules decided on some samples; together, because that is a hundred decisions for ten jobs. */
  noteRuleDecisions(steps: readonly Readonly<Record<RuleName, Decision>>[]): void {
    for (const rule of RULE_NAMES) {
      const counts = new Map<RuleSilence | null, number>();
      for (const { [rule]: decision } of steps) {
        const silence = decision.kind === 'silent' ? decision.reason : null;
        counts.set(silence, (counts.get(silence) ?? 0) + 1);
      }
      for (const [silence, count] of counts) this.#metrics.judged(rule, silence, count);
    }
  }

  /** Carries out one turn and measures it. */
  async measured<T>(turn: TurnName, once: () => Promise<T>): Promise<T> {
    const startedAt = this.#clock.monotonic();
    let ok = false;
    try {
      const result = await once();
      ok = true;
      return result;
    } finally {
      this.#metrics.turned(turn, { ms: this.#clock.monotonic() - startedAt, ok });
    }
  }

  /** The same client, for a tick that may be long: each answer, also a failed one, shows that the poller turns. */
  beating(drs: DrsClient): DrsClient {
    return {
      ...drs,
      fetchProgress: async (jobIds, options) => {
        const answers = await drs.fetchProgress(jobIds, options);
        this.#beats.poller = this.#clock.monotonic();
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
    const now = this.#clock.monotonic();
    const failure = commonFailure(answers);
    const last = this.#heard;
    const silentMs = this.#silentMs();
    if (failure !== null) {
      this.#heardNothing(failure, now, silentMs);
      return;
    }
    this.#pastBlindMs += silentMs;
    this.#heard = { kind: 'answers', since: last.kind === 'answers' ? last.since : now, lastAt: now };
  }

  /** Whether DRS reported about some job in the last pass; null before the first. */
  get sees(): boolean | null {
    return this.#sees;
  }

  /** When the pass began that is under way; null while there is none. */
  get passBeganAt(): EpochMs | null {
    return this.#passBeganAt;
  }

  /** A pass begins, or null: it has ended. */
  notePass(beganAt: EpochMs | null): void {
    this.#passBeganAt = beganAt;
  }

  /** Takes note of what a pass has seen. */
  noteSight(sees: boolean): void {
    this.#sees = sees;
  }

  /**
   * From when on nobody looked although looks were planned; null when nothing was missed for `leastMs`. A process that has
   * been awake knows so, whatever the time of day was set to meanwhile. A host that was suspended looks the same.
   *
   * @param lastAliveAt when a bot was last noted to be alive
   */
  findDownTime(lastAliveAt: EpochMs, leastMs: number): EpochMs | null {
    if (this.#clock.monotonic() - this.#notedAliveAt < leastMs) return null;
    return beginOfDownTime(this.#timetable, lastAliveAt, this.#clock.now(), leastMs);
  }

  /** It has been noted that the bot is alive. */
  notedAlive(): void {
    this.#notedAliveAt = this.#clock.monotonic();
  }

  /** Takes note of whether DRS offers something here, as its last answer says; whether that is other than before. */
  noteNotHere(name: InsightName, isMissing: boolean): boolean {
    if (this.#notHere.has(name) === isMissing) return false;
    if (isMissing) this.#notHere.add(name);
    else this.#notHere.delete(name);
    return true;
  }

  /** What DRS does not offer here, as far as it was asked. */
  get notHere(): readonly InsightName[] {
    return INSIGHT_NAMES.filter((name) => this.#notHere.has(name));
  }

  /** A moment of the monotonic clock in the time of day as it is now. */
  #timeOf(monotonic: number): EpochMs {
    return Math.round(this.#clock.now() - (this.#clock.monotonic() - monotonic));
  }

  #reach(): DrsReach {
    const heard = this.#heard;
    switch (heard.kind) {
      case 'nothing':
        return { kind: 'not_asked' };
      case 'answers':
        return { kind: 'answers', since: this.#timeOf(heard.since), lastAt: this.#timeOf(heard.lastAt) };
      case 'silent':
        return { kind: 'silent', since: this.#timeOf(heard.since), forMs: this.#silentMs(), why: heard.why };
    }
  }

  /** For how long DRS has given no answer although it was to be asked. */
  #silentMs(): number {
    if (this.#heard.kind !== 'silent') return 0;
    return this.#heard.silentMs + silenceMs(this.#timetable, this.#timeOf(this.#heard.lastAt), this.#clock.now());
  }

  #heardNothing({ reason, why }: DrsFailure, now: number, silentMs: number): void {
    const last = this.#heard;
    const answeredAt = reason === 'throttled' && last.kind === 'answers' ? last.lastAt : null;
    if (answeredAt !== null && now - answeredAt < PATIENCE_MS) return;
    const since = last.kind === 'silent' ? last.since : (answeredAt ?? now);
    this.#heard = {
      kind: 'silent',
      since,
      lastAt: now,
      silentMs: answeredAt === null ? silentMs : now - answeredAt,
      why,
    };
  }
}
