import { z } from 'zod';

import { openDatabase } from '../../src/store/sqlite/open-database.ts';
import { decodeState } from '../../src/store/rows/codec.ts';
import type { Db } from '../../src/store/rows/schema.ts';
import type { Town as SoakedTown } from './town.ts';

/** What is looked at of a town; a simulated day has as much. */
type Town = Pick<SoakedTown, 'databaseUrl' | 'slack' | 'drs' | 'kills' | 'restarts' | 'uncertainAnswers'>;

/** What a soak came to. */
export interface Ledger {
  readonly events: number;
  readonly deliveries: number;
  readonly posts: number;
  /** Posts about many jobs, and times without sight that channels were told of. */
  readonly incidents: number;
  readonly episodes: number;
  readonly suppressed: number;
  readonly kills: number;
  readonly restarts: number;
  readonly uncertain: number;
  readonly lost: number;
  readonly doubled: number;
  readonly outOfOrder: number;
}

/** One event told to one channel, as the database has it. */
interface Told {
  readonly channelId: string;
  readonly jobId: string;
  readonly eventNumber: number;
  readonly status: string | null;
  readonly outcome: string | null;
  readonly postId: string | null;
  /** When it was told by a change of a message that was there already, in ms since 1970; null for any other. */
  readonly editedInAt: number | null;
}

const marked = z.object({ event_payload: z.object({ post_id: z.string() }) });
const event = z.object({ report: z.object({ status: z.string() }).nullable() });

/** Compares what is owed with what Slack shows. */
export async function takeStock(town: Town): Promise<Ledger> {
  const db = openDatabase(town.databaseUrl);
  try {
    const told = await readTold(db);
    const visible = visiblePosts(town);
    return {
      events: await count(db, 'job_events'),
      deliveries: await count(db, 'deliveries'),
      posts: await count(db, 'posts'),
      incidents: await countIncidents(db),
      episodes: await countEpisodes(db),
      suppressed: told.filter((one) => one.outcome === 'not_told').length,
      kills: town.kills,
      restarts: town.restarts,
      uncertain: town.uncertainAnswers,
      lost: told.filter((one) => isLost(one, visible)).length + (await untold(db, town, told)),
      doubled:
        [...visible.values()].reduce((sum, timestamps) => sum + timestamps.length - 1, 0) + (await strays(db, visible)),
      outOfOrder: countDisorder(told, visible),
    };
  } finally {
    await db.destroy();
  }
}

/**
 * Whether everything that is owed has been told, edited and tidied up, and every watched job was read after `since`
 * (ms since 1970).
 */
export async function isSettled(databaseUrl: string, since: number): Promise<boolean> {
  const db = openDatabase(databaseUrl);
  try {
    const owed = await db.selectFrom('deliveries').select('id').where('outcome', 'is', null).execute();
    const open = await db.selectFrom('posts').select('id').where('due_at', 'is not', null).execute();
    const unread = await db
      .selectFrom('jobs')
      .select('job_id')
      .where('next_poll_at', 'is not', null)
      .where((eb) => eb.or([eb('asked_at', 'is', null), eb('asked_at', '<', since)]))
      .execute();
    return owed.length + open.length + unread.length === 0;
  } finally {
    await db.destroy();
  }
}

async function readTold(db: Db): Promise<readonly Told[]> {
  const rows = await db
    .selectFrom('deliveries')
    .innerJoin('job_events', (join) =>
      join
        .onRef('job_events.connection_id', '=', 'deliveries.connection_id')
        .onRef('job_events.job_id', '=', 'deliveries.subject')
        .onRef('job_events.number', '=', 'deliveries.number'),
    )
    .select([
      'channel_id',
      'deliveries.subject',
      'deliveries.number',
      'outcome',
      'post_id',
      'facts',
      'at_version',
      'settled_at',
    ])
    .execute();
  return rows.map((row) => ({
    channelId: row.channel_id,
    jobId: row.subject,
    eventNumber: row.number,
    status: event.parse(JSON.parse(row.facts)).report?.status ?? null,
    outcome: row.outcome,
    postId: row.post_id,
    editedInAt: row.at_version > 1 ? row.settled_at : null,
  }));
}

