/**
 * What the bot needs from the outside, as promises. Implementations: store/, drs/, slack/, runtime/.
 * A promise not written here is not made.
 */
import type { HeldReason, Person, Sharing } from './domain/access.ts';
import type { AuditEntry } from './domain/audit.ts';
import type { Job, JobKey } from './domain/job/job.ts';
import type { Explanation } from './domain/job/explanation.ts';
import type { JobEvent } from './domain/job/job-event.ts';
import type { Cause, JobDetail, RecoveryFigures } from './domain/job/job-detail.ts';
import type { JobId } from './domain/job/job-id.ts';
import type { JobState } from './domain/job/job-state.ts';
import type { Language } from './domain/base/language.ts';
import type { ListedJob, NameCandidate } from './domain/names/listed-job.ts';
import type { SetAsideRow, Signal, SignalKind } from './domain/post/signal.ts';
import type { BlindEpisode, BlindRules, PollSight } from './domain/poll/blind-episode.ts';
import type { SubJob } from './domain/poll/combine-sub-jobs.ts';
import type { IncidentRules } from './domain/post/incident.ts';
import type { MessageTs } from './domain/post/message-ts.ts';
import type { Pace } from './domain/post/pace.ts';
import type { ConnectionAbsence } from './domain/poll/absence.ts';
import type { DrsAllowance } from './domain/poll/poll-budget.ts';
import type { Post, PostSearch, PostSettlement, SearchOutcome, SendOutcome, SlackFailure } from './domain/post/post.ts';
import type { ReadBack } from './domain/post/read-back.ts';
import type { OpenPost, SearchSettlement } from './domain/post/reconcile.ts';
import type { DrsFailure, DrsFailureReason, ProgressAnswers } from './domain/job/progress-answer.ts';
import type {
  ChannelKey,
  ChannelPause,
  ListedSubscription,
  NamedSubscription,
  Subscription,
} from './domain/subscription.ts';
import type { EpochMs } from './domain/base/time.ts';
import type { TurnName } from './domain/base/vital-signs.ts';

/** The bot cannot start. The message is one sentence for the operator: what is wrong and what to do. */
export class StartError extends Error {
  override readonly name: string = 'StartError';
}

/**
 * Nothing can be written down: the disk is full. The message is one sentence for the operator. What was being done is not
 * done, nothing of it; it works again when there is room.
 */
export class DiskFullError extends StartError {
  override readonly name = 'DiskFullError';
}

/** Time. Use cases read `now` once per pass and hand it down. */
export interface Clock {
  now(): EpochMs;
  /** Milliseconds from some moment on; never goes back, whatever becomes of the time of day. */
  monotonic(): number;
  /** Resolves after `ms`, or at once when `signal` aborts; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** A new unguessable id on every call (a UUID). */
export type NewId = () => string;

/** Structured log lines. Secrets are scrubbed by the implementation, also inside values. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** What a page of a search came to, as a metric label: the post, more to read, or the end of it without the post. */
export type PageOutcome = 'found' | 'more' | 'absent' | SlackFailure['kind'];

/** What is read from DRS: also a metric label. */
export type DrsRead = 'progress' | 'list' | 'details' | 'recovery';

/**
 * What is counted and measured for the operator. Every label comes from a closed list; what is in none counts as `other`.
 * Never throws and never waits.
 */
export interface Metrics {
  /** A turn has ended: how long it took, and whether it ended without a fault. */
  turned(loop: TurnName, turn: { readonly ms: number; readonly ok: boolean }): void;
  /** A read has ended, all its attempts included; also one that was not sent because there is no way to sign in. */
  readDrs(read: DrsRead, outcome: 'answered' | DrsFailureReason, ms: number): void;
  /** An attempt to send a post has ended; `reason` is null when it was delivered. */
  posted(outcome: SendOutcome['kind'], reason: string | null): void;
  /** An attempt to edit a message has ended; `reason` is null when there is none to give. */
  edited(outcome: SendOutcome['kind'], reason: string | null): void;
  /** A page of a channel was read to look for a post. */
  searched(outcome: PageOutcome): void;
  /** An attempt to take away a message that came twice has ended; `gone` is well. */
  removed(outcome: SendOutcome['kind']): void;
}

/** A job as DRS's list of jobs has it. */
export interface JobListEntry {
  readonly jobId: JobId;
  readonly name: string | null;
  readonly status: string | null;
  readonly jobType: string;
  /** The job it is a part of. */
  readonly parentId: JobId | null;
}

/** What could be read of the list of jobs. */
export interface JobListing {
  /** One for each type that could be read. */
  readonly parts: readonly {
    readonly jobType: string;
    readonly entries: readonly JobListEntry[];
    /** It was read to its end, and as many jobs came as DRS says there are: what is not among them is not listed. */
    readonly isWhole: boolean;
  }[];
  /** Why a type is missing; null when none is. */
  readonly failure: DrsFailure | null;
}

/** What could be read about some jobs; those DRS said nothing about are missing. */
export interface CompanionAnswer<T> {
  readonly found: ReadonlyMap<JobId, T>;
  /** Why some may be missing; null when every request was answered. */
  readonly failure: DrsFailure | null;
}

/** Asks DRS. */
export interface DrsClient {
  /**
   * Asks for the progress of `jobIds`: duplicates once, in requests of at most the configured batch size, at most two
   * at a time and within the configured rate and the quota that DRS names, over the whole process. Every id asked for is
   * in the answer. Never rejects for what the other side does: failures are answers.
   *
   * A batch that is refused for what may be the reason of one id is asked in parts, in this call and the next ones, until
   * that id is `rejected` and the others are answered. A refusal that meets all ids is nobody's fault: `unanswered`.
   */
  fetchProgress(
    jobIds: readonly JobId[],
    options?: { readonly signal?: AbortSignal; readonly language?: Language },
  ): Promise<ProgressAnswers>;

