import { endOfPause, showStatus } from '../../use-cases/showing/show-status.ts';
import { statusMessage } from '../messages/answers/status-message.ts';
import type { StatusView } from '../messages/answers/status-message.ts';
import type { Request } from '../requests/request.ts';
import type { CommandHandler } from './command-handler.ts';

/** `/drs status <job>… [public]`, and `/drs <job>` */
export const answerStatus: CommandHandler<'status'> = async (request, { jobs, isPublic }) => {
  const { slack, actor, personTexts, channelTexts, reply } = request;
  const texts = isPublic ? channelTexts : personTexts;
  const answer = await showStatus(slack.useCases, actor, jobs, texts.language);
  const message = statusMessage(texts, answer, statusView(request, !isPublic));
  await (isPublic ? reply.publicly(message) : reply.privately(message));
};

/** How a status that is asked for now is seen. */
export function statusView({ slack, actor }: Request, isPrivate: boolean): StatusView {
  const { useCases } = slack;
  return { channelId: actor.channelId, now: useCases.clock.now(), isPrivate, pausedUntil: endOfPause(useCases) };
}
