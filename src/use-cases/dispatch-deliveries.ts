import { settlePost } from '../domain/settle-post.ts';
import type { SendOutcome } from '../domain/post.ts';
import type { ChannelLease, Log, Notifier } from '../ports.ts';
import type { Context } from './context.ts';

/** What one turn did. */
export type DispatchReport =
  /** No channel can be written to now; milliseconds until one can, null when nothing is pending anywhere. */
  | { readonly kind: 'idle'; readonly nextInMs: number | null }
  | { readonly kind: 'sent'; readonly outcome: 'delivered' | 'retry' | 'uncertain' | 'refused' }
  /** The channel had nothing left to send, or its lease was lost. */
  | { readonly kind: 'nothing' };

/** One turn: the channel that has waited longest gets its next post, once. */
export async function dispatchNext(context: Context, notifier: Notifier): Promise<DispatchReport> {
  const { store, newId, durations } = context;
  const lease = await store.claimChannel({ token: newId(), leaseMs: durations.channelLeaseMs });
  if (lease === null) return { kind: 'idle', nextInMs: await store.msUntilNextPost() };
  try {
    return await sendNextPost(context, notifier, lease);
  } catch (error) {
    await store.releaseChannel(lease);
    throw error;
  }
}

async function sendNextPost(context: Context, notifier: Notifier, lease: ChannelLease): Promise<DispatchReport> {
  const { store, clock, newId, durations, random, log } = context;
  const post = await store.beginPost(lease, newId(), clock.now());
  if (post === null) {
    await store.releaseChannel(lease);
    return { kind: 'nothing' };
  }
  const outcome = await notifier.send(post);
  const settlement = settlePost(post, outcome, clock.now(), random, durations);
  const settled = await store.settlePost(lease, post, settlement, durations.postPaceMs);
  const facts = { channel: post.channelId, post: post.id, attempt: post.attempt, settlement: settlement.kind };
  logOutcome(log, facts, outcome);
  if (!settled) log.warn(facts, 'the right to this channel was lost before the outcome was recorded');
  return { kind: 'sent', outcome: outcome.kind };
}

function logOutcome(log: Log, facts: object, outcome: SendOutcome): void {
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
