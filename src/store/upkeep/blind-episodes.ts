import type { Selectable } from 'kysely';

import type { Explanation } from '../../domain/job/explanation.ts';
import type { JobId } from '../../domain/job/job-id.ts';
import { endOf, isEndDue, noteDownTime, notePoll } from '../../domain/poll/blind-episode.ts';
import type { BlindEpisode, PollSight } from '../../domain/poll/blind-episode.ts';
import { lastSeen } from '../../domain/poll/last-seen.ts';
import type { WatchedState } from '../../domain/poll/last-seen.ts';
import { alarmLevelOf } from '../../domain/rules/subscription-rules.ts';
import { changesSince } from '../../domain/poll/changes-since.ts';
import type { SeenJob } from '../../domain/poll/changes-since.ts';
import type { ChannelKey } from '../../domain/subscription.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import type { SightTold } from '../../ports/store/sight.ts';
import { announceOf } from '../rows/announce.ts';
import { setAside } from '../rows/set-aside.ts';
import { wantNewVersion } from '../rows/want-edit.ts';
import { decodeAnnouncement, decodeEpisode, decodeJobId, decodeRules, decodeState, encode } from '../rows/codec.ts';
import { unreadState } from '../jobs/jobs.ts';
import { isDue, msUntilDue } from '../rows/timed-work.ts';
import { sameJob } from '../rows/keys.ts';
import type { Request } from '../rows/keys.ts';
import type { Db, Schema, Tx } from '../rows/schema.ts';

const NOTHING_TOLD: SightTold = { channels: 0, episode: null };

export async function noteAlive(db: Db, { connectionId, now, findDownTime }: Request<'noteAlive'>): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const row = await tx.selectFrom('connections').select('alive_at').where('id', '=', connectionId).executeTakeFirst();
    const last = row?.alive_at ?? null;
    const downSince = last === null ? null : findDownTime(last);
    if (downSince !== null) {
      const episode = noteDownTime(await findEpisode(tx, connectionId), downSince, now);
      await keepEpisode(tx, connectionId, episode, now);
    }
    await tx.updateTable('connections').set({ alive_at: now }).where('id', '=', connectionId).execute();
  });
}

export async function noteSight(
  db: Db,
  { connectionId, sight, nextTryAt, rules }: Request<'noteSight'>,
): Promise<SightTold> {
  // Nearly always it sees, as before: no write lock is taken for that.
  if (sight.why === null && (await findOpen(db, connectionId)) === null) return NOTHING_TOLD;
  return await db.transaction().execute(async (tx) => {
    await dropUnreadable(tx, connectionId, sight);
    const { episode, silence } = notePoll(await findEpisode(tx, connectionId), sight, rules);
    await keepEpisode(tx, connectionId, episode, sight.at);
    if (episode === null || silence !== null || sight.why === null) return { channels: 0, episode };
    const channels = await tellBlind(tx, connectionId, episode, { why: sight.why, at: sight.at, nextTryAt });
    return { channels, episode };
  });
}

export async function tellSight(db: Db, { connectionId, now, rules }: Request<'tellSight'>): Promise<SightTold> {
  if ((await findOpen(db, connectionId)) === null) return NOTHING_TOLD;
  return await db.transaction().execute(async (tx) => {
    const episode = await findEpisode(tx, connectionId);
    const seeingAt = episode?.seeingAt ?? null;
    if (episode === null || seeingAt === null) return { channels: 0, episode };
    const isPassComplete = await isEveryJobAsked(tx, connectionId, seeingAt, now);
    if (!isEndDue(episode, { now, isPassComplete }, rules)) return { channels: 0, episode };
    const { newsSince } = episode;
    const channels = await watchedThen(tx, connectionId, (episode.toldAt ?? newsSince - 1) + 1);
    const number = await nextNumber(tx, connectionId);
    for (const { channel, rows } of channels) {
      const seen = rows.map((row) => toSeen(row, seeingAt, now));
      const about = { after: episode.kind, from: episode.since, until: endOf(episode, now), newsSince };
      const announcement = { kind: 'back' as const, ...about, meanwhile: changesSince(seen, newsSince) };
      await announceOf(tx, channel, { connectionId, number }, announcement, now);
    }
    await closeBlindness(tx, connectionId, endOf(episode, now), now);
    await keepEpisode(tx, connectionId, null, now);
    return { channels: channels.length, episode };
  });
}

/** The episode that goes on; null when there is none, or none that can be read: then it shows anew with the next polls. */
export async function findEpisode(db: Db, connectionId: string): Promise<BlindEpisode | null> {
  const row = await findOpen(db, connectionId);
  return row === null || row.episode === null ? null : decodeEpisode(row.episode);
}

/** An episode that cannot be read is set aside. While nothing is seen it begins anew; otherwise its messages are closed. */
async function dropUnreadable(tx: Tx, connectionId: string, { at, why }: PollSight): Promise<void> {
  const content = (await findOpen(tx, connectionId))?.episode ?? null;
  if (content === null || decodeEpisode(content) !== null) return;
  await setAside(tx, { connectionId, workspaceId: null, what: 'episode', key: connectionId, content, at });
  if (why !== null) return;
  await closeBlindness(tx, connectionId, at, at);
  await keepEpisode(tx, connectionId, null, at);
}

async function findOpen(db: Db, connectionId: string) {
  const row = await db
    .selectFrom('blind_episodes')
    .select(['episode', 'told_number'])
    .where('connection_id', '=', connectionId)
    .where('ended_at', 'is', null)
    .executeTakeFirst();
  return row ?? null;
}

