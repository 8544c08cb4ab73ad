import { request } from 'undici';
import type { Dispatcher } from 'undici';

import { explanation } from '../domain/job/explanation.ts';
import { explainNetworkFailure } from '../domain/job/network-failure.ts';
import { failureOf } from '../domain/job/progress-answer.ts';
import type { DrsFailure } from '../domain/job/progress-answer.ts';
import type { FailedResponse } from './drs-errors.ts';
import { readBody } from './read-body.ts';
import type { BodyFault } from './read-body.ts';

/** No answer is longer, in bytes, unless its request says otherwise. */
const MAX_BYTES = 1024 * 1024;

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
  /** The longest answer that is read, in bytes; 1 MiB when left out. */
  readonly maxBytes?: number;
}

/**
 * Sends one request and reads the whole answer.
 *
 * @param signal ends it; whatever was aborted for a deadline counts as a timeout
 * @throws HttpFault when there is no whole answer
 */
export async function sendHttp(
  dispatcher: Dispatcher,
  { method, url, headers, body, maxBytes = MAX_BYTES }: HttpRequest,
  signal: AbortSignal,
): Promise<HttpResponse> {
  try {
    const content = body === '' ? {} : { body };
    const answer = await request(url, { method, dispatcher, headers: { ...headers }, ...content, signal });
    const read = await readBody(answer.body, maxBytes);
    // A refusal counts as one, whatever its page is like.
    if (!read.ok && answer.statusCode < 400) throw unreadable(read.fault, maxBytes);
    return { status: answer.statusCode, headers: answer.headers, body: read.ok ? read.text : '' };
  } catch (error) {
    if (error instanceof HttpFault) throw error;
    const { host } = new URL(url);
    throw new HttpFault(
      signal.aborted
        ? failureOf('timeout', explanation('host_timeout', { host }))
        : failureOf('network', explainNetworkFailure(error, host)),
      error,
    );
  }
}

function unreadable(fault: BodyFault, maxBytes: number): HttpFault {
  const values = fault === 'too_large' ? { megabytes: maxBytes / MAX_BYTES } : {};
  return new HttpFault(failureOf('unreadable_answer', explanation(fault, values)), null);
}
