import { z } from 'zod';

import { openDatabase } from '../../src/store/sqlite/open-database.ts';
import type { Db } from '../../src/store/rows/schema.ts';
import { findLosses } from './losses.ts';
import { readTold } from './told.ts';
import type { Told } from './told.ts';
import type { Town as SoakedTown } from './town.ts';

/** What is looked at of a town; a simulated day has as much. */
type Town = Pick<SoakedTown, 'databaseUrl' | 'firstStatus' | 'slack' | 'drs' | 'kills' | 'restarts' | 'uncertainPosts'>;

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
  /** What a channel was to be told and was not, a line each. */
  readonly lost: readonly string[];
  readonly doubled: number;
  readonly outOfOrder: number;
}

const marked = z.object({ event_payload: z.object({ post_id: z.string() }) });

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
      uncertain: town.uncertainPosts,
      lost: await findLosses(db, told, { firstStatus: town.firstStatus, statuses: statusesOf(town), visible }),
      doubled:
        [...visible.values()].reduce((sum, timestamps) => sum + timestamps.length - 1, 0) + (await strays(db, visible)),
      outOfOrder: countDisorder(told, visible),
    };
  } finally {
    await db.destroy();
  }
}

function statusesOf({ drs }: Town): ReadonlyMap<string, string> {
  return new Map([...drs.jobs].map(([jobId, job]) => [jobId, job.status]));
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
