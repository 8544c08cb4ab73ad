import { subscribe } from '../../use-cases/subscribing/subscribe.ts';
import type { SubscribeOutcome } from '../../use-cases/subscribing/subscribe.ts';
import type { SlackMessage } from '../messages/kit/message.ts';
import { subscribeAnswer } from '../messages/answers/subscribe-answer.ts';
import type { Request } from '../requests/request.ts';
import type { CommandHandler } from './command-handler.ts';

/** `/drs subscribe <job>…` */
export const answerSubscribe: CommandHandler<'subscribe'> = async (request, { jobs }) =>
  request.reply.privately((await subscribeJobs(request, jobs)).answer);

/** Subscribes a channel, and what the person is to read about it. */
export async function subscribeJobs(
  { slack: { useCases }, actor, canInvite, personTexts }: Request,
  jobs: readonly string[],
): Promise<{ readonly outcome: SubscribeOutcome; readonly answer: SlackMessage }> {
  const outcome = await subscribe(useCases, actor, jobs, personTexts.language);
  return { outcome, answer: subscribeAnswer(personTexts, outcome, { channelId: actor.channelId, canInvite }) };
}
