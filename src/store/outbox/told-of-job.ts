import type { Selectable } from 'kysely';

import type { Telling, ToldStore } from '../../ports/store/told.ts';
import { decodeEvent } from '../rows/codec.ts';
import { ofJob } from '../rows/keys.ts';
import type { Request } from '../rows/keys.ts';
import type { Db, Schema } from '../rows/schema.ts';

/** See `ToldStore`. */
export async function listTold(
  db: Db,
  { workspaceId, job, limit }: Request<'listTold'>,
): ReturnType<ToldStore['listTold']> {
  const { total } = await db
    .selectFrom('job_events')
    .select((eb) => eb.fn.countAll().as('total'))
    .where((eb) => eb.and(ofJob(job)))
    .executeTakeFirstOrThrow();
  const events = await db
    .selectFrom('job_events')
    .select(['number', 'facts', 'job_name'])
    .where((eb) => eb.and(ofJob(job)))
    .orderBy('number', 'desc')
    .limit(limit)
    .execute();
  if (events.length === 0) return { events: [], total: 0 };
  const deliveries = await db
    .selectFrom('deliveries')
    .leftJoin('posts', 'posts.id', 'deliveries.post_id')
    .select([
      'deliveries.number',
      'deliveries.channel_id',
      'deliveries.outcome',
      'deliveries.reason',
      'deliveries.hold_reason',
      'deliveries.settled_at',
      'deliveries.created_at',
      'posts.message_ts',
    ])
    .where('deliveries.workspace_id', '=', workspaceId)
    .where('deliveries.connection_id', '=', job.connectionId)
    .where('deliveries.subject', '=', job.jobId)
    .where(
      'deliveries.number',
      'in',
      events.map(({ number }) => number),
    )
    .where('deliveries.announcement', 'is', null)
    .orderBy('deliveries.id')
    .execute();
  const told = events.flatMap(({ number, facts, job_name: jobName }) => {
    const event = decodeEvent(facts);
    const channels = deliveries
      .filter((one) => one.number === number)
      .map((one) => ({ channelId: one.channel_id, telling: tellingOf(one) }));
    return event === null ? [] : [{ number, event, jobName, channels }];
  });
  return { events: told, total: Number(total) };
}

type DeliveryRow = Pick<
  Selectable<Schema['deliveries']>,
  'outcome' | 'reason' | 'hold_reason' | 'settled_at' | 'created_at'
> & { readonly message_ts: string | null };

function tellingOf(row: DeliveryRow): Telling {
  if (row.outcome === null) return { kind: 'owed', holdReason: row.hold_reason };
  const at = row.settled_at ?? row.created_at;
  return row.outcome === 'told'
    ? { kind: 'told', at, messageTs: row.message_ts }
    : { kind: 'not_told', at, reason: row.reason ?? row.outcome };
}
