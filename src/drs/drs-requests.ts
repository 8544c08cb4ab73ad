import { backoffDelay } from '../domain/base/backoff.ts';
import type { Language } from '../domain/base/language.ts';
import { explanation } from '../domain/job/explanation.ts';
import type { DrsAllowance } from '../domain/poll/poll-budget.ts';
import { failureOf } from '../domain/job/progress-answer.ts';
import type { DrsFailure, DrsFailureReason } from '../domain/job/progress-answer.ts';
import { SECOND } from '../domain/base/time.ts';
import type { EpochMs } from '../domain/base/time.ts';
import type { CloudAccess, DrsAuth } from './auth.ts';
import { HttpFault, sendHttp, withDeadline } from './http.ts';
import { describeFailure, isTokenRejected, parseJson, requestId } from './drs-errors.ts';
import type { Service } from './drs-errors.ts';
import type { HttpRequest, HttpResponse } from './http.ts';
import { readThrottle } from './quota.ts';
import { RequestGate } from './request-gate.ts';

const ATTEMPTS = 3;
const RETRY_PAUSE = { baseMs: 500, capMs: 10 * SECOND };
const REQUEST_TIMEOUT_MS = 15 * SECOND;

/** Failures that the same request may not meet again a moment later. */
const PASSING: ReadonlySet<DrsFailureReason> = new Set<DrsFailureReason>([
  'timeout',
  'network',
  'throttled',
  'server_error',
  'unreadable_answer',
]);

/** What every kind of request is sent with. */
export interface DrsRequestOptions extends CloudAccess {
  /** Who is asked; DRS when left out. */
  readonly service?: Service;
  /** No trailing slash. */
  readonly endpoint: string;
  readonly auth: DrsAuth;
  /** How long one request may take, in ms. */
  readonly requestTimeoutMs?: number;
}

/** One question. */
export interface DrsRequest {
  readonly method: 'GET' | 'POST';
  /** With its query, encoded; begins with `/`. */
  readonly path: string;
  /** Sent as JSON; left out for GET. */
  readonly body?: unknown;
  /** `X-Language`. */
  readonly language: string;
  /** The longest answer that is read, in bytes; 1 MiB when left out. */
  readonly maxBytes?: number;
  /** For the log: what is asked, in two words. */
  readonly about: string;
}

/** What came of a question. */
export type Asked<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false;
      readonly failure: DrsFailure;
      /** No request was made: there is no way to sign in at the moment, or DRS wants none. Whoever found out has said so. */
      readonly unsent?: true;
    };

/** What came of one attempt. */
type Sent =
  | { readonly kind: 'answered'; readonly response: HttpResponse }
  /** No answer, or one that refuses the credentials; `again` when others are at hand. */
  | { readonly kind: 'refused'; readonly failure: DrsFailure; readonly again: boolean }
  /** There is no way to sign in at the moment, or its turn would come too late. */
  | { readonly kind: 'unsent'; readonly failure: DrsFailure };

/** Makes something of an answer, whatever its status; a failure is tried again if it is a passing one. */
export type Interpret<T> = (response: HttpResponse) => Asked<T>;

/** Sends requests of one kind within their own budget, signs every attempt, and tries again what may help. */
export class DrsRequests {
  readonly #options: DrsRequestOptions;
  readonly #gate: RequestGate;

  constructor(options: DrsRequestOptions, limits: { readonly maxRps: number; readonly maxConcurrent: number }) {
    this.#options = options;
    this.#gate = new RequestGate(options.clock, limits);
  }

  /** What the other side lets through now. */
  allowance(): DrsAllowance {
    return { waitMs: this.#gate.waitMs, quota: this.#gate.quota };
  }

  /**
   * Never rejects for what the other side does.
   *
   * @param attempts how often it is tried at most
   */
  async ask<T>(
    request: DrsRequest,
    interpret: Interpret<T>,
    signal: AbortSignal,
    attempts = ATTEMPTS,
  ): Promise<Asked<T>> {
    const { clock, random, log, endpoint, service = 'DRS' } = this.#options;
    for (let attempt = 1; ; attempt++) {
      const asked = await this.#attempt(request, interpret, signal);
      if (asked.ok) return asked;
      if (asked.unsent === true) return asked;
      const { reason, code, requestId: id, why } = asked.failure;
      const facts = { host: new URL(endpoint).host, cause: why.values['reason'] ?? why.values['label'] };
      log.warn(
        { reason, code, ...facts, requestId: id, about: request.about, attempt },
        `a request to ${service} failed`,
      );
      if (!PASSING.has(reason) || isOversized(asked.failure) || attempt >= attempts || signal.aborted) return asked;
      await clock.sleep(backoffDelay(attempt, RETRY_PAUSE, random), signal);
    }
  }

  /** One attempt; credentials that are refused as such are replaced once. */
  async #attempt<T>(request: DrsRequest, interpret: Interpret<T>, signal: AbortSignal): Promise<Asked<T>> {
    const first = await this.#send(request, signal);
    const last = first.kind === 'refused' && first.again ? await this.#send(request, signal) : first;
    switch (last.kind) {
      case 'answered':
        return interpret(last.response);
      case 'refused':
        return { ok: false, failure: last.failure };
      case 'unsent':
        return { ok: false, failure: last.failure, unsent: true };
    }
  }

