import type { DrsFailure } from '../domain/job/progress-answer.ts';
import { isWithin, MINUTE } from '../domain/base/time.ts';
import type { EpochMs } from '../domain/base/time.ts';
import { DrsRequests, readAnswer } from './drs-requests.ts';
import type { Asked, DrsRequest, DrsRequestOptions } from './drs-requests.ts';

/** Requests in flight at once that are not for progress. */
const MAX_CONCURRENT = 1;
/** The longest answer with a list or details that is read, in bytes. */
const MAX_BYTES = 16 * 1024 * 1024;
/** An API that this address or user does not have is not asked for again for this long. */
const ABSENT_MS = 10 * MINUTE;

export interface CompanionOptions extends DrsRequestOptions {
  readonly projectId: string;
  readonly language: string;
  readonly batchSize: number;
  /** Of the requests beside progress: a budget of their own, as large as that of progress. */
  readonly maxRps: number;
}

/** The requests beside progress: one at a time, in a budget of their own, and not again for a while where an API is not to be had. */
export class CompanionRequests {
  /** As it stands in a path. */
  readonly project: string;
  readonly #options: CompanionOptions;
  readonly #requests: DrsRequests;
  /** By the name of an API: why it is not asked for a while, and since when. */
  readonly #absent = new Map<string, { readonly failure: DrsFailure; readonly since: EpochMs }>();

  constructor(options: CompanionOptions) {
    this.#options = options;
    this.#requests = new DrsRequests(options, { maxRps: options.maxRps, maxConcurrent: MAX_CONCURRENT });
    this.project = encodeURIComponent(options.projectId);
  }

  /**
   * Asks one API. Never rejects for what the other side does.
   *
   * @param api its name: the same for all jobs
   */
  async ask<T>(
    api: string,
    request: DrsRequest,
    parse: (body: unknown) => T | null,
    signal: AbortSignal,
  ): Promise<Asked<T>> {
    const now = this.#options.clock.now();
    const absent = this.#absent.get(api);
    if (absent !== undefined && isWithin(now, absent.since, ABSENT_MS)) return { ok: false, failure: absent.failure };
    const large = { ...request, maxBytes: MAX_BYTES };
    const asked = await this.#requests.ask(
      large,
      (response) => readAnswer(response, parse, this.#options.clock.now()),
      signal,
    );
    if (!asked.ok && isAbsent(asked.failure)) this.#absent.set(api, { failure: asked.failure, since: now });
    return asked;
  }
}

/** The failure says that an API is not to be had here, or not by these credentials: what DRS itself calls 404 is a job. */
export function isAbsent({ reason, httpStatus, code }: DrsFailure): boolean {
  if (httpStatus === 404 && code !== null && code.startsWith('DRS')) return false;
  return reason === 'not_found' || reason === 'access_denied';
}
