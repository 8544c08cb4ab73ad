import type { Person, Sharing } from '../domain/access.ts';
import type { Job } from '../domain/job/job.ts';
import type { MessageTs } from '../domain/post/message-ts.ts';
import type { Post, PostSearch, SearchOutcome, SendOutcome } from '../domain/post/post.ts';

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
  /** The time zone of somebody's Slack by its name, such as Europe/Berlin; null when Slack does not tell. Never rejects. */
  findZone(userId: string): Promise<string | null>;
  /** What people call somebody; null when Slack does not tell. Never rejects. */
  findName(userId: string): Promise<string | null>;
  /** Something has changed: the conversation is asked about anew. */
  forget(channelId: string): void;
}
