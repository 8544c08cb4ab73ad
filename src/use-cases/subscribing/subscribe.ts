import { HELD_REASONS } from '../../domain/access.ts';
import type { Explanation } from '../../domain/job/explanation.ts';
import { endsWithin } from '../../domain/base/ends-within.ts';
import { SECOND } from '../../domain/base/time.ts';
import type { Job } from '../../domain/job/job.ts';
import type { JobId } from '../../domain/job/job-id.ts';
import { statusGroup } from '../../domain/job/job-status.ts';
import type { Language } from '../../domain/base/language.ts';
import { NOTHING_CHOSEN, changeRules, differingRules, rulesInForce } from '../../domain/rules/rule-choice.ts';
import type { RuleChanges } from '../../domain/rules/rule-choice.ts';
import { findContradiction } from '../../domain/rules/typed-rules.ts';
import type { RuleRefusal, TypedRules } from '../../domain/rules/typed-rules.ts';
import { alarmLevelOf, NO_OWN_RULES } from '../../domain/rules/subscription-rules.ts';
import type { SubscriptionRules } from '../../domain/rules/subscription-rules.ts';
import type { ChannelKey, ChannelPause, Subscription } from '../../domain/subscription.ts';
import type { ChannelStore } from '../../ports/store/channels.ts';
import type { Actor, SubscribeResult, SubscriptionStore } from '../../ports/store/subscriptions.ts';
import type { ChannelAccess, Channels } from '../../ports/slack.ts';
import { MAX_DETAIL_WAIT_MS, readJobsWithDetails } from '../showing/read-jobs-with-details.ts';
import type { ReadWithDetailsDeps } from '../showing/read-jobs-with-details.ts';
import { settleTyped } from './settle-typed.ts';
import type { SaidRules, SettleTypedDeps } from './settle-typed.ts';
import type { Consent } from './unsubscribe.ts';
import { resolveJobs } from '../naming/resolve-jobs.ts';
import type { Guess, OldNames, PatternMatch, ReferenceProblem, ResolveDeps } from '../naming/resolve-jobs.ts';

/** How long a person waits to learn whether the public line of a subscription could be posted, in ms. */
const MAX_ANNOUNCEMENT_WAIT_MS = 3 * SECOND;

/** Jobs whose terms are read as they are subscribed: each costs a request. Of others they are read with the first reminder. */
const MAX_TERMS = 5;

/** What subscribing takes. */
export type SubscribeDeps = ResolveDeps &
  SettleTypedDeps &
  ReadWithDetailsDeps & { readonly store: SubscriptionStore & ChannelStore; readonly channels: Channels };

/** Why the bot cannot post in the channel. */
export type PostingProblem =
  | Exclude<ChannelAccess, { readonly kind: 'ready' | 'unknown' }>
  /** Slack refused the public line; its error name. */
  | { readonly kind: 'refused'; readonly reason: string };

/** Which jobs, by the references that were typed, and by which rules. */
export interface Wanted {
  readonly references: readonly string[];
  readonly rules: TypedRules;
}

/** What a request to subscribe came to. */
export type SubscribeOutcome =
  /** Nothing was saved. */
  | { readonly kind: 'cannot_post'; readonly problem: PostingProblem }
  /** Nor was anything because of the rules. */
  | { readonly kind: 'rules_refused'; readonly refusal: RuleRefusal }
  | {
      readonly kind: 'done';
      readonly subscribed: readonly Job[];
      /** Nothing is green above it of what is subscribed, in ms. */
      readonly alarmMs: number;
      /** Subscribed before, and told by other rules from now on. */
      readonly changed: readonly { readonly job: Job; readonly before: Subscription; readonly after: Subscription }[];
      readonly already: readonly { readonly job: Job; readonly subscription: Subscription }[];
      readonly rules: SaidRules;
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
      /** Nobody has named these jobs: not subscribed until the person has seen them. */
      readonly patterns: readonly PatternMatch[];
      readonly problems: readonly ReferenceProblem[];
      /** Null when the names were read a moment ago. */
      readonly oldNames: OldNames | null;
      /** Posts that had been held back and go out now. */
      readonly resumed: number;
      /** Somebody else made these: their rules stay until the person says so again. */
      readonly toConfirm: readonly ChangeOfOther[];
      /** Slack refused the public line: its error name, and what was not subscribed because of it. Null when it did not. */
      readonly untold: { readonly reason: string; readonly takenBack: readonly Job[] } | null;
    };

