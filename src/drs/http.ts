import { request } from 'undici';
import type { Dispatcher } from 'undici';

import { explanation } from '../domain/job/explanation.ts';
import { explainNetworkFailure } from '../domain/job/network-failure.ts';
import { failureOf } from '../domain/job/progress-answer.ts';
import type { DrsFailure } from '../domain/job/progress-answer.ts';
import type { FailedResponse } from './drs-errors.ts';

/** An answer, read to its end. */
export type HttpResponse = FailedResponse;

/** A request that got no whole answer. */
export class HttpFault extends Error {
  override readonly name = 'HttpFault';
  readonly failure: DrsFailure;

  constructor(why: DrsFailure, cause: unknown) {
    super(why.why.key, { cause });
    this.failure = why;
  }
}

/** A request, ready to be sent. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Empty for none. */
  readonly body: string;
}

/**
 * Sends one request and reads the whole answer.
 *
 * @param signal ends it; whatever was aborted for a deadline counts as a timeout
 * @throws HttpFault when there is no whole answer
 */
export async function sendHttp(
  dispatcher: Dispatcher,
  { method, url, headers, body }: HttpRequest,
  signal: AbortSignal,
): Promise<HttpResponse> {
  try {
    const content = body === '' ? {} : { body };
    const answer = await request(url, { method, dispatcher, headers: { ...headers }, ...content, signal });
    return { status: answer.statusCode, headers: answer.headers, body: await answer.body.text() };
  } catch (error) {
    const { host } = new URL(url);
    throw new HttpFault(
      signal.aborted
        ? failureOf('timeout', explanation('host_timeout', { host }))
        : failureOf('network', explainNetworkFailure(error, host)),
      error,
    );
  }
}
