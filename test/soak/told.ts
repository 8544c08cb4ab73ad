import { z } from 'zod';

import type { Db } from '../../src/store/rows/schema.ts';

/** One event of a job. */
interface Happened {
  readonly jobId: string;
  readonly eventNumber: number;
  readonly kind: string;
  /** Null where no report came with it. */
  readonly status: string | null;
}

/** One event told to one channel, as the database has it. */
export interface Told extends Happened {
  /** Grows in the order in which deliveries are owed. */
  readonly id: number;
  readonly channelId: string;
  readonly outcome: string | null;
  readonly postId: string | null;
  /** When it was told by a change of a message that was there already, in ms since 1970; null for any other. */
  readonly editedInAt: number | null;
}

const facts = z.object({ report: z.object({ status: z.string() }).nullable() });

/** Every event of a job that is owed to a channel, whatever became of it. */
export async function readTold(db: Db): Promise<readonly Told[]> {
  const rows = await db
    .selectFrom('deliveries')
    .innerJoin('job_events', (join) =>
      join
        .onRef('job_events.connection_id', '=', 'deliveries.connection_id')
        .onRef('job_events.job_id', '=', 'deliveries.subject')
        .onRef('job_events.number', '=', 'deliveries.number'),
    )
    .selectAll('job_events')
    .select(['deliveries.id', 'channel_id', 'outcome', 'post_id', 'at_version', 'settled_at'])
    .execute();
  return rows.map((row) => ({
    ...toHappened(row),
    id: row.id,
    channelId: row.channel_id,
    outcome: row.outcome,
    postId: row.post_id,
    editedInAt: row.at_version > 1 ? row.settled_at : null,
  }));
}

/** The last event of each job that had any, by the job's id. */
export async function readLastEvents(db: Db): Promise<ReadonlyMap<string, Happened>> {
  const rows = await db.selectFrom('job_events').selectAll().orderBy('number').execute();
  return new Map(rows.map((row) => [row.job_id, toHappened(row)]));
}

function toHappened(row: { job_id: string; number: number; kind: string; facts: string }): Happened {
  const { report } = facts.parse(JSON.parse(row.facts));
  return { jobId: row.job_id, eventNumber: row.number, kind: row.kind, status: report?.status ?? null };
}

/** An event, for whoever has to find out what went wrong. */
export function sayEvent({ jobId, eventNumber, kind, status }: Happened): string {
  return `event ${eventNumber} of ${jobId} (${kind}, ${status})`;
}
