import { sql } from 'kysely';

import { HOLD_REASONS } from '../../domain/post/incident.ts';
import type { StoreFigures } from '../../ports/store/upkeep.ts';
import { findEpisode } from './blind-episodes.ts';
import type { Db } from '../rows/schema.ts';

/** Whose figures are read. */
interface Whose {
  readonly workspaceId: string;
  readonly connectionId: string;
}

export async function readFigures(db: Db, whose: Whose): Promise<StoreFigures> {
  const [watched, paused, refusal, owed, queue, searching] = await Promise.all([
    countWatched(db, whose),
    countPaused(db, whose),
    findRefusal(db, whose),
    countOwed(db, whose),
    findFrontOfQueue(db, whose),
    countSearching(db, whose),
  ]);
  const [episode, seen] = await Promise.all([findEpisode(db, whose.connectionId), readSeen(db, whose)]);
  const reachable = owed.filter((row) => row.paused === 0);
  const queued = reachable.filter(({ heldFor }) => heldFor === null || heldFor === 'older_comes_first');
  return {
    watchedJobs: watched.jobs,
    subscriptions: watched.subscriptions,
    pausedChannels: paused.channels,
    workspaceRefusal: refusal?.reason ?? null,
    queued: {
      count: sumOf(queued),
      oldestAt: queued.length === 0 ? null : Math.min(...queued.map(({ oldest }) => oldest)),
    },
    held: sumOf(owed.filter((row) => row.paused === 1)),
    heldFor: Object.fromEntries(
      HOLD_REASONS.flatMap((reason) => {
        const count = sumOf(reachable.filter((row) => row.heldFor === reason));
        return count === 0 ? [] : [[reason, count]];
      }),
    ),
    searching: { count: searching.count, oldestAt: searching.oldest },
    waitingSince: queue.waitingSince,
    episode,
    lastReportAt: seen.lastReportAt,
    unreadableJobs: seen.unreadable,
  };
}

function countWatched(db: Db, { workspaceId, connectionId }: Whose) {
  return db
    .selectFrom('subscriptions')
    .select((eb) => [eb.fn.countAll<number>().as('subscriptions'), eb.fn.count<number>('job_id').distinct().as('jobs')])
    .where('workspace_id', '=', workspaceId)
    .where('connection_id', '=', connectionId)
    .where('ended_at', 'is', null)
    .executeTakeFirstOrThrow();
}

function channelsOf(db: Db, { workspaceId }: Whose) {
  return db.selectFrom('channels').where('channels.workspace_id', '=', workspaceId);
}

/** Every channel, where the workspace is. */
function countPaused(db: Db, whose: Whose) {
  return channelsOf(db, whose)
    .select((eb) => eb.fn.countAll<number>().as('channels'))
    .where(isPausedChannel)
    .executeTakeFirstOrThrow();
}

const isPausedChannel = sql<boolean>`exists (select 1 from pauses where pauses.workspace_id = channels.workspace_id
  and pauses.channel_id in ('', channels.channel_id) and pauses.post_id = '')`;

function findRefusal(db: Db, { workspaceId }: Whose) {
  return db
    .selectFrom('pauses')
    .select('reason')
    .where('workspace_id', '=', workspaceId)
    .where('channel_id', '=', '')
    .executeTakeFirst();
}

/** When a job that is asked about was last reported of, and how many alone cannot be read. */
function readSeen(db: Db, { connectionId }: Whose) {
  return db
    .selectFrom('jobs')
    .select((eb) => [
      eb.fn.max<number | null>('answered_at').as('lastReportAt'),
      eb.fn.count<number>('unreadable_at').as('unreadable'),
    ])
    .where('connection_id', '=', connectionId)
    .where('next_poll_at', 'is not', null)
    .executeTakeFirstOrThrow();
}

/** A job that is asked alone waits for reasons of its own. */
function findFrontOfQueue(db: Db, { connectionId }: Whose) {
  return db
    .selectFrom('jobs')
    .select((eb) => eb.fn.min<number | null>('waiting_since').as('waitingSince'))
    .where('connection_id', '=', connectionId)
    .where('next_poll_at', 'is not', null)
    .where('ask_alone', '=', 0)
    .executeTakeFirstOrThrow();
}

function sumOf(rows: readonly { readonly count: number }[]): number {
  return rows.reduce((sum, { count }) => sum + count, 0);
}

/** What is owed, by whether its channel is paused and why it is held; null: it is not. */
function countOwed(db: Db, whose: Whose) {
  return channelsOf(db, whose)
    .innerJoin('deliveries', (join) =>
      join
        .onRef('deliveries.workspace_id', '=', 'channels.workspace_id')
        .onRef('deliveries.channel_id', '=', 'channels.channel_id'),
    )
    .select((eb) => [
      eb.case().when(isPausedChannel).then(1).else(0).end().as('paused'),
      eb.case().when('deliveries.post_id', 'is', null).then(eb.ref('deliveries.hold_reason')).end().as('heldFor'),
      eb.fn.countAll<number>().as('count'),
      eb.fn.min('deliveries.created_at').as('oldest'),
    ])
    .where('deliveries.outcome', 'is', null)
    .groupBy(['paused', sql.ref('heldFor')])
    .execute();
}

function countSearching(db: Db, whose: Whose) {
  return channelsOf(db, whose)
    .innerJoin('posts', (join) =>
      join
        .onRef('posts.workspace_id', '=', 'channels.workspace_id')
        .onRef('posts.channel_id', '=', 'channels.channel_id'),
    )
    .select((eb) => [eb.fn.countAll<number>().as('count'), eb.fn.min<number | null>('posts.attempt_at').as('oldest')])
    .where('posts.look_at', 'is not', null)
    .where('posts.attempt_at', 'is not', null)
    .where((eb) => eb.not(isPausedChannel))
    .executeTakeFirstOrThrow();
}
