import type { Dispatcher } from 'undici';

import type { DrsFailure } from '../domain/job/progress-answer.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { UnsignedRequest } from './sign-request.ts';

/** What whoever asks the cloud does it with. */
export interface CloudAccess {
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
}

/** Headers that let a request in, or why there are none. */
export type Authorization =
  | { readonly ok: true; readonly headers: Readonly<Record<string, string>> }
  | { readonly ok: false; readonly failure: DrsFailure };

/** A secret that may live in a file and change there. */
export interface RotatingSecret {
  reveal(): string;
  /** Reads it anew where it comes from; true when it has changed. */
  reread(): boolean;
}

/** What a refusal of credentials comes to. */
export interface Rejection {
  /** Other credentials can be had, and the request is worth one more attempt. */
  readonly again: boolean;
  /** The refusal, in the light of what the credentials are. */
  readonly failure: DrsFailure;
}

/** A way to sign in to DRS. Asked anew for every attempt of a request. */
export interface DrsAuth {
  /**
   * Runs one attempt, from `authorize` to `accepted` or `rejected`; alone where credentials that nobody has accepted yet
   * must not be tried several times at once.
   */
  inTurn<T>(attempt: () => Promise<T>): Promise<T>;
  /** The headers to add to exactly this request. Never rejects. */
  authorize(request: UnsignedRequest, signal: AbortSignal): Promise<Authorization>;
  /** These headers were refused as such. */
  rejected(headers: Readonly<Record<string, string>>, failure: DrsFailure): Rejection;
  /** These headers let a request in. */
  accepted(headers: Readonly<Record<string, string>>): void;
}
