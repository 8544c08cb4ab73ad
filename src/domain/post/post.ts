import type { JobKey } from '../job/job.ts';
import type { Cause } from '../job/job-detail.ts';
import type { JobEvent } from '../job/job-event.ts';
import type { RuleFound } from '../job/rule-endings.ts';
import type { JobState } from '../job/job-state.ts';
import { NO_TERMS } from '../job/job-terms.ts';
import type { JobTerms } from '../job/job-terms.ts';
import type { Doer } from '../job/timeline.ts';
import { ALARM_LAG_MS } from '../job/verdict-rules.ts';
import type { Standing } from '../job/standing.ts';
import type { LastSeen } from '../poll/last-seen.ts';
import type { Explanation } from '../job/explanation.ts';
import type { Closing } from './closing.ts';
import type { Language } from '../base/language.ts';
import type { ChangesSince } from '../poll/changes-since.ts';
import type { MessageTs } from './message-ts.ts';
import type { Refused } from './pause.ts';
import type { RuleChoice } from '../rules/rule-choice.ts';
import type { SubscriptionRules } from '../rules/subscription-rules.ts';
import type { OperatorAlert } from './operator-alert.ts';
import type { ChannelKey } from '../subscription.ts';
import type { EpochMs } from '../base/time.ts';

/** A job as a message names it. */
export interface NamedJob extends JobKey {
  readonly name: string | null;
  readonly jobType: string | null;
  /** From which engine to which, as DRS calls it; left out where that is not known, or not needed. */
  readonly engines?: string;
}

/** A job that a channel no longer watches. */
export interface EndedJob extends NamedJob {
  /** Who had made the subscription, where that was somebody else than who ended it. */
  readonly madeBy: string | null;
}

/** A job that a channel begins to watch, and how it stood then. */
export interface StandingJob extends NamedJob {
  /** Null where an older version did not write it down. */
  readonly standing: Standing | null;
  /** The failure that it has not recovered from, and why it failed, where known. */
  readonly failure: JobState['failure'];
  readonly terms: JobTerms;
  readonly cause: Cause | null;
}

/** A job of which a channel hears by other rules from now on. */
export interface RuledJob extends NamedJob {
  readonly before: SubscriptionRules;
  readonly after: SubscriptionRules;
}

/** Said to a channel, or to a person, that is no event of a job. */
export type Announcement =
  | {
      readonly kind: 'subscribed';
      readonly by: string;
      readonly jobs: readonly StandingJob[];
      /** Where they are other than the channel's defaults; of all jobs. */
      readonly rules: RuleChoice;
    }
  | { readonly kind: 'rules'; readonly by: string; readonly jobs: readonly RuledJob[] }
  /** Somebody chose other rules for whatever says nothing itself. */
  | {
      readonly kind: 'channel_rules';
      readonly by: string;
      readonly before: SubscriptionRules;
      readonly after: SubscriptionRules;
    }
  | { readonly kind: 'unsubscribed'; readonly by: string; readonly jobs: readonly EndedJob[] }
  /** Jobs that were gone are back, and so are the channel's subscriptions to them. */
  | { readonly kind: 'jobs_back'; readonly jobs: readonly NamedJob[] }
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
  /** DRS gives no usable answer for any job since `since`. */
  | {
      readonly kind: 'blind';
      readonly since: EpochMs;
      readonly at: EpochMs;
      readonly why: Explanation;
      /** Jobs that the channel watches. */
      readonly jobs: number;
      /** How they stood when they were seen last; null when none ever was. */
      readonly last: LastSeen | null;
      /** When DRS is asked next, if the schedule pauses until then. */
      readonly nextTryAt: EpochMs | null;
      /** When it answered again; null while it does not. */
      readonly endedAt: EpochMs | null;
    }
  /** The bot was down, or DRS gave no answer, from `from` until `until`, and this is what changed. */
  | {
      readonly kind: 'back';
      readonly after: 'blind' | 'down';
      readonly from: EpochMs;
      readonly until: EpochMs;
      /** What changed from here on was not seen to change. */
      readonly newsSince: EpochMs;
      readonly meanwhile: ChangesSince;
    }
  /** An operator alert; stored rows of every version call it so. */
  | { readonly kind: 'signal'; readonly signal: OperatorAlert }
  /** Of a kind that this version does not know. */
  | { readonly kind: 'other'; readonly name: string };

