import type { EpochMs } from '../base/time.ts';

/** What closes a failure. A closed list: it is stored. */
export const CLOSINGS = ['recovered', 'paused', 'ended', 'gone', 'unsubscribed', 'flapping'] as const;

/** A failure is no longer what its message says, since when, and by what: then the message says that instead. */
export interface Closing {
  readonly how: (typeof CLOSINGS)[number];
  readonly at: EpochMs;
}
