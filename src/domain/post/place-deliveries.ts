import { statusGroup } from '../job/job-status.ts';
import type { StatusGroup } from '../job/job-status.ts';
import { causeKey } from './cause-key.ts';
import { decideNews } from './incident.ts';
import type { HoldReason, IncidentRules, NewsDecision, NewsKind, PendingNews, ToldPost } from './incident.ts';
import type { Announcement, DeliveryFacts, PostKind } from './post.ts';
import { SECOND } from '../base/time.ts';
import type { EpochMs } from '../base/time.ts';

/** What waits for something that may happen any moment is looked at again after this, in ms. */
export const LOOK_AGAIN_MS = SECOND;
/** Failures that fit into the message about a time in which nobody looked. */
const MAX_FAILURES_IN_SUMMARY = 3;

/** A delivery that is in no post yet. */
export interface PendingDelivery {
  /** Grows in the order in which deliveries are owed. */
  readonly id: number;
  /** What it is an event of: deliveries of one subject are told in their order. */
  readonly subject: string;
  readonly connectionId: string;
  readonly owedAt: EpochMs;
  readonly facts: DeliveryFacts;
}

/** A post that is in the channel, and may take further deliveries or show in another. */
export interface ToldInChannel {
  readonly id: string;
  readonly kind: PostKind;
  readonly begunAt: EpochMs;
  /** It takes further deliveries by edit, if the rules have it so. */
  readonly isJoinable: boolean;
  /** Slack refused the last change of its message for good. */
  readonly isFrozen: boolean;
  /** The incident that shows it among its own; null for none. */
  readonly partOf: string | null;
  /** What it tells, in order; of an incident with what the posts tell that it shows. */
  readonly told: readonly { readonly subject: string; readonly toldAt: EpochMs; readonly facts: DeliveryFacts }[];
}

/** What a new post is. */
export interface NewPost {
  readonly kind: PostKind;
  /** What it is about: with the kind the key by which at most one post of the channel can be joined. */
  readonly about: string;
  /** Takes further deliveries by edit, in the place of the post of the same key that did so far. */
  readonly isJoinable: boolean;
  /** Posts whose jobs it shows among its own. */
  readonly shows: readonly string[];
}

/** Where some deliveries go. */
export type Placement =
  | { readonly kind: 'attach'; readonly postId: string; readonly deliveries: readonly PendingDelivery[] }
  | { readonly kind: 'begin'; readonly post: NewPost; readonly deliveries: readonly PendingDelivery[] }
  /** In no post before `until`. */
  | {
      readonly kind: 'hold';
      readonly until: EpochMs;
      readonly reason: HoldReason;
      readonly deliveries: readonly PendingDelivery[];
    };

/** A channel's pending deliveries, oldest first, and what they could join. */
export interface ToPlace {
  readonly pending: readonly PendingDelivery[];
  readonly posts: readonly ToldInChannel[];
  readonly now: EpochMs;
  /** When the pass began that is under way; null while there is none. */
  readonly passBeganAt: EpochMs | null;
  readonly rules: IncidentRules;
  /**
   * For each connection that is being looked at again after a time in which nobody saw it: what changed there from this moment
   * on was not seen to change.
   */
  readonly lookingSince: ReadonlyMap<string, EpochMs>;
  /** All of it was held back for a while: what would be a message each is one. */
  readonly isHeld?: boolean;
}

/** Jobs and announcements in such a message: more would not fit. */
const MAX_TOGETHER = 12;

/**
 * Where the pending deliveries of a channel go, in the order in which it is to happen, as `decideNews` decides it. What
 * changed while nobody could look waits for the message that says so, and is told in it.
 */
