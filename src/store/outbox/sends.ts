import { sql } from 'kysely';

import { laterTs, tsAt, tsBefore } from '../../domain/post/message-ts.ts';
import type { MessageTs } from '../../domain/post/message-ts.ts';
import { msUntilTurn, takeTurn } from '../../domain/post/pace.ts';
import type { ChannelKey } from '../../domain/subscription.ts';
import { MINUTE } from '../../domain/base/time.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import { updateChannel } from '../rows/update-channel.ts';
import { isDue, msUntilDue, stillMeant } from '../rows/timed-work.ts';
import { isBehindHeldPost, isHeldBack, isHeldPost } from '../channels/pauses.ts';
import { withdrawUnwatched } from '../channels/suppress-deliveries.ts';
import type { Claim, Claimed } from './claim-turn.ts';
import { loadPost } from './delivery-facts.ts';
import { placePending, undoPost } from './place-pending.ts';
import { believedReadBack } from './read-back.ts';

/** How far the parts of Slack that give out timestamps may be apart. */
const SLACK_SKEW_MS = MINUTE;
/** How far our clock may be off when no timestamp of Slack's is known. */
const OWN_SKEW_MS = 10 * MINUTE;
/** So long after its attempt began, a message has its timestamp or never gets one. */
const LATEST_TS_MS = 5 * MINUTE;

/**
 * Channels of a workspace with something to send that nobody has stopped; none while it is not known whether the last
 * message reached it. Posts sent anew come first: their place in time is past.
 */
function sendable({ tx, clock, request: { workspaceId } }: Claim) {
  return tx
    .selectFrom('channels')
    .innerJoin('workspaces', 'workspaces.id', 'channels.workspace_id')
    .innerJoin(
      (eb) =>
        eb
          .selectFrom('deliveries')
          .leftJoin('posts', 'posts.id', 'deliveries.post_id')
          .select((of) => [
            'deliveries.workspace_id',
            'deliveries.channel_id',
            of.fn.min('deliveries.id').as('oldest'),
            sql<number>`min(case when ${isDue('deliveries.hold_until', 'deliveries.hold_set_at', clock)} then 0
              else deliveries.hold_until end)`.as('held_until'),
          ])
          .where('deliveries.workspace_id', '=', workspaceId)
          .where('deliveries.outcome', 'is', null)
          .where('posts.message_ts', 'is', null)
          .where('posts.ended', 'is', null)
          .where((of) => of.not(isBehindHeldPost(clock)))
          .groupBy(['deliveries.workspace_id', 'deliveries.channel_id'])
          .unionAll(
            eb
              .selectFrom('posts')
              .select(['workspace_id', 'channel_id', sql<number>`0`.as('oldest'), sql<number>`0`.as('held_until')])
              .where('workspace_id', '=', workspaceId)
              .where('message_ts', 'is', null)
              .where('ended', 'is', null)
              .where('reposts', '>', 0)
              .where((of) => of.not(isHeldPost('posts.id', clock))),
          )
          .as('owed'),
      (join) =>
        join
          .onRef('owed.workspace_id', '=', 'channels.workspace_id')
          .onRef('owed.channel_id', '=', 'channels.channel_id'),
    )
    .where((eb) => eb.not(isHeldBack('channels', clock)))
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('posts as open')
            .select('open.id')
            .whereRef('open.workspace_id', '=', 'channels.workspace_id')
            .whereRef('open.channel_id', '=', 'channels.channel_id')
            .where('open.message_ts', 'is', null)
            .where('open.ended', 'is', null)
            .where('open.attempt_at', 'is not', null),
        ),
      ),
    );
}

/** A channel that may be written to, and how far the pace of its workspace would be used up. */
interface NextChannel extends ChannelKey {
  readonly pacedTo: EpochMs;
}

/** The first message of the channel that has waited longest, its attempt on record. */
export async function claimSend(claim: Claim): Promise<Claimed> {
  const channel = await nextChannel(claim);
  return channel === null ? 'nothing' : await beginTurn(claim, channel);
}

