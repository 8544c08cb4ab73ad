import type { JobKey } from './job.ts';
import type { JobEvent } from './job-event.ts';
import type { ChannelKey } from './subscription.ts';
import type { EpochMs } from './time.ts';

/** A job as a message names it. */
export interface NamedJob extends JobKey {
  readonly name: string | null;
}

/** Said publicly in a channel when somebody changes what it watches. */
export type Announcement =
  | { readonly kind: 'subscribed'; readonly by: string; readonly jobs: readonly NamedJob[] }
  | { readonly kind: 'unsubscribed'; readonly by: string; readonly jobs: readonly NamedJob[] };

/** What a delivery owes its channel. */
export type DeliveryFacts =
  | { readonly kind: 'event'; readonly job: NamedJob; readonly eventNumber: number; readonly event: JobEvent }
  | { readonly kind: 'announcement'; readonly announcement: Announcement };

/** One outgoing Slack message: facts, never Slack JSON. Its deliveries were frozen before the first attempt. */
export interface Post extends ChannelKey {
  /** Unique; travels with the message so that it can be recognised in the channel. */
  readonly id: string;
  /** In the order they happened; never empty. */
  readonly facts: readonly DeliveryFacts[];
  /** This attempt's number, from 1. */
  readonly attempt: number;
  /** Slack refused the formatted message once; send it as plain text. */
  readonly plain: boolean;
}

/** What became of one attempt to send a post. */
export type SendOutcome =
  | { readonly kind: 'delivered'; readonly messageTs: string }
  /** Slack asked to wait; the message was not posted. */
  | { readonly kind: 'retry'; readonly afterMs: number; readonly reason: string }
  /** It may or may not have been posted: a timeout, a reset, a 5xx. */
  | { readonly kind: 'uncertain'; readonly reason: string }
  /** Slack will not take it. `payload`: this message; `channel`: anything here; `workspace`: anything from us. */
  | { readonly kind: 'refused'; readonly what: 'payload' | 'channel' | 'workspace'; readonly reason: string };

/** How an attempt is to be recorded, decided from its outcome. */
export type PostSettlement =
  | { readonly kind: 'delivered'; readonly messageTs: string; readonly at: EpochMs }
  /** Try the same post again, and send nothing else to this channel before. */
  | { readonly kind: 'try_again'; readonly afterMs: number; readonly plain: boolean; readonly reason: string }
  /** Never again; the queue moves on. */
  | { readonly kind: 'dead'; readonly reason: string; readonly at: EpochMs }
  | { readonly kind: 'pause_channel'; readonly reason: string; readonly at: EpochMs }
  | { readonly kind: 'pause_workspace'; readonly reason: string; readonly at: EpochMs };
