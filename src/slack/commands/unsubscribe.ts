import type { Actor } from '../../ports/store/subscriptions.ts';
import { allHere, unsubscribe } from '../../use-cases/subscribing/unsubscribe.ts';
import { confirmUnsubscribeAll } from '../messages/answers/confirm-unsubscribe-all.ts';
import { unsubscribeAnswer } from '../messages/answers/unsubscribe-answer.ts';
import type { SlackMessage } from '../messages/kit/message.ts';
import type { Texts } from '../messages/kit/texts.ts';
import type { SlackContext } from '../requests/request.ts';
import type { CommandHandler } from './command-handler.ts';

/** `/drs unsubscribe <job>…` */
export const answerUnsubscribe: CommandHandler<'unsubscribe'> = async (request, { jobs }) => {
  const { slack, actor, personTexts, reply } = request;
  const outcome = await unsubscribe(slack.useCases, actor, jobs, 'ask_about_others');
  await reply.privately(unsubscribeAnswer(personTexts, outcome, actor.channelId));
};

/** `/drs unsubscribe all`: asks first. */
export const answerUnsubscribeAll: CommandHandler<'unsubscribe_all'> = async (request) => {
  const { slack, actor, personTexts, reply } = request;
  await reply.privately(await askAboutAll(slack, actor, personTexts, { isAnew: false }));
};

/** The question before everything here is ended; `isAnew`: it was asked before, about others. */
export async function askAboutAll(
  slack: SlackContext,
  actor: Actor,
  texts: Texts,
  { isAnew }: { readonly isAnew: boolean },
): Promise<SlackMessage> {
  const { subscriptions, set } = await allHere(slack.useCases, actor);
  return confirmUnsubscribeAll(texts, subscriptions, { set, isAnew, readerId: actor.userId });
}
