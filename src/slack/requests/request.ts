import type { Language } from '../../domain/base/language.ts';
import type { Channels, Notifier } from '../../ports/slack.ts';
import type { Actor } from '../../ports/store/subscriptions.ts';
import type { Guarded } from '../../use-cases/subscribing/review-channels.ts';
import { hideOperatorMatters } from '../messages/kit/texts.ts';
import type { Texts } from '../messages/kit/texts.ts';
import type { Reply } from './reply.ts';

/** What every command and button works with. */
export interface SlackContext {
  readonly useCases: Guarded & { readonly channels: Channels; readonly notifier: Notifier };
  readonly workspaceId: string;
  readonly textsIn: (language: Language) => Texts;
  /** See `ListenerState`. */
  readonly otherSockets: () => number;
  /** The language of somebody's Slack, else the bot's own. */
  readonly readerLanguage: (userId: string) => Promise<Language>;
}

/** A command or click of somebody who may make it. */
export interface Request {
  readonly slack: SlackContext;
  readonly actor: Actor;
  /** In the language of the person, for what nobody else reads. */
  readonly personTexts: Texts;
  /** In the language of the channel, for what everybody in it reads. */
  readonly channelTexts: Texts;
  readonly reply: Reply;
}

/** Finds out in which languages a request is answered. */
export async function createRequest(slack: SlackContext, actor: Actor, reply: Reply): Promise<Request> {
  const [person, channel] = await Promise.all([
    slack.readerLanguage(actor.userId),
    slack.useCases.store.findChannelLanguage(actor),
  ]);
  const channelTexts = hideOperatorMatters(slack.textsIn(channel));
  return { slack, actor, personTexts: slack.textsIn(person), channelTexts, reply };
}
