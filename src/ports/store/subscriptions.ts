import type { Language } from '../../domain/base/language.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import type { JobId } from '../../domain/job/job-id.ts';
import type { Job, JobKey } from '../../domain/job/job.ts';
import type { RuleChanges } from '../../domain/rules/rule-choice.ts';
import type { SubscriptionRules } from '../../domain/rules/subscription-rules.ts';
import type { ChannelKey, ListedSubscription, NamedSubscription, Subscription } from '../../domain/subscription.ts';

/** Who does something, and where. */
export interface Actor extends ChannelKey {
  readonly userId: string;
}

/** What became of each job in a request to subscribe. */
export type SubscribeResult =
  | { readonly kind: 'subscribed'; readonly job: Job; readonly subscription: Subscription }
  | { readonly kind: 'already_subscribed'; readonly job: Job; readonly subscription: Subscription }
  /** Other rules are in force for it from now on. */
  | { readonly kind: 'changed'; readonly job: Job; readonly before: Subscription; readonly after: Subscription }
  | { readonly kind: 'already_over'; readonly job: Job };

/** Which channel watches which job. */
export interface SubscriptionStore {
  /**
   * Subscribes the channel to each job, whose rows must exist. Present states are the baseline. New ones are due at the
   * next tick, are audited, and are announced together in one delivery. Those that are there already, whoever made them, get the
   * changes of `rules`; where other rules are in force because of it, that is audited, and announced in one more delivery.
   * Repeating it changes nothing. `language` is the reader's: direct messages to that person are in it.
   */
  subscribe(request: {
    readonly actor: Actor;
    readonly language: Language;
    readonly connectionId: string;
    readonly jobIds: readonly JobId[];
    readonly rules?: RuleChanges;
    readonly now: EpochMs;
  }): Promise<readonly SubscribeResult[]>;
  /**
   * Ends the channel's subscriptions to these jobs (`all`: to every job), those that would come back with a job included; or
   * exactly those with these ids, as far as they are still there.
   * What is owed for them is suppressed, also in a post that was begun and is held up; a post that may be in the channel
   * already is looked for, and not sent again when it is not there. The end is audited and, unless `announce` is false,
   * announced in one delivery that says whose they were. Returns the ones that
   * were ended, oldest first.
   */
  unsubscribe(request: {
    readonly actor: Actor;
    readonly jobs: 'all' | readonly JobKey[] | { readonly ids: readonly number[] };
    readonly reason: 'unsubscribed' | 'cannot_post' | 'channel_deleted';
    readonly announce: boolean;
    readonly now: EpochMs;
  }): Promise<readonly NamedSubscription[]>;
  /** Those of `jobIds` that the channel is subscribed to, and what each subscription wants. */
  findSubscribed(
    channel: ChannelKey,
    connectionId: string,
    jobIds: readonly JobId[],
  ): Promise<ReadonlyMap<JobId, SubscriptionRules>>;
  /** The channel's active subscriptions, oldest first. */
  listSubscriptions(channel: ChannelKey): Promise<readonly ListedSubscription[]>;
  /** Those that ended because their job was gone and that come back should it be known again (see commitPoll). */
  listAwaitedSubscriptions(channel: ChannelKey, now: EpochMs): Promise<readonly ListedSubscription[]>;
  /** Every active subscription of a workspace, by channel and age. */
  listWorkspaceSubscriptions(workspaceId: string): Promise<readonly ListedSubscription[]>;
}
