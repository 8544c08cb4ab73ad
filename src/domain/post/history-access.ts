import type { EpochMs } from '../base/time.ts';

/**
 * Whether the bot can read its own messages in a channel. Only where one has been read back before does the absence of
 * another mean that Slack does not have it; elsewhere a lost answer may double a message.
 */
export type HistoryAccess =
  /** One of our own messages has been read back here. */
  | { readonly kind: 'verified'; readonly since: EpochMs }
  /** Not tried yet, or nothing of ours was there to be read. */
  | { readonly kind: 'unknown' }
  /** Slack does not let us read here; its error name. */
  | { readonly kind: 'denied'; readonly reason: string };

/** The same where the app may be known to have no right to read the channel: then that is so, whatever was read before. */
export function historyAccessNow(tried: HistoryAccess, lacksScope: boolean): HistoryAccess {
  return lacksScope ? { kind: 'denied', reason: 'missing_scope' } : tried;
}
