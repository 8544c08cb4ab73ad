import { backoffDelay } from '../domain/backoff.ts';
import type { EditOutcome } from '../domain/post.ts';
import type { Notifier } from '../ports.ts';
import type { Context } from './context.ts';

/** One turn: the message that has waited longest shows what its post says now. False when none was due. */
export async function editNext(context: Context, notifier: Notifier): Promise<boolean> {
  const { store, newId, durations, log } = context;
  const token = newId();
  const due = await store.claimEdit({ token, leaseMs: durations.channelLeaseMs });
  if (due === null) return false;
  const { post, messageTs, jobs } = due;
  const outcome = await notifier.edit(post, messageTs, jobs);
  const facts = { channel: post.channelId, post: post.id, version: post.version, outcome: outcome.kind };
  if (outcome.kind === 'shown') log.debug(facts, 'edited');
  else log.warn({ ...facts, reason: outcome.reason }, 'a message was not edited');
  await store.settleEdit({ token, post, afterMs: pauseAfter(context, outcome) });
  return true;
}

/** Null: nothing more to do. */
function pauseAfter({ durations, random }: Context, outcome: EditOutcome): number | null {
  if (outcome.kind !== 'again') return null;
  const policy = { baseMs: durations.firstRetryMs * 10, capMs: durations.longestRetryMs };
  return outcome.afterMs ?? backoffDelay(1, policy, random);
}
