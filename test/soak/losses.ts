import { decodeAnnouncement, decodeState } from '../../src/store/rows/codec.ts';
import type { Db } from '../../src/store/rows/schema.ts';
import { readLastEvents, sayEvent } from './told.ts';
import type { Told } from './told.ts';

/** How things are, whatever the bot makes of them. */
interface Truth {
  /** How every job stood when it was first watched. */
  readonly firstStatus: string;
  /** How each job stands, by its id. */
  readonly statuses: ReadonlyMap<string, string>;
  /** Timestamps of the messages that show each post. */
  readonly visible: ReadonlyMap<string, readonly string[]>;
}

/** What channels were to be told and were not, a line each, once all is at rest. */
export async function findLosses(db: Db, told: readonly Told[], truth: Truth): Promise<readonly string[]> {
  const unseen = told.filter(
    ({ outcome, postId }) => outcome !== 'not_told' && (postId === null || !truth.visible.has(postId)),
  );
  return [...unseen.map(sayUnseen), ...(await findUntold(db, told, truth))];
}

function sayUnseen(one: Told): string {
  const { channelId, outcome, postId } = one;
  return `${channelId}: ${sayEvent(one)} is ${outcome ?? 'owed'}, and Slack does not show its post ${postId}`;
}

/** What has changed without a word to a channel that watches it: no event came of it, or one that was not owed there. */
async function findUntold(db: Db, told: readonly Told[], { firstStatus, statuses }: Truth): Promise<readonly string[]> {
  const watched = await readWatched(db);
  const events = await readLastEvents(db);
  const begun = await readBeginnings(db);
  return watched.flatMap(({ channel_id: channelId, job_id: jobId, state }) => {
    // A job that flaps is told as that once, and nothing more until it is quiet.
    if ((decodeState(state)?.flapping ?? null) !== null) return [];
    const last = events.get(jobId);
    const status = statuses.get(jobId);
    const lastSaid = last === undefined ? 'no event' : `last event, ${sayEvent(last)},`;
    if ((last?.status ?? firstStatus) !== status)
      return [`${channelId}: ${jobId} is ${status}, and its ${lastSaid} does not say so; its state is ${state}`];
    const owed = told.filter((one) => one.jobId === jobId && one.eventNumber === last?.eventNumber);
    // What happened before a channel began to watch is in the word that it does.
    const since = begun.get(keyOf(channelId, jobId)) ?? 0;
    const isOwedHere = owed.some((one) => one.channelId === channelId);
    const isOlder = last === undefined || (owed.length > 0 && owed.every(({ id }) => id < since));
    return isOwedHere || isOlder ? [] : [`${channelId}: ${sayEvent(last)} was never owed to it`];
  });
}

async function readWatched(db: Db) {
  return await db
    .selectFrom('subscriptions')
    .innerJoin('jobs', (join) =>
      join
        .onRef('jobs.connection_id', '=', 'subscriptions.connection_id')
        .onRef('jobs.job_id', '=', 'subscriptions.job_id'),
    )
    .select(['channel_id', 'jobs.job_id', 'state'])
    .where('subscriptions.ended_at', 'is', null)
    .execute();
}

/** Where in the order of what is owed a channel was last told that it watches a job. */
async function readBeginnings(db: Db): Promise<ReadonlyMap<string, number>> {
  const rows = await db
    .selectFrom('deliveries')
    .select(['id', 'channel_id', 'announcement'])
    .where('announcement', 'is not', null)
    .orderBy('id')
    .execute();
  const begun = rows.flatMap(({ id, channel_id: channelId, announcement }) => {
    const said = decodeAnnouncement(announcement ?? '');
    return said?.kind === 'subscribed' ? said.jobs.map(({ jobId }) => [keyOf(channelId, jobId), id] as const) : [];
  });
  return new Map(begun);
}

function keyOf(channelId: string, jobId: string): string {
  return `${channelId} ${jobId}`;
}
