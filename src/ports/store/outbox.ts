import type { EpochMs } from '../../domain/base/time.ts';
import type { Job } from '../../domain/job/job.ts';
import type { IncidentRules } from '../../domain/post/incident.ts';
import type { MessageTs } from '../../domain/post/message-ts.ts';
import type { Pace } from '../../domain/post/pace.ts';
import type { Post, PostSearch, PostSettlement } from '../../domain/post/post.ts';
import type { HistoryAccess } from '../../domain/post/history-access.ts';
import type { OpenPost, SearchSettlement } from '../../domain/post/reconcile.ts';
import type { ChannelKey } from '../../domain/subscription.ts';
import type { LeaseRequest } from './leases.ts';

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
  | { readonly kind: 'send'; readonly lease: PostLease; readonly post: Post; readonly historyAccess: HistoryAccess }
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

/** Posts: what is to be said in Slack next, and what came of it. */
export interface OutboxStore {
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
   * Makes the post's message want to say how its jobs are, also when nothing was learnt, until something happens to one of
   * them. False when it has no message.
   */
  askPost(postId: string): Promise<boolean>;
}
