import { holdFailure } from '../domain/base/hold-failure.ts';
import type { Comparison, ListedComparison } from '../domain/job/comparison.ts';
import { newestOfEachKind } from '../domain/job/comparison.ts';
import type { JobId } from '../domain/job/job-id.ts';
import type { JobTerms } from '../domain/job/job-terms.ts';
import type { LogLine } from '../domain/job/log-line.ts';
import type { DrsFailure } from '../domain/job/progress-answer.ts';
import type { TimelineEntry } from '../domain/job/timeline.ts';
import type { Language } from '../domain/base/language.ts';
import { isWithin, MINUTE, SECOND } from '../domain/base/time.ts';
import type { EpochMs } from '../domain/base/time.ts';
import type { Clock } from '../ports/clock.ts';
import type { Insight } from '../ports/drs.ts';
import { isAbsent } from './companion-requests.ts';
import type { CompanionOptions, CompanionRequests } from './companion-requests.ts';
import { drsLanguage } from './drs-requests.ts';
import type { Asked } from './drs-requests.ts';
import {
  parseComparisonPage,
  parseFindings,
  parseHealthComparisons,
  parseHealthObjects,
  parseLog,
  parseTerms,
  parseTimeline,
} from './insight-answers.ts';
import type { ComparisonPage, Finding, Findings } from './insight-answers.ts';

/** All that is read of one job together takes no longer, in ms. */
const READ_TIMEOUT_MS = 20 * SECOND;
/** Comparisons of a page, and tables of one: sibling APIs of v3 take up to 100. */
const V3_PAGE = 100;
/** Entries of a page of v5: these take 1 to 1000. */
const V5_PAGE = 1_000;
/** Lines of the log asked for; how many it gives at most is not documented. */
const LOG_LINES = 100;

/** A comparison takes longer than this, in ms; *Refresh* is pressed more often. */
const KEPT_MS = 2 * MINUTE;

/** By what id a comparison of each kind is asked for. */
const ID_FIELDS = {
  objects: 'object_level_compare_id',
  rows: 'line_compare_id',
  contents: 'content_compare_id',
} as const;
type ReadableKind = keyof typeof ID_FIELDS;

/** The reads of one job when somebody asks, or something has happened to it: what DRS compared, who did what, its log. */
export class InsightReads {
  readonly #language: string;
  readonly #requests: CompanionRequests;
  readonly #clock: Clock;
  /** What was asked for in the last minutes, and is answered or will be. */
  readonly #kept = new Map<JobId, { readonly at: EpochMs; readonly answer: Promise<Insight<readonly Comparison[]>> }>();

  constructor({ language, clock }: Pick<CompanionOptions, 'language' | 'clock'>, requests: CompanionRequests) {
    this.#language = language;
    this.#clock = clock;
    this.#requests = requests;
  }

  /** Whoever asks again within two minutes is answered the same; what could not be read is asked for anew. */
  async fetchComparisons(jobId: JobId): Promise<Insight<readonly Comparison[]>> {
    const now = this.#clock.now();
    for (const [known, { at }] of this.#kept) if (!isWithin(now, at, KEPT_MS)) this.#kept.delete(known);
    const kept = this.#kept.get(jobId);
    if (kept !== undefined) return await kept.answer;
    const answer = holdFailure(this.#readComparisons(jobId));
    this.#kept.set(jobId, { at: now, answer });
    const insight = await answer;
    if (insight.kind !== 'read' && this.#kept.get(jobId)?.answer === answer) this.#kept.delete(jobId);
    return insight;
  }

  async #readComparisons(jobId: JobId): Promise<Insight<readonly Comparison[]>> {
    const signal = AbortSignal.timeout(READ_TIMEOUT_MS);
    const started = await this.#listStarted(jobId, signal);
    const scheduled = await this.#listScheduled(jobId, signal);
    // Some regions have the one only, some the other.
    if (!started.ok && !scheduled.ok)
      return unreadable(isAbsent(started.failure) ? scheduled.failure : started.failure);
    const lists = [started, scheduled].flatMap((list) => (list.ok ? list.value : []));
    const chosen = newestOfEachKind(lists);
    const findings = await this.#readStarted(jobId, chosen, signal);
    const comparisons: Comparison[] = [];
    for (const one of chosen) {
      const finding = one.isScheduled ? await this.#readScheduled(jobId, one, signal) : ofKind(findings, one);
      comparisons.push(toComparison(one, finding));
    }
    return { kind: 'read', value: comparisons };
  }

  async fetchTimeline(jobId: JobId): Promise<Insight<readonly TimelineEntry[]>> {
    const query = new URLSearchParams({ limit: String(V5_PAGE), offset: '0' });
    return toInsight(await this.#getV5(jobId, `timelines?${query.toString()}`, 'timeline', parseTimeline));
  }

  async fetchTerms(jobId: JobId): Promise<Insight<JobTerms>> {
    return toInsight(await this.#getV5(jobId, '?type=detail', 'terms', parseTerms));
  }

  /** Errors, or where there are none whatever there is; the newest last. */
  async fetchLog(jobId: JobId, language: Language): Promise<Insight<readonly LogLine[]>> {
    const errors = await this.#readLog(jobId, { log_level: 'Error' }, language);
    if (errors.ok && errors.value.length > 0) return { kind: 'read', value: inOrder(errors.value) };
    if (!errors.ok && errors.failure.reason !== 'bad_request') return unreadable(errors.failure);
    const all = await this.#readLog(jobId, {}, language);
    return all.ok ? { kind: 'read', value: inOrder(all.value) } : unreadable(all.failure);
  }

  /**
   * Comparisons that somebody started. Which end of the list comes first is not documented, so both are read. It "can be called
   * only after" one was started, so that a refusal means there is none.
   */
  async #listStarted(jobId: JobId, signal: AbortSignal): Promise<Asked<readonly ListedComparison[]>> {
    const first = await this.#startedPage(jobId, 1, signal);
    if (!first.ok) return first.failure.reason === 'bad_request' ? { ok: true, value: [] } : first;
    const last = Math.ceil((first.value.total ?? 0) / V3_PAGE);
    if (last <= 1) return { ok: true, value: first.value.listed };
    const more = await this.#startedPage(jobId, last, signal);
    return { ok: true, value: [...first.value.listed, ...(more.ok ? more.value.listed : [])] };
  }

  #startedPage(jobId: JobId, page: number, signal: AbortSignal): Promise<Asked<ComparisonPage>> {
    return this.#queryComparisons(jobId, { current_page: page }, parseComparisonPage, signal);
  }

  #listScheduled(jobId: JobId, signal: AbortSignal): Promise<Asked<readonly ListedComparison[]>> {
    const query = new URLSearchParams({ limit: String(V5_PAGE), offset: '0' });
    return this.#getV5(jobId, `health-compare-jobs?${query.toString()}`, 'comparisons', parseHealthComparisons, signal);
  }

  /** What the comparisons found that somebody started: one request for all. */
  async #readStarted(jobId: JobId, chosen: readonly ListedComparison[], signal: AbortSignal): Promise<Findings | null> {
    const ids = chosen.flatMap((one) =>
      !one.isScheduled && one.state === 'ended' && isReadable(one) ? [[ID_FIELDS[one.kind], one.id] as const] : [],
    );
    if (ids.length === 0) return null;
    const asked = await this.#queryComparisons(jobId, Object.fromEntries(ids), parseFindings, signal);
    return asked.ok ? asked.value : null;
  }