  /** How soon progress may be asked for again. Asks nothing. */
  allowance(): DrsAllowance;

  /*
   * The reads below have a budget of their own beside the progress requests, never reject for what the other side does,
   * and pause by themselves where an API is not to be had. The bot works without any of them.
   */

  /** Every job there is, type by type. May take minutes where there are thousands. */
  listJobs(): Promise<JobListing>;
  /** Names, times and causes; private parts of error texts are masked. One request per batch. */
  fetchDetails(jobIds: readonly JobId[], language: Language): Promise<CompanionAnswer<JobDetail>>;
  /** RPO and RTO of disaster recovery jobs. */
  fetchRecoveryFigures(jobIds: readonly JobId[]): Promise<CompanionAnswer<RecoveryFigures>>;
}

/** Sends posts to Slack. */
export interface Notifier {
  /** One request, no retry, bounded in time. Never rejects: every way it can end is an outcome. */
  send(post: Post): Promise<SendOutcome>;
  /**
   * Makes the post's message (`channelId`: the conversation's own id) show what the post says now. Repeating it is
   * harmless. Never rejects.
   */
  edit(
    post: Post,
    message: { readonly channelId: string; readonly messageTs: MessageTs },
    now: readonly Job[],
  ): Promise<SendOutcome>;
  /** Takes a message of ours away: `gone` when it is not there any more. Repeating it is harmless. Never rejects. */
  remove(message: { readonly channelId: string; readonly messageTs: MessageTs }): Promise<SendOutcome>;
}

/** Reads conversations back. */
export interface History {
  /** Reads one page of a channel or thread, newest messages first, for a post by its id. Never rejects. */
  readPage(search: PostSearch): Promise<SearchOutcome>;
}

/** Whether the bot can post in a channel, as far as Slack tells. */
export type ChannelAccess =
  | { readonly kind: 'ready' }
  /** The bot must be invited by a member; `private` when it could not even see the channel. */
  | { readonly kind: 'invite_needed' }
  | { readonly kind: 'archived' }
  /** Slack would not tell; only a post will show. */
  | { readonly kind: 'unknown'; readonly reason: string };

/** The conversations a post can go to. */
export interface Channels {
  /** Joins the channel if it is public and the bot is not in it. Never rejects. */
  prepare(channelId: string): Promise<ChannelAccess>;
  /** Those of `channelIds` that are public or that the person is in; fewer when Slack does not tell. Never rejects. */
  visibleTo(userId: string, channelIds: readonly string[]): Promise<ReadonlySet<string>>;
}

/** What Slack tells about people and conversations, for deciding who may do what. Remembered for some minutes. */
export interface Directory {
  /** Waits a moment at most; what was known before stands in for an answer that does not come. Never rejects. */
  findPerson(userId: string): Promise<Person>;
  /** The same for who else may be in a conversation. */
  findSharing(channelId: string): Promise<Sharing>;
  /** Something has changed: the conversation is asked about anew. */
  forget(channelId: string): void;
}

/** A temporary exclusive right to work on rows, which expires by itself. */
export interface LeaseRequest {
  /** Unique for this claim; every later write must name it. */
  readonly token: string;
  /** How long the right lasts, on the store's clock. */
  readonly leaseMs: number;
}

/** The answer to a claim of one job. */
export type JobClaim =
  | { readonly kind: 'claimed'; readonly job: Job }
  /** The last report is younger than asked for; nothing was claimed. */
  | { readonly kind: 'fresh'; readonly job: Job }
  /** Somebody else is asking about it right now. */
  | { readonly kind: 'busy'; readonly job: Job };

/** Whom to ask about next. */
export interface DueJobsRequest extends LeaseRequest {
  readonly connectionId: string;
  readonly now: EpochMs;
  readonly limit: number;
  /** The front unless given. */
  readonly from?: 'front' | 'back';
}

/** What one poll found out about one job. */
export interface PollResult {
  readonly jobId: JobId;
  readonly state: JobState;
  /** In the order they happened. */
  readonly events: readonly JobEvent[];
  /** Null: over, do not poll again. */
  readonly nextPollAt: EpochMs | null;
  /** The job's place in the queue; `nextPollAt` unless given. */
  readonly waitingSince?: EpochMs | null;
  readonly askAlone: boolean;
  readonly refusals: number;
}

/** What a commit did. */
export interface CommittedPoll {
  /** Jobs whose lease was still held; nothing was written for any other. */
  readonly committed: readonly JobId[];
  /** How many deliveries are owed because of it. */
  readonly deliveries: number;
}

/** Who does something, and where. */
export interface Actor extends ChannelKey {
  readonly userId: string;
}

/** What became of each job in a request to subscribe. */
export type SubscribeResult =
  | { readonly kind: 'subscribed'; readonly job: Job; readonly subscription: Subscription }
  | { readonly kind: 'already_subscribed'; readonly job: Job; readonly subscription: Subscription }
  | { readonly kind: 'already_over'; readonly job: Job };

/** The right to work on a post. */
export interface PostLease extends ChannelKey {
  readonly postId: string;
  readonly token: string;
}

/** What somebody who can speak to Slack asks for. */
export interface TurnRequest extends LeaseRequest {
  /** Whose channels may be claimed: what one workspace may send concerns no other. */
  readonly workspaceId: string;
  /** Only a change of this post's message. */
  readonly postId?: string | undefined;
  /** How news is collected, and when the pass of the poller began that is under way here (null: none is); not at all unless given. */
  readonly news?: { readonly rules: IncidentRules; readonly passBeganAt: EpochMs | null };
  /** The id of the post, should a new one begin. */
  readonly newPostId: string;
  readonly now: EpochMs;
  /** Between the beginnings of two posts in one channel, in ms. */
  readonly paceMs: number;
  /** Posts to the whole workspace, */
  readonly pace: Pace;
  /** changes of its messages, */
  readonly editPace: Pace;
  /** and pages read of its conversations. */
  readonly readPace: Pace;
  /** An attempt whose outcome is not known is not looked for sooner than this after it began, in ms. */
  readonly reconcileAfterMs: number;
  /** How long the lease lasts where a message is changed, in ms: an earlier change can no longer arrive after it. */
  readonly editLeaseMs: number;
}

/** What is to be done now, by whoever was given the post. */
export type Turn =
  /** Send this post; the attempt has been recorded. */
  | { readonly kind: 'send'; readonly lease: PostLease; readonly post: Post; readonly readBack: ReadBack }
  /** Nobody knows whether a message of the post, or one more, is in its channel: read this page. */
  | { readonly kind: 'search'; readonly lease: PostLease; readonly open: OpenPost; readonly search: PostSearch }
  /** The message does not show what its post says. */
  | {
      readonly kind: 'edit';
      readonly lease: PostLease;
      readonly post: Post;
      readonly messageTs: MessageTs;
      /** The conversation's own id. */
      readonly channelId: string;
      /** How often in a row this was tried in vain. */
      readonly tries: number;
      /** The post's jobs as they are known now. */
      readonly jobs: readonly Job[];
      /** It tells something that nobody was told yet. */
      readonly isAwaited: boolean;
    }
  /** A second message of the post is to be taken away. */
  | {
      readonly kind: 'remove';
      readonly lease: PostLease;
      readonly post: Pick<Post, 'id' | 'version'>;
      readonly messageTs: MessageTs;
      readonly channelId: string;
      readonly tries: number;
    };

/** The answer to somebody who can speak to Slack. */
export type TurnClaim =
  | Turn
  /** Nothing can be done now; ms until something can, null when there is nothing to do anywhere. */
  | { readonly kind: 'idle'; readonly nextInMs: number | null };

/** What became of a settlement. */
export type Recorded =
  | 'recorded'
  /** The post already has a message: this one is a copy, and will be taken away. */
  | 'copy'
  /** Somebody else has the post; nothing was written. */
  | 'lease_lost';

/** What a refresh of an old message needs. */
export interface SentPost {
  readonly post: Post;
  readonly messageTs: string | null;
}

/** A failure whose cause is still to be found. */
export interface WantedCause {
  readonly jobId: JobId;
  readonly eventNumber: number;
  /** How often it was asked for in vain. */
  readonly tries: number;
  /** Of the channels that were told. */
  readonly languages: readonly Language[];
}

/** A cause that was found, in one language. */
export interface FoundCause {
  readonly jobId: JobId;
  readonly eventNumber: number;
  readonly language: Language;
  readonly cause: Cause;
}

/** What is known of DRS's list of jobs. */
export interface JobListState {
  /** When a type was last read to its end; null if never. */
  readonly listedAt: EpochMs | null;
  /** Why the last try did not read all of it. */
  readonly failure: Explanation | null;
}

/** What was said of a connection's sight. */
export interface SightTold {
  /** How many channels are owed word of it. */
  readonly channels: number;
  /** The episode as it is, or was until now; null when there is none. */
  readonly episode: BlindEpisode | null;
}

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

/** How many rows went, by kind. */
export type Pruned = Readonly<
  Record<'posts' | 'deliveries' | 'events' | 'failures' | 'subscriptions' | 'episodes' | 'setAside' | 'jobs', number>
>;

/** Where everything is kept. */
export interface StorePlace {
  /** Absolute; null: in memory. */
  readonly path: string | null;
  /** No bot has worked with it yet. */
  readonly isNew: boolean;
  readonly bytes: number;
  /** Those that have not ended, of all workspaces. */
  readonly subscriptions: number;
}

/** The path no longer leads to the file that is open: whatever is written is gone when the process ends, unless it is saved. */
export interface Displacement {
  readonly path: string;
  readonly how: 'gone' | 'replaced';
  /** Where `saveDisplaced` copies to. */
  readonly savedAs: string;
}

/** A word to the operator of the bot. */
export interface SignalRequest {
  readonly connectionId: string;
  /** Where the operator reads it. */
  readonly channel: ChannelKey;
  readonly kind: SignalKind;
  readonly now: EpochMs;
}

/**
 * Everything that must survive. Each method is one transaction: all of it happens or none. Domain time is a parameter;
 * leases and pacing use the store's own clock. No method waits for the network. Whatever has to be written throws
 * `DiskFullError` when there is no room, with nothing done.
 */
export interface Store {
  /** Creates or updates the workspace, and takes up posting again if a refusal of the whole workspace had stopped it. */
  openWorkspace(workspace: { readonly id: string; readonly name: string; readonly at: EpochMs }): Promise<void>;
  /** Creates or updates the connection; jobs whose place in its queue a clock gave that is set back since come forward. */
  openConnection(connection: {
    readonly id: string;
    readonly name: string;
    readonly endpoint: string;
    readonly projectId: string;
    readonly at: EpochMs;
  }): Promise<void>;

