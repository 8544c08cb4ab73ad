import type { HeldReason } from '../../domain/access.ts';
import type { Language } from '../../domain/base/language.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import type { HistoryAccess } from '../../domain/post/history-access.ts';
import type { RuleChoice, RuleChanges } from '../../domain/rules/rule-choice.ts';
import type { ChannelKey, ChannelPause, NamedSubscription } from '../../domain/subscription.ts';
import type { Actor } from './subscriptions.ts';

/** A channel whose posts are held back, and who may be told of it. */
export interface PauseToTell extends ChannelKey {
  readonly reason: string;
  readonly subscriptions: readonly NamedSubscription[];
  /** Who did something there, the last one first. */
  readonly users: readonly string[];
}

/** Who is told of a pause, and for which subscriptions. */
export interface PauseReader {
  /** A person, or a channel. */
  readonly conversationId: string;
  readonly subscriptions: readonly NamedSubscription[];
}

/** Channels: their language, their rules, their pauses, and whether what was said there can be read back. */
export interface ChannelStore {
  /** The pause of a channel, or of its whole workspace; null when posts go out. */
  findPause(channel: ChannelKey): Promise<ChannelPause | null>;
  /**
   * Something has happened that may have mended what Slack refuses to the channel or to its workspace: the next post to it is a
   * trial, at once, and the pauses between trials are short again. Not for `holdChannel`'s. False when nothing is refused.
   */
  tryAtOnce(request: { readonly channel: ChannelKey; readonly now: EpochMs }): Promise<boolean>;
  /** Pauses of channels that have lasted for `sayMs`, or are `holdChannel`'s, and that nobody was told of. */
  listPausesToTell(request: { readonly workspaceId: string; readonly sayMs: number }): Promise<readonly PauseToTell[]>;
  /** Owes each reader word of such a pause, once. False when nobody is owed any. */
  tellPause(request: {
    readonly pause: PauseToTell;
    readonly readers: readonly PauseReader[];
    readonly now: EpochMs;
  }): Promise<boolean>;
  /**
   * Holds back the posts of a channel that may be told nothing; audited. Repeating it
   * changes nothing, nor does it for a channel that nobody ever used.
   */
  holdChannel(request: {
    readonly channel: ChannelKey;
    readonly reason: HeldReason;
    readonly now: EpochMs;
  }): Promise<void>;
  /** Lets the posts of a channel go on that `holdChannel` held back; audited. False when it had not. */
  releaseHeldChannel(request: { readonly channel: ChannelKey; readonly now: EpochMs }): Promise<boolean>;
  /**
   * The conversation has another id from now on: subscriptions, what is owed, posts and pauses follow, and the audit shows both;
   * what was refused is tried at once. Audited. False when nothing is known under the old id.
   */
  moveChannel(request: { readonly channel: ChannelKey; readonly to: string; readonly now: EpochMs }): Promise<boolean>;
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
  /** What the subscriptions of the channel follow that say nothing themselves. */
  findChannelRules(channel: ChannelKey): Promise<RuleChoice>;
  /**
   * Changes it, and with it what is in force for each subscription, in one transaction; audited, and announced in a channel
   * that watches something. Repeating it changes nothing.
   */
  setChannelRules(request: {
    readonly actor: Actor;
    readonly connectionId: string;
    readonly changes: RuleChanges;
    readonly now: EpochMs;
  }): Promise<{ readonly before: RuleChoice; readonly after: RuleChoice }>;
  /** Owes the channel a first message, once in its life; what was refused there is tried at once. */
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