/** Other rules for what somebody else subscribed. */
export interface ChangeOfOther {
  readonly job: Job;
  readonly before: Subscription;
  readonly after: SubscriptionRules;
}

/**
 * Subscribes a channel to jobs, but not to one of which only a part of the name was typed. The report read now is the baseline. Nothing is saved where the bot cannot post: a
 * public channel is joined first, and if Slack refuses the public line the subscriptions are taken back. What is subscribed
 * already gets the rules that were typed, where somebody else made it only when that has been confirmed; rules that contradict
 * themselves or those there are change nothing.
 */
export async function subscribe(
  deps: SubscribeDeps,
  actor: Actor,
  { references, rules }: Wanted,
  language: Language,
  consent: Consent = 'ask_about_others',
): Promise<SubscribeOutcome> {
  const settled = await settleTyped(deps, actor.userId, rules);
  if (settled.kind === 'refused') return { kind: 'rules_refused', refusal: settled.refusal };
  const { jobIds, guesses, patterns, problems, oldNames } = await resolveJobs(deps, references);
  const guessed = new Set(guesses.map(({ job }) => job.jobId));
  const access = await deps.channels.prepare(actor.channelId);
  if (access.kind === 'invite_needed' || access.kind === 'archived') return { kind: 'cannot_post', problem: access };
  const sure = jobIds.filter((jobId) => !guessed.has(jobId));
  const refusal = await findRefusal(deps, actor, sure, settled.said.changes);
  if (refusal !== null) return { kind: 'rules_refused', refusal };
  const readings = await readJobsWithDetails(deps, sure, language);
  const pause = await deps.store.findPause(actor);
  if (pause !== null && HELD_REASONS.includes(pause.reason)) {
    return { kind: 'cannot_post', problem: { kind: 'refused', reason: pause.reason } };
  }
  const resumed = pause === null ? 0 : await resumePaused(deps, actor, pause);
  const known = readings.flatMap((one) => (one.kind === 'known' ? [one.job] : []));
  await readTerms(deps, known);
  const toConfirm = consent === 'confirmed' ? [] : await changesOfOthers(deps, actor, known, settled.said.changes);
  const ready = known.filter((job) => !toConfirm.some((one) => one.job.jobId === job.jobId));
  const results = await saveSubscriptions(deps, actor, ready, { language, rules: settled.said.changes });
  const saved = results.flatMap((result) => (result.kind === 'subscribed' ? [result.job] : []));
  const changed = results.flatMap((result) => (result.kind === 'changed' ? [result] : []));
  const reason = saved.length + changed.length === 0 ? null : await refusalOfAnnouncement(deps, actor);
  const takenBack = reason === null ? [] : saved;
  if (takenBack.length > 0) await takeBack(deps, actor, takenBack);
  if (reason !== null && changed.length + toConfirm.length === 0)
    return { kind: 'cannot_post', problem: { kind: 'refused', reason } };
  return {
    kind: 'done',
    subscribed: reason === null ? saved : [],
    alarmMs: alarmLevelOf(results.find((result) => result.kind === 'subscribed')?.subscription.rules ?? NO_OWN_RULES),
    toConfirm,
    untold: reason === null ? null : { reason, takenBack },
    rules: settled.said,
    changed,
    already: results.flatMap((result) => (result.kind === 'already_subscribed' ? [result] : [])),
    over: results.flatMap((result) => (result.kind === 'already_over' ? [result.job] : [])),
    unknown: readings.flatMap((one) => (one.kind === 'no_such_job' ? [one] : [])),
    unanswered: readings.flatMap((one) => (one.kind === 'no_report' ? [one] : [])),
    guesses,
    patterns,
    problems,
    oldNames,
    resumed,
  };
}

/**
 * Reads how long DRS keeps those of the jobs that stand still already and of which that is not known: no event will come that
 * would have it read, and the channel is told until when. It waits no longer than for other details; what comes later is kept.
 */
