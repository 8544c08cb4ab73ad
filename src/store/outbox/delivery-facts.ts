import { sql } from 'kysely';

import type { JobId } from '../../domain/job/job-id.ts';
import type { Language } from '../../domain/base/language.ts';
import { CLOSINGS } from '../../domain/post/closing.ts';
import type { Closing } from '../../domain/post/closing.ts';
import { NO_AFTERMATH, NOTHING_AROUND } from '../../domain/post/post.ts';
import type { Around, DeliveryFacts, Post, PostKind } from '../../domain/post/post.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import {
  causeFor,
  decodeAnnouncement,
  decodeCauses,
  decodeEvent,
  decodeJobId,
  decodeLanguage,
  decodeNamedJob,
} from '../rows/codec.ts';
import { setAside } from '../rows/set-aside.ts';
import type { Db, Tx } from '../rows/schema.ts';

/**
 * A post with everything it tells that can be read, as it is now. What cannot is set aside, and its delivery is not told; null
 * when nothing is left to tell: then the post is over.
 *
 * @param otherwise the language of a channel that chose none
 */
export async function loadPost(tx: Tx, clock: EpochMs, postId: string, otherwise: Language): Promise<Post | null> {
  const rows = await selectFacts(tx).where('deliveries.post_id', '=', postId).execute();
  await dropUnreadable(tx, clock, rows, otherwise);
  const post = await findPostById(tx, postId, otherwise);
  if (post !== null) return post;
  await tx
    .updateTable('posts')
    .set((eb) => ({
      ended: UNREADABLE,
      reason: UNREADABLE,
      joinable: 0,
      settled_at: eb.fn.coalesce('settled_at', eb.val(clock)),
      attempt_at: null,
      look_at: null,
      due_at: null,
      shown_version: eb.ref('wanted_version'),
    }))
    .where('id', '=', postId)
    .execute();
  return null;
}

/** Why a delivery is not told, and a post is over, that cannot be read. */
const UNREADABLE = 'unreadable';

/** Those of `rows` that can be read; the others are set aside, and not told. */
export async function dropUnreadable<Row extends SettledRow>(
  tx: Tx,
  clock: EpochMs,
  rows: readonly Row[],
  language: Language,
): Promise<readonly Row[]> {
  for (const row of rows)
    if (row.causes !== null && decodeCauses(row.causes) === null) await dropCauses(tx, clock, row);
  const unreadable = rows.filter((row) => toFacts(row, language) === null);
  for (const row of unreadable) {
    if (row.reason === UNREADABLE) continue;
    const isEvent = row.announcement === null;
    await setAside(tx, {
      connectionId: row.connection_id,
      workspaceId: isEvent ? null : row.workspace_id,
      what: isEvent ? 'event' : 'announcement',
      key: isEvent ? `${row.subject} ${row.number}` : String(row.id),
      content: (isEvent ? row.facts : row.announcement) ?? '',
      at: clock,
    });
    // One that was told stays told.
    const isOwed = row.outcome === null;
    await tx
      .updateTable('deliveries')
      .set(isOwed ? { outcome: 'not_told', reason: UNREADABLE, settled_at: clock } : { reason: UNREADABLE })
      .where('id', '=', row.id)
      .execute();
  }
  return rows.filter((row) => !unreadable.includes(row));
}

/** Causes that cannot be read are set aside, and asked for anew. */
async function dropCauses(tx: Tx, clock: EpochMs, row: FactsRow): Promise<void> {
  const { connection_id: connectionId, subject: jobId, number, causes } = row;
  const key = `${jobId} ${number}`;
  await setAside(tx, { connectionId, workspaceId: null, what: 'cause', key, content: causes ?? '', at: clock });
  const wanted = row.recovered_at === null ? { wanted_since: clock, next_try_at: clock, try_set_at: clock } : {};
  await tx
    .updateTable('failures')
    .set({ causes: '{}', ...wanted })
    .where('connection_id', '=', connectionId)
    .where('job_id', '=', jobId)
    .where('event_number', '=', number)
    .execute();
}

