import { sql } from 'kysely';

import type { JobKey } from '../../domain/job/job.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import type { Db, Tx } from './schema.ts';

/**
 * Begins an update of posts that are to show a newer version: due now where a message is there, unless a change of it is
 * due already. A post that is over wants nothing.
 */
export function wantNewVersion(db: Db, at: EpochMs) {
  return db
    .updateTable('posts')
    .set((eb) => ({
      wanted_version: eb('wanted_version', '+', 1),
      due_at: sql`case when message_ts is null then due_at else coalesce(due_at, ${at}) end`,
      set_at: sql`case when message_ts is null or due_at is not null then set_at else ${at} end`,
    }))
    .where('ended', 'is', null);
}

/** Something became known about an event at the moment `at`: every message that tells it wants to show it. */
export async function wantEdit(
  tx: Tx,
  { connectionId, jobId }: JobKey,
  eventNumber: number,
  at: EpochMs,
): Promise<void> {
  await wantNewVersion(tx, at)
    .where('id', 'in', (told) =>
      told
        .selectFrom('deliveries')
        .select((eb) => eb.ref('post_id').$notNull().as('post_id'))
        .where('connection_id', '=', connectionId)
        .where('subject', '=', jobId)
        .where('number', '=', eventNumber)
        .where('post_id', 'is not', null),
    )
    .execute();
}