async function readTerms({ store, drs, clock, log }: SubscribeDeps, jobs: readonly Job[]): Promise<void> {
  const still = jobs.filter(({ state, terms }) => {
    const group = state.report === null ? null : statusGroup(state.report.status);
    return (group === 'failed' || group === 'paused') && terms.expiredDays === null && terms.prepaid !== true;
  });
  const reading = still.slice(0, MAX_TERMS).map(async (job) => {
    try {
      const terms = await drs.fetchTerms(job.jobId);
      if (terms.kind === 'read') await store.saveTerms({ job, terms: terms.value, now: clock.now() });
    } catch (error) {
      log.warn({ err: error }, 'how long DRS keeps a job could not be kept');
    }
  });
  if (reading.length > 0) await endsWithin(MAX_DETAIL_WAIT_MS, Promise.all(reading), clock);
}

/** Why these rules cannot be in force for one of the jobs, beside those that are; null when they can for all. */
async function findRefusal(
  { store }: SubscribeDeps,
  channel: ChannelKey,
  jobIds: readonly JobId[],
  changes: RuleChanges,
): Promise<RuleRefusal | null> {
  if (Object.keys(changes).length === 0) return null;
  const [ofChannel, subscriptions] = await Promise.all([
    store.findChannelRules(channel),
    store.listSubscriptions(channel),
  ]);
  for (const jobId of jobIds) {
    const own = subscriptions.find((one) => one.jobId === jobId)?.chosen ?? NOTHING_CHOSEN;
    const refusal = findContradiction(changes, rulesInForce(ofChannel, changeRules(own, changes)));
    if (refusal !== null) return refusal;
  }
  return null;
}

/** What these changes would change of what somebody else subscribed here. */
async function changesOfOthers(
  { store }: SubscribeDeps,
  actor: Actor,
  jobs: readonly Job[],
  changes: RuleChanges,
): Promise<readonly ChangeOfOther[]> {
  if (Object.keys(changes).length === 0) return [];
  const [ofChannel, there] = await Promise.all([store.findChannelRules(actor), store.listSubscriptions(actor)]);
  return jobs.flatMap((job) => {
    const before = there.find((one) => one.jobId === job.jobId);
    if (before === undefined || before.createdBy === actor.userId) return [];
    const after = rulesInForce(ofChannel, changeRules(before.chosen, changes));
    return differingRules(before.rules, after).length === 0 ? [] : [{ job, before, after }];
  });
}

async function saveSubscriptions(
  deps: SubscribeDeps,
  actor: Actor,
  jobs: readonly Job[],
  how: { readonly language: Language; readonly rules: RuleChanges },
): Promise<readonly SubscribeResult[]> {
  if (jobs.length === 0) return [];
  const results = await deps.store.subscribe({
    actor,
    ...how,
    connectionId: deps.connectionId,
    jobIds: jobs.map((job) => job.jobId),
    now: deps.clock.now(),
  });
  deps.wakeLoops();
  return results;
}

/** Somebody wants posts here and Slack did not object: what had been held back is tried at once. */
async function resumePaused(deps: SubscribeDeps, actor: Actor, pause: ChannelPause): Promise<number> {
  await deps.store.tryAtOnce({ channel: actor, now: deps.clock.now() });
  deps.wakeLoops();
  return pause.waiting;
}

/** Waits a moment for the public line to go out. Null when it did, or is still on its way; else why Slack refused it. */
async function refusalOfAnnouncement(deps: SubscribeDeps, channel: ChannelKey): Promise<string | null> {
  const { store, clock, durations } = deps;
  const deadline = clock.monotonic() + MAX_ANNOUNCEMENT_WAIT_MS;
  for (;;) {
    const pause = await store.findPause(channel);
    if (pause !== null && (pause.tries > 0 || pause.nextTrialAt === null)) return pause.reason;
    if ((await store.countPending(channel)) === 0 || clock.monotonic() >= deadline) return null;
    await clock.sleep(durations.waitPollMs);
  }
}

async function takeBack(deps: SubscribeDeps, actor: Actor, jobs: readonly Job[]): Promise<void> {
  await deps.store.unsubscribe({
    actor,
    jobs: jobs.map(({ connectionId, jobId }) => ({ connectionId, jobId })),
    reason: 'cannot_post',
    announce: false,
    now: deps.clock.now(),
  });
}