/** A post with everything it tells that can be read; null when nothing of it is kept, or can be read. */
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
      'posts.kind',
      'posts.about',
      'posts.part_of',
      'posts.attempts',
      'posts.plain',
      'posts.thread_ts',
      'posts.wanted_version',
      'posts.asked_at',
      'channels.language',
    ])
    .where('posts.id', '=', postId)
    .executeTakeFirst();
  if (row === undefined) return null;
  const language = decodeLanguage(row.language) ?? otherwise;
  const rows = await selectFacts(db).where('deliveries.post_id', '=', postId).execute();
  const facts = rows.flatMap((one) => toFacts(one, language) ?? []);
  if (facts.length === 0) return null;
  return {
    workspaceId: row.workspace_id,
    channelId: row.channel_id,
    id: postId,
    kind: decodePostKind(row.kind),
    language,
    facts,
    askedAt: row.asked_at,
    around: await findAround(db, postId, row, language),
    version: row.wanted_version,
    attempt: row.attempts,
    plain: row.plain === 1,
    threadTs: row.thread_ts,
  };
}

/** A kind that this version does not know reads as the news that it tells. */
export function decodePostKind(kind: string): PostKind {
  return kind === 'incident' || kind === 'recoveries' ? kind : 'news';
}

/** What a post shows beside what it tells. */
async function findAround(
  db: Db,
  postId: string,
  post: {
    readonly kind: string;
    readonly about: string;
    readonly part_of: string | null;
    readonly workspace_id: string;
    readonly channel_id: string;
  },
  language: Language,
): Promise<Around> {
  const kind = decodePostKind(post.kind);
  const partOfTs = post.part_of === null ? null : await findMessageTs(db, post.part_of);
  if (kind === 'news') return { ...NOTHING_AROUND, partOfTs };
  const incident = kind === 'recoveries' ? post.about : postId;
  const shown = (await readTold(db, language, incident)).filter((one) => one.postId !== postId);
  return { shown: shown.map(({ facts }) => facts), watched: await countWatched(db, post), partOfTs };
}

async function findMessageTs(db: Db, postId: string): Promise<string | null> {
  const row = await db.selectFrom('posts').select('message_ts').where('id', '=', postId).executeTakeFirst();
  return row?.message_ts ?? null;
}

async function countWatched(
  db: Db,
  { workspace_id: workspaceId, channel_id: channelId }: { readonly workspace_id: string; readonly channel_id: string },
): Promise<number> {
  const { count } = await db
    .selectFrom('subscriptions')
    .select((eb) => eb.fn.count<number>('job_id').distinct().as('count'))
    .where('workspace_id', '=', workspaceId)
    .where('channel_id', '=', channelId)
    .where('ended_at', 'is', null)
    .executeTakeFirstOrThrow();
  return count;
}

/** Something told in a post, or in one that it shows. */
interface Told {
  readonly postId: string;
  readonly subject: string;
  readonly owedAt: EpochMs;
  readonly facts: DeliveryFacts;
}

/** What a post tells, and what those tell that it shows; oldest first. */
export async function readTold(db: Db, language: Language, postId: string): Promise<readonly Told[]> {
  const shown = await db
    .selectFrom('posts')
    .select('id')
    .where((eb) => eb.or([eb('id', '=', postId), eb('part_of', '=', postId)]))
    .execute();
  if (shown.length === 0) return [];
  const ids = shown.map(({ id }) => id);
  const rows = await selectFacts(db).where('deliveries.post_id', 'in', ids).execute();
  return rows.flatMap((row) => {
    const facts = toFacts(row, language);
    return facts === null
      ? []
      : [{ postId: row.post_id ?? postId, subject: subjectOf(row), owedAt: row.created_at, facts }];
  });
}

/** What a delivery is an event of, unique over all connections. */
export function subjectOf(row: { readonly connection_id: string; readonly subject: string }): string {
  return `${row.connection_id} ${row.subject}`;
}

/** The jobs a post is about, each once. */
export function jobIdsOf({ facts, around }: Pick<Post, 'facts' | 'around'>): readonly JobId[] {
  return [...new Set([...facts, ...around.shown].flatMap((one) => (one.kind === 'event' ? [one.job.jobId] : [])))];
}