export function placeDeliveries(toPlace: ToPlace): readonly Placement[] {
  const { pending, posts, now, passBeganAt, rules } = toPlace;
  const backs = pending.flatMap((delivery) => asBack(delivery) ?? []);
  const taken = new Set<PendingDelivery>();
  const told = backs.map((back) => {
    // A later one must not take what an earlier one waits for: each would wait for the other.
    const isOpen = (one: PendingDelivery) =>
      ![...taken].some((other) => other.subject === one.subject && other.id >= one.id);
    const meanwhile = namedIn(back, pending.filter(isOpen));
    for (const one of meanwhile) taken.add(one);
    return { back, meanwhile };
  });
  const waiting = pending.filter((one) => isLookedAt(one, toPlace, backs));
  const placed = new Set([...told.flatMap(({ back, meanwhile }) => [...meanwhile, back.delivery]), ...waiting]);
  const rest = pending.filter((one) => !placed.has(one));
  const byId = new Map(rest.map((one) => [one.id, one]));
  const toldPosts = posts.map((post) => toToldPost(post, rest)).filter(({ rows }) => rows.length > 0);
  const decisions = decideNews(rest.map(toNews), toldPosts, { now, passBeganAt, rules });
  const single = decisions.map((decision) =>
    toPlacement(
      decision,
      decision.news.flatMap((id) => byId.get(id) ?? []),
      now,
    ),
  );
  return [
    ...told.map(({ back, meanwhile }): Placement => ({
      kind: 'begin',
      post: NEWS,
      deliveries: [...meanwhile, back.delivery],
    })),
    ...(toPlace.isHeld === true ? tellTogether(single) : single),
    ...(waiting.length === 0 ? [] : [hold(waiting, now + LOOK_AGAIN_MS, 'looked_at_again')]),
  ];
}

/** The first messages about one job or announcement each are one message, in the order of what they tell. */
function tellTogether(placements: readonly Placement[]): readonly Placement[] {
  const isOne = (one: Placement) => one.kind === 'begin' && one.post === NEWS;
  const ones = placements.filter(isOne).slice(0, MAX_TOGETHER);
  if (ones.length < 2) return placements;
  const deliveries = ones.flatMap((one) => one.deliveries).toSorted((one, other) => one.id - other.id);
  return [{ kind: 'begin', post: NEWS, deliveries }, ...placements.filter((one) => !ones.includes(one))];
}

const NEWS: NewPost = { kind: 'news', about: '', isJoinable: false, shows: [] };

function hold(deliveries: readonly PendingDelivery[], until: EpochMs, reason: HoldReason): Placement {
  return { kind: 'hold', until, reason, deliveries };
}

function toPlacement(decision: NewsDecision, deliveries: readonly PendingDelivery[], now: EpochMs): Placement {
  switch (decision.kind) {
    case 'hold':
      return hold(deliveries, untilOf(decision, now), decision.reason);
    case 'join':
      return { kind: 'attach', postId: decision.post, deliveries };
    case 'tell_job':
      return { kind: 'begin', post: NEWS, deliveries };
    case 'tell_incident': {
      const post: NewPost = { kind: 'incident', about: keyOf(deliveries), isJoinable: true, shows: decision.shows };
      return { kind: 'begin', post, deliveries };
    }
    case 'tell_recoveries': {
      const post: NewPost = { kind: 'recoveries', about: decision.of, isJoinable: false, shows: [] };
      return { kind: 'begin', post, deliveries };
    }
  }
}

/** A pass may end any moment. */
function untilOf({ until, reason }: Extract<NewsDecision, { readonly kind: 'hold' }>, now: EpochMs): EpochMs {
  const soon = now + LOOK_AGAIN_MS;
  return until === null || reason === 'pass_goes_on' ? Math.min(until ?? soon, soon) : until;
}

/** The kind of event, and the cause where there is one: at most one incident of each can be joined. */
function keyOf(deliveries: readonly PendingDelivery[]): string {
  const news = deliveries.map(toNews);
  const causes = new Set(news.flatMap(({ cause }) => (cause === null ? [] : [cause])));
  return [news[0]?.kind ?? '', ...[...causes].toSorted()].join(' ');
}

