import { backoffDelay } from '../domain/backoff.ts';
import type { JobId } from '../domain/job-id.ts';
import { noSuchJobCode } from '../domain/progress-answer.ts';
import type { DrsFailure, DrsFailureReason, ProgressAnswer, ProgressAnswers } from '../domain/progress-answer.ts';
import { SECOND } from '../domain/time.ts';
import type { Clock, DrsClient, Log } from '../ports.ts';
import type { DrsAuth } from './auth.ts';
import { describeFailure, failure, isTokenRejected, parseErrorBody, parseJson, requestId } from './drs-errors.ts';
import { HttpFault, post } from './http.ts';
import type { HttpResponse } from './http.ts';
import { RequestGate } from './request-gate.ts';
import { parseResults, resultItems } from './drs-response.ts';
import type { Dispatcher } from 'undici';

/** Requests to DRS in flight at once. */
const MAX_CONCURRENT = 2;
const ATTEMPTS = 3;
const RETRY_PAUSE = { baseMs: 500, capMs: 10 * SECOND };
/** Asked to wait without being told how long. */
const DEFAULT_THROTTLE_MS = 5 * SECOND;
/** A whole `fetchProgress` waits no longer than this for a gate that DRS has closed; longer ones are given up at once. */
const LONGEST_WAIT_MS = 20 * SECOND;

/** Failures that the same request may not meet again a moment later. */
const PASSING: ReadonlySet<DrsFailureReason> = new Set<DrsFailureReason>([
  'timeout',
  'network',
  'throttled',
  'server_error',
  'unreadable_answer',
]);

export interface DrsClientOptions {
  /** No trailing slash. */
  readonly endpoint: string;
  readonly projectId: string;
  readonly language: string;
  readonly batchSize: number;
  readonly maxRps: number;
  readonly auth: DrsAuth;
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  /** How long one request may take, in ms. */
  readonly requestTimeoutMs?: number;
  /** How long a whole `fetchProgress` may take, in ms; shorter than the lease of the jobs it is for. */
  readonly totalTimeoutMs?: number;
}

/** What a request for some ids came to. */
type Outcome =
  | { readonly kind: 'items'; readonly answers: ProgressAnswers }
  /** HTTP 400 without results: one of the ids, or the request as such. */
  | { readonly kind: 'refused'; readonly failure: DrsFailure; readonly message: string | null }
  | { readonly kind: 'failed'; readonly failure: DrsFailure };

/** Asks `POST /v3/{project_id}/jobs/batch-progress` (DRS API Reference, "Querying the Full Task Progress and Incremental Task Delay"). */
export function createDrsClient(options: DrsClientOptions): DrsClient {
  const gate = new RequestGate(options.clock, { maxRps: options.maxRps, maxConcurrent: MAX_CONCURRENT });
  return {
    async fetchProgress(jobIds, { signal } = {}) {
      const deadline = AbortSignal.timeout(options.totalTimeoutMs ?? 45 * SECOND);
      const asking = new Asking(options, gate, signal === undefined ? deadline : AbortSignal.any([signal, deadline]));
      const answers = await Promise.all(chunks([...new Set(jobIds)], options.batchSize).map((ids) => asking.ask(ids)));
      return new Map(answers.flatMap((part) => [...part]));
    },
  };
}

function chunks<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

/** One call of fetchProgress: its requests share a deadline. */
class Asking {
  readonly #options: DrsClientOptions;
  readonly #gate: RequestGate;
  readonly #signal: AbortSignal;

  constructor(options: DrsClientOptions, gate: RequestGate, signal: AbortSignal) {
    this.#options = options;
    this.#gate = gate;
    this.#signal = signal;
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
    const outcome = await this.#request(ids);
    if (outcome.kind === 'items') return outcome.answers;
    if (outcome.kind === 'failed') return forAll(ids, { kind: 'unanswered', failure: outcome.failure });
    if (ids.length === 1)
      return forAll(ids, { kind: 'rejected', code: outcome.failure.code, message: outcome.message });
    const middle = Math.ceil(ids.length / 2);
    const first = await this.#isolate(ids.slice(0, middle));
    const second = await this.#isolate(ids.slice(middle));
    return new Map([...first, ...second]);
  }

