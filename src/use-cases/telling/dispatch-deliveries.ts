import { settleSearch } from '../../domain/post/reconcile.ts';
import { settlePost } from '../../domain/post/settle-post.ts';
import type { SearchOutcome, SendOutcome } from '../../domain/post/post.ts';
import type { ChannelTurn, History, Log, Notifier, Recorded, TurnClaim } from '../../ports.ts';
import type { Context } from '../context.ts';

/** What is to be done now, by whoever claimed it. */
export interface ClaimedTurn {
  readonly kind: 'claimed';
  readonly turn: ChannelTurn;
  /** No request may begin after this, on the monotonic clock: it could outlive the lease. */
  readonly lastStartAt: number;
}

/** What one turn in a channel did. */
export type DispatchReport =
  | { readonly kind: 'sent'; readonly outcome: SendOutcome['kind'] }
  | { readonly kind: 'searched'; readonly outcome: SearchOutcome['kind'] }
  /** There was no time left to do it. */
  | { readonly kind: 'nothing' };

/** Speaks to Slack and reads back what was said. */
export interface Slack {
  readonly notifier: Notifier;
  readonly history: History;
}

/** What delivering needs of the context. */
export type Delivering = Pick<Context, 'store' | 'clock' | 'newId' | 'durations' | 'random' | 'log' | 'workspaceId'>;

/** Takes the channel that has waited longest. */
export async function claimTurn({
  store,
  newId,
  clock,
  durations,
  workspaceId,
}: Delivering): Promise<ClaimedTurn | Extract<TurnClaim, { readonly kind: 'idle' }>> {
  const { channelLeaseMs, slackTimeoutMs } = durations;
  // Read before the claim, so that the time a slow database takes is not counted on.
  const lastStartAt = clock.monotonic() + channelLeaseMs - slackTimeoutMs;
  const turn = await store.claimTurn({
    workspaceId,
    token: newId(),
    leaseMs: channelLeaseMs,
    newPostId: newId(),
    now: clock.now(),
    paceMs: durations.postPaceMs,
    pace: durations.workspacePace,
    reconcileAfterMs: durations.reconcileAfterMs,
    searchLeaseMs: durations.searchLeaseMs,
  });
  return turn.kind === 'idle' ? turn : { kind: 'claimed', turn, lastStartAt };
}

/** One turn in a claimed channel: its next post is sent once, or the last one is looked for. Gives the channel back. */
export async function takeTurn(context: Delivering, slack: Slack, claimed: ClaimedTurn): Promise<DispatchReport> {
  const { turn, lastStartAt } = claimed;
  try {
    return turn.kind === 'send'
      ? await send(context, slack.notifier, turn, lastStartAt)
      : await search(context, slack.history, turn);
  } catch (error) {
    await context.store.releaseChannel(turn.lease);
    throw error;
  }
}

async function send(
  { store, clock, durations, random, log }: Delivering,
  notifier: Notifier,
  { lease, post, readBack }: Extract<ChannelTurn, { readonly kind: 'send' }>,
  lastStartAt: number,
): Promise<DispatchReport> {
  const facts = { channel: post.channelId, post: post.id, attempt: post.attempt };
  if (clock.monotonic() > lastStartAt) {
    // Somebody else may have the channel by now, and must not meet our message there.
    log.warn(facts, 'a post was not sent: the right to its channel was about to expire');
    await store.releaseChannel(lease);
    return { kind: 'nothing' };
  }
  const outcome = await notifier.send(post);
  const settlement = settlePost(post, readBack, outcome, clock.now(), random, durations);
  const recorded = await store.settlePost(lease, post, settlement);
  logOutcome(log, { ...facts, settlement: settlement.kind }, outcome, recorded);
  return { kind: 'sent', outcome: outcome.kind };
}

async function search(
  { store, clock, durations, random, log }: Delivering,
  history: History,
  { lease, open, search: where }: Extract<ChannelTurn, { readonly kind: 'search' }>,
): Promise<DispatchReport> {
  const outcome = await history.search(where);
  const settlement = settleSearch(open, outcome, clock.now(), random, durations);
  const recorded = await store.settleSearch(lease, where, settlement);
  const reason = 'reason' in outcome ? { reason: outcome.reason } : {};
  log.info(
    {
      channel: lease.channelId,
      post: where.postId,
      search: outcome.kind,
      settlement: settlement.kind,
      ...reason,
      recorded,
    },
    'looked for a post whose outcome was not known',
  );
  return { kind: 'searched', outcome: outcome.kind };
}

function logOutcome(log: Log, facts: object, outcome: SendOutcome, recorded: Recorded): void {
  if (recorded === 'copy') log.warn(facts, 'a post was sent twice; this copy of it will be taken away');
  if (recorded === 'lease_lost') log.warn(facts, 'the right to this channel was lost before the outcome was recorded');
  if (outcome.kind === 'delivered') return log.debug(facts, 'posted');
  const why = { ...facts, outcome: outcome.kind, reason: outcome.reason };
  if (outcome.kind === 'refused' && outcome.what === 'workspace') {
    return log.error(
      why,
      `Slack refuses everything this bot posts (${outcome.reason}): what is owed waits; mend the app or its token, then restart the bot`,
    );
  }
  log.warn(why, 'a post was not delivered');
}