  /** The project last asked about at this endpoint; null if none ever was. */
  findLastProjectId(endpoint: string): Promise<string | null>;

  /** The row, or null when nobody ever asked about the job. */
  findJob(job: JobKey): Promise<Job | null>;
  /** The rows there are of these jobs, in no particular order. */
  findJobs(connectionId: string, jobIds: readonly JobId[]): Promise<readonly Job[]>;

  /**
   * Takes the right to read DRS's list of jobs now. False when somebody took it less than `everyMs` ago, in whatever
   * process.
   */
  claimJobListRefresh(request: {
    readonly connectionId: string;
    readonly now: EpochMs;
    readonly everyMs: number;
  }): Promise<boolean>;
  /**
   * Replaces what is listed of the types that were read, names known jobs after it, and notes why other types were not read.
   * A job that got another name is told of in the channels that watch it, once. Where a job that was told to be over has
   * left its name to another one, its message learns of that. A job that was gone, is listed again, and whose return some
   * channel awaits is due at once. Returns how many channels are told something. `now`: when the reading began.
   */
  saveJobList(request: {
    readonly connectionId: string;
    readonly listing: JobListing;
    readonly now: EpochMs;
  }): Promise<number>;
  findJobListState(connectionId: string): Promise<JobListState>;
  /**
   * Listed jobs and jobs we have a report of that `text` may mean (domain/names/choose-job.ts): by their name or the beginning of
   * their id, sub-jobs too; else by the beginning of their name; and only if there is none such, by a word in their name.
   * The better matches first, at most `limit`.
   */
  findJobsLike(connectionId: string, text: string, limit: number): Promise<readonly NameCandidate[]>;
  /** When DRS last said what each of these jobs, as far as they have a row, is called; null: that was not written down. */
  findNamedAt(connectionId: string, jobIds: readonly JobId[]): Promise<ReadonlyMap<JobId, EpochMs | null>>;
  /** All listed jobs and jobs we have a report of that have a name, sub-jobs aside. */
  findNamedJobs(connectionId: string): Promise<readonly ListedJob[]>;
  /** One page of what is listed, sub-jobs aside: running ones first, then by name; all, or those with `text` in name or id. */
  pageListedJobs(request: {
    readonly connectionId: string;
    readonly text: string | null;
    readonly offset: number;
    readonly limit: number;
  }): Promise<{ readonly total: number; readonly jobs: readonly ListedJob[] }>;
  /** The listed sub-jobs of those of `jobIds` that have any. */
  findSubJobs(connectionId: string, jobIds: readonly JobId[]): Promise<ReadonlyMap<JobId, readonly SubJob[]>>;