async function nextChannel(claim: Claim): Promise<NextChannel | null> {
  const { clock, request } = claim;
  const row = await sendable(claim)
    .select(['channels.workspace_id', 'channels.channel_id', 'workspaces.posts_paced_to', 'workspaces.posts_paced_at'])
    .where(isDue('channels.next_send_at', 'channels.send_set_at', clock))
    .where('owed.held_until', '=', 0)
    .orderBy('owed.oldest')
    .executeTakeFirst();
  if (row === undefined) return null;
  const pacedTo = takeTurn(stillMeant(row.posts_paced_to, row.posts_paced_at, clock), clock, request.pace);
  if (pacedTo === null) return null;
  return { workspaceId: row.workspace_id, channelId: row.channel_id, pacedTo };
}

/** How long until a channel may be written to, in ms; null when there is nothing to send. */
export async function msUntilSend(claim: Claim): Promise<number | null> {
  const { clock, request } = claim;
  const rows = await sendable(claim)
    .select([
      'channels.next_send_at',
      'channels.send_set_at',
      'owed.held_until',
      'workspaces.posts_paced_to',
      'workspaces.posts_paced_at',
    ])
    .execute();
  const waits = rows.map((row) =>
    Math.max(
      msUntilDue(row.next_send_at, row.send_set_at, clock),
      row.held_until - clock,
      msUntilTurn(stillMeant(row.posts_paced_to, row.posts_paced_at, clock), clock, request.pace),
    ),
  );
  return waits.length === 0 ? null : Math.min(...waits);
}

/** A post that was begun goes first, as it is; else whatever is pending finds its place. */
async function beginTurn(claim: Claim, channel: NextChannel): Promise<Claimed> {
  const { tx, request } = claim;
  const begun = await begunPost(claim, channel);
  if (begun !== null && (await withdrawUnwatched(tx, begun, request.now))) return 'look again';
  const postId = begun ?? (await placePending(claim, channel));
  return postId === null ? 'look again' : await beginAttempt(claim, channel, postId);
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
    .leftJoin('pauses', (join) =>
      join
        .onRef('pauses.workspace_id', '=', 'posts.workspace_id')
        .onRef('pauses.channel_id', '=', 'posts.channel_id')
        .onRef('pauses.post_id', '=', 'posts.id'),
    )
    .select(['posts.id', 'plain', 'posts.reposts', 'posts.resent', 'pauses.since as refused_since'])
    .where('posts.workspace_id', '=', workspaceId)
    .where('posts.channel_id', '=', channelId)
    .where('posts.message_ts', 'is', null)
    .where('posts.ended', 'is', null)
    .where((eb) => eb.not(isHeldPost('posts.id', clock)))
    .orderBy('posts.created_at')
    .execute();
  for (const row of rows) {
    if (row.refused_since !== null || row.plain + row.reposts + row.resent > 0) return row.id;
    if (!(await withdrawUnwatched(tx, row.id, now))) await undoPost(tx, row.id);
  }
  return null;
}

/**
 * Records the attempt, and where the post would have to be looked for. The channel's next turn is counted from now: Slack
 * counts from when a message comes, not from when its answer does.
 */
async function beginAttempt(claim: Claim, channel: NextChannel, postId: string): Promise<Claimed> {
  const { tx, clock, language, slackAheadMs, request } = claim;
  const post = await loadPost(tx, clock, postId, language);
  if (post === null) return 'look again';
  const row = await tx
    .selectFrom('channels')
    .innerJoin('workspaces', 'workspaces.id', 'channels.workspace_id')
    .select([
      'channels.last_ts',
      'channels.read_back_at',
      'channels.read_back_refusal',
      'channels.read_back_refused_at',
      'workspaces.last_ts as workspace_last_ts',
    ])
    .where('channels.workspace_id', '=', channel.workspaceId)
    .where('channels.channel_id', '=', channel.channelId)
    .executeTakeFirstOrThrow();
  const knownTs = earliestTs(claim, row.last_ts, row.workspace_last_ts);
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
      lease_token: request.token,
      lease_until: clock + request.leaseMs,
      leased_at: clock,
    }))
    .where('id', '=', postId)
    .execute();
  await updateChannel(tx, channel)
    .set({ next_send_at: clock + request.paceMs, send_set_at: clock })
    .execute();
  await tx
    .updateTable('workspaces')
    .set({ posts_paced_to: channel.pacedTo, posts_paced_at: clock })
    .where('id', '=', channel.workspaceId)
    .execute();
  return {
    kind: 'send',
    lease: { workspaceId: channel.workspaceId, channelId: channel.channelId, postId, token: request.token },
    post: { ...post, attempt: post.attempt + 1 },
    readBack: believedReadBack(row, clock),
  };
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
