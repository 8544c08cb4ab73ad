import type { DeliveryFacts, PostKind } from './post.ts';
import type { EpochMs } from '../base/time.ts';

/** A delivery that is in no post yet. */
export interface PendingDelivery {
  /** Grows in the order in which deliveries are owed. */
  readonly id: number;
  /** What it is an event of: deliveries of one subject are told in their order. */
  readonly subject: string;
  readonly owedAt: EpochMs;
  readonly facts: DeliveryFacts;
}

/** A post that is in the channel and takes further deliveries. */
export interface JoinablePost {
  readonly id: string;
  readonly kind: PostKind;
  readonly about: string;
  readonly begunAt: EpochMs;
  /** What it tells already, in order. */
  readonly facts: readonly DeliveryFacts[];
}

/** What a new post is. */
export interface NewPost {
  readonly kind: PostKind;
  /** What it is about: with the kind the key by which at most one post of the channel can be joined. */
  readonly about: string;
  /** Takes further deliveries by edit, in the place of the post of the same key that did so far. */
  readonly isJoinable: boolean;
}

/** Where some deliveries go. */
export type Placement =
  | { readonly kind: 'attach'; readonly postId: string; readonly deliveries: readonly PendingDelivery[] }
  | { readonly kind: 'begin'; readonly post: NewPost; readonly deliveries: readonly PendingDelivery[] }
  /** In no post before `until`: more may come that belongs with them. */
  | { readonly kind: 'hold'; readonly until: EpochMs; readonly deliveries: readonly PendingDelivery[] };

/** A channel's pending deliveries, oldest first, and what they could join. */
export interface ToPlace {
  readonly pending: readonly PendingDelivery[];
  readonly joinable: readonly JoinablePost[];
  readonly now: EpochMs;
}

/**
 * Where the pending deliveries of a channel go, in the order in which it is to happen: the news of one job at one moment
 * are one post.
 */
export function placeDeliveries({ pending }: ToPlace): readonly Placement[] {
  const groups: PendingDelivery[][] = [];
  for (const one of pending) {
    const last = groups.at(-1);
    const first = last?.[0];
    if (last !== undefined && first !== undefined && belongTogether(first.facts, one.facts)) last.push(one);
    else groups.push([one]);
  }
  const post: NewPost = { kind: 'news', about: '', isJoinable: false };
  return groups.map((deliveries) => ({ kind: 'begin', post, deliveries }));
}

function belongTogether(one: DeliveryFacts, other: DeliveryFacts): boolean {
  return (
    one.kind === 'event' &&
    other.kind === 'event' &&
    one.job.connectionId === other.job.connectionId &&
    one.job.jobId === other.job.jobId &&
    one.event.at === other.event.at
  );
}

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
    return deliveries.length === 0 ? [] : [{ ...placement, deliveries }];
  };
  return {
    attached: placements.flatMap((one) => (one.kind === 'attach' ? kept(one) : [])),
    begun: placements.flatMap((one) => (one.kind === 'begin' ? kept(one) : []))[0] ?? null,
    held: placements.flatMap((one) => (one.kind === 'hold' ? [one] : [])),
  };
}
