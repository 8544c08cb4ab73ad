import { listSubscriptions } from '../../use-cases/showing/list-subscriptions.ts';
import { unsubscribe } from '../../use-cases/subscribing/unsubscribe.ts';
import { confirmUnsubscribeAll } from '../messages/answers/confirm-unsubscribe-all.ts';
import { unsubscribeAnswer } from '../messages/answers/unsubscribe-answer.ts';
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
  const { subscriptions } = await listSubscriptions(slack.useCases, actor);
  await reply.privately(confirmUnsubscribeAll(personTexts, subscriptions.length));
};
