import { findWhy } from '../../use-cases/showing/show-why.ts';
import { whyMessage, whyProblem } from '../messages/answers/why-message.ts';
import type { CommandHandler } from './command-handler.ts';

/** `/drs why <job>` */
export const answerWhy: CommandHandler<'why'> = async ({ slack, actor, personTexts, reply }, { job }) => {
  const found = await findWhy(slack.useCases, actor, job);
  const { channelId } = actor;
  await reply.privately(
    found.kind === 'why' ? whyMessage(personTexts, found, channelId) : whyProblem(personTexts, found, channelId),
  );
};
