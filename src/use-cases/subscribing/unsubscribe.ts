import { setMark } from '../../domain/consent.ts';
import type { JobKey } from '../../domain/job/job.ts';
import type { JobId } from '../../domain/job/job-id.ts';
import type { NameCandidate } from '../../domain/names/listed-job.ts';
import type { ChannelKey, ListedSubscription, NamedSubscription } from '../../domain/subscription.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import type { Channels } from '../../ports/slack.ts';
import type { Actor, SubscriptionStore } from '../../ports/store/subscriptions.ts';
import {
  describeOld,
  guessesAmong,
  isFresh,
  jobIdsOf,
  noneAmong,
  patternsAmong,
  readAgainFor,
  resolveAmong,
} from '../naming/resolve-jobs.ts';
import type { Guess, OldNames, ReferenceProblem, ResolveDeps, Resolved } from '../naming/resolve-jobs.ts';

/** What unsubscribing takes. */
export type UnsubscribeDeps = ResolveDeps & { readonly store: SubscriptionStore; readonly wakeLoops: () => void };

/** What a request to unsubscribe came to. */
export interface UnsubscribeOutcome {
  readonly ended: readonly NamedSubscription[];
  /** Somebody else made these: they go on until the person says so again. */
  readonly toConfirm: readonly NamedSubscription[];
  /** Only a part of their names was typed: they go on until the person says so again. */
  readonly guesses: readonly Guess[];
  /** Nobody has named these: they go on until the person has seen them and says so. */
  readonly patterns: readonly { readonly reference: string; readonly fitting: readonly NamedSubscription[] }[];
  /** Jobs this channel was not subscribed to. */
  readonly notSubscribed: readonly JobId[];
  readonly problems: readonly ReferenceProblem[];
  /** Null when the names were read a moment ago. */
  readonly oldNames: OldNames | null;
}

/** Whether the person knows that somebody else made the subscriptions. */
export type Consent = 'ask_about_others' | 'confirmed';

/**
 * Ends this channel's subscriptions to the jobs people named; names are those of this channel's subscriptions only, with
 * those that would come back should a job that is gone be known again, read again where they are not of this minute. What
 * somebody else made is ended only when that has been confirmed, and so is a job of which only a part of the name was typed.
 */
export async function unsubscribe(
  deps: UnsubscribeDeps,
  actor: Actor,
  references: readonly string[],
  consent: Consent,
): Promise<UnsubscribeOutcome> {
  const { mine, found, oldNames } = await findMine(deps, actor, references);
  const guesses = guessesAmong(found);
  const guessed = new Set(guesses.map(({ job }) => job.jobId));
  const jobIds = new Set(jobIdsOf(found).filter((jobId) => !guessed.has(jobId)));
  const myJobIds = new Set(mine.map((subscription) => subscription.jobId));
  const meant = mine.filter((subscription) => jobIds.has(subscription.jobId));
  const toConfirm = consent === 'confirmed' ? [] : meant.filter((one) => one.createdBy !== actor.userId);
  const ending = meant.filter((one) => !toConfirm.includes(one));
  return {
    ended: ending.length === 0 ? [] : await endSubscriptions(deps, actor, ending),
    toConfirm,
    guesses,
    patterns: patternsAmong(found).map(({ reference, jobs }) => ({
      reference,
      fitting: mine.filter(({ jobId }) => jobs.some((job) => job.jobId === jobId)),
    })),
    notSubscribed: [...jobIds].filter((jobId) => !myJobIds.has(jobId)),
    problems: found.flatMap((one) => problemsOf(one, mine)),
    oldNames,
  };
}