/** Timestamps of the messages that show each post. */
function visiblePosts({ slack }: Town): ReadonlyMap<string, readonly string[]> {
  const shown = new Map<string, string[]>();
  for (const { metadata, ts } of slack.state.messages) {
    const parsed = marked.safeParse(metadata);
    if (!parsed.success) continue;
    const { post_id: postId } = parsed.data.event_payload;
    shown.set(postId, [...(shown.get(postId) ?? []), ts]);
  }
  return shown;
}

/** Posts that Slack shows and that tell nothing that was owed: what they say is told by another one. */
async function strays(db: Db, visible: ReadonlyMap<string, readonly string[]>): Promise<number> {
  const rows = await db.selectFrom('deliveries').select('post_id').distinct().execute();
  const owed = new Set(rows.map((row) => row.post_id));
  return [...visible.keys()].filter((postId) => !owed.has(postId)).length;
}

function isLost({ outcome, postId }: Told, visible: ReadonlyMap<string, readonly string[]>): boolean {
  return outcome !== 'not_told' && (postId === null || !visible.has(postId));
}

/**
 * Channels whose last message about a job they watch is not how DRS has it: a change that never became an event. A job that
 * flaps is told as that once, and nothing more until it is quiet.
 */
async function untold(db: Db, { drs }: Town, told: readonly Told[]): Promise<number> {
  const last = new Map<string, Told>();
  for (const one of told) {
    const key = `${one.channelId} ${one.jobId}`;
    if (one.eventNumber > (last.get(key)?.eventNumber ?? 0)) last.set(key, one);
  }
  const flapping = await findFlapping(db);
  const active = await db
    .selectFrom('subscriptions')
    .select(['channel_id', 'job_id'])
    .where('ended_at', 'is', null)
    .execute();
  return active.filter(({ channel_id: channelId, job_id: jobId }) => {
    const latest = last.get(`${channelId} ${jobId}`);
    if (flapping.has(jobId ?? '')) return false;
    return latest !== undefined && latest.status !== drs.jobs.get(jobId ?? '')?.status;
  }).length;
}

async function findFlapping(db: Db): Promise<ReadonlySet<string>> {
  const rows = await db.selectFrom('jobs').select(['job_id', 'state']).execute();
  const isFlapping = (state: string) => (decodeState(state)?.flapping ?? null) !== null;
  return new Set(rows.flatMap((row) => (isFlapping(row.state) ? [row.job_id] : [])));
}

/** Events of one job that a channel read before an earlier one; what joined a message later was read when it joined. */
function countDisorder(told: readonly Told[], visible: ReadonlyMap<string, readonly string[]>): number {
  const shown = told.flatMap((one) => {
    const ts = one.postId === null ? undefined : visible.get(one.postId)?.[0];
    return ts === undefined ? [] : [{ ...one, at: one.editedInAt === null ? Number(ts) : one.editedInAt / 1_000 }];
  });
  shown.sort((one, other) => one.at - other.at || one.eventNumber - other.eventNumber);
  const newest = new Map<string, number>();
  let disorder = 0;
  for (const { channelId, jobId, eventNumber } of shown) {
    const key = `${channelId} ${jobId}`;
    if (eventNumber < (newest.get(key) ?? 0)) disorder += 1;
    else newest.set(key, eventNumber);
  }
  return disorder;
}

async function countIncidents(db: Db): Promise<number> {
  const rows = await db.selectFrom('posts').select('id').where('kind', '=', 'incident').execute();
  return rows.length;
}

async function countEpisodes(db: Db): Promise<number> {
  const rows = await db.selectFrom('blind_episodes').select('id').where('told_number', 'is not', null).execute();
  return rows.length;
}

async function count(db: Db, table: 'job_events' | 'deliveries' | 'posts'): Promise<number> {
  const row = await db
    .selectFrom(table)
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return row.count;
}