function toNews({ id, subject, owedAt, facts }: PendingDelivery): PendingNews {
  // What is said to a channel is no step of anything: each announcement is a message of its own.
  const job = facts.kind === 'event' ? subject : `${subject} ${id}`;
  return { id, job, kind: newsKind(facts), cause: causeOf(facts), foundAt: owedAt };
}

function toToldPost(
  { id, kind, isJoinable, isFrozen, begunAt, partOf, told }: ToldInChannel,
  pending: readonly PendingDelivery[],
): ToldPost {
  const kindTold = told[0] === undefined ? 'other' : newsKind(told[0].facts);
  // What else it tells of a job, such as a recovery by the way, makes no row.
  const rows = told.filter((one) => newsKind(one.facts) === kindTold && !isOfEarlier(one, pending));
  return {
    id,
    kind: kindTold,
    isIncident: kind === 'incident',
    isJoinable,
    isFrozen,
    postedAt: begunAt,
    shownIn: partOf,
    rows: rows.map(({ subject, facts, toldAt }) => ({
      job: subject,
      cause: causeOf(facts),
      joinedAt: Math.max(toldAt, begunAt),
      isOpen: facts.kind === 'event' && facts.aftermath.closed === null,
    })),
  };
}

/** A failure that was over before those began that its job has recovered from since: no recovery is from it. */
function isOfEarlier(
  { subject, facts }: Pick<PendingDelivery, 'subject' | 'facts'>,
  pending: readonly PendingDelivery[],
): boolean {
  const closedAt = facts.kind === 'event' ? (facts.aftermath.closed?.at ?? null) : null;
  const failedAt = pending.flatMap((one) =>
    one.subject === subject && one.facts.kind === 'event' && one.facts.event.kind === 'recovered'
      ? [one.facts.event.failedAt]
      : [],
  );
  return closedAt !== null && failedAt.length > 0 && failedAt.every((at) => at > closedAt);
}

/** What kind of news a delivery is. */
export function newsKind(facts: DeliveryFacts): NewsKind {
  if (facts.kind === 'announcement') return 'other';
  const { event } = facts;
  switch (event.kind) {
    case 'recovered':
    case 'flapping':
    case 'settled':
    case 'ended':
    case 'gone':
      return event.kind;
    case 'rule':
      return event.found.kind;
    case 'status_changed':
      return STATUS_NEWS[statusGroup(event.to)] ?? 'other';
    default:
      return 'other';
  }
}

const STATUS_NEWS: Readonly<Partial<Record<StatusGroup, NewsKind>>> = {
  failed: 'failed',
  full_copy: 'full_copy',
  full_copy_done: 'full_copy_done',
  replicating: 'replicating',
  paused: 'paused',
};

function causeOf(facts: DeliveryFacts): string | null {
  return facts.kind === 'event' ? causeKey(facts.aftermath.cause, facts.event.report?.errorCode ?? null) : null;
}

/** Word that a connection is seen again, or that the bot is back. */
interface Back {
  readonly delivery: PendingDelivery;
  readonly said: Extract<Announcement, { readonly kind: 'back' }>;
}

function asBack(delivery: PendingDelivery): Back | null {
  const { facts } = delivery;
  return facts.kind === 'announcement' && facts.announcement.kind === 'back'
    ? { delivery, said: facts.announcement }
    : null;
}

/**
 * What the message about a time without sight names, and so tells: of each job the changes that were owed before it, from the
 * first to the last before anything else befell the job. What came after that is told after it, so that neither waits for
 * the other.
 */
function namedIn(back: Back, pending: readonly PendingDelivery[]): readonly PendingDelivery[] {
  const named: PendingDelivery[] = [];
  const begun = new Set<string>();
  const ended = new Set<string>();
  for (const one of pending) {
    if (one.id >= back.delivery.id || ended.has(one.subject)) continue;
    if (isNamedIn(one, back, pending)) {
      begun.add(one.subject);
      named.push(one);
    } else if (begun.has(one.subject)) ended.add(one.subject);
  }
  return named;
}

