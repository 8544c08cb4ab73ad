import type { EpochMs } from '../../domain/base/time.ts';
import type { Db } from './schema.ts';

/**
 * Brings jobs to the front of the queue whose place was given by a clock that has been set back since: by it they would wait
 * until the old time returns, behind all others.
 */
export async function bringForward(db: Db, now: EpochMs): Promise<void> {
  await db
    .updateTable('jobs')
    .set({ waiting_since: now })
    .where('waiting_since', '>', now)
    .where('poll_set_at', '>', now)
    .execute();
}