/** This channel's subscriptions, and what is meant by each reference among them. */
async function findMine(deps: UnsubscribeDeps, actor: Actor, references: readonly string[]) {
  const { store, connectionId, clock } = deps;
  const now = clock.now();
  const lookUp = async () => {
    const mine = [...(await store.listSubscriptions(actor)), ...(await store.listAwaitedSubscriptions(actor, now))];
    const namedAt = await store.findNamedAt(
      connectionId,
      mine.map((one) => one.jobId),
    );
    const jobs = mine.map((one) => asCandidate(one, namedAt));
    return { mine, found: references.map((reference) => resolveAmong(reference, jobs)) };
  };
  const isBelieved = (one: Resolved<NameCandidate>) => one.kind !== 'hit' || isFresh(deps, one.job.namedAt, now);
  const known = await lookUp();
  const { mine, found } = (await readAgainFor(deps, known.found, isBelieved)) === null ? known : await lookUp();
  const old = found.flatMap((one) => (one.kind === 'hit' && !isBelieved(one) ? [one.job.namedAt] : []));
  const oldNames = old.length === 0 ? null : describeOld(old, await store.findJobListState(connectionId));
  return { mine, found, oldNames };
}

function problemsOf(one: Resolved, mine: readonly ListedSubscription[]): readonly ReferenceProblem[] {
  if (one.kind === 'problem') return [one.problem];
  return one.kind === 'nothing'
    ? [
        noneAmong(
          one.reference,
          mine.map((own) => asCandidate(own, new Map())),
        ),
      ]
    : [];
}

/** What ending everything here came to. */
export type EndedAll =
  | { readonly kind: 'ended'; readonly ended: readonly NamedSubscription[] }
  /** There are others than the person was shown: these. */
  | { readonly kind: 'changed'; readonly subscriptions: readonly NamedSubscription[] };

/**
 * Ends every subscription of this channel, with those that would come back, if they are those the person was shown.
 *
 * @param shown the mark of them; see `allHere`
 */
export async function unsubscribeAll(deps: UnsubscribeDeps, actor: Actor, shown: string): Promise<EndedAll> {
  const { subscriptions, awaited, set } = await allHere(deps, actor);
  if (set !== shown && subscriptions.length > 0) return { kind: 'changed', subscriptions };
  const meant = set === shown ? [...subscriptions, ...awaited] : [];
  return { kind: 'ended', ended: meant.length === 0 ? [] : await endSubscriptions(deps, actor, meant) };
}

/** Everything this channel watches, what would come back with its job, and the mark of both together. */
export async function allHere({ store, clock }: Pick<UnsubscribeDeps, 'store' | 'clock'>, channel: ChannelKey) {
  const subscriptions = await store.listSubscriptions(channel);
  const awaited = await store.listAwaitedSubscriptions(channel, clock.now());
  return { subscriptions, awaited, set: setMark([...subscriptions, ...awaited].map(({ id }) => String(id))) };
}

/** A subscription that somebody was shown, and its job. */
export interface ShownSubscription {
  readonly job: JobId;
  /** Its id: whoever subscribes the same job anew makes another one. */
  readonly subscription: number;
}

/** What ending what was shown came to. */
export interface EndedShown {
  readonly ended: readonly NamedSubscription[];
  /** Watched here all the same, by a subscription that was made since. */
  readonly others: readonly NamedSubscription[];
  /** How many are no longer watched here. */
  readonly gone: number;
}

/** Ends exactly the subscriptions of this channel that the person was shown, with whose they are, and none made since. */
export async function unsubscribeShown(
  deps: UnsubscribeDeps,
  actor: Actor,
  shown: readonly ShownSubscription[],
): Promise<EndedShown> {
  const ids = shown.map(({ subscription }) => subscription);
  const ended = await endSubscriptions(deps, actor, { ids });
  const done = new Set(ended.map(({ id }) => id));
  const missed = new Set(shown.flatMap(({ job, subscription }) => (done.has(subscription) ? [] : [job])));
  const others = missed.size === 0 ? [] : await deps.store.listSubscriptions(actor);
  const still = others.filter(({ jobId }) => missed.has(jobId));
  return { ended, others: still, gone: missed.size - still.length };
}

