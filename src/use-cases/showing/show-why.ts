import { isDirectMessage } from '../../domain/conversation.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import type { JobId } from '../../domain/job/job-id.ts';
import type { Job } from '../../domain/job/job.ts';
import type { Look, RulesOfJob } from '../../domain/rules/rule-memory.ts';
import type { RuleSettings } from '../../domain/rules/rule-settings.ts';
import { changeRules, choiceBeside, NOTHING_CHOSEN, RULES } from '../../domain/rules/rule-choice.ts';
import type { RuleChoice } from '../../domain/rules/rule-choice.ts';
import { NO_OWN_RULES, rulesKey, toRuleSettings } from '../../domain/rules/subscription-rules.ts';
import { whySilent } from '../../domain/rules/why-silent.ts';
import type { WhySilent } from '../../domain/rules/why-silent.ts';
import type { Channels } from '../../ports/slack.ts';
import type { ChannelStore } from '../../ports/store/channels.ts';
import type { JobStore } from '../../ports/store/jobs.ts';
import type { SampleStore } from '../../ports/store/samples.ts';
import type { Actor, SubscriptionStore } from '../../ports/store/subscriptions.ts';
import type { Telling, ToldEvent, ToldStore } from '../../ports/store/told.ts';
import { resolveJob } from '../naming/resolve-jobs.ts';
import type { ResolvedJobs, ResolveDeps } from '../naming/resolve-jobs.ts';
import { pollMsOf } from '../polling/ask-and-commit.ts';
import type { PollPaceDeps } from '../polling/ask-and-commit.ts';
import { findVisible } from './visible-channels.ts';

/** Events that are looked through. */
const MAX_EVENTS = 30;

/** What explaining a job takes. */
export type ShowWhyDeps = ResolveDeps &
  PollPaceDeps & {
    readonly store: SampleStore & ToldStore & SubscriptionStore & ChannelStore & Pick<JobStore, 'findJob'>;
    readonly channels: Channels;
  };

/** Why a job was told as it was, as far as one person may know. */
export interface JobWhy {
  readonly kind: 'why';
  readonly jobId: JobId;
  /** As it is known; null when nobody has asked about it yet. */
  readonly job: Job | null;
  /** Why nothing more is told where somebody asked. */
  readonly silent: WhySilent;
  /** What was told there last; null for nothing that is kept. */
  readonly lastToldAt: EpochMs | null;
  /** What the rules in force where somebody asked remember of it; null before their first sample. */
  readonly remembered: RulesOfJob | null;
  /** The last looks, oldest first. */
  readonly looks: readonly Look[];
  /** What those rules judge it by. */
  readonly rules: RuleSettings;
  /** What makes them other than the built-in ones: what was chosen for this job here, and for the channel where that is in force. */
  readonly chosen: { readonly here: RuleChoice; readonly ofChannel: RuleChoice };
  /** The last events, newest first, each with those channels that the person may know of. */
  readonly events: readonly (ToldEvent & {
    /** How many other channels were told or owed it, of those that are no direct messages. */
    readonly hidden: number;
  })[];
  /** How many events of it are kept, those among them. */
  readonly total: number;
  readonly now: EpochMs;
}

/** A reference that no job was found for. */
export type WhyProblem = { readonly kind: 'unresolved' } & Pick<ResolvedJobs, 'problems' | 'oldNames'>;

/** What every rule decided about the job that somebody named, what was told of it where, and what was not; DRS is not asked. */
export async function findWhy(deps: ShowWhyDeps, actor: Actor, reference: string): Promise<JobWhy | WhyProblem> {
  const { jobId, problems, oldNames } = await resolveJob(deps, reference);
  return jobId === null ? { kind: 'unresolved', problems, oldNames } : await showWhy(deps, actor, jobId);
}

/** The same for a job that is known by id, as behind a button. */
export async function showWhy(deps: ShowWhyDeps, actor: Actor, jobId: JobId): Promise<JobWhy> {
  const { store, connectionId, clock } = deps;
  const key = { connectionId, jobId };
  const [job, memory, told, watched, ofChannel, pause] = await Promise.all([
    store.findJob(key),
    store.readMemory(key),
    store.listTold({ workspaceId: actor.workspaceId, job: key, limit: MAX_EVENTS }),
    store.listSubscriptions(actor),
    store.findChannelRules(actor),
    store.findPause(actor),
  ]);
  const here = told.events.flatMap(({ channels }) => channels.filter(({ channelId }) => channelId === actor.channelId));
  const subscription = watched.find((one) => one.connectionId === connectionId && one.jobId === jobId);
  const inForce = subscription?.rules ?? NO_OWN_RULES;
  const remembered = memory.rules[rulesKey(inForce)] ?? null;
  const decisions = remembered?.decisions ?? null;
  const owed = here.map(({ telling }) => telling).find(isOwed) ?? null;
  return {
    kind: 'why',
    jobId,
    job,
    silent: whySilent({ job, isWatched: subscription !== undefined, pause, owed, decisions }),
    lastToldAt: lastTold(here.map(({ telling }) => telling)),
    remembered,
    looks: memory.looks,
    rules: toRuleSettings(inForce, { pollMs: pollMsOf(deps), jobType: job?.jobType ?? null }),
    chosen: subscription === undefined ? { here: {}, ofChannel: {} } : whatIsChosen(subscription.chosen, ofChannel),
    events: await hideOthers(deps, actor, told.events),
    total: told.total,
    now: clock.now(),
  };
}

/** What of both choices is in force and other than built in, each rule under whoever's choice it is. */
function whatIsChosen(own: RuleChoice, ofChannel: RuleChoice): JobWhy['chosen'] {
  const here = choiceBeside(ofChannel, own);
  const overridden = Object.fromEntries(
    RULES.filter((rule) => here[rule] !== undefined).map((rule) => [rule, 'default']),
  );
  return { here, ofChannel: choiceBeside(NOTHING_CHOSEN, changeRules(ofChannel, overridden)) };
}

function isOwed(telling: Telling): telling is Extract<Telling, { readonly kind: 'owed' }> {
  return telling.kind === 'owed';
}

function lastTold(tellings: readonly Telling[]): EpochMs | null {
  const times = tellings.flatMap((telling) => (telling.kind === 'told' ? [telling.at] : []));
  return times.length === 0 ? null : Math.max(...times);
}

/** The events with the channels that the person may know of, and how many others there are. */
async function hideOthers(
  { store, channels }: ShowWhyDeps,
  actor: Actor,
  told: readonly ToldEvent[],
): Promise<JobWhy['events']> {
  const ids = new Set(told.flatMap((event) => event.channels.map(({ channelId }) => channelId)));
  const subscriptions = await store.listWorkspaceSubscriptions(actor.workspaceId);
  const owners = (channelId: string) =>
    subscriptions.filter((one) => one.channelId === channelId).map(({ createdBy }) => createdBy);
  const candidates = [...ids].map((channelId) => ({
    channelId,
    owners: isDirectMessage(channelId) ? owners(channelId) : [],
  }));
  const visible = await findVisible(channels, actor, candidates);
  return told.map((event) => ({
    ...event,
    channels: event.channels.filter(({ channelId }) => visible.has(channelId)),
    hidden: event.channels.filter(({ channelId }) => !visible.has(channelId) && !isDirectMessage(channelId)).length,
  }));
}
