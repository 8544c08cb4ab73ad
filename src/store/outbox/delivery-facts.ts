import { sql } from 'kysely';
import type { InferResult } from 'kysely';

import { LAG_KINDS } from '../../domain/job/rule-endings.ts';
import type { JobEvent } from '../../domain/job/job-event.ts';
import { alarmLevelOf } from '../../domain/rules/subscription-rules.ts';
import type { Language } from '../../domain/base/language.ts';
import { CLOSINGS } from '../../domain/post/closing.ts';
import type { Closing } from '../../domain/post/closing.ts';
import { NO_AFTERMATH, NOTHING_AROUND } from '../../domain/post/post.ts';
import type { DeliveryFacts, LetGo, Post, PostKind } from '../../domain/post/post.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import type { SentPost } from '../../ports/store/outbox.ts';
import {
  causeFor,
  decodeAnnouncement,
  decodeCauses,
  decodeEvent,
  decodeJobId,
  decodeLanguage,
  decodeNamedJob,
  decodeRules,
} from '../rows/codec.ts';
import { toTerms } from '../jobs/jobs.ts';
import { followFound } from '../rows/rule-endings.ts';
import { setAside } from '../rows/set-aside.ts';
import type { Db, Tx } from '../rows/schema.ts';

/** Why a delivery is not told, and a post is over, that cannot be read. */
const UNREADABLE = 'unreadable';

/**
 * A post with everything it tells that can be read, as it is now. What cannot is set aside, and its delivery is not told; null
 * when nothing is left to tell: then the post is over.
 *
 * @param otherwise the language of a channel that chose none
 */
