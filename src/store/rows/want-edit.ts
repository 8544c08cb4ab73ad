import type { JobKey } from '../../domain/job/job.ts';
import type { Tx } from './schema.ts';

/** Something became known about an event: every message that tells it wants to show it. */
export async function wantEdit(tx: Tx, { connectionId, jobId }: JobKey, eventNumber: number): Promise<void> {
  await tx
    .updateTable('posts')
    .set((eb) => ({ wanted_version: eb('wanted_version', '+', 1) }))
    .where('id', 'in', (told) =>
      told
        .selectFrom('deliveries')
        .select((eb) => eb.ref('post_id').$notNull().as('post_id'))
        .where('connection_id', '=', connectionId)
        .where('job_id', '=', jobId)
        .where('event_number', '=', eventNumber)
        .where('post_id', 'is not', null),
    )
    .execute();
}