  /**
   * What a scheduled comparison found. Only that of objects has an API of its own; whether the others can be asked for like
   * those that somebody started is not documented, so it is tried, alone, that a refusal costs no other one.
   */
  async #readScheduled(jobId: JobId, one: ListedComparison, signal: AbortSignal): Promise<Finding | null> {
    if (one.state !== 'ended' || !isReadable(one)) return null;
    if (one.kind === 'objects') {
      const path = `health-compare-jobs/object/${encodeURIComponent(one.id)}`;
      const asked = await this.#getV5(jobId, path, 'comparison', parseHealthObjects, signal);
      return asked.ok ? asked.value : null;
    }
    const asked = await this.#queryComparisons(jobId, { [ID_FIELDS[one.kind]]: one.id }, parseFindings, signal);
    return asked.ok ? ofKind(asked.value, one) : null;
  }

  #queryComparisons<T>(
    jobId: JobId,
    about: Readonly<Record<string, string | number>>,
    parse: (body: unknown) => T | null,
    signal: AbortSignal,
  ): Promise<Asked<T>> {
    const path = `/v3/${this.#requests.project}/jobs/query-compare-result`;
    const body = { job_id: jobId, current_page: 1, per_page: V3_PAGE, ...about };
    const request = { method: 'POST' as const, path, body, language: this.#language, about: 'comparisons' };
    return this.#requests.ask('query-compare-result', request, parse, signal);
  }

  #readLog(jobId: JobId, level: object, language: Language): Promise<Asked<readonly LogLine[]>> {
    const query = new URLSearchParams({ type: 'log', offset: '0', limit: String(LOG_LINES), ...level });
    return this.#getV5(jobId, `?${query.toString()}`, 'log', parseLog, AbortSignal.timeout(READ_TIMEOUT_MS), language);
  }

  #getV5<T>(
    jobId: JobId,
    rest: string,
    about: string,
    parse: (body: unknown) => T | null,
    signal = AbortSignal.timeout(READ_TIMEOUT_MS),
    language?: Language,
  ): Promise<Asked<T>> {
    const job = `/v5/${this.#requests.project}/jobs/${encodeURIComponent(jobId)}`;
    const path = rest.startsWith('?') ? `${job}${rest}` : `${job}/${rest}`;
    const reader = language === undefined ? this.#language : drsLanguage(language);
    const request = { method: 'GET' as const, path, language: reader, about };
    return this.#requests.ask(`v5 ${about}`, request, parse, signal);
  }
}

function isReadable(one: ListedComparison): one is ListedComparison & { readonly kind: ReadableKind } {
  return one.kind in ID_FIELDS;
}

function ofKind(findings: Findings | null, one: ListedComparison): Finding | null {
  return findings === null || !isReadable(one) ? null : findings[one.kind];
}

function toComparison({ kind, isScheduled, at, state }: ListedComparison, finding: Finding | null): Comparison {
  const found = { kind, isScheduled, at, differing: [], differingCount: 0, uncomparedCount: 0 };
  if (state === 'running' || state === 'failed') return { ...found, verdict: state };
  return finding === null ? { ...found, verdict: 'unread' } : { ...found, ...finding };
}

function inOrder(lines: readonly LogLine[]): readonly LogLine[] {
  return lines.toSorted((one, other) => (one.at ?? 0) - (other.at ?? 0));
}

function toInsight<T>(asked: Asked<T>): Insight<T> {
  return asked.ok ? { kind: 'read', value: asked.value } : unreadable(asked.failure);
}

function unreadable(failure: DrsFailure): Insight<never> {
  return { kind: isAbsent(failure) ? 'not_here' : 'failed', failure };
}
