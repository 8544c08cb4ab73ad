import { sql } from 'kysely';

import { HOUR, MINUTE } from '../domain/time.ts';

/** No lease is asked for longer than this; one that ends further ahead was made by a clock that has since jumped back. */
export const LONGEST_LEASE_MS = 10 * MINUTE;

/** A channel is held up no longer at once; one that is was held up by a clock that has since jumped back. */
export const LONGEST_HOLD_MS = HOUR;

/** The row is nobody's at `clock` (the store's own, ms): never leased, expired, or leased impossibly far ahead. */
export function leaseIsFree(clock: number) {
  return sql<boolean>`(lease_until is null or lease_until <= ${clock} or lease_until > ${clock + LONGEST_LEASE_MS})`;
}
