import { sql } from 'kysely';

import type { JobId } from '../domain/job-id.ts';
import type { Language } from '../domain/language.ts';
import { NO_AFTERMATH } from '../domain/post.ts';
import type { DeliveryFacts, Post } from '../domain/post.ts';
import {
  causeFor,
  decodeAnnouncement,
  decodeCauses,
  decodeEvent,
  decodeLanguage,
  decodeNamedJob,
  storedJobId,
} from './codec.ts';
import type { Db } from './schema.ts';

/** A post that is there, with everything it tells, as it is now. @param otherwise the language of a channel that chose none */
export async function loadPost(db: Db, postId: string, otherwise: Language): Promise<Post> {
  const post = await findPostById(db, postId, otherwise);
  if (post === null) throw new Error(`post ${postId} is gone`);
  return post;
}

/** The same; null when it is not kept. */
export async function findPostById(db: Db, postId: string, otherwise: Language): Promise<Post | null> {
  const row = await db
    .selectFrom('posts')
    .innerJoin('channels', (join) =>
      join
        .onRef('channels.workspace_id', '=', 'posts.workspace_id')
        .onRef('channels.channel_id', '=', 'posts.channel_id'),
    )
    .select([
      'posts.workspace_id',
      'posts.channel_id',
      'posts.attempts',
      'posts.plain',
      'posts.thread_ts',
      'posts.wanted_version',
      'channels.language',
    ])
    .where('posts.id', '=', postId)
    .executeTakeFirst();
  if (row === undefined) return null;
  const language = decodeLanguage(row.language) ?? otherwise;
  const rows = await selectFacts(db).where('deliveries.post_id', '=', postId).execute();
  return {
    workspaceId: row.workspace_id,
    channelId: row.channel_id,
    id: postId,
    language,
    facts: rows.map((facts) => toFacts(facts, language)),
    version: row.wanted_version,
    attempt: row.attempts,
    plain: row.plain === 1,
    threadTs: row.thread_ts,
  };
}

/** The jobs a post is about, each once. */
export function jobIdsOf({ facts }: Pick<Post, 'facts'>): readonly JobId[] {
  return [...new Set(facts.flatMap((one) => (one.kind === 'event' ? [one.job.jobId] : [])))];
}

/** Deliveries with the event each of them tells and what became known about it, oldest first. */
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
    .leftJoin('failures', (join) =>
      join
        .onRef('failures.connection_id', '=', 'deliveries.connection_id')
        .onRef('failures.job_id', '=', 'deliveries.job_id')
        .onRef('failures.event_number', '=', 'deliveries.event_number'),
    )
    .select((eb) => [
      'deliveries.id',
      'deliveries.connection_id',
      'deliveries.job_id',
      'deliveries.event_number',
      'deliveries.announcement',
      'job_events.facts',
      'job_events.namesake',
      // What it was called then; a name that was learnt later is better than none.
      eb.fn.coalesce('job_events.job_name', 'jobs.name').as('name'),
      'jobs.job_type',
      'failures.causes',
      'failures.recovered_at',
      firstMessage().as('first_message_ts'),
    ])
    .orderBy('deliveries.id');
}

/** For a recovery: the message in the same channel that told of the failure before it. */
function firstMessage() {
  return sql<string | null>`case when job_events.kind = 'recovered' then (
    select told.message_ts from deliveries as before
      join posts as told on told.id = before.post_id
      join failures as failed on failed.connection_id = before.connection_id and failed.job_id = before.job_id
        and failed.event_number = before.event_number
    where before.workspace_id = deliveries.workspace_id and before.channel_id = deliveries.channel_id
      and before.connection_id = deliveries.connection_id and before.job_id = deliveries.job_id
      and before.event_number < deliveries.event_number and told.message_ts is not null
    order by before.event_number desc limit 1) end`;
}

interface FactsRow {
  readonly connection_id: string;
  readonly job_id: string | null;
  readonly event_number: number | null;
  readonly announcement: string | null;
  readonly facts: string | null;
  readonly name: string | null;
  readonly job_type: string | null;
  readonly causes: string | null;
  readonly recovered_at: number | null;
  readonly first_message_ts: string | null;
  readonly namesake: string | null;
}

/** A selected row as the domain knows it. */
export function toFacts(row: FactsRow, language: Language): DeliveryFacts {
  if (row.announcement !== null) return { kind: 'announcement', announcement: decodeAnnouncement(row.announcement) };
  const job = {
    connectionId: row.connection_id,
    jobId: storedJobId(row.job_id),
    name: row.name,
    jobType: row.job_type,
  };
  const aftermath =
    row.causes === null
      ? NO_AFTERMATH
      : { ...NO_AFTERMATH, cause: causeFor(decodeCauses(row.causes), language), recoveredAt: row.recovered_at };
  return {
    kind: 'event',
    job,
    eventNumber: row.event_number ?? 0,
    event: decodeEvent(row.facts ?? ''),
    aftermath: {
      ...aftermath,
      firstMessageTs: row.first_message_ts,
      namesake: row.namesake === null ? null : decodeNamedJob(row.namesake),
    },
  };
}
