import { GONE_AWAITED_FOR_MS } from '../../domain/poll/absence.ts';
import { DAY } from '../../domain/base/time.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import type { PruneRequest, Pruned, UpkeepStore } from '../../ports/store/upkeep.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';

/** Rows of one kind deleted in one transaction: some ten milliseconds. */
const ROWS_AT_ONCE = 200;

/** Between two rounds of deleting what is old, in ms. */
export interface PruneTimes {
  readonly pruneBreathMs: number;
}

/** What they are unless somebody says otherwise. */
export const PRUNE_TIMES: PruneTimes = { pruneBreathMs: 50 };

/** What tidying up takes. */
export interface PruneDeps {
  readonly store: UpkeepStore;
  readonly clock: Clock;
  readonly log: Log;
}

/** How long things are kept, in days. */
export interface Keep {
  /** Messages that were sent, with what they told: as long as *Refresh* works on them. */
  readonly deliveriesDays: number;
  /** Job events and ended subscriptions. */
  readonly eventsDays: number;
  /** What is known of jobs that nobody watches and nobody asks about. */
  readonly unwatchedDays: number;
}

/** One round of tidying up: deletes some of what is old or, when nothing is, gives some room back. True: there is more to do. */
export async function pruneSome({ store, clock, log }: PruneDeps, keep: Keep): Promise<boolean> {
  const pruned = await store.prune(toRequest(keep, clock.now()));
  if (isNothing(pruned)) return await store.giveRoomBack();
  log.debug(pruned, 'old rows deleted');
  return true;
}

function toRequest({ deliveriesDays, eventsDays, unwatchedDays }: Keep, now: EpochMs): PruneRequest {
  return {
    now,
    deliveriesBefore: now - deliveriesDays * DAY,
    eventsBefore: now - eventsDays * DAY,
    goneBefore: now - GONE_AWAITED_FOR_MS,
    unwatchedBefore: now - unwatchedDays * DAY,
    limit: ROWS_AT_ONCE,
  };
}

function isNothing(pruned: Pruned): boolean {
  return Object.values(pruned).every((rows) => rows === 0);
}