  /**
   * Takes the right to read the details of those of `jobIds` for which they are missing: never read, or failed without a
   * known cause; each at most once in `everyMs` unless it succeeded.
   */
  claimDetails(request: {
    readonly connectionId: string;
    readonly jobIds: readonly JobId[];
    readonly now: EpochMs;
    readonly everyMs: number;
  }): Promise<readonly JobId[]>;
  /** Names, types and times of jobs that have a row; the cause of a job that is failed now, if none is known. */
  saveDetails(request: {
    readonly connectionId: string;
    readonly details: readonly JobDetail[];
    readonly language: Language;
    readonly now: EpochMs;
  }): Promise<void>;
  /** Why the job failed last, if it is failed now; in `language` where there is a choice. */
  findCause(job: JobKey, language: Language): Promise<Cause | null>;
  /** Leases failures whose cause is wanted and whose next try is due. */
  claimWantedCauses(
    request: LeaseRequest & { readonly connectionId: string; readonly limit: number },
  ): Promise<readonly WantedCause[]>;
  /**
   * Records what was found, marks the messages that told of these failures for an edit, and gives the leases back: what
   * was not found is tried again after `retryAfterMs`, or never for those in `givenUp`.
   */
  saveCauses(request: {
    readonly connectionId: string;
    readonly token: string;
    readonly found: readonly FoundCause[];
    readonly givenUp: readonly WantedCause[];
    readonly retryAfterMs: number;
  }): Promise<void>;

