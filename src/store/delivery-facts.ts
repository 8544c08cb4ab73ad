import type { DeliveryFacts } from '../domain/post.ts';
import { decodeAnnouncement, decodeEvent, storedJobId } from './codec.ts';
import type { Db } from './schema.ts';

/** What a post tells, in the order it happened. */
export async function factsOfPost(db: Db, postId: string): Promise<readonly DeliveryFacts[]> {
  const rows = await selectFacts(db).where('deliveries.post_id', '=', postId).execute();
  return rows.map(toFacts);
}

/** Deliveries with the event each of them tells, oldest first. */
export function selectFacts(db: Db) {
  return db
    .selectFrom('deliveries')
    .leftJoin('job_events', (join) =>
      join
        .onRef('job_events.connection_id', '=', 'deliveries.connection_id')
        .onRef('job_events.job_id', '=', 'deliveries.job_id')
        .onRef('job_events.number', '=', 'deliveries.event_number'),
    )
    .leftJoin('jobs', (join) =>
      join.onRef('jobs.connection_id', '=', 'deliveries.connection_id').onRef('jobs.job_id', '=', 'deliveries.job_id'),
    )
    .select([
      'deliveries.id',
      'deliveries.connection_id',
      'deliveries.job_id',
      'deliveries.event_number',
      'deliveries.announcement',
      'job_events.facts',
      'jobs.name',
    ])
    .orderBy('deliveries.id');
}

interface FactsRow {
  readonly connection_id: string;
  readonly job_id: string | null;
  readonly event_number: number | null;
  readonly announcement: string | null;
  readonly facts: string | null;
  readonly name: string | null;
}

/** A selected row as the domain knows it. */
export function toFacts(row: FactsRow): DeliveryFacts {
  if (row.announcement !== null) return { kind: 'announcement', announcement: decodeAnnouncement(row.announcement) };
  const job = { connectionId: row.connection_id, jobId: storedJobId(row.job_id), name: row.name };
  return { kind: 'event', job, eventNumber: row.event_number ?? 0, event: decodeEvent(row.facts ?? '') };
}
