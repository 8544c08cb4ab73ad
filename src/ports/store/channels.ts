import type { HeldReason } from '../../domain/access.ts';
import type { Language } from '../../domain/base/language.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import type { HistoryAccess } from '../../domain/post/history-access.ts';
import type { ChannelKey, ChannelPause } from '../../domain/subscription.ts';
import type { Actor } from './subscriptions.ts';

/** Channels: their language, their pauses, and whether what was said there can be read back. */
export interface ChannelStore {
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
  /** Whether the bot can read its own messages in the channel, as far as a search has shown. */
  findHistoryAccess(channel: ChannelKey): Promise<HistoryAccess>;
  /** The same for every channel of the workspace that watches something. */
  listHistoryAccess(
    workspaceId: string,
  ): Promise<readonly { readonly channelId: string; readonly historyAccess: HistoryAccess }[]>;
  /** How many deliveries are owed to the channel and not yet settled. */
  countPending(channel: ChannelKey): Promise<number>;
}