  /**
   * Makes the post's message want to say how its jobs are, also when nothing was learnt, until something happens to one of
   * them. False when it has no message.
   */
  askPost(postId: string): Promise<boolean>;

  /** Whether the bot can read its own messages in the channel, as far as a search has shown. */
  findReadBack(channel: ChannelKey): Promise<ReadBack>;
  /** The same for every channel of the workspace that watches something. */
  listReadBacks(workspaceId: string): Promise<readonly { readonly channelId: string; readonly readBack: ReadBack }[]>;

  /** The language of posts to the channel: what somebody chose, else the bot's own. */
  findChannelLanguage(channel: ChannelKey): Promise<Language>;
  /** Chooses it; audited, and announced in a channel that watches something. False when it is so already. */
  setChannelLanguage(request: {
    readonly actor: Actor;
    readonly connectionId: string;
    readonly language: Language;
    readonly now: EpochMs;
  }): Promise<boolean>;
  /** Owes the channel a first message, once in its life, and takes up posting there again (audited). */
  greetChannel(request: {
    readonly channel: ChannelKey;
    readonly connectionId: string;
    readonly by: string | null;
    readonly now: EpochMs;
  }): Promise<void>;
  /** Every active subscription of a workspace, by channel and age. */
  listWorkspaceSubscriptions(workspaceId: string): Promise<readonly ListedSubscription[]>;