  /**
   * Signs in and sends only when it is this request's turn: a signature made while waiting would be old, and would still
   * be sent after the key has been refused.
   */
  async #send(request: DrsRequest, signal: AbortSignal): Promise<Sent> {
    const { auth } = this.#options;
    const turn = await this.#gate.pass(() => auth.inTurn(() => this.#signAndSend(request, signal)), signal);
    return turn.passed ? turn.value : { kind: 'unsent', failure: throttledFor(turn.waitMs) };
  }

  async #signAndSend(request: DrsRequest, signal: AbortSignal): Promise<Sent> {
    const { endpoint, auth, clock, service } = this.#options;
    const { method, language } = request;
    if (signal.aborted) return refused(failureOf('timeout', explanation('timeout')));
    const url = `${endpoint}${request.path}`;
    // Serialised once: exactly these bytes are signed and sent.
    const body = request.body === undefined ? '' : JSON.stringify(request.body);
    const headers = { 'Content-Type': 'application/json', 'X-Language': language };
    const authorization = await auth.authorize({ method, url, headers, body }, signal);
    if (!authorization.ok) return { kind: 'unsent', failure: authorization.failure };
    const signed = { method, url, headers: { ...headers, ...authorization.headers }, body };
    const sent = await this.#overTheWire({ ...signed, ...limitOf(request) }, request.about, signal);
    if (sent.kind !== 'answered') return sent;
    this.#heed(sent.response);
    if (!isTokenRejected(sent.response)) {
      if (provesSignIn(sent.response)) auth.accepted(authorization.headers);
      return sent;
    }
    const refusal = describeFailure(sent.response, clock.now(), service);
    const { failure, again } = auth.rejected(authorization.headers, refusal);
    return refused(failure, again);
  }

  /** Sees to it that no further request is made before the other side wants one. */
  #heed(response: HttpResponse): void {
    const now = this.#options.clock.now();
    if (response.status >= 400 && describeFailure(response, now).reason === 'throttled')
      this.#gate.throttled(readThrottle(response, now));
    else this.#gate.accepted();
  }

  async #overTheWire(request: HttpRequest, about: string, signal: AbortSignal): Promise<Sent> {
    const { dispatcher, clock, log, service = 'DRS' } = this.#options;
    const timeoutMs = this.#options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS;
    const startedAt = clock.now();
    try {
      const response = await withDeadline(timeoutMs, signal, (either) => sendHttp(dispatcher, request, either));
      const facts = { status: response.status, ms: clock.now() - startedAt, requestId: requestId(response.headers) };
      log.debug({ about, ...facts }, `asked ${service}`);
      return { kind: 'answered', response };
    } catch (error) {
      if (error instanceof HttpFault) return refused(error.failure);
      throw error;
    }
  }
}

/** Reads an answer; a 400 may carry one as well, for unknown jobs are told that way. */
export function readAnswer<T>(response: HttpResponse, parse: (body: unknown) => T | null, now: EpochMs): Asked<T> {
  const succeeded = response.status >= 200 && response.status < 300;
  const value = succeeded || response.status === 400 ? parse(parseJson(response.body)) : null;
  if (value !== null) return { ok: true, value };
  if (!succeeded) return { ok: false, failure: describeFailure(response, now) };
  const unreadable = failureOf('unreadable_answer', explanation('not_a_list'));
  const facts = { httpStatus: response.status, requestId: requestId(response.headers) };
  return { ok: false, failure: { ...unreadable, ...facts } };
}

function limitOf({ maxBytes }: DrsRequest): Pick<HttpRequest, 'maxBytes'> {
  return maxBytes === undefined ? {} : { maxBytes };
}

/** The same request would be answered as long or as deep again; one for less may not. */
export function isOversized({ why }: DrsFailure): boolean {
  return why.key === 'too_large' || why.key === 'too_deep';
}

/** A throttle or a fault may come from before the credentials were looked at. */
function provesSignIn({ status }: HttpResponse): boolean {
  return status < 300 || status === 400 || status === 403;
}

function refused(failure: DrsFailure, again = false): Sent {
  return { kind: 'refused', failure, again };
}

function throttledFor(ms: number): DrsFailure {
  return failureOf('throttled', explanation('throttled_for', { seconds: Math.ceil(ms / SECOND) }));
}

/** `X-Language` for a language (DRS API Reference, request headers). */
export function drsLanguage(language: Language): string {
  return language === 'zh' ? 'zh-cn' : 'en-us';
}

/** A list in pieces of at most `size`. */
export function chunks<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
