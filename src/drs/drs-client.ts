import { explanation } from '../domain/explanation.ts';
import type { JobId } from '../domain/job-id.ts';
import type { Language } from '../domain/language.ts';
import { maskPrivate } from '../domain/mask-private.ts';
import { failureOf, noSuchJobCode } from '../domain/progress-answer.ts';
import type { DrsFailure, ProgressAnswer, ProgressAnswers } from '../domain/progress-answer.ts';
import { SECOND } from '../domain/time.ts';
import type { DrsClient } from '../ports.ts';
import { chunks } from './chunks.ts';
import { withDeadline } from './deadline.ts';
import { describeFailure, parseErrorBody, parseJson, requestId } from './drs-errors.ts';
import { DrsRequests } from './drs-requests.ts';
import type { Asked, DrsRequestOptions } from './drs-requests.ts';
import { parseResults, resultItems } from './drs-response.ts';
import type { HttpResponse } from './http.ts';
import { CompanionReads } from './companion-reads.ts';
import { drsLanguage } from './drs-language.ts';

/** Progress requests in flight at once. */
const MAX_CONCURRENT = 2;

export interface DrsClientOptions extends DrsRequestOptions {
  readonly projectId: string;
  /** `X-Language` where no reader's language is known. */
  readonly language: string;
  readonly batchSize: number;
  readonly maxRps: number;
  /** How long a whole `fetchProgress` may take, in ms. */
  readonly totalTimeoutMs?: number;
}

/** What a request for some ids came to. */
type Outcome =
  | { readonly kind: 'items'; readonly answers: ProgressAnswers }
  /** HTTP 400 without results: one of the ids, or the request as such. */
  | { readonly kind: 'refused'; readonly failure: DrsFailure; readonly message: string | null };

/**
 * Asks `POST /v3/{project_id}/jobs/batch-progress` (DRS API Reference, "Querying the Full Task Progress and Incremental
 * Task Delay"), and its companions within a budget of their own.
 */
export function createDrsClient(options: DrsClientOptions): DrsClient {
  const requests = new DrsRequests(options, { maxRps: options.maxRps, maxConcurrent: MAX_CONCURRENT });
  const companions = new CompanionReads(options);
  return {
    fetchProgress(jobIds, { signal, language } = {}) {
      return withDeadline(options.totalTimeoutMs ?? 45 * SECOND, signal, async (either) => {
        const asking = new Asking(options, requests, either, language);
        const batches = chunks([...new Set(jobIds)], options.batchSize);
        const answers = await Promise.all(batches.map((ids) => asking.ask(ids)));
        return new Map(answers.flatMap((part) => [...part]));
      });
    },
    listJobs: () => companions.listJobs(),
    fetchDetails: (jobIds, language) => companions.fetchDetails(jobIds, language),
    fetchRecoveryFigures: (jobIds) => companions.fetchRecoveryFigures(jobIds),
  };
}

/** One call of fetchProgress: its requests share a deadline. */
class Asking {
  readonly #options: DrsClientOptions;
  readonly #requests: DrsRequests;
  readonly #signal: AbortSignal;
  readonly #language: string;

  constructor(options: DrsClientOptions, requests: DrsRequests, signal: AbortSignal, language?: Language) {
    this.#options = options;
    this.#requests = requests;
    this.#signal = signal;
    this.#language = language === undefined ? options.language : drsLanguage(language);
  }

  /**
   * Answers for a batch. When DRS refuses every single id for a reason that is not "no such job", the request is at fault
   * and none of the jobs is blamed.
   */
  async ask(ids: readonly JobId[]): Promise<ProgressAnswers> {
    const answers = await this.#isolate(ids);
    const [first] = answers.values();
    if (ids.length === 1 || first?.kind !== 'rejected' || ![...answers.values()].every(blamesRequest)) return answers;
    return forAll(ids, { kind: 'unanswered', failure: requestRefused(first) });
  }

  /** Finds an id that makes DRS refuse the whole batch by asking for halves. */
  async #isolate(ids: readonly JobId[]): Promise<ProgressAnswers> {
    const asked = await this.#request(ids);
    if (!asked.ok) return forAll(ids, { kind: 'unanswered', failure: asked.failure });
    const outcome = asked.value;
    if (outcome.kind === 'items') return outcome.answers;
    if (ids.length === 1)
      return forAll(ids, { kind: 'rejected', code: outcome.failure.code, message: outcome.message });
    const middle = Math.ceil(ids.length / 2);
    const first = await this.#isolate(ids.slice(0, middle));
    const second = await this.#isolate(ids.slice(middle));
    return new Map([...first, ...second]);
  }

  #request(ids: readonly JobId[]): Promise<Asked<Outcome>> {
    const request = {
      method: 'POST' as const,
      path: `/v3/${encodeURIComponent(this.#options.projectId)}/jobs/batch-progress`,
      body: { jobs: ids },
      language: this.#language,
      about: `progress of ${ids.length}`,
    };
    return this.#requests.ask(request, (response) => this.#interpret(response, ids), this.#signal);
  }

  #interpret(response: HttpResponse, ids: readonly JobId[]): Asked<Outcome> {
    const items = resultItems(parseJson(response.body));
    const succeeded = response.status >= 200 && response.status < 300;
    if (items !== null && (succeeded || response.status === 400))
      return { ok: true, value: { kind: 'items', answers: parseResults(items, ids) } };
    if (succeeded) return { ok: false, failure: unreadable(response) };
    const why = describeFailure(response, this.#options.clock.now());
    if (response.status !== 400 || why.reason !== 'bad_request') return { ok: false, failure: why };
    const { message } = parseErrorBody(response.body);
    return {
      ok: true,
      value: { kind: 'refused', failure: why, message: message === null ? null : maskPrivate(message) },
    };
  }
}

function forAll(ids: readonly JobId[], answer: ProgressAnswer): ProgressAnswers {
  return new Map(ids.map((jobId) => [jobId, answer]));
}

function blamesRequest(answer: ProgressAnswer): boolean {
  return answer.kind === 'rejected' && noSuchJobCode(answer) === null;
}

function requestRefused({ code, message }: Extract<ProgressAnswer, { readonly kind: 'rejected' }>): DrsFailure {
  const text = [code, message].filter((piece) => piece !== null).join(': ');
  return { ...failureOf('bad_request', explanation('requests_refused', { text })), code };
}

function unreadable(response: HttpResponse): DrsFailure {
  const why = failureOf('unreadable_answer', explanation('not_a_list'));
  return { ...why, httpStatus: response.status, requestId: requestId(response.headers) };
}
