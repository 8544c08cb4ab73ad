import type { JobKey } from '../domain/job.ts';
import { parseJobId, parseJobIdPrefix } from '../domain/job-id.ts';
import type { JobId } from '../domain/job-id.ts';
import type { Subscription } from '../domain/subscription.ts';
import type { Actor } from '../ports.ts';
import type { Context } from './context.ts';
import { pickOne } from './resolve-jobs.ts';
import type { ReferenceProblem } from './resolve-jobs.ts';

/** A subscription that has just ended, with what to call its job. */
export type EndedSubscription = Subscription & { readonly jobName: string | null };

/** What a request to unsubscribe came to. */
export interface UnsubscribeOutcome {
  readonly ended: readonly EndedSubscription[];
  /** Jobs this channel was not subscribed to. */
  readonly notSubscribed: readonly JobId[];
  readonly problems: readonly ReferenceProblem[];
}

/** Ends this channel's subscriptions to the jobs people named; prefixes match this channel's subscriptions only. */
export async function unsubscribe(
  context: Context,
  actor: Actor,
  references: readonly string[],
): Promise<UnsubscribeOutcome> {
  const mine = await context.store.listSubscriptions(actor);
  const myJobIds = mine.map((subscription) => subscription.jobId);
  const resolved = references.map((reference) => resolveAmong(myJobIds, reference));
  const jobIds = new Set(resolved.flatMap((one) => (typeof one === 'string' ? [one] : [])));
  const meant = mine.filter((subscription) => jobIds.has(subscription.jobId));
  return {
    ended: meant.length === 0 ? [] : await end(context, actor, meant),
    notSubscribed: [...jobIds].filter((jobId) => !myJobIds.includes(jobId)),
    problems: resolved.flatMap((one) => (typeof one === 'string' ? [] : [one])),
  };
}

/** Ends every subscription of this channel. */
export function unsubscribeAll(context: Context, actor: Actor): Promise<readonly EndedSubscription[]> {
  return end(context, actor, 'all');
}

async function end(
  context: Context,
  actor: Actor,
  jobs: 'all' | readonly JobKey[],
): Promise<readonly EndedSubscription[]> {
  const now = context.clock.now();
  const ended = await context.store.unsubscribe({ actor, jobs, reason: 'unsubscribed', announce: true, now });
  if (ended.length > 0) context.wakeDispatcher();
  return ended;
}

function resolveAmong(mine: readonly JobId[], reference: string): JobId | ReferenceProblem {
  const jobId = parseJobId(reference);
  if (jobId !== null) return jobId;
  const prefix = parseJobIdPrefix(reference);
  if (prefix === null) return { kind: 'not_an_id', reference };
  return pickOne(
    reference,
    mine.filter((candidate) => candidate.startsWith(prefix)),
  );
}
