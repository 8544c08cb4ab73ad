import { backoffDelay } from '../../domain/base/backoff.ts';
import type { RemoveOutcome } from '../../domain/post/post.ts';
import type { Notifier } from '../../ports.ts';
import type { Delivering } from './dispatch-deliveries.ts';

/** One turn: a copy of a post that is in a channel twice is taken away. False when there was none. */
export async function removeSurplus(context: Delivering, notifier: Notifier): Promise<boolean> {
  const { store, durations, log, workspaceId } = context;
  const message = await store.claimSurplus({ workspaceId, leaseMs: durations.reconcileAfterMs });
  if (message === null) return false;
  const { conversationId: channelId, messageTs, postId } = message;
  const outcome = await notifier.remove({ channelId, messageTs });
  const facts = { channel: channelId, post: postId, outcome: outcome.kind };
  if (outcome.kind === 'removed') log.info(facts, 'a copy of a post was taken away');
  else log.warn({ ...facts, reason: outcome.reason }, 'a copy of a post was not taken away');
  await store.settleSurplus(message, settlementOf(context, outcome, message.tries));
  return true;
}

function settlementOf({ durations, random }: Delivering, outcome: RemoveOutcome, tries: number) {
  if (outcome.kind !== 'again') return { outcome: outcome.kind };
  const policy = { baseMs: durations.firstRetryMs * 10, capMs: durations.longestEditRetryMs };
  return { afterMs: outcome.afterMs ?? backoffDelay(tries, policy, random) };
}