  /**
   * What tells whether watched jobs are gone. The figures of the connection are 0 while nothing is suspect: no watched job
   * that DRS does not know, and none without a report that its list calls deleted.
   */
  findAbsence(request: { readonly connectionId: string; readonly now: EpochMs }): Promise<ConnectionAbsence>;

  /** How many jobs a tick at `now` has to ask about. */
  countDueJobs(connectionId: string, now: EpochMs): Promise<number>;
  /**
   * Leases up to `limit` watched jobs that are due at `now`, in the order in which they have waited; or exactly one job
   * that must be asked alone, when that one has waited longest. `from` the back of the queue: those that have waited
   * least, none of them a job that must be asked alone. Empty when nothing is due. No job is leased to two at once.
   */
  claimDueJobs(request: DueJobsRequest): Promise<readonly Job[]>;
  /**
   * Leases one job, watched or not; creates its row if there is none. `fresh` when its last report was read after
   * `now - maxAgeMs`.
   */
  claimJob(request: LeaseRequest & JobKey & { readonly now: EpochMs; readonly maxAgeMs: number }): Promise<JobClaim>;
  /** Whether somebody is asking about the job right now. Writes nothing, so it may be asked often. */
  isJobLeased(job: JobKey): Promise<boolean>;
  /**
   * Records what a poll found and gives the leases back: the new state, its events (numbered on from the job's last),
   * one delivery for each channel subscribed at this moment, and the end of the subscriptions where an event ends them
   * (audited). Subscriptions that ended because the job was gone, within 90 days, and that nobody ended or made anew since,
   * go on when it has a report again: audited, and announced in one delivery to each channel.
   * A job whose lease is no longer `token`'s is left alone. A job that nobody watches and that never had a report is
   * forgotten.
   */
  commitPoll(poll: {
    readonly token: string;
    readonly connectionId: string;
    readonly now: EpochMs;
    readonly results: readonly PollResult[];
  }): Promise<CommittedPoll>;
  /** Makes the leases that `token` still holds last `leaseMs` from now, for work that takes longer than one lease. */
  renewJobs(request: LeaseRequest): Promise<void>;
  /** Gives back what `token` still holds, unchanged. */
  releaseJobs(token: string): Promise<void>;

  /**
   * Subscribes the channel to each job, whose rows must exist. Present states are the baseline. New ones are due at the
   * next tick, are audited, and are announced together in one delivery. Repeating it changes nothing. `language` is the
   * reader's: direct messages to that person are in it.
   */
  subscribe(request: {
    readonly actor: Actor;
    readonly language: Language;
    readonly connectionId: string;
    readonly jobIds: readonly JobId[];
    readonly now: EpochMs;
  }): Promise<readonly SubscribeResult[]>;
  /**
   * Ends the channel's subscriptions to these jobs (`all`: to every job), those that would come back with a job included.
   * What is owed for them is suppressed, also in a post that was begun and is held up; a post that may be in the channel
   * already is looked for, and not sent again when it is not there. The end is audited and, unless `announce` is false,
   * announced in one delivery that says whose they were. Returns the ones that
   * were ended, oldest first.
   */
  unsubscribe(request: {
    readonly actor: Actor;
    readonly jobs: 'all' | readonly JobKey[];
    readonly reason: 'unsubscribed' | 'cannot_post';
    readonly announce: boolean;
    readonly now: EpochMs;
  }): Promise<readonly NamedSubscription[]>;
  /** Those of `jobIds` that the channel is subscribed to. */
  findSubscribed(channel: ChannelKey, connectionId: string, jobIds: readonly JobId[]): Promise<ReadonlySet<JobId>>;
  /** The channel's active subscriptions, oldest first. */
  listSubscriptions(channel: ChannelKey): Promise<readonly ListedSubscription[]>;
  /** Those that ended because their job was gone and that come back should it be known again (see commitPoll). */
  listAwaitedSubscriptions(channel: ChannelKey, now: EpochMs): Promise<readonly ListedSubscription[]>;

