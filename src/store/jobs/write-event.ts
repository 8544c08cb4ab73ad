import { sql } from 'kysely';

import { EVENT_CLASSES, eventClass } from '../../domain/job/event-class.ts';
import type { JobEvent } from '../../domain/job/job-event.ts';
import { isToldByEdit } from '../../domain/job/rule-endings.ts';
import type { JobKey } from '../../domain/job/job.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import { encode } from '../rows/codec.ts';
import { dropAsked } from '../rows/want-edit.ts';
import { ofJob } from '../rows/keys.ts';
import type { Tx } from '../rows/schema.ts';

/**
 * Writes down an event of a job, with what the job is called at this moment, and owes it to every channel that watches the
 * job and wants such an event, unless it is told in the messages of others. Returns how many channels those are.
 */
export async function writeEvent(
  tx: Tx,
  { connectionId, jobId }: JobKey,
  { number, event }: { readonly number: number; readonly event: JobEvent },
  now: EpochMs,
): Promise<number> {
  await tx
    .insertInto('job_events')
    .values((eb) => ({
      connection_id: connectionId,
      job_id: jobId,
      number,
      kind: event.kind === 'rule' ? event.found.kind : event.kind,
      facts: encode(event),
      occurred_at: event.at,
      job_name: eb
        .selectFrom('jobs')
        .select('name')
        .where((eb) => eb.and(ofJob({ connectionId, jobId }))),
    }))
    .execute();
  await dropAsked(tx, { connectionId, jobId }, now);
  if (isToldByEdit(event)) return 0;
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('deliveries')
    .columns(['workspace_id', 'channel_id', 'connection_id', 'subject', 'number', 'created_at'])
    .expression((eb) =>
      eb
        .selectFrom('subscriptions')
        .select((s) => [
          'workspace_id',
          'channel_id',
          'connection_id',
          s.ref('job_id').$notNull().as('subject'),
          s.val(number).as('number'),
          s.val(now).as('created_at'),
        ])
        .where((eb) => eb.and(ofJob({ connectionId, jobId })))
        .where('ended_at', 'is', null)
        .where(isWanted(event))
        .orderBy('id'),
    )
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return Number(numInsertedOrUpdatedRows ?? 0n);
}

/** The subscription wants such an event. For queries over `subscriptions`. */
function isWanted(event: JobEvent) {
  const isUrgentEnough = sql<boolean>`least_class <= ${EVENT_CLASSES.indexOf(eventClass(event))}`;
  if (event.kind === 'status_changed' && event.isPassing === true)
    return sql<boolean>`(${isUrgentEnough} and all_events = 1)`;
  return event.kind === 'rule' ? sql<boolean>`(${isUrgentEnough} and rules_key = ${event.rules})` : isUrgentEnough;
}
