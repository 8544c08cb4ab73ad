import type { Language } from '../../domain/base/language.ts';
import type { Actor } from '../../ports/store/subscriptions.ts';
import type { Channels, Notifier } from '../../ports/slack.ts';
import { inPublic } from '../messages/kit/texts.ts';
import type { Guarded } from '../../use-cases/subscribing/review-channels.ts';
import type { Voice } from '../messages/kit/texts.ts';

/** What every command and button works with. */
export interface SlackContext {
  readonly useCases: Guarded & { readonly channels: Channels; readonly notifier: Notifier };
  readonly workspaceId: string;
  readonly voiceIn: (language: Language) => Voice;
  /** See `DoorState`. */
  readonly otherSockets: () => number;
  /** The language of somebody's Slack, else the bot's own. */
  readonly readerLanguage: (userId: string) => Promise<Language>;
}

/** The voices of one conversation: what only the person reads, and what everybody in the channel reads. */
export interface Voices {
  readonly reader: Voice;
  readonly channel: Voice;
}

export async function voicesFor(slack: SlackContext, actor: Actor): Promise<Voices> {
  const [reader, channel] = await Promise.all([
    slack.readerLanguage(actor.userId),
    slack.useCases.store.findChannelLanguage(actor),
  ]);
  return { reader: slack.voiceIn(reader), channel: inPublic(slack.voiceIn(channel)) };
}