  /** The pause of a channel, or of its whole workspace; null when posts go out. */
  findPause(channel: ChannelKey): Promise<ChannelPause | null>;
  /** Takes up posting to a paused channel again; audited. */
  resumeChannel(request: { readonly actor: Actor; readonly now: EpochMs }): Promise<void>;
  /**
   * Holds back the posts of a channel that may be told nothing; audited, and told to those who subscribed it. Repeating it
   * changes nothing, nor does it for a channel that nobody ever used.
   */
  holdChannel(request: {
    readonly channel: ChannelKey;
    readonly reason: HeldReason;
    readonly now: EpochMs;
  }): Promise<void>;
  /** Lets the posts of a channel go on that `holdChannel` held back; audited. False when it had not. */
  releaseHeldChannel(request: { readonly channel: ChannelKey; readonly now: EpochMs }): Promise<boolean>;
  /** The channels of a workspace that watch something. */
  listWatchingChannels(workspaceId: string): Promise<readonly string[]>;

  /**
   * What was done in a channel, newest first, at most `limit`: all of it or that about one job, all or what came before the
   * entry `before`. `older`: how many more there are.
   */
  pageAudit(request: {
    readonly channel: ChannelKey;
    readonly job: JobKey | null;
    readonly before: number | null;
    readonly limit: number;
  }): Promise<{ readonly entries: readonly AuditEntry[]; readonly older: number }>;
  /** The jobs that something was done about in a channel, once by each name they had then and have now. */
  listAuditedJobs(channel: ChannelKey): Promise<readonly ListedJob[]>;

  /**
   * Leases the post of the workspace with which something is to be done next, in channels that are not paused, within the
   * paces of the workspace, and says what: a first message to the channel that has waited longest, a page of the search that
   * has waited longest, or a change of a message, those first that tell something new. Deliveries get their places in posts
   * here, and an attempt is recorded, on the store's clock, before it is made. While it is not known whether a first
   * message reached its channel, no other is sent there. Only one holds a post, so the change that comes last is the newest.
   */
  claimTurn(request: TurnRequest): Promise<TurnClaim>;
  /**
   * Records how the attempt ended, and gives the post back. That a message is in the channel is recorded whoever holds the
   * post by now: the first message of a post stays, any other is a copy and will be taken away. A delivery is told when the
   * message shows the version it was put in at, or a later one.
   */
  settlePost(lease: PostLease, post: Pick<Post, 'id' | 'version'>, settlement: PostSettlement): Promise<Recorded>;
  /** Records what a page of a search showed, in the same way; how far the search has come is kept. */
  settleSearch(
    lease: PostLease,
    search: Pick<PostSearch, 'channelId'>,
    settlement: SearchSettlement,
  ): Promise<Recorded>;
  /** Gives the post back; what it waited for is due as before. */
  releaseTurn(lease: PostLease): Promise<void>;
  /** A post by its id, while it is kept. */
  findPost(postId: string): Promise<SentPost | null>;