  /** One batch, with as many attempts as may help. */
  async #request(ids: readonly JobId[]): Promise<Outcome> {
    const { clock, random, log } = this.#options;
    for (let attempt = 1; ; attempt++) {
      const closedMs = this.#gate.closedForMs();
      if (closedMs > LONGEST_WAIT_MS) return { kind: 'failed', failure: throttled(closedMs) };
      if (closedMs > 0) await clock.sleep(closedMs, this.#signal);
      const outcome = await this.#attempt(ids);
      if (outcome.kind !== 'failed') return outcome;
      const { reason, code, requestId: id } = outcome.failure;
      log.warn({ reason, code, requestId: id, jobs: ids.length, attempt }, 'a request to DRS failed');
      if (!PASSING.has(reason) || attempt === ATTEMPTS || this.#signal.aborted) return outcome;
      await clock.sleep(backoffDelay(attempt, RETRY_PAUSE, random), this.#signal);
    }
  }

  /** One attempt; a rejected token is replaced once. */
  async #attempt(ids: readonly JobId[]): Promise<Outcome> {
    const first = await this.#send(ids);
    if (!('headers' in first) || !isTokenRejected(first.response)) return this.#read(first, ids);
    if (!this.#options.auth.rejected(first.headers)) return this.#read(first, ids);
    return this.#read(await this.#send(ids), ids);
  }

  async #send(ids: readonly JobId[]): Promise<Sent | DrsFailure> {
    const { endpoint, projectId, language, auth, dispatcher, clock, log } = this.#options;
    const url = `${endpoint}/v3/${encodeURIComponent(projectId)}/jobs/batch-progress`;
    const body = JSON.stringify({ jobs: ids });
    const authorization = await auth.authorize({ method: 'POST', url, body }, this.#signal);
    if (!authorization.ok) return authorization.failure;
    if (this.#signal.aborted) return failure('timeout', 'DRS did not answer in time.');
    const headers = { 'Content-Type': 'application/json', 'X-Language': language, ...authorization.headers };
    return await this.#gate.pass(async () => {
      const signal = AbortSignal.any([
        this.#signal,
        AbortSignal.timeout(this.#options.requestTimeoutMs ?? 15 * SECOND),
      ]);
      const startedAt = clock.now();
      try {
        const response = await post(dispatcher, url, headers, body, signal);
        const facts = {
          status: response.status,
          jobs: ids.length,
          ms: clock.now() - startedAt,
          requestId: requestId(response.headers),
        };
        log.debug(facts, 'asked DRS for progress');
        return { headers: authorization.headers, response };
      } catch (error) {
        if (error instanceof HttpFault) return error.failure;
        throw error;
      }
    }, this.#signal);
  }

  #read(sent: Sent | DrsFailure, ids: readonly JobId[]): Outcome {
    if (!('headers' in sent)) return { kind: 'failed', failure: sent };
    const { response } = sent;
    const items = resultItems(parseJson(response.body));
    const succeeded = response.status >= 200 && response.status < 300;
    if (items !== null && (succeeded || response.status === 400))
      return { kind: 'items', answers: parseResults(items, ids) };
    if (succeeded) return { kind: 'failed', failure: unreadable(response) };
    const why = describeFailure(response);
    if (why.reason === 'throttled') this.#gate.closeFor(retryAfterMs(response, this.#options.clock.now()));
    return response.status === 400 && why.reason === 'bad_request'
      ? { kind: 'refused', failure: why, message: parseErrorBody(response.body).message }
      : { kind: 'failed', failure: why };
  }
}

/** An answer, and the headers that let the request in. */
interface Sent {
  readonly headers: Readonly<Record<string, string>>;
  readonly response: HttpResponse;
}

function forAll(ids: readonly JobId[], answer: ProgressAnswer): ProgressAnswers {
  return new Map(ids.map((jobId) => [jobId, answer]));
}

function blamesRequest(answer: ProgressAnswer): boolean {
  return answer.kind === 'rejected' && noSuchJobCode(answer) === null;
}

function requestRefused({ code, message }: Extract<ProgressAnswer, { readonly kind: 'rejected' }>): DrsFailure {
  const why = [code, message].filter((piece) => piece !== null).join(': ');
  return {
    ...failure('bad_request', `DRS refuses the bot's requests (${why}): check DRS_LANGUAGE and DRS_BATCH_SIZE.`),
    code,
  };
}

/** `Retry-After` in seconds or as a date (RFC 9110, 10.2.3), in ms. */
function retryAfterMs({ headers }: HttpResponse, now: number): number {
  const value = headers['retry-after'];
  if (typeof value !== 'string') return DEFAULT_THROTTLE_MS;
  const ms = /^\d+$/.test(value.trim()) ? Number(value) * SECOND : Date.parse(value) - now;
  return Number.isNaN(ms) ? DEFAULT_THROTTLE_MS : Math.max(0, ms);
}

function throttled(ms: number): DrsFailure {
  return failure(
    'throttled',
    `DRS asked for no requests for another ${Math.ceil(ms / SECOND)} s; the bot goes on by itself then.`,
  );
}

function unreadable(response: HttpResponse): DrsFailure {
  const why = failure(
    'unreadable_answer',
    'DRS answered with something that is not a list of results: check DRS_ENDPOINT.',
  );
  return { ...why, httpStatus: response.status, requestId: requestId(response.headers) };
}
