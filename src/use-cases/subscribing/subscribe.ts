import { HELD_REASONS } from '../../domain/access.ts';
import type { Explanation } from '../../domain/job/explanation.ts';
import type { Job } from '../../domain/job/job.ts';
import type { JobId } from '../../domain/job/job-id.ts';
import type { Language } from '../../domain/base/language.ts';
import type { ChannelKey, ChannelPause, Subscription } from '../../domain/subscription.ts';
import type { Actor, SubscribeResult } from '../../ports/store/subscriptions.ts';
import type { ChannelAccess, Channels } from '../../ports/slack.ts';
import type { Context } from '../context.ts';
import { lookClosely } from '../showing/look-closely.ts';
import { resolveJobs } from '../naming/resolve-jobs.ts';
import type { Guess, OldNames, ReferenceProblem } from '../naming/resolve-jobs.ts';

/** Why the bot cannot post in the channel. */
export type PostingProblem =
  | Exclude<ChannelAccess, { readonly kind: 'ready' | 'unknown' }>
  /** Slack refused the public line; its error name. */
  | { readonly kind: 'refused'; readonly reason: string };

/** What a request to subscribe came to. */
export type SubscribeOutcome =
  /** Nothing was saved. */
  | { readonly kind: 'cannot_post'; readonly problem: PostingProblem }
  | {
      readonly kind: 'done';
      readonly subscribed: readonly Job[];
      readonly already: readonly { readonly job: Job; readonly subscription: Subscription }[];
      readonly over: readonly Job[];
      /** DRS says there is no such job, with its code. */
      readonly unknown: readonly { readonly jobId: JobId; readonly name: string | null; readonly code: string }[];
      /** DRS gave no report, so there is no baseline: not subscribed. */
      readonly unanswered: readonly {
        readonly jobId: JobId;
        readonly name: string | null;
        readonly why: Explanation;
      }[];
      /** Only a part of their names was typed: not subscribed until the person says so. */
      readonly guesses: readonly Guess[];
      readonly problems: readonly ReferenceProblem[];
      /** Null when the names were read a moment ago. */
      readonly oldNames: OldNames | null;
      /** Posts that had been held back and go out now. */
      readonly resumed: number;
    };

/**
 * Subscribes a channel to jobs, but not to one of which only a part of the name was typed. The report read now is the baseline. Nothing is saved where the bot cannot post: a
 * public channel is joined first, and if Slack refuses the public line the subscriptions are taken back.
 */
export async function subscribe(
  context: Context & { readonly channels: Channels },
  actor: Actor,
  references: readonly string[],
  language: Language,
): Promise<SubscribeOutcome> {
  const { jobIds, guesses, problems, oldNames } = await resolveJobs(context, references);
  const guessed = new Set(guesses.map(({ job }) => job.jobId));
  const access = await context.channels.prepare(actor.channelId);
  if (access.kind === 'invite_needed' || access.kind === 'archived') return { kind: 'cannot_post', problem: access };
  const sure = jobIds.filter((jobId) => !guessed.has(jobId));
  const looks = await lookClosely(context, sure, language);
  const pause = await context.store.findPause(actor);
  if (pause !== null && HELD_REASONS.includes(pause.reason)) {
    return { kind: 'cannot_post', problem: { kind: 'refused', reason: pause.reason } };
  }
  const resumed = pause === null ? 0 : await resumePaused(context, actor, pause);
  const known = looks.flatMap((look) => (look.kind === 'known' ? [look.job] : []));
  const results = await save(context, actor, known, language);
  const subscribed = results.flatMap((result) => (result.kind === 'subscribed' ? [result.job] : []));
  if (subscribed.length > 0) {
    const refusal = await refusalOfAnnouncement(context, actor);
    if (refusal !== null) {
      await takeBack(context, actor, subscribed);
      return { kind: 'cannot_post', problem: { kind: 'refused', reason: refusal } };
    }
  }
  return {
    kind: 'done',
    subscribed,
    already: results.flatMap((result) => (result.kind === 'already_subscribed' ? [result] : [])),
    over: results.flatMap((result) => (result.kind === 'already_over' ? [result.job] : [])),
    unknown: looks.flatMap((look) => (look.kind === 'no_such_job' ? [look] : [])),
    unanswered: looks.flatMap((look) => (look.kind === 'no_report' ? [look] : [])),
    guesses,
    problems,
    oldNames,
    resumed,
  };
}

async function save(
  context: Context,
  actor: Actor,
  jobs: readonly Job[],
  language: Language,
): Promise<readonly SubscribeResult[]> {
  if (jobs.length === 0) return [];
  const results = await context.store.subscribe({
    actor,
    language,
    connectionId: context.connectionId,
    jobIds: jobs.map((job) => job.jobId),
    now: context.clock.now(),
  });
  context.wakeDispatcher();
  return results;
}

/** Somebody wants posts here and Slack did not object: what had been held back may go out. */
async function resumePaused(context: Context, actor: Actor, pause: ChannelPause): Promise<number> {
  await context.store.resumeChannel({ actor, now: context.clock.now() });
  context.wakeDispatcher();
  return pause.waiting;
}

/** Waits a moment for the public line to go out. Null when it did, or is still on its way; else why Slack refused it. */
async function refusalOfAnnouncement(context: Context, channel: ChannelKey): Promise<string | null> {
  const { store, clock, durations } = context;
  const deadline = clock.monotonic() + durations.announcementWaitMs;
  for (;;) {
    const pause = await store.findPause(channel);
    if (pause !== null) return pause.reason;
    if ((await store.countPending(channel)) === 0 || clock.monotonic() >= deadline) return null;
    await clock.sleep(durations.lookIntervalMs);
  }
}

async function takeBack(context: Context, actor: Actor, jobs: readonly Job[]): Promise<void> {
  await context.store.unsubscribe({
    actor,
    jobs: jobs.map(({ connectionId, jobId }) => ({ connectionId, jobId })),
    reason: 'cannot_post',
    announce: false,
    now: context.clock.now(),
  });
}