  /**
   * A bot is alive at `now`. `findDownTime` is told when one last was, and says from when on looks were missed; null: none
   * were. That begins an episode of the connection (see noteSight), or goes on with the one there is.
   */
  noteAlive(request: {
    readonly connectionId: string;
    readonly now: EpochMs;
    readonly findDownTime: (lastAliveAt: EpochMs) => EpochMs | null;
  }): Promise<void>;
  /**
   * Notes what a poll of everything that was due came to: `why` there was no report at all, or null. When that has lasted,
   * every channel that watches through the connection is owed word of it, once. The episode is kept, so that a restart
   * tells nothing twice and forgets nothing.
   *
   * @param request.nextTryAt when DRS is asked next, if the schedule pauses until then
   */
  noteSight(request: {
    readonly connectionId: string;
    readonly sight: PollSight;
    readonly nextTryAt: EpochMs | null;
    readonly rules: BlindRules;
  }): Promise<SightTold>;
  /**
   * Tells the end of an episode, once, to every channel that watched through the connection then, with what changed
   * meanwhile, behind whatever is owed to the channel already; and closes it. Not before every due job was asked about
   * since; after `rules.patienceMs` it is told whatever is known.
   */
  tellSight(request: {
    readonly connectionId: string;
    readonly now: EpochMs;
    readonly rules: BlindRules;
  }): Promise<SightTold>;

  /**
   * Something has become wrong at `now`: owes the channel `signal` (null: it has been said already), unless that is known.
   * False when it is.
   */
  raiseSignal(request: SignalRequest & { readonly signal: Signal | null }): Promise<boolean>;
  /** It is well again: owes the channel what `signal` makes of when it became wrong. False when nothing was wrong. */
  clearSignal(request: SignalRequest & { readonly signal: (since: EpochMs) => Signal }): Promise<boolean>;
  /**
   * Owes the channel word of up to `limit` posts of its workspace that Slack has refused for good within the last day and that
   * nobody was told of; each post is told of once. A refused word of this kind is not told of again. Returns how many there were.
   */
  reportRefusedPosts(request: {
    readonly connectionId: string;
    readonly channel: ChannelKey;
    readonly now: EpochMs;
    readonly limit: number;
  }): Promise<number>;

  /**
   * What could not be read since the last report, each row once, and not sooner again than after a day; owes the channel word of it, if there is one. What was
   * to be read in another workspace is that one's. Such a row
   * never keeps anything else from being polled or told: a job is asked anew, a delivery is not told, with the reason `unreadable`.
   */
  reportSetAside(request: {
    readonly workspaceId: string;
    readonly connectionId: string;
    readonly channel: ChannelKey | null;
    readonly now: EpochMs;
  }): Promise<readonly SetAsideRow[]>;

  /**
   * Deletes what is old enough, at most `limit` rows of each kind, and says how many; all zero: nothing is left to do. Never
   * goes: what is owed or being edited, an event that a delivery tells, a job that is watched, leased or has events, an
   * active subscription, the audit.
   */
  prune(request: PruneRequest): Promise<Pruned>;
  /** Gives a small piece of the room that deleted rows left back to the disk. True when more is left. */
  giveRoomBack(): Promise<boolean>;
  /** Room on the disk with the database, in bytes; null when there is no such disk, or it does not tell. */
  freeBytes(): Promise<number | null>;

  /**
   * Writes down that a command, click, submission or event is being answered. False when that was written down before,
   * within two hours at least: of any number of calls with one key, by one process or several, one is told true.
   *
   * @param key names the request within its workspace; at most 200 characters
   */
  claimRequest(request: {
    readonly workspaceId: string;
    readonly key: string;
    readonly now: EpochMs;
  }): Promise<boolean>;

  /** How many deliveries are owed to the channel and not yet settled. */
  countPending(channel: ChannelKey): Promise<number>;

  /** What the operator of a bot looks at: its connection's jobs, its workspace's channels. */
  readFigures(of: { readonly workspaceId: string; readonly connectionId: string }): Promise<StoreFigures>;
  /**
   * Writes something harmless, for good. Rejects when nothing can be written (no permission, no room, no disk), with one
   * sentence that says what to do.
   */
  probeWrite(): Promise<void>;
  /** Where everything is kept, and what is there. */
  findPlace(): Promise<StorePlace>;
  /** Whether the file that is open is no longer the one at its path; null while all is well. Looks at the disk. */
  findDisplacement(): Displacement | null;
  /** Copies everything to the `savedAs` of a displacement, in the place of an earlier copy there. Rejects with one sentence. */
  saveDisplaced(): Promise<void>;
  /** The name of the last migration that was applied. */
  findSchemaVersion(): Promise<string>;

  /** Waits for what is running and closes the database. What is open and no longer at its path is saved before. */
  close(): Promise<void>;
}