/** Why what a rule found is of no matter to a channel any more. */
export type LetGo =
  | { readonly how: 'unsubscribed'; readonly at: EpochMs }
  /** Somebody chose other rules, which find for themselves what is so. */
  | { readonly how: 'other_rules' };

/** What became known about an event after it was noticed, or at the moment of a recovery. */
export interface Aftermath {
  /** In the language of the channel where there is one. */
  readonly cause: Cause | null;
  /** Who paused, resumed or ended the job; null while nobody knows. */
  readonly doer: Doer | null;
  /** How DRS treats the job while it is abnormal. */
  readonly terms: JobTerms;
  /** What has become of a failure since; null while it is as it was. */
  readonly closed: Closing | null;
  /** The event by which what a rule found is over; null while it is not. */
  readonly endedBy: JobEvent | null;
  /** What the rule found on top of it until then, which has no message of its own; null for nothing. */
  readonly more: RuleFound | null;
  /** The channel does not look at the job by these rules any more, as long as that is so; null while it does. */
  readonly letGo: LetGo | null;
  /** Nothing is green in the channel above this lag, in ms. */
  readonly alarmMs: number;
  /** The message that told of the failure, in the channel that a recovery is told in; its Slack timestamp. */
  readonly firstMessageTs: string | null;
  /** The running job that bears the name of one that is over. */
  readonly namesake: NamedJob | null;
}

export const NO_AFTERMATH: Aftermath = {
  cause: null,
  doer: null,
  terms: NO_TERMS,
  closed: null,
  endedBy: null,
  more: null,
  letGo: null,
  alarmMs: ALARM_LAG_MS,
  firstMessageTs: null,
  namesake: null,
};

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

/**
 * What a post is. `news`: what happened to one job at one moment, or one announcement. `incident`: what befell several jobs for
 * one reason; it takes further deliveries for a while, told by edit. `recoveries`: which of the jobs of an incident have
 * recovered.
 */
export type PostKind = 'news' | 'incident' | 'recoveries';

/** What a post shows beside what it tells. */
export interface Around {
  /** Told in posts that the incident shows; for recoveries, what their incident told. */
  readonly shown: readonly DeliveryFacts[];
  /** How many jobs the channel watches. */
  readonly watched: number;
  /** The message of the incident that shows this post among its own; its Slack timestamp. */
  readonly partOfTs: MessageTs | null;
}

export const NOTHING_AROUND: Around = { shown: [], watched: 0, partOfTs: null };

/** One Slack message of ours, kept current: facts, never Slack JSON. */
export interface Post extends ChannelKey {
  /** Unique; travels with the message so that it can be recognised in the channel. */
  readonly id: string;
  readonly kind: PostKind;
  /** What the channel reads. */
  readonly language: Language;
  /** In the order they happened; never empty. */
  readonly facts: readonly DeliveryFacts[];
  /** When somebody asked how its jobs are, since when nothing happened to them; null: the message does not say. */
  readonly askedAt: EpochMs | null;
  /** Jobs of other posts that an incident shows among its own; of those, and of recoveries, how many the channel watches. */
  readonly around: Around;
  /** Which state of its facts this is, from 1: it grows when something becomes known that the message must show. */
  readonly version: number;
  /** This attempt's number, from 1. */
  readonly attempt: number;
  /** Slack refused the formatted message once; send it as plain text. */
  readonly plain: boolean;
  /** The message under which it goes; null for the channel itself. */
  readonly threadTs: MessageTs | null;
}

