import type { EpochMs } from '../../domain/base/time.ts';
import type { HoldReason } from '../../domain/post/incident.ts';
import type { BlindEpisode } from '../../domain/poll/blind-episode.ts';

/** How much there is of everything that an operator looks at. */
export interface StoreFigures {
  /** Jobs that somebody is subscribed to. */
  readonly watchedJobs: number;
  readonly subscriptions: number;
  /** Channels that get no posts at the moment, because they or their whole workspace refuse them. */
  readonly pausedChannels: number;
  /** Slack's error name when it refuses posts of this bot everywhere; null while it does not. */
  readonly workspaceRefusal: string | null;
  /** Deliveries that wait for nothing but their turn, and since when the oldest does. */
  readonly queued: { readonly count: number; readonly oldestAt: EpochMs | null };
  /** Deliveries that wait in paused channels. */
  readonly held: number;
  /** Deliveries in other channels that are not to be told yet, by the reason; a reason that holds none is missing. */
  readonly heldFor: Readonly<Partial<Record<HoldReason, number>>>;
  /** Posts whose answer was lost and that are looked for, and since when the oldest is; not those in paused channels. */
  readonly searching: { readonly count: number; readonly oldestAt: EpochMs | null };
  /** Since when the job has waited to be asked about that has waited longest, those asked alone aside; null: none is watched. */
  readonly waitingSince: EpochMs | null;
  /** The connection gives no usable answer at the moment, or the bot has just come back. */
  readonly episode: BlindEpisode | null;
  /** When a watched job was last reported of. */
  readonly lastReportAt: EpochMs | null;
  /** Watched jobs that alone cannot be read, for so long that people were told. */
  readonly unreadableJobs: number;
}

/** Until when rows are of use; older ones may go. */
export interface PruneRequest {
  /** Samples are thinned and forgotten by their age (rules/thin-samples.ts). */
  readonly now: EpochMs;
  /** Messages settled before this, with what they told. */
  readonly deliveriesBefore: EpochMs;
  /** Job events, ended subscriptions and down times before this; not after `deliveriesBefore`. */
  readonly eventsBefore: EpochMs;
  /** Ended subscriptions whose job was gone stay until then: they may come back. */
  readonly goneBefore: EpochMs;
  /** Jobs that nobody watches, and nobody asked about since this. */
  readonly unwatchedBefore: EpochMs;
  /** The most rows of one kind that go at once. */
  readonly limit: number;
}

/** How many rows went, by kind; of samples also those that became shorter. */
export type Pruned = Readonly<
  Record<
    'posts' | 'deliveries' | 'events' | 'failures' | 'subscriptions' | 'episodes' | 'samples' | 'setAside' | 'jobs',
    number
  >
>;

/** Figures for the operator, and deleting what is old. */
export interface UpkeepStore {
  /** What the operator of a bot looks at: its connection's jobs, its workspace's channels. */
  readFigures(of: { readonly workspaceId: string; readonly connectionId: string }): Promise<StoreFigures>;
  /**
   * Deletes what is old enough, at most `limit` rows of each kind, and says how many; all zero: nothing is left to do. With
   * a job go its samples and what the rules remember of it. Never
   * goes: what is owed or being edited, an event that a delivery tells, a job that is watched, leased or has events, an
   * active subscription, the audit.
   */
  prune(request: PruneRequest): Promise<Pruned>;
  /** Gives a small piece of the room that deleted rows left back to the disk. True when more is left. */
  giveRoomBack(): Promise<boolean>;
}
