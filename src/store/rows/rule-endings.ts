import type { JobKey } from '../../domain/job/job.ts';
import type { JobEvent } from '../../domain/job/job-event.ts';
import {
  FOLLOWING_EVENT_KINDS,
  followedKinds,
  isEndedBy,
  isMoreOf,
  LASTING_KINDS,
} from '../../domain/job/rule-endings.ts';
import type { RuleFound } from '../../domain/job/rule-endings.ts';
import type { ChannelKey } from '../../domain/subscription.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import { decodeEvent } from './codec.ts';
import { ofJob } from './keys.ts';
import { wantEdit, wantEditOfPosts, wantNewVersion } from './want-edit.ts';
import type { Db, Tx } from './schema.ts';

/** Events looked through at most for one that ends another, or that one ends: what is older, or later, is not looked for. */
const MOST_EVENTS = 50;

/** An event with its number. */
interface Numbered {
  readonly number: number;
  readonly event: JobEvent;
}

/** What became of something that a rule found. */
export interface Followed {
  /** The event by which it is over; null while it is not. */
  readonly end: Numbered | null;
  /** The last of what was found on top of it until then; null when nothing was. */
  readonly more: RuleFound | null;
}

/** What became of something that a rule found, as the later events of its job say. */
export async function followFound(db: Db, job: JobKey, number: number, found: RuleFound): Promise<Followed> {
  const rows = await db
    .selectFrom('job_events')
    .select(['number', 'facts'])
    .where((eb) => eb.and(ofJob(job)))
    .where('number', '>', number)
    .where('kind', 'in', FOLLOWING_EVENT_KINDS)
    .orderBy('number')
    .limit(MOST_EVENTS)
    .execute();
  const later = readable(rows);
  const end = later.find(({ event }) => isEndedBy(found, event)) ?? null;
  const more = later.flatMap(({ number: at, event }) =>
    (end === null || at < end.number) && isMoreOf(found, event) ? [event] : [],
  );
  return { end, more: more.at(-1) ?? null };
}

/** The messages of what rules found before, and what is over by this event or goes on with it, are to say so. */
export async function noteFollowed(tx: Tx, job: JobKey, { number, event }: Numbered, now: EpochMs): Promise<void> {
  const kinds = followedKinds(event);
  if (kinds.length === 0) return;
  for (const { number: earlier, event: found } of await findFound(tx, job, kinds, number)) {
    if (!isEndedBy(found, event) && !isMoreOf(found, event)) continue;
    const { end } = await followFound(tx, job, earlier, found);
    if (end !== null && end.number !== number) continue;
    await wantEdit(tx, job, earlier, now);
    await keepClearsCurrent(tx, job, earlier, now);
  }
}

/** The message about lags that are fine again says how many of those that an incident told are not. */
async function keepClearsCurrent(tx: Tx, job: JobKey, number: number, now: EpochMs): Promise<void> {
  const incidents = await tx
    .selectFrom('deliveries')
    .innerJoin('posts', 'posts.id', 'deliveries.post_id')
    .select(['posts.workspace_id', 'posts.channel_id'])
    .where('deliveries.connection_id', '=', job.connectionId)
    .where('deliveries.subject', '=', job.jobId)
    .where('deliveries.number', '=', number)
    .where('posts.kind', '=', 'incident')
    .execute();
  for (const channel of incidents) {
    const clears = { ...channel, kind: 'incident', about: 'lag_cleared', joinable: 1 };
    await wantNewVersion(tx, now)
      .where((eb) => eb.and(clears))
      .execute();
  }
}

/** What rules found last of these kinds, newest first, and before an event if it is given. */
async function findFound(
  tx: Tx,
  job: JobKey,
  kinds: readonly string[],
  before: number | null,
): Promise<readonly { readonly number: number; readonly event: RuleFound }[]> {
  const all = tx
    .selectFrom('job_events')
    .select(['number', 'facts'])
    .where((eb) => eb.and(ofJob(job)))
    .where('kind', 'in', kinds);
  const rows = await (before === null ? all : all.where('number', '<', before))
    .orderBy('number', 'desc')
    .limit(MOST_EVENTS)
    .execute();
  return readable(rows).flatMap(({ number, event }) => (event.kind === 'rule' ? [{ number, event }] : []));
}

/** Nobody in this channel looks at the job by the rules any more that found what still stands there: its messages say so. */
export async function noteLetGo(tx: Tx, channel: ChannelKey, job: JobKey, now: EpochMs): Promise<void> {
  for (const { number, event } of await findFound(tx, job, LASTING_KINDS, null)) {
    const { end } = await followFound(tx, job, number, event);
    if (end === null) await wantEditOfPosts(tx, await findTelling(tx, channel, job, number), now);
  }
}

/** The posts of a channel that tell an event. */
async function findTelling(tx: Tx, { workspaceId, channelId }: ChannelKey, job: JobKey, number: number) {
  return await tx
    .selectFrom('deliveries')
    .innerJoin('posts', 'posts.id', 'deliveries.post_id')
    .select(['posts.id', 'posts.part_of'])
    .where('deliveries.workspace_id', '=', workspaceId)
    .where('deliveries.channel_id', '=', channelId)
    .where('deliveries.connection_id', '=', job.connectionId)
    .where('deliveries.subject', '=', job.jobId)
    .where('deliveries.number', '=', number)
    .execute();
}

function readable(rows: readonly { readonly number: number; readonly facts: string }[]): readonly Numbered[] {
  return rows.flatMap(({ number, facts }) => {
    const event = decodeEvent(facts);
    return event === null ? [] : [{ number, event }];
  });
}
