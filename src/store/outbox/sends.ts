import { sql } from 'kysely';

import { laterTs, tsAt, tsBefore } from '../../domain/post/message-ts.ts';
import type { MessageTs } from '../../domain/post/message-ts.ts';
import { msUntilPace, consumePace } from '../../domain/post/pace.ts';
import type { ChannelKey } from '../../domain/subscription.ts';
import { MINUTE } from '../../domain/base/time.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import { updateChannel } from '../rows/update-channel.ts';
import { msUntil, stillMeant } from '../rows/timed-work.ts';
import { isBehindHeldPost, isHeldBack, isHeldPost, isPausedPost } from '../channels/pauses.ts';
import { withdrawUnwatched } from '../channels/suppress-deliveries.ts';
import { leaseOf } from './claim.ts';
import type { Claim, Claimed } from './claim.ts';
import { loadPost } from './delivery-facts.ts';
import { placePending, undoPost } from './place-pending.ts';
import { believedHistoryAccess, HISTORY_ACCESS } from './history-access.ts';

/** How far the parts of Slack that give out timestamps may be apart. */
const SLACK_SKEW_MS = MINUTE;
/** How far our clock may be off when no timestamp of Slack's is known. */
const OWN_SKEW_MS = 10 * MINUTE;
/** So long after its attempt began, a message has its timestamp or never gets one. */
const LATEST_TS_MS = 5 * MINUTE;

/** What waits to be sent, by channel: the oldest of it, and how long it is held, in ms. Posts sent anew come first: their place in time is past. */
function owed({ clock, request: { workspaceId } }: Claim) {
  return sql<{ readonly channel_id: string; readonly oldest: number; readonly held_ms: number }>`(
    select channel_id, min(id) as oldest, min(held_ms) as held_ms from (
      select deliveries.channel_id, deliveries.id, ${msUntil('hold_until', 'hold_set_at', clock)} as held_ms
        from deliveries left join posts on posts.id = deliveries.post_id
        where deliveries.workspace_id = ${workspaceId} and outcome is null and message_ts is null and ended is null
          and not ${isBehindHeldPost(clock)}
      union all
      select channel_id, 0, 0 from posts
        where workspace_id = ${workspaceId} and message_ts is null and ended is null and reposts > 0
           and not ${isHeldPost(clock)}) as waiting
    group by channel_id)`.as<'owed'>('owed');
}

/** While it is not known whether the last message reached the channel. */
const isInDoubt = sql<boolean>`exists (select 1 from posts
  where posts.workspace_id = channels.workspace_id and posts.channel_id = channels.channel_id
    and message_ts is null and ended is null and attempt_at is not null)`;

type NextChannel = NonNullable<Awaited<ReturnType<typeof nextChannel>>>;

/** The channel that has waited longest, or else the one that may be written to soonest; none that is paused or in doubt. */
async function nextChannel(claim: Claim) {
  const { tx, clock, request } = claim;
  const pauseMs = msUntil('channels.next_send_at', 'channels.send_set_at', clock);
  return await tx
    .selectFrom('channels')
    .innerJoin('workspaces', 'workspaces.id', 'channels.workspace_id')
    .innerJoin(owed(claim), 'owed.channel_id', 'channels.channel_id')
    .select(['channels.workspace_id', 'channels.channel_id', 'channels.last_ts', ...HISTORY_ACCESS])
    .select(['workspaces.posts_paced_to', 'workspaces.posts_paced_at', 'workspaces.last_ts as workspace_last_ts'])
    .select(sql<number>`case when held_ms > ${pauseMs} then held_ms else ${pauseMs} end`.as('wait_ms'))
    .where('channels.workspace_id', '=', request.workspaceId)
    .where((eb) => eb.not(isHeldBack('channels', clock)))
    .where((eb) => eb.not(isInDoubt))
    .orderBy('wait_ms')
    .orderBy('owed.oldest')
    .limit(1)
    .executeTakeFirst();
}

/**
 * The first message of the channel that has waited longest, its attempt on record. A post that was begun goes first, as it
 * is; else whatever is pending finds its place.
 */
