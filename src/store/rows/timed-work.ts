import { sql } from 'kysely';

import type { EpochMs } from '../../domain/base/time.ts';

/**
 * The one rule of timed work: it is due when its time has come, or when the clock is before the moment it was set, because
 * then the clock has been set back and its time means nothing. Times are the store's clock, in ms.
 *
 * @param dueAt the column with the moment at which it is due
 * @param setAt the column with the moment at which that was decided
 * @param upTo work that becomes due after this is left for later; the present time where nothing is
 */
export function isDue(dueAt: string, setAt: string, now: EpochMs, upTo: EpochMs = now) {
  return sql<boolean>`(${sql.ref(dueAt)} <= ${upTo} or ${sql.ref(setAt)} > ${now})`;
}

/** The same rule for a row that was read already: ms until it is due, 0 when it is. */
export function msUntilDue(dueAt: EpochMs, setAt: EpochMs, now: EpochMs): number {
  return Math.max(0, stillMeant(dueAt, setAt, now) - now);
}

/** The same rule for a moment up to which something is used: 0 when it was set by a clock that is set back since. */
export function stillMeant(moment: EpochMs, setAt: EpochMs, now: EpochMs): EpochMs {
  return setAt > now ? 0 : moment;
}

/** Nobody has the row: it was never leased, or the lease has ended by the rule of timed work. */
export function isFree(now: EpochMs, { until = 'lease_until', leasedAt = 'leased_at' } = {}) {
  return sql<boolean>`(${sql.ref(until)} is null or ${isDue(until, leasedAt, now)})`;
}

/** The rule in ms: how long until it is due, 0 when it is. */
export function msUntil(dueAt: string, setAt: string, now: EpochMs) {
  return sql<number>`case when ${isDue(dueAt, setAt, now)} then 0 else ${sql.ref(dueAt)} - ${now} end`;
}
