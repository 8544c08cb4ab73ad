import { backoffDelay } from '../../domain/base/backoff.ts';
import type { Job } from '../../domain/job/job.ts';
import type { EditOutcome, Post } from '../../domain/post/post.ts';
import type { Notifier } from '../../ports.ts';
import type { Context } from '../context.ts';

/** What one turn did. */
export type EditReport =
  /** No message was due, or it is too early for another edit. */
  | { readonly kind: 'nothing' }
  | {
      readonly kind: 'edited';
      readonly outcome: EditOutcome['kind'];
      readonly post: Post;
      readonly jobs: readonly Job[];
    };

/**
 * One turn: the message that has waited longest, or the given post's, shows what its post says now. Edits of one message
 * never overlap: after an uncertain one the next waits until the first can no longer arrive.
 */
export async function editNext(context: Context, notifier: Notifier, postId?: string): Promise<EditReport> {
  const { store, newId, clock, durations, log, workspaceId } = context;
  const token = newId();
  const leaseMs = durations.reconcileAfterMs + durations.slackTimeoutMs;
  const lastStartAt = clock.monotonic() + durations.slackTimeoutMs;
  const due = await store.claimEdit({ workspaceId, token, leaseMs, postId, pace: durations.editPace });
  if (due === null) return { kind: 'nothing' };
  const { post, jobs } = due;
  const outcome: EditOutcome =
    clock.monotonic() > lastStartAt
      ? { kind: 'again', afterMs: 0, reason: 'lease_expires' }
      : await notifier.edit(post, due, jobs);
  const facts = { channel: post.channelId, post: post.id, version: post.version, outcome: outcome.kind };
  if (outcome.kind === 'shown') log.debug(facts, 'edited');
  else log.warn({ ...facts, ...('reason' in outcome ? { reason: outcome.reason } : {}) }, 'a message was not edited');
  await store.settleEdit({ token, post, settlement: settlementOf(context, outcome, due.tries) });
  if (outcome.kind === 'gone') context.wakeDispatcher();
  return { kind: 'edited', outcome: outcome.kind, post, jobs };
}

function settlementOf(
  { durations, random }: Context,
  outcome: EditOutcome,
  tries: number,
): 'shown' | 'repost' | { afterMs: number } {
  switch (outcome.kind) {
    case 'shown':
    case 'refused':
      return 'shown';
    case 'gone':
      return 'repost';
    case 'again': {
      const policy = { baseMs: durations.firstRetryMs * 10, capMs: durations.longestEditRetryMs };
      return { afterMs: outcome.afterMs ?? durations.reconcileAfterMs + backoffDelay(tries + 1, policy, random) };
    }
  }
}