export async function claimSend(claim: Claim): Promise<Claimed> {
  const { tx, clock, request } = claim;
  const row = await nextChannel(claim);
  if (row === undefined) return null;
  const used = stillMeant(row.posts_paced_to, row.posts_paced_at, clock);
  const pacedTo = consumePace(used, clock, request.pace);
  if (row.wait_ms > 0 || pacedTo === null) return Math.max(row.wait_ms, msUntilPace(used, clock, request.pace));
  const channel = { workspaceId: row.workspace_id, channelId: row.channel_id };
  const begun = await begunPost(claim, channel);
  if (begun !== null && (await withdrawUnwatched(tx, begun, request.now))) return 'look again';
  const postId = begun ?? (await placePending(claim, channel));
  const post = postId === null ? null : await loadPost(tx, clock, postId, claim.language);
  if (post === null) return 'look again';
  await beginAttempt(claim, row, post.id, pacedTo);
  return {
    kind: 'send',
    lease: { ...channel, postId: post.id, token: request.token },
    post: { ...post, attempt: post.attempt + 1 },
    historyAccess: believedHistoryAccess(row, clock),
  };
}

/**
 * A post without a message that is sent as it was: as plain text, once more, because its message may yet appear, or because
 * Slack has refused just this one and its trial is due. Any other was refused before anybody saw it: what it tells is free
 * to be grouped anew, but for what was unsubscribed meanwhile.
 */
async function begunPost(
  { tx, clock, request: { now } }: Claim,
  { workspaceId, channelId }: ChannelKey,
): Promise<string | null> {
  const rows = await tx
    .selectFrom('posts')
    .select(['id', 'plain', 'reposts', 'resent', isPausedPost.as('is_paused')])
    .where('workspace_id', '=', workspaceId)
    .where('channel_id', '=', channelId)
    .where('message_ts', 'is', null)
    .where('ended', 'is', null)
    .where((eb) => eb.not(isHeldPost(clock)))
    .orderBy('created_at')
    .execute();
  for (const row of rows) {
    if (row.is_paused + row.plain + row.reposts + row.resent > 0) return row.id;
    if (!(await withdrawUnwatched(tx, row.id, now))) await undoPost(tx, row.id);
  }
  return null;
}

/**
 * Records the attempt, and where the post would have to be looked for. The channel's next turn is counted from now: Slack
 * counts from when a message comes, not from when its answer does.
 */
async function beginAttempt(claim: Claim, channel: NextChannel, postId: string, pacedTo: EpochMs): Promise<void> {
  const { tx, clock, slackAheadMs, request } = claim;
  const knownTs = earliestTs(claim, channel.last_ts, channel.workspace_last_ts);
  await tx
    .updateTable('posts')
    .set((eb) => ({
      attempts: eb('attempts', '+', 1),
      attempt_at: clock,
      attempt_version: eb.ref('wanted_version'),
      looks: 0,
      searched_since: null,
      search_cursor: null,
      look_at: clock + request.reconcileAfterMs,
      look_set_at: clock,
      known_ts: eb.fn.coalesce('known_ts', eb.val(knownTs)),
      until_ts: slackAheadMs === null ? null : tsAt(clock + slackAheadMs + LATEST_TS_MS),
      ...leaseOf(claim, request.leaseMs),
    }))
    .where('id', '=', postId)
    .execute();
  await updateChannel(tx, { workspaceId: channel.workspace_id, channelId: channel.channel_id })
    .set({ next_send_at: clock + request.paceMs, send_set_at: clock })
    .execute();
  await tx
    .updateTable('workspaces')
    .set({ posts_paced_to: pacedTo, posts_paced_at: clock })
    .where('id', '=', channel.workspace_id)
    .execute();
}

/**
 * The earliest timestamp that the message can get. All of a workspace's timestamps come from Slack's clock, so one from another
 * channel narrows a search as well; and so does our clock, when its distance from Slack's is known.
 */
function earliestTs(
  { clock, slackAheadMs }: Claim,
  inChannel: MessageTs | null,
  inWorkspace: MessageTs | null,
): MessageTs {
  const known = laterTs(inChannel, inWorkspace === null ? null : tsBefore(inWorkspace, SLACK_SKEW_MS));
  const byClock = slackAheadMs === null ? null : tsAt(clock + slackAheadMs - SLACK_SKEW_MS);
  return laterTs(known, byClock) ?? tsAt(clock - OWN_SKEW_MS);
}
