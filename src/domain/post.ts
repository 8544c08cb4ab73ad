import type { JobKey } from './job.ts';
import type { Cause } from './job-detail.ts';
import type { JobEvent } from './job-event.ts';
import type { Language } from './language.ts';
import type { Meanwhile } from './meanwhile.ts';
import type { Signal } from './signal.ts';
import type { ChannelKey } from './subscription.ts';
import type { EpochMs } from './time.ts';

/** A job as a message names it. */
export interface NamedJob extends JobKey {
  readonly name: string | null;
  readonly jobType: string | null;
}

/** Said to a channel, or to a person, that is no event of a job. */
export type Announcement =
  | { readonly kind: 'subscribed'; readonly by: string; readonly jobs: readonly NamedJob[] }
  | { readonly kind: 'unsubscribed'; readonly by: string; readonly jobs: readonly NamedJob[] }
  /** Somebody chose another language for the posts here. */
  | { readonly kind: 'language'; readonly by: string; readonly language: Language }
  /** The bot was invited. */
  | { readonly kind: 'hello'; readonly by: string | null }
  /** To the owner of subscriptions: another channel refuses posts, with Slack's error name. */
  | {
      readonly kind: 'paused';
      readonly channelId: string;
      readonly reason: string;
      readonly jobs: readonly NamedJob[];
    }
  /** The bot was down from `from` until `until`, and this is what changed. */
  | { readonly kind: 'back'; readonly from: EpochMs; readonly until: EpochMs; readonly meanwhile: Meanwhile }
  /** To the operator of the bot. */
  | { readonly kind: 'signal'; readonly signal: Signal };

/** What became known about a failure after it was noticed, or at the moment of a recovery. */
export interface Aftermath {
  /** In the language of the channel where there is one. */
  readonly cause: Cause | null;
  readonly recoveredAt: EpochMs | null;
  /** The message that told of the failure, in the channel that a recovery is told in; its Slack timestamp. */
  readonly firstMessageTs: string | null;
}

export const NO_AFTERMATH: Aftermath = { cause: null, recoveredAt: null, firstMessageTs: null };

/** What a delivery owes its channel. */
export type DeliveryFacts =
  | {
      readonly kind: 'event';
      readonly job: NamedJob;
      readonly eventNumber: number;
      readonly event: JobEvent;
      readonly aftermath: Aftermath;
    }
  | { readonly kind: 'announcement'; readonly announcement: Announcement };

/** One outgoing Slack message: facts, never Slack JSON. Its deliveries were frozen before the first attempt. */
export interface Post extends ChannelKey {
  /** Unique; travels with the message so that it can be recognised in the channel. */
  readonly id: string;
  /** What the channel reads. */
  readonly language: Language;
  /** In the order they happened; never empty. */
  readonly facts: readonly DeliveryFacts[];
  /** Which state of its facts this is: it grows when something becomes known that the message must show. */
  readonly version: number;
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

/** What became of one attempt to edit a message. */
export type EditOutcome =
  | { readonly kind: 'shown' }
  /** Slack asked to wait, or nobody knows: to be tried again. */
  | { readonly kind: 'again'; readonly afterMs: number | null; readonly reason: string }
  /** The message is gone or cannot be edited. */
  | { readonly kind: 'refused'; readonly reason: string };

/** How an attempt is to be recorded, decided from its outcome. */
export type PostSettlement =
  | { readonly kind: 'delivered'; readonly messageTs: string; readonly at: EpochMs }
  /** Try the same post again, and send nothing else to this channel before. */
  | { readonly kind: 'try_again'; readonly afterMs: number; readonly plain: boolean; readonly reason: string }
  /** Never again; the queue moves on. */
  | { readonly kind: 'dead'; readonly reason: string; readonly at: EpochMs }
  | { readonly kind: 'pause_channel'; readonly reason: string; readonly at: EpochMs }
  | { readonly kind: 'pause_workspace'; readonly reason: string; readonly at: EpochMs };