/** Deliveries with the event each of them tells and what became known about it, oldest first. */
export function selectFacts(db: Db) {
  return db
    .selectFrom('deliveries')
    .leftJoin('job_events', (join) =>
      join
        .onRef('job_events.connection_id', '=', 'deliveries.connection_id')
        .onRef('job_events.job_id', '=', 'deliveries.subject')
        .onRef('job_events.number', '=', 'deliveries.number'),
    )
    .leftJoin('jobs', (join) =>
      join.onRef('jobs.connection_id', '=', 'deliveries.connection_id').onRef('jobs.job_id', '=', 'deliveries.subject'),
    )
    .leftJoin('failures', (join) =>
      join
        .onRef('failures.connection_id', '=', 'deliveries.connection_id')
        .onRef('failures.job_id', '=', 'deliveries.subject')
        .onRef('failures.event_number', '=', 'deliveries.number'),
    )
    .select((eb) => [
      'deliveries.id',
      'deliveries.workspace_id',
      'deliveries.outcome',
      'deliveries.reason',
      'deliveries.connection_id',
      'deliveries.subject',
      'deliveries.number',
      'deliveries.created_at',
      'deliveries.post_id',
      'deliveries.announcement',
      'job_events.facts',
      'job_events.namesake',
      // What it was called then; a name that was learnt later is better than none.
      eb.fn.coalesce('job_events.job_name', 'jobs.name').as('name'),
      'jobs.job_type',
      'failures.causes',
      'failures.recovered_at',
      'failures.closed_by',
      firstMessage().as('first_message_ts'),
      letGoAt().as('let_go_at'),
    ])
    .orderBy('deliveries.id');
}

/** For a recovery: the message in the same channel that told of the failure before it. */
function firstMessage() {
  return sql<string | null>`case when job_events.kind = 'recovered' then (
    select told.message_ts from deliveries as before
      join posts as told on told.id = before.post_id
      join failures as failed on failed.connection_id = before.connection_id and failed.job_id = before.subject
        and failed.event_number = before.number
    where before.workspace_id = deliveries.workspace_id and before.channel_id = deliveries.channel_id
      and before.connection_id = deliveries.connection_id and before.subject = deliveries.subject
      and before.number < deliveries.number and told.message_ts is not null
    order by before.number desc limit 1) end`;
}

/** When somebody ended what the channel watched of the job last; null while it watches it. */
function letGoAt() {
  return sql<number | null>`case when failures.event_number is not null then (
    select case when last.end_reason = 'unsubscribed' then last.ended_at end from subscriptions as last
    where last.workspace_id = deliveries.workspace_id and last.channel_id = deliveries.channel_id
      and last.connection_id = deliveries.connection_id and last.job_id = deliveries.subject
    order by last.id desc limit 1) end`;
}

/** A failure that an older version closed has recovered; one that nobody here looks at any more is closed here. */
function closingOf({ recovered_at: at, closed_by: how, let_go_at: letGo }: FactsRow): Closing | null {
  if (at !== null) return { how: CLOSINGS.find((one) => one === how) ?? 'recovered', at };
  return letGo === null ? null : { how: 'unsubscribed', at: letGo };
}

interface FactsRow {
  readonly connection_id: string;
  readonly subject: string;
  readonly number: number;
  readonly announcement: string | null;
  readonly facts: string | null;
  readonly name: string | null;
  readonly job_type: string | null;
  readonly causes: string | null;
  readonly recovered_at: number | null;
  readonly closed_by: string | null;
  readonly let_go_at: number | null;
  readonly first_message_ts: string | null;
  readonly namesake: string | null;
}

/** The same with how its delivery ended. */
interface SettledRow extends FactsRow {
  readonly id: number;
  readonly workspace_id: string;
  readonly outcome: string | null;
  readonly reason: string | null;
}

/** A selected row as the domain knows it; null when it cannot be read. */
export function toFacts(row: FactsRow, language: Language): DeliveryFacts | null {
  if (row.announcement !== null) {
    const announcement = decodeAnnouncement(row.announcement);
    return announcement === null ? null : { kind: 'announcement', announcement };
  }
  const event = decodeEvent(row.facts ?? '');
  const jobId = decodeJobId(row.subject);
  if (event === null || jobId === null) return null;
  const job = { connectionId: row.connection_id, jobId, name: row.name, jobType: row.job_type };
  // A cause that cannot be read is one that is not known.
  const causes = row.causes === null ? null : (decodeCauses(row.causes) ?? {});
  const aftermath =
    causes === null ? NO_AFTERMATH : { ...NO_AFTERMATH, cause: causeFor(causes, language), closed: closingOf(row) };
  const eventNumber = row.number;
  const namesake = row.namesake === null ? null : decodeNamedJob(row.namesake);
  return {
    kind: 'event',
    job,
    eventNumber,
    event,
    aftermath: { ...aftermath, firstMessageTs: row.first_message_ts, namesake },
  };
}
