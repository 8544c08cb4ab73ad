import type { DrsFailure } from '../domain/progress-answer.ts';

/** A request as it will be sent, for ways of signing in that sign the request itself. */
interface RequestToAuthorize {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  /** Exactly the bytes that are sent, as text. */
  readonly body: string;
}

/** Headers that let a request in, or why there are none. */
export type Authorization =
  | { readonly ok: true; readonly headers: Readonly<Record<string, string>> }
  | { readonly ok: false; readonly failure: DrsFailure };

/** A way to sign in to DRS. Asked anew for every attempt of a request. */
export interface DrsAuth {
  /** Never rejects. */
  authorize(request: RequestToAuthorize, signal: AbortSignal): Promise<Authorization>;
  /**
   * These headers were refused as such. True when others can be had and the request is worth one more attempt.
   */
  rejected(headers: Readonly<Record<string, string>>): boolean;
}