/**
 * Ends what the person subscribed here, also where they may not use the bot any more. Nobody else's subscription is, and
 * only what is surely meant.
 */
export async function unsubscribeOwn(
  deps: UnsubscribeDeps,
  actor: Actor,
  references: 'all' | readonly string[],
): Promise<readonly NamedSubscription[]> {
  const own = (await deps.store.listSubscriptions(actor)).filter((one) => one.createdBy === actor.userId);
  const candidates = own.map((one) => asCandidate(one, new Map()));
  const found = references === 'all' ? [] : references.map((reference) => resolveAmong(reference, candidates));
  const guessed = new Set(guessesAmong(found).map(({ job }) => job.jobId));
  const meant = new Set(jobIdsOf(found).filter((jobId) => !guessed.has(jobId)));
  const ending = references === 'all' ? own : own.filter((one) => meant.has(one.jobId));
  return ending.length === 0 ? [] : await endSubscriptions(deps, actor, ending);
}

/** What ending subscriptions of another channel came to. */
export type EndedElsewhere =
  | { readonly kind: 'ended'; readonly ended: readonly NamedSubscription[] }
  /** There are others than the person was shown: these. */
  | { readonly kind: 'changed'; readonly subscriptions: readonly NamedSubscription[] }
  /** Somebody else made one of them, and the person is not known to be in that channel. */
  | { readonly kind: 'not_in_channel' };

/**
 * Ends subscriptions of a channel in which nothing can be typed any more. Whoever is in it may, and whoever made all of
 * them; Slack says who is.
 *
 * @param channelId the channel, not the conversation of `actor`
 */
export async function unsubscribeElsewhere(
  deps: UnsubscribeDeps & { readonly channels: Channels },
  actor: Actor,
  channelId: string,
  shown: ShownThere,
): Promise<EndedElsewhere> {
  const there = { ...actor, channelId };
  const all = await deps.store.listSubscriptions(there);
  const same = sameAsShown(all, actor, shown);
  const meant = same ?? all;
  if (meant.length === 0) return { kind: 'ended', ended: [] };
  const isOwn = meant.every((one) => one.createdBy === actor.userId);
  if (!isOwn && !(await deps.channels.visibleTo(actor.userId, [channelId])).has(channelId))
    return { kind: 'not_in_channel' };
  if (same === null) return { kind: 'changed', subscriptions: all };
  return { kind: 'ended', ended: await endSubscriptions(deps, there, same) };
}

/** Subscriptions of another channel that somebody was shown: their jobs, or the mark of these. */
export type ShownThere = { readonly jobs: readonly JobId[] } | { readonly set: string };

/** Those that were shown, which may be the person's own or all there; null when the mark is that of neither. */
function sameAsShown(
  all: readonly ListedSubscription[],
  { userId }: Actor,
  shown: ShownThere,
): readonly ListedSubscription[] | null {
  if ('jobs' in shown) return all.filter((one) => shown.jobs.includes(one.jobId));
  const own = all.filter((one) => one.createdBy === userId);
  return [all, own].find((those) => setMark(those.map(({ jobId }) => jobId)) === shown.set) ?? null;
}

async function endSubscriptions(
  deps: UnsubscribeDeps,
  actor: Actor,
  jobs: readonly JobKey[] | { readonly ids: readonly number[] },
): Promise<readonly NamedSubscription[]> {
  const now = deps.clock.now();
  const ended = await deps.store.unsubscribe({ actor, jobs, reason: 'unsubscribed', announce: true, now });
  if (ended.length > 0) deps.wakeLoops();
  return ended;
}

function asCandidate(
  { jobId, jobName, jobType, state }: ListedSubscription,
  namedAt: ReadonlyMap<JobId, EpochMs | null>,
): NameCandidate {
  const listed = { jobId, name: jobName, jobType, status: state.report?.status ?? null, engines: null, subJobs: 0 };
  return { ...listed, isSubJob: false, isOffList: false, namedAt: namedAt.get(jobId) ?? null };
}