/** Whether a post is a word to whoever runs the bot, who must read which setting to mend. */
export function isForOperator({ facts }: Pick<Post, 'facts'>): boolean {
  return facts.some((one) => one.kind === 'announcement' && one.announcement.kind === 'signal');
}

/** A page of a conversation in which a post is looked for. */
export interface PostSearch {
  readonly postId: string;
  /** The conversation's own id: `C…`, `G…` or `D…`. */
  readonly channelId: string;
  /** The thread to look through; null for the channel itself. */
  readonly threadTs: MessageTs | null;
  /** Messages before this are not looked at. */
  readonly fromTs: MessageTs;
  /** Nor are those after this; null for none. */
  readonly toTs: MessageTs | null;
  /** Where the page before ended, as Slack called it; null for the first page. */
  readonly cursor: string | null;
}

/** Why something that was asked of Slack was not done. */
export type SlackFailure =
  /** Slack asked to wait; nothing was done. */
  | { readonly kind: 'retry'; readonly afterMs: number; readonly reason: string }
  /** It may or may not have been done: a timeout, a reset, a 5xx. */
  | { readonly kind: 'uncertain'; readonly reason: string }
  /**
   * Slack will not. `payload`: this message; `channel`: anything here; `workspace`: anything from us; `reading`: it lets
   * nobody read here.
   */
  | {
      readonly kind: 'refused';
      readonly what: 'payload' | 'channel' | 'workspace' | 'reading';
      readonly reason: string;
    };

/** What became of one attempt to send, to change or to take away a message. */
export type SendOutcome =
  /** Slack shows what was sent. */
  | {
      readonly kind: 'delivered';
      readonly messageTs: MessageTs;
      /** The conversation's own id, where the post went to a person. */
      readonly channelId: string;
    }
  /** The message is not there, or not any more. */
  | { readonly kind: 'gone' }
  | SlackFailure;

/** What one page of a search came to. */
export type SearchOutcome =
  | {
      readonly kind: 'read';
      /** Messages on it that carry the post's id, oldest first. */
      readonly found: readonly MessageTs[];
      /** Whether it showed any post of ours. */
      readonly ownSeen: boolean;
      /** Where the next page begins; null after the last one. */
      readonly cursor: string | null;
    }
  | SlackFailure;

/** How an attempt is to be recorded, decided from its outcome. */
export type PostSettlement =
  /** Slack shows the version that was attempted. */
  | {
      readonly kind: 'delivered';
      readonly messageTs: MessageTs;
      readonly channelId: string;
      readonly at: EpochMs;
    }
  /** Nobody knows whether a first message was posted: it is looked for after this, and nothing else is sent to this channel before. */
  | { readonly kind: 'look_for_it'; readonly afterMs: number; readonly reason: string }
  /**
   * Try again. A message that nobody has seen frees what it tells, to be grouped anew, unless it goes as `plain` text; its
   * channel waits. A message that is there waits alone.
   */
  | {
      readonly kind: 'try_again';
      readonly afterMs: number;
      readonly plain: boolean;
      readonly reason: string;
      /** Nobody can look whether a first message is there: it is sent as the post it was. */
      readonly mayBeThere?: true;
    }
  /** Slack will not take what was attempted of a message that is there: it stays as it is, and takes nothing more. */
  | { readonly kind: 'dead'; readonly reason: string; readonly at: EpochMs }
  /** Somebody deleted the message: it is posted once more, unless what it tells is over. */
  | { readonly kind: 'gone'; readonly isOver: boolean; readonly at: EpochMs }
  /** A copy is not there any more, or cannot be taken away. */
  | { readonly kind: 'removed'; readonly messageTs: MessageTs }
  /** Slack will take nothing here, nothing from us, or not this message: it is held back and tried again, ever less often. */
  | ({ readonly kind: 'pause_channel' } & Refused)
  | ({ readonly kind: 'pause_workspace' } & Refused)
  | ({ readonly kind: 'pause_message' } & Refused);
