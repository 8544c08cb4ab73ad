import type { JobKey } from '../job/job.ts';
import type { Cause } from '../job/job-detail.ts';
import type { JobEvent } from '../job/job-event.ts';
import type { JobState } from '../job/job-state.ts';
import type { Standing } from '../job/standing.ts';
import type { LastSeen } from '../poll/last-seen.ts';
import type { Explanation } from '../job/explanation.ts';
import type { Closing } from './closing.ts';
import type { Language } from '../base/language.ts';
import type { Meanwhile } from '../poll/meanwhile.ts';
import type { MessageTs } from './message-ts.ts';
import type { Signal } from './signal.ts';
import type { ChannelKey } from '../subscription.ts';
import type { EpochMs } from '../base/time.ts';

/** A job as a message names it. */
export interface NamedJob extends JobKey {
  readonly name: string | null;
  readonly jobType: string | null;
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
  readonly cause: Cause | null;
}

/** Said to a channel, or to a person, that is no event of a job. */
export type Announcement =
  | { readonly kind: 'subscribed'; readonly by: string; readonly jobs: readonly StandingJob[] }
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
      readonly meanwhile: Meanwhile;
    }
  /** To the operator of the bot. */
  | { readonly kind: 'signal'; readonly signal: Signal }
  /** Of a kind that this version does not know. */
  | { readonly kind: 'other'; readonly name: string };

/** What became known about a failure after it was noticed, or at the moment of a recovery. */
export interface Aftermath {
  /** In the language of the channel where there is one. */
  readonly cause: Cause | null;
  /** What has become of a failure since; null while it is as it was. */
  readonly closed: Closing | null;
  /** The message that told of the failure, in the channel that a recovery is told in; its Slack timestamp. */
  readonly firstMessageTs: string | null;
  /** The running job that bears the name of one that is over. */
  readonly namesake: NamedJob | null;
}

export const NO_AFTERMATH: Aftermath = { cause: null, closed: null, firstMessageTs: null, namesake: null };

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
  /** The message under which it goes; null for the channel itself. */
  readonly threadTs: MessageTs | null;
}

/** Whether a post is a word to whoever runs the bot, who must read which setting to mend. */
export function isForOperator({ facts }: Pick<Post, 'facts'>): boolean {
  return facts.some((one) => one.kind === 'announcement' && one.announcement.kind === 'signal');
}

/** Where and from when on a post is looked for. */
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
}

/** What a search of a channel came to. */
export type SearchOutcome =
  /** Messages that carry the post's id, oldest first. */
  | { readonly kind: 'found'; readonly messageTs: readonly [MessageTs, ...MessageTs[]] }
  /** Everything was read and it was not there; whether another post of ours was. */
  | { readonly kind: 'absent'; readonly ownSeen: boolean }
  /** Slack does not let us read here. `channel`: the bot is not in it; `reading`: it may not read at all. */
  | { readonly kind: 'refused'; readonly what: 'channel' | 'reading'; readonly reason: string }
  /** Slack asked to wait, or nobody knows: to be tried again. */
  | { readonly kind: 'again'; readonly afterMs: number | null; readonly reason: string };

/** What became of one attempt to send a post. */
export type SendOutcome =
  | {
      readonly kind: 'delivered';
      readonly messageTs: MessageTs;
      /** The conversation's own id, where the post went to a person. */
      readonly channelId: string;
    }
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
  /** Somebody deleted the message. */
  | { readonly kind: 'gone' }
  /** It cannot be edited, now or later. */
  | { readonly kind: 'refused'; readonly reason: string };

/** What became of one attempt to take a message away. */
export type RemoveOutcome =
  /** It is not there any more. */
  | { readonly kind: 'removed' }
  | { readonly kind: 'again'; readonly afterMs: number | null; readonly reason: string }
  | { readonly kind: 'refused'; readonly reason: string };

/** How an attempt is to be recorded, decided from its outcome. */
export type PostSettlement =
  | {
      readonly kind: 'delivered';
      readonly messageTs: MessageTs;
      readonly channelId: string;
      readonly at: EpochMs;
    }
  /** Nobody knows whether it was posted: it is looked for after this, and nothing else is sent to this channel before. */
  | { readonly kind: 'look_for_it'; readonly afterMs: number; readonly reason: string }
  /** Try the same post again, and send nothing else to this channel before. */
  | { readonly kind: 'try_again'; readonly afterMs: number; readonly plain: boolean; readonly reason: string }
  /** Never again; the queue moves on. */
  | { readonly kind: 'dead'; readonly reason: string; readonly at: EpochMs }
  | { readonly kind: 'pause_channel'; readonly reason: string; readonly at: EpochMs }
  | { readonly kind: 'pause_workspace'; readonly reason: string; readonly at: EpochMs };