export async function loadPost(tx: Tx, clock: EpochMs, postId: string, otherwise: Language): Promise<Post | null> {
  const sent = await readPost(tx, otherwise, postId, clock);
  if (sent !== null) return sent.post;
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

/** A post with everything it tells that can be read; null when nothing of it is kept, or can be read. */
export async function findPost(db: Db, otherwise: Language, postId: string): Promise<SentPost | null> {
  return await readPost(db, otherwise, postId, null);
}

/** The same; what cannot be read is set aside, unless `clock` is null. */
async function readPost(db: Db, otherwise: Language, postId: string, clock: EpochMs | null): Promise<SentPost | null> {
  const row = await db
    .selectFrom('posts')
    .innerJoin('channels', (join) =>
      join
        .onRef('channels.workspace_id', '=', 'posts.workspace_id')
        .onRef('channels.channel_id', '=', 'posts.channel_id'),
    )
    .selectAll('posts')
    .select(['channels.language', partOfTs.as('part_of_ts'), watched.as('watched')])
    .where('posts.id', '=', postId)
    .executeTakeFirst();
  if (row === undefined) return null;
  const language = decodeLanguage(row.language) ?? otherwise;
  const told = await readDeliveries(db, clock, await selectFacts(db).where('post_id', '=', postId).execute(), language);
  if (told.length === 0) return null;
  const kind = decodePostKind(row.kind);
  const shown = kind === 'news' ? [] : await readTold(db, language, kind === 'recoveries' ? row.about : postId);
  const others = shown.filter((one) => one.row.post_id !== postId).map(({ facts }) => facts);
  const around = {
    shown: kind === 'incident' ? [...(await readCleared(db, language, told)), ...others] : others,
    watched: kind === 'news' ? NOTHING_AROUND.watched : row.watched,
    partOfTs: row.part_of_ts,
  };
  const post: Post = {
    workspaceId: row.workspace_id,
    channelId: row.channel_id,
    id: postId,
    kind,
    language,
    facts: told.map(({ facts }) => facts),
    askedAt: row.asked_at,
    around,
    version: row.wanted_version,
    attempt: row.attempts,
    plain: row.plain === 1,
    threadTs: row.thread_ts,
  };
  return { post, messageTs: row.message_ts };
}

/** The message of the incident that shows the post among its own. */
const partOfTs = sql<string | null>`(select whole.message_ts from posts as whole where whole.id = posts.part_of)`;
/** How many jobs its channel watches. */
const watched = sql<number>`(select count(distinct job_id) from subscriptions
  where subscriptions.workspace_id = posts.workspace_id and subscriptions.channel_id = posts.channel_id
    and ended_at is null)`;

/** A kind that this version does not know reads as the news that it tells. */
export function decodePostKind(kind: string): PostKind {
  return kind === 'incident' || kind === 'recoveries' ? kind : 'news';
}

/** What a post tells, and what those tell that it shows; oldest first. */
export async function readTold(db: Db, language: Language, postId: string): Promise<readonly ReadDelivery[]> {
  const rows = await selectFacts(db)
    .where('post_id', 'in', (eb) =>
      eb
        .selectFrom('posts')
        .select('posts.id')
        .where((post) => post.or([post('posts.id', '=', postId), post('posts.part_of', '=', postId)])),
    )
    .execute();
  return await readDeliveries(db, null, rows, language);
}

/** What the incidents told of lags that these deliveries say are fine again, theirs and those that are not. */
async function readCleared(
  db: Db,
  language: Language,
  told: readonly ReadDelivery[],
): Promise<readonly DeliveryFacts[]> {
  const ids = new Set<string>();
  for (const { row, facts } of told) {
    if (facts.kind !== 'event' || facts.event.kind !== 'rule' || facts.event.found.kind !== 'lag_cleared') continue;
    const id = await findAlarm(db, row);
    if (id !== null) ids.add(id);
  }
  const alarms: DeliveryFacts[] = [];
  for (const id of ids) alarms.push(...(await readTold(db, language, id)).map(({ facts }) => facts));
  return alarms;
}

/** The incident that told last, in the same channel, that the lag of a job is not fine; null when it was no incident. */
async function findAlarm(db: Db, row: FactsRow): Promise<string | null> {
  const alarm = await db
    .selectFrom('deliveries')
    .innerJoin('job_events', (join) =>
      join
        .onRef('job_events.connection_id', '=', 'deliveries.connection_id')
        .onRef('job_events.job_id', '=', 'deliveries.subject')
        .onRef('job_events.number', '=', 'deliveries.number'),
    )
    .innerJoin('posts', 'posts.id', 'deliveries.post_id')
    .select(['posts.id', 'posts.kind'])
    .where('deliveries.workspace_id', '=', row.workspace_id)
    .where('deliveries.channel_id', '=', row.channel_id)
    .where('deliveries.connection_id', '=', row.connection_id)
    .where('deliveries.subject', '=', row.subject)
    .where('deliveries.number', '<', row.number)
    .where('job_events.kind', 'in', LAG_KINDS)
    .orderBy('deliveries.number', 'desc')
    .executeTakeFirst();
  return alarm?.kind === 'incident' ? alarm.id : null;
}

/** A delivery with what it tells. */
interface ReadDelivery {
  readonly row: FactsRow;
  readonly facts: DeliveryFacts;
}

/** Those of `rows` that can be read. The others are set aside, and not told, unless `clock` is null. */
export async function readDeliveries(
  db: Db,
  clock: EpochMs | null,
  rows: readonly FactsRow[],
  language: Language,
): Promise<readonly ReadDelivery[]> {
  const read: ReadDelivery[] = [];
  for (const row of rows) {
    const facts = toFacts(row, language);
    if (facts !== null) read.push({ row, facts: await withEnd(db, facts) });
    if (clock === null) continue;
    if (facts === null && row.reason !== UNREADABLE) await dropDelivery(db, clock, row);
    if (row.causes !== null && decodeCauses(row.causes) === null) await dropCauses(db, clock, row);
  }
  return read;
}

/** What a rule found, with the event by which it is over, and what was found on top of it. */
async function withEnd(db: Db, facts: DeliveryFacts): Promise<DeliveryFacts> {
  if (facts.kind !== 'event' || facts.event.kind !== 'rule') return facts;
  const { end, more } = await followFound(db, facts.job, facts.eventNumber, facts.event);
  const { letGo } = facts.aftermath;
  // What ended after nobody here looked any more is of no matter here.
  const isSeen = end !== null && !(letGo?.how === 'unsubscribed' && letGo.at < end.event.at);
  return { ...facts, aftermath: { ...facts.aftermath, endedBy: isSeen ? end.event : null, more } };
}

async function dropDelivery(db: Db, clock: EpochMs, row: FactsRow): Promise<void> {
  const isEvent = row.announcement === null;
  await setAside(db, {
    connectionId: row.connection_id,
    workspaceId: isEvent ? null : row.workspace_id,
    what: isEvent ? 'event' : 'announcement',
    key: isEvent ? `${row.subject} ${row.number}` : String(row.id),
    content: (isEvent ? row.facts : row.announcement) ?? '',
    at: clock,
  });
  // One that was told stays told.
  const end = row.outcome === null ? { outcome: 'not_told', settled_at: clock } : {};
  await db
    .updateTable('deliveries')
    .set({ ...end, reason: UNREADABLE })
    .where('id', '=', row.id)
    .execute();
}

/** Causes that cannot be read are set aside, and asked for anew. */
async function dropCauses(db: Db, clock: EpochMs, row: FactsRow): Promise<void> {
  const { connection_id: connectionId, subject: jobId, number, causes } = row;
  const key = `${jobId} ${number}`;
  await setAside(db, { connectionId, workspaceId: null, what: 'cause', key, content: causes ?? '', at: clock });
  const wanted = row.recovered_at === null ? { wanted_since: clock, next_try_at: clock, try_set_at: clock } : {};
  await db
    .updateTable('failures')
    .set({ causes: '{}', ...wanted })
    .where('connection_id', '=', connectionId)
    .where('job_id', '=', jobId)
    .where('event_number', '=', number)
    .execute();
}

/** What a delivery is an event of, unique over all connections. */
export function subjectOf(row: { readonly connection_id: string; readonly subject: string }): string {
  return `${row.connection_id} ${row.subject}`;
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
    .leftJoin('listed_jobs as listed', (join) =>
      join
        .onRef('listed.connection_id', '=', 'deliveries.connection_id')
        .onRef('listed.job_id', '=', 'deliveries.subject'),
    )
    .leftJoin('failures', (join) =>
      join
        .onRef('failures.connection_id', '=', 'deliveries.connection_id')
        .onRef('failures.job_id', '=', 'deliveries.subject')
        .onRef('failures.event_number', '=', 'deliveries.number'),
    )
    .leftJoin('event_reads', (join) =>
      join
        .onRef('event_reads.connection_id', '=', 'deliveries.connection_id')
        .onRef('event_reads.job_id', '=', 'deliveries.subject')
        .onRef('event_reads.event_number', '=', 'deliveries.number'),
    )
    .leftJoin('subscriptions as last', (join) => join.on('last.id', '=', lastSubscription()))
    .select((eb) => [
      'deliveries.id',
      'deliveries.workspace_id',
      'deliveries.channel_id',
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
      'listed.engines',
      // What it was called then; a name that was learnt later is better than none.
      eb.fn.coalesce('job_events.job_name', 'jobs.name').as('name'),
      'jobs.job_type',
      'jobs.expired_days',
      'jobs.prepaid',
      'event_reads.doer_name',
      'event_reads.doer_at',
      'failures.causes',
      'failures.recovered_at',
      'failures.closed_by',
      firstMessage().as('first_message_ts'),
      'last.ended_at as unwatched_at',
      'last.end_reason',
      'last.rules_key',
      'last.rules',
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

/** What the channel watches of the job, or watched last. */
function lastSubscription() {
  return sql<number>`(select max(one.id) from subscriptions as one
    where one.workspace_id = deliveries.workspace_id and one.channel_id = deliveries.channel_id
      and one.connection_id = deliveries.connection_id and one.job_id = deliveries.subject)`;
}

/** When somebody ended what the channel watched of the job last; null while it watches it. */
function letGoAt({ end_reason: reason, unwatched_at: at }: FactsRow): EpochMs | null {
  return reason === 'unsubscribed' ? at : null;
}

/** A failure that an older version closed has recovered; one that nobody here looks at any more is closed here. */
function closingOf(row: FactsRow): Closing | null {
  const { recovered_at: at, closed_by: how } = row;
  if (at !== null) return { how: CLOSINGS.find((one) => one === how) ?? 'recovered', at };
  const letGo = letGoAt(row);
  return letGo === null ? null : { how: 'unsubscribed', at: letGo };
}

/** What a rule found is of no matter where nobody looks by that rule any more. */
function letGoOf(row: FactsRow, event: JobEvent): LetGo | null {
  if (event.kind !== 'rule') return null;
  const at = letGoAt(row);
  if (at !== null) return { how: 'unsubscribed', at };
  const isOther = row.rules_key !== null && row.unwatched_at === null && row.rules_key !== event.rules;
  return isOther ? { how: 'other_rules' } : null;
}

type FactsRow = InferResult<ReturnType<typeof selectFacts>>[number];

/** A selected row as the domain knows it; null when it cannot be read. */
function toFacts(row: FactsRow, language: Language): DeliveryFacts | null {
  if (row.announcement !== null) {
    const announcement = decodeAnnouncement(row.announcement);
    return announcement === null ? null : { kind: 'announcement', announcement };
  }
  const event = decodeEvent(row.facts ?? '');
  const jobId = decodeJobId(row.subject);
  if (event === null || jobId === null) return null;
  const named = { connectionId: row.connection_id, jobId, name: row.name, jobType: row.job_type };
  const job = row.engines === null ? named : { ...named, engines: row.engines };
  // A cause that cannot be read is one that is not known.
  const causes = row.causes === null ? null : (decodeCauses(row.causes) ?? {});
  const closed = causes === null ? null : closingOf(row);
  const cause = causes === null ? null : causeFor(causes, language);
  const alarmMs = row.rules === null ? NO_AFTERMATH.alarmMs : alarmLevelOf(decodeRules(row.rules));
  const { doer_name: userName, doer_at: doneAt } = row;
  const doer = userName === null || doneAt === null ? null : { userName, at: doneAt };
  const eventNumber = row.number;
  const namesake = row.namesake === null ? null : decodeNamedJob(row.namesake);
  return {
    kind: 'event',
    job,
    eventNumber,
    event,
    aftermath: {
      ...NO_AFTERMATH,
      cause,
      closed,
      doer,
      terms: toTerms(row),
      letGo: letGoOf(row, event),
      alarmMs,
      firstMessageTs: row.first_message_ts,
      namesake,
    },
  };
}
