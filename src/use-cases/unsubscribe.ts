import { suggestJobs } from '../domain/choose-job.ts';
import type { JobKey } from '../domain/job.ts';
import type { JobId } from '../domain/job-id.ts';
import type { ListedJob } from '../domain/listed-job.ts';
import type { ListedSubscription, NamedSubscription } from '../domain/subscription.ts';
import type { Actor } from '../ports.ts';
import type { Context } from './context.ts';
import { pickOne, resolvePlainly } from './resolve-jobs.ts';
import type { ReferenceProblem } from './resolve-jobs.ts';

/** What a request to unsubscribe came to. */
export interface UnsubscribeOutcome {
  readonly ended: readonly NamedSubscription[];
  /** Somebody else made these: they go on until the person says so again. */
  readonly toConfirm: readonly NamedSubscription[];
  /** Jobs this channel was not subscribed to. */
  readonly notSubscribed: readonly JobId[];
  readonly problems: readonly ReferenceProblem[];
}

/** Whether the person knows that somebody else made the subscriptions. */
export type Consent = 'ask_about_others' | 'confirmed';

/**
 * Ends this channel's subscriptions to the jobs people named; names are those of this channel's subscriptions only, with
 * those that would come back should a job that is gone be known again. What
 * somebody else made is ended only when that has been confirmed.
 */
export async function unsubscribe(
  context: Context,
  actor: Actor,
  references: readonly string[],
  consent: Consent,
): Promise<UnsubscribeOutcome> {
  const { store, clock } = context;
  const awaited = await store.listAwaitedSubscriptions(actor, clock.now());
  const mine = [...(await store.listSubscriptions(actor)), ...awaited];
  const myJobIds = new Set(mine.map((subscription) => subscription.jobId));
  const resolved = references.map((reference) => resolveAmong(mine.map(asListed), reference));
  const jobIds = new Set(resolved.flatMap((one) => (typeof one === 'string' ? [one] : [])));
  const meant = mine.filter((subscription) => jobIds.has(subscription.jobId));
  const toConfirm = consent === 'confirmed' ? [] : meant.filter((one) => one.createdBy !== actor.userId);
  const ending = meant.filter((one) => !toConfirm.includes(one));
  return {
    ended: ending.length === 0 ? [] : await end(context, actor, ending),
    toConfirm,
    notSubscribed: [...jobIds].filter((jobId) => !myJobIds.has(jobId)),
    problems: resolved.flatMap((one) => (typeof one === 'string' ? [] : [one])),
  };
}

/** Ends every subscription of this channel. */
export function unsubscribeAll(context: Context, actor: Actor): Promise<readonly NamedSubscription[]> {
  return end(context, actor, 'all');
}

async function end(
  context: Context,
  actor: Actor,
  jobs: 'all' | readonly JobKey[],
): Promise<readonly NamedSubscription[]> {
  const now = context.clock.now();
  const ended = await context.store.unsubscribe({ actor, jobs, reason: 'unsubscribed', announce: true, now });
  if (ended.length > 0) context.wakeDispatcher();
  return ended;
}

/** What is meant among the jobs a channel has to do with; DRS is not asked. */
export function resolveAmong(jobs: readonly ListedJob[], reference: string): JobId | ReferenceProblem {
  const resolved = resolvePlainly(reference) ?? pickOne(reference, jobs);
  if (resolved !== null) return resolved;
  const unlisted = { isListPending: false, listedAt: null, listFailure: null };
  return { kind: 'none', reference, ...suggestJobs(reference, jobs), ...unlisted };
}

function asListed({ jobId, jobName, jobType, state }: ListedSubscription): ListedJob {
  return { jobId, name: jobName, jobType, status: state.report?.status ?? null, subJobs: 0 };
}
