import type { JobKey } from './job/job.ts';
import type { JobState } from './job/job-state.ts';
import type { EpochMs } from './base/time.ts';
import type { Pause } from './post/pause.ts';
import type { RuleChoice } from './rules/rule-choice.ts';
import type { SubscriptionRules } from './rules/subscription-rules.ts';

/** One Slack conversation of one workspace. */
export interface ChannelKey {
  readonly workspaceId: string;
  readonly channelId: string;
}

/** One channel watching one job. */
export interface Subscription extends ChannelKey, JobKey {
  readonly id: number;
  /** The Slack user who made it. */
  readonly createdBy: string;
  readonly createdAt: EpochMs;
  /** What somebody chose for it alone. */
  readonly chosen: RuleChoice;
  /** What is in force: what was chosen for it, over what was chosen for its channel. */
  readonly rules: SubscriptionRules;
}

/** A subscription with what to call its job. */
export interface NamedSubscription extends Subscription {
  readonly jobName: string | null;
  readonly jobType: string | null;
}

/** A subscription with what a list shows of its job. */
export interface ListedSubscription extends NamedSubscription {
  /** From which engine to which its job goes, as DRS calls it; null while DRS's list does not say. */
  readonly engines: string | null;
  readonly state: JobState;
}

/** Why a channel gets no posts at the moment. */
export interface ChannelPause extends Pick<Pause, 'reason' | 'since' | 'tries' | 'nextTrialAt'> {
  /** Posts owed to the channel that wait for it. */
  readonly waiting: number;
}