/** Whether the message about a time without sight names this change of its connection. */
function isNamedIn(one: PendingDelivery, { delivery, said }: Back, pending: readonly PendingDelivery[]): boolean {
  const { facts, connectionId } = one;
  const isOfIt = connectionId === delivery.connectionId && isOfMeanwhile(one, said.newsSince, pending);
  return isOfIt && said.meanwhile.changed.some(({ job }) => facts.kind === 'event' && job.jobId === facts.job.jobId);
}

/** Whether the message that will name this change is still to come. */
function isLookedAt(one: PendingDelivery, { pending, lookingSince }: ToPlace, backs: readonly Back[]): boolean {
  const since = lookingSince.get(one.connectionId);
  const hasCome = backs.some(({ delivery }) => delivery.connectionId === one.connectionId);
  return since !== undefined && !hasCome && isOfMeanwhile(one, since, pending);
}

/**
 * Whether a change came to light while nobody could look, so that the message about that names it. The end of a job has
 * more to say than fits there, and many failures are an incident.
 */
function isOfMeanwhile(
  { facts, connectionId }: PendingDelivery,
  since: EpochMs,
  pending: readonly PendingDelivery[],
): boolean {
  if (facts.kind !== 'event' || facts.event.at < since || !MEANWHILE.has(newsKind(facts))) return false;
  const isFailure = (one: PendingDelivery) => one.connectionId === connectionId && newsKind(one.facts) === 'failed';
  return newsKind(facts) !== 'failed' || pending.filter(isFailure).length <= MAX_FAILURES_IN_SUMMARY;
}

const MEANWHILE: ReadonlySet<NewsKind> = new Set<NewsKind>([
  'failed',
  'recovered',
  'full_copy',
  'full_copy_done',
  'replicating',
  'paused',
]);

/** What is done of the placements now: whatever joins a post, the first new post, and what waits until when. */
export interface PlacedNow {
  readonly attached: readonly Extract<Placement, { readonly kind: 'attach' }>[];
  readonly begun: Extract<Placement, { readonly kind: 'begin' }> | null;
  readonly held: readonly Extract<Placement, { readonly kind: 'hold' }>[];
}

/**
 * Keeps the order of each subject: a delivery goes nowhere while an older one of its subject is untold elsewhere, be it in
 * a post that does not show it yet or without one.
 *
 * @param untold for each subject the post in which its oldest untold delivery stands, if it stands in one
 */
export function placeInOrder(placements: readonly Placement[], untold: ReadonlyMap<string, string>): PlacedNow {
  const all = placements.flatMap((placement) => placement.deliveries.map((delivery) => ({ placement, delivery })));
  const turns = new Map<string, string | Placement | null>(untold);
  const taken = new Set<PendingDelivery>();
  for (const { placement, delivery } of all.toSorted((one, other) => one.delivery.id - other.delivery.id)) {
    const target = placement.kind === 'attach' ? placement.postId : placement;
    const before = turns.get(delivery.subject);
    const isNext = before === undefined || before === target;
    // What is younger than one that has to wait waits as well.
    turns.set(delivery.subject, isNext ? target : null);
    if (isNext) taken.add(delivery);
  }
  const kept = <P extends Placement>(placement: P): readonly P[] => {
    const deliveries = placement.deliveries.filter((one) => taken.has(one));
    // What names the others is told with all of them or not yet: they would be told twice.
    const isWhole = deliveries.length === placement.deliveries.length;
    if (deliveries.length === 0 || (!isWhole && placement.deliveries.some((one) => asBack(one) !== null))) return [];
    return [{ ...placement, deliveries }];
  };
  return {
    attached: placements.flatMap((one) => (one.kind === 'attach' ? kept(one) : [])),
    begun: placements.flatMap((one) => (one.kind === 'begin' ? kept(one) : []))[0] ?? null,
    held: placements.flatMap((one) => (one.kind === 'hold' ? [one] : [])),
  };
}
