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
  const rows = await tx
    .selectFrom('deliveries')
    .innerJoin('posts', 'posts.id', 'deliveries.post_id')
    .select(['posts.id', 'posts.part_of'])
    .where('deliveries.connection_id', '=', connectionId)
    .where('deliveries.subject', '=', jobId)
    .where('deliveries.number', '=', eventNumber)
    .execute();
  await wantEditOfPosts(tx, rows, at);
}

/** The same of those messages that tell the event alone: an incident does not show it. */
export async function wantEditOfNews(
  tx: Tx,
  { connectionId, jobId }: JobKey,
  eventNumber: number,
  at: EpochMs,
): Promise<void> {
  await wantNewVersion(tx, at)
    .where('kind', '=', 'news')
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('deliveries')
        .select('deliveries.post_id')
        .where('deliveries.connection_id', '=', connectionId)
        .where('deliveries.subject', '=', jobId)
        .where('deliveries.number', '=', eventNumber)
        .where('deliveries.post_id', 'is not', null)
        .$narrowType<{ post_id: string }>(),
    )
    .execute();
}

/** Something happened to a job: what a message said of it when somebody asked is said no longer. */
export async function dropAsked(tx: Tx, { connectionId, jobId }: JobKey, at: EpochMs): Promise<void> {
  const asked = await tx.selectFrom('posts').select('id').where('asked_at', 'is not', null).execute();
  if (asked.length === 0) return;
  const askedIds = asked.map(({ id }) => id);
  const about = await tx
    .selectFrom('deliveries')
    .innerJoin('posts', 'posts.id', 'deliveries.post_id')
    .select(['posts.id', 'posts.part_of'])
    .where('deliveries.connection_id', '=', connectionId)
    .where('deliveries.subject', '=', jobId)
    .where((eb) => eb.or([eb('posts.asked_at', 'is not', null), eb('posts.part_of', 'in', askedIds)]))
    .execute();
  const ids = withIncidents(about);
  if (ids.length === 0) return;
  await wantNewVersion(tx, at)
    .set({ asked_at: null })
    .where('asked_at', 'is not', null)
    .where('id', 'in', ids)
    .execute();
}

/** A post, and the incident that shows it among its own. */
interface PostPart {
  readonly id: string;
  readonly part_of: string | null;
}

function withIncidents(posts: readonly PostPart[]): readonly string[] {
  return [...new Set(posts.flatMap(({ id, part_of: partOf }) => (partOf === null ? [id] : [id, partOf])))];
}

/**
 * These messages want to show what is new, and so do those of the incidents that show them among their own, and of recoveries
 * from those.
 */
export async function wantEditOfPosts(tx: Tx, posts: readonly PostPart[], at: EpochMs): Promise<void> {
  const ids = withIncidents(posts);
  if (ids.length === 0) return;
  await wantNewVersion(tx, at)
    .where((eb) => eb.or([eb('id', 'in', ids), eb.and([OF_RECOVERIES, eb('about', 'in', ids)])]))
    .execute();
}

/** As the index says it: a parameter would not find it. */
const OF_RECOVERIES = sql<boolean>`kind = 'recoveries'`;
