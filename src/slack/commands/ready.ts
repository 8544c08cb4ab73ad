import { showReadiness } from '../../use-cases/showing/show-readiness.ts';
import { readyMessage } from '../messages/answers/ready-message.ts';
import type { CommandHandler } from './command-handler.ts';
import { statusView } from './status.ts';

/** `/drs ready <job>… [public]` */
export const answerReady: CommandHandler<'ready'> = async (request, { jobs, isPublic }) => {
  const { slack, actor, personTexts, channelTexts, reply } = request;
  const texts = isPublic ? channelTexts : personTexts;
  const answer = await showReadiness(slack.useCases, actor, jobs, texts.language);
  const message = readyMessage(texts, answer, statusView(request, !isPublic));
  await (isPublic ? reply.publicly(message) : reply.privately(message));
};