function updateOpen(tx: Tx, connectionId: string) {
  return tx.updateTable('blind_episodes').where('connection_id', '=', connectionId).where('ended_at', 'is', null);
}

/** Writes the episode down as it is now; null: it is over. */
async function keepEpisode(tx: Tx, connectionId: string, episode: BlindEpisode | null, now: EpochMs): Promise<void> {
  if (episode === null) {
    await updateOpen(tx, connectionId).set({ ended_at: now }).execute();
    return;
  }
  const facts = { started_at: episode.since, reason: episode.why?.key ?? episode.kind, episode: encode(episode) };
  await tx
    .insertInto('blind_episodes')
    .values({ connection_id: connectionId, ...facts })
    .onConflict((conflict) => conflict.column('connection_id').where('ended_at', 'is', null).doUpdateSet(facts))
    .execute();
}

/** Owes every channel that watches through the connection word that nothing is known. */
async function tellBlind(
  tx: Tx,
  connectionId: string,
  episode: BlindEpisode,
  { why, at, nextTryAt }: { readonly why: Explanation; readonly at: EpochMs; readonly nextTryAt: EpochMs | null },
): Promise<number> {
  const channels = await watchedThen(tx, connectionId, at + 1);
  const number = await nextNumber(tx, connectionId);
  await updateOpen(tx, connectionId).set({ told_number: number }).execute();
  for (const { channel, rows } of channels) {
    const facts = {
      since: episode.since,
      at,
      why,
      jobs: rows.length,
      last: lastSeen(rows.map(watchedState)),
      nextTryAt,
    };
    await announceOf(tx, channel, { connectionId, number }, { kind: 'blind', ...facts, endedAt: null }, at);
  }
  return channels.length;
}

/** Every message that said that nothing is known says that this is over. */
async function closeBlindness(tx: Tx, connectionId: string, endedAt: EpochMs, now: EpochMs): Promise<void> {
  const number = (await findOpen(tx, connectionId))?.told_number ?? null;
  if (number === null) return;
  const told = await tx
    .selectFrom('deliveries')
    .select(['id', 'announcement', 'post_id'])
    .where('connection_id', '=', connectionId)
    .where('subject', '=', connectionId)
    .where('number', '=', number)
    .execute();
  for (const { id, announcement, post_id: postId } of told) {
    const said = decodeAnnouncement(announcement ?? '');
    if (said?.kind !== 'blind') continue;
    const closed = encode({ ...said, endedAt });
    await tx.updateTable('deliveries').set({ announcement: closed }).where('id', '=', id).execute();
    if (postId !== null) await wantNewVersion(tx, now).where('id', '=', postId).execute();
  }
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

/** Nothing is due any more that nobody has asked about since. */
async function isEveryJobAsked(tx: Tx, connectionId: string, since: EpochMs, now: EpochMs): Promise<boolean> {
  const left = await tx
    .selectFrom('jobs')
    .select('job_id')
    .where('connection_id', '=', connectionId)
    .where(isDue('next_poll_at', 'poll_set_at', now))
    .where((eb) => eb.or([eb('asked_at', 'is', null), eb('asked_at', '<', since)]))
    .executeTakeFirst();
  return left === undefined;
}

type JobRow = Selectable<Schema['jobs']> & {
  readonly jobId: JobId;
  /** Of the subscription by which the channel watched it. */
  readonly rules: string;
};

/** A channel with the jobs that it watched. */
interface WatchingChannel {
  readonly channel: ChannelKey;
  readonly rows: readonly JobRow[];
}

/** What each channel watched at a moment: what ended with its job since, not what somebody has unsubscribed since. */
async function watchedThen(tx: Tx, connectionId: string, at: EpochMs): Promise<readonly WatchingChannel[]> {
  const rows = await tx
    .selectFrom('subscriptions')
    .innerJoin('jobs', (join) => join.on(sameJob('jobs', 'subscriptions')))
    .selectAll('jobs')
    .select(['subscriptions.workspace_id', 'subscriptions.channel_id', 'subscriptions.rules'])
    .where('subscriptions.connection_id', '=', connectionId)
    .where('subscriptions.created_at', '<', at)
    .where((eb) =>
      eb.or([
        eb('subscriptions.ended_at', 'is', null),
        eb.and([
          eb('subscriptions.ended_at', '>=', at),
          eb('subscriptions.end_reason', 'in', ['job_ended', 'job_gone']),
        ]),
      ]),
    )
    .orderBy('subscriptions.id')
    .execute();
  const channels = new Map<string, { channel: ChannelKey; rows: JobRow[] }>();
  for (const row of rows) {
    const jobId = decodeJobId(row.job_id);
    if (jobId === null) continue;
    const channel = { workspaceId: row.workspace_id, channelId: row.channel_id };
    const key = `${channel.workspaceId}/${channel.channelId}`;
    const watching = channels.get(key) ?? { channel, rows: [] };
    watching.rows.push({ ...row, jobId });
    channels.set(key, watching);
  }
  return [...channels.values()];
}

function watchedState({ state, status, rules }: JobRow): WatchedState {
  return { state: decodeState(state) ?? unreadState(status), alarmMs: alarmLevelOf(decodeRules(rules)) };
}

function toSeen(row: JobRow, since: EpochMs, now: EpochMs): SeenJob {
  const isPollDue = row.next_poll_at !== null && msUntilDue(row.next_poll_at, row.poll_set_at, now) === 0;
  return {
    connectionId: row.connection_id,
    jobId: row.jobId,
    name: row.name,
    jobType: row.job_type,
    ...watchedState(row),
    isUnread: isPollDue && (row.asked_at ?? 0) < since,
  };
}
