import { subscribe } from '../../use-cases/subscribing/subscribe.ts';
import type { SubscribeOutcome, Wanted } from '../../use-cases/subscribing/subscribe.ts';
import type { Consent } from '../../use-cases/subscribing/unsubscribe.ts';
import type { SlackMessage } from '../messages/kit/message.ts';
import { subscribeAnswer } from '../messages/answers/subscribe-answer.ts';
import type { Request } from '../requests/request.ts';
import type { CommandHandler } from './command-handler.ts';

/** `/drs subscribe <job>… [rules]` */
export const answerSubscribe: CommandHandler<'subscribe'> = async (request, { jobs, rules }) =>
  request.reply.privately((await subscribeJobs(request, { references: jobs, rules })).answer);

/** Subscribes a channel, and what the person is to read about it. */
export async function subscribeJobs(
  { slack: { useCases }, actor, canInvite, personTexts }: Request,
  wanted: Wanted,
  consent?: Consent,
): Promise<{ readonly outcome: SubscribeOutcome; readonly answer: SlackMessage }> {
  const outcome = await subscribe(useCases, actor, wanted, personTexts.language, consent);
  return { outcome, answer: subscribeAnswer(personTexts, outcome, { channelId: actor.channelId, canInvite }) };
}
