import type { Selectable } from 'kysely';

import type { JobId } from '../../domain/job/job-id.ts';
import { meanwhile } from '../../domain/poll/meanwhile.ts';
import type { SeenJob } from '../../domain/poll/meanwhile.ts';
import type { ChannelKey } from '../../domain/subscription.ts';
import { isWithin } from '../../domain/base/time.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import type { Store } from '../../ports.ts';
import { announceOf } from '../rows/announce.ts';
import { decodeJobId, decodeState } from '../rows/codec.ts';
import { unreadState } from '../jobs/jobs.ts';
import { isDue, msUntilDue } from '../rows/timed-work.ts';
import type { Db, Schema, Tx } from '../rows/schema.ts';

type DownTime = Selectable<Schema['down_times']>;

export async function noteAlive(
  db: Db,
  { connectionId, now, findDownTime }: Parameters<Store['noteAlive']>[0],
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const row = await tx.selectFrom('connections').select('alive_at').where('id', '=', connectionId).executeTakeFirst();
    const last = row?.alive_at ?? null;
    const downSince = last === null ? null : findDownTime(last);
    if (downSince !== null) await noteDownTime(tx, connectionId, downSince, now);
    await tx.updateTable('connections').set({ alive_at: now }).where('id', '=', connectionId).execute();
  });
}

/** One that was not told yet grows: people missed both at a stretch. */
async function noteDownTime(tx: Tx, connectionId: string, beganAt: EpochMs, now: EpochMs): Promise<void> {
  await tx
    .insertInto('down_times')
    .values({ connection_id: connectionId, began_at: beganAt, returned_at: now, ended_at: now })
    .onConflict((conflict) =>
      conflict.column('connection_id').where('told_at', 'is', null).doUpdateSet({ ended_at: now }),
    )
    .execute();
}

export async function tellDownTime(
  db: Db,
  request: { readonly connectionId: string; readonly now: EpochMs; readonly patienceMs: number },
): Promise<number> {
  const { connectionId, now, patienceMs } = request;
  // Nearly always there is none: no write lock is taken for that.
  if ((await openDownTime(db, connectionId)) === null) return 0;
  return await db.transaction().execute(async (tx) => {
    const down = await openDownTime(tx, connectionId);
    if (down === null) return 0;
    const channels = await channelsThen(tx, down, now);
    const isKnown = (await isPassComplete(tx, down, now)) && isAnythingRead([...channels.values()].flat(), down);
    if (!isKnown && isWithin(now, down.ended_at, patienceMs)) return 0;
    const number = await nextNumber(tx, connectionId);
    for (const [, jobs] of channels) {
      const [first] = jobs;
      if (first !== undefined)
        await tell(
          tx,
          first.channel,
          { down, number },
          jobs.map(({ job }) => job),
          now,
        );
    }
    await tx.updateTable('down_times').set({ told_at: now }).where('id', '=', down.id).execute();
    return channels.size;
  });
}

/** The number of the next event of a connection itself. */
async function nextNumber(tx: Tx, connectionId: string): Promise<number> {
  const { event_number: number } = await tx
    .updateTable('connections')
    .set((eb) => ({ event_number: eb('event_number', '+', 1) }))
    .where('id', '=', connectionId)
    .returning('event_number')
    .executeTakeFirstOrThrow();
  return number;
}

async function openDownTime(db: Db, connectionId: string): Promise<DownTime | null> {
  const row = await db
    .selectFrom('down_times')
    .selectAll()
    .where('connection_id', '=', connectionId)
    .where('told_at', 'is', null)
    .executeTakeFirst();
  return row ?? null;
}

/** Nothing is due any more that nobody has asked about since the return. */
async function isPassComplete(tx: Tx, down: DownTime, now: EpochMs): Promise<boolean> {
  const left = await tx
    .selectFrom('jobs')
    .select('job_id')
    .where('connection_id', '=', down.connection_id)
    .where(isDue('next_poll_at', 'poll_set_at', now))
    .where((eb) => eb.or([eb('asked_at', 'is', null), eb('asked_at', '<', down.returned_at)]))
    .executeTakeFirst();
  return left === undefined;
}

function isAnythingRead(jobs: readonly WatchedThen[], down: DownTime): boolean {
  return jobs.length === 0 || jobs.some(({ job }) => (job.state.checkedAt ?? 0) >= down.returned_at);
}

/** A job as one channel watched it. */
interface WatchedThen {
  readonly channel: ChannelKey;
  readonly job: SeenJob;
}

/** What each channel watched when the bot came back; not what somebody has unsubscribed since. */
async function channelsThen(
  tx: Tx,
  down: DownTime,
  now: EpochMs,
): Promise<ReadonlyMap<string, readonly WatchedThen[]>> {
  const rows = await tx
    .selectFrom('subscriptions')
    .innerJoin('jobs', (join) =>
      join
        .onRef('jobs.connection_id', '=', 'subscriptions.connection_id')
        .onRef('jobs.job_id', '=', 'subscriptions.job_id'),
    )
    .selectAll('jobs')
    .select(['subscriptions.workspace_id', 'subscriptions.channel_id'])
    .where('subscriptions.connection_id', '=', down.connection_id)
    .where('subscriptions.created_at', '<', down.returned_at)
    .where((eb) =>
      eb.or([
        eb('subscriptions.ended_at', 'is', null),
        eb.and([
          eb('subscriptions.ended_at', '>=', down.returned_at),
          eb('subscriptions.end_reason', 'in', ['job_ended', 'job_gone']),
        ]),
      ]),
    )
    .orderBy('subscriptions.id')
    .execute();
  const channels = new Map<string, WatchedThen[]>();
  for (const row of rows) {
    const channel = { workspaceId: row.workspace_id, channelId: row.channel_id };
    const key = `${channel.workspaceId}/${channel.channelId}`;
    const watched = channels.get(key) ?? [];
    const jobId = decodeJobId(row.job_id);
    if (jobId !== null) watched.push({ channel, job: toSeen(row, jobId, down, now) });
    channels.set(key, watched);
  }
  return channels;
}

function toSeen(row: Selectable<Schema['jobs']>, jobId: JobId, down: DownTime, now: EpochMs): SeenJob {
  const isPollDue = row.next_poll_at !== null && msUntilDue(row.next_poll_at, row.poll_set_at, now) === 0;
  return {
    connectionId: row.connection_id,
    jobId,
    name: row.name,
    jobType: row.job_type,
    state: decodeState(row.state) ?? unreadState(row.status),
    isUnread: isPollDue && (row.asked_at ?? 0) < down.returned_at,
  };
}

async function tell(
  tx: Tx,
  channel: ChannelKey,
  { down, number }: { readonly down: DownTime; readonly number: number },
  jobs: readonly SeenJob[],
  now: EpochMs,
): Promise<void> {
  await announceOf(
    tx,
    channel,
    { connectionId: down.connection_id, number },
    { kind: 'back', from: down.began_at, until: down.ended_at, meanwhile: meanwhile(jobs, down.returned_at) },
    now,
  );
}
