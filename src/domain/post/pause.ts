import { DAY, HOUR, isWithin, MINUTE, SECOND } from '../base/time.ts';
import type { EpochMs } from '../base/time.ts';

/**
 * Posts are held back because Slack refuses them: to a whole workspace, to a channel, or one of them. One row for each,
 * whatever the reason is called.
 */
export interface Pause {
  /** Slack's error name, or one of domain/access.ts. */
  readonly reason: string;
  /** When it was refused first, */
  readonly since: EpochMs;
  /** and when last. */
  readonly refusedAt: EpochMs;
  /** How often in a row; 0 when something has happened since that may have mended it. */
  readonly tries: number;
  /** Until then nothing goes out; then one post shows whether it still holds. Null: not before somebody says so. */
  readonly nextTrialAt: EpochMs | null;
  /** When people were told of it; null if not yet. */
  readonly toldAt: EpochMs | null;
}

/** After how long something that is refused is tried again, each time it is refused; then always after the last of these. */
export const TRIALS_MS: readonly number[] = [5 * SECOND, 30 * SECOND, 5 * MINUTE, HOUR, DAY];

/** How long to wait after the `tries`th refusal in a row, in ms. */
export function msUntilTrial(tries: number, trialsMs: readonly number[] = TRIALS_MS): number {
  return trialsMs[Math.min(tries, trialsMs.length) - 1] ?? DAY;
}

/** A refusal, as Slack says it. */
export interface Refused {
  readonly reason: string;
  readonly at: EpochMs;
}

/**
 * What a refusal makes of a pause, or begins. No refusal ends anything by itself.
 *
 * @param now by the clock that the next trial is timed with
 */
export function pauseAfter(
  before: Pause | null,
  { reason, at }: Refused,
  now: EpochMs,
  trialsMs: readonly number[] = TRIALS_MS,
): Pause {
  const tries = (before?.tries ?? 0) + 1;
  return {
    reason,
    since: before?.since ?? at,
    refusedAt: at,
    tries,
    nextTrialAt: now + msUntilTrial(tries, trialsMs),
    toldAt: before?.toldAt ?? null,
  };
}

/** Whether people are to hear of a pause: a refusal that passes is no news, and what is held back by somebody's word is at once. */
export function isToBeTold({ since, refusedAt, nextTrialAt, toldAt }: Pause, sayMs: number): boolean {
  return toldAt === null && (nextTrialAt === null || !isWithin(refusedAt, since, sayMs));
}

/** Somebody's subscriptions in a channel. */
interface Owned {
  readonly createdBy: string;
}

/**
 * Who is to hear of a pause, and of which subscriptions: each owner of theirs. For one who has left it is the next person
 * who used the bot there.
 *
 * @param users who used it there, the last one first
 * @param isThere whether somebody can still be told things
 * @returns what nobody is left for under null
 */
export function readersOfPause<S extends Owned>(
  subscriptions: readonly S[],
  users: readonly string[],
  isThere: (userId: string) => boolean,
): ReadonlyMap<string | null, readonly S[]> {
  const readers = new Map<string | null, readonly S[]>();
  const next = [...users, ...subscriptions.map(({ createdBy }) => createdBy)].find(isThere) ?? null;
  for (const one of subscriptions) {
    const reader = isThere(one.createdBy) ? one.createdBy : next;
    readers.set(reader, [...(readers.get(reader) ?? []), one]);
  }
  return readers;
}
