import { listSubscriptions } from '../../use-cases/showing/list-subscriptions.ts';
import { listMessage } from '../messages/answers/list-message.ts';
import type { CommandHandler } from './command-handler.ts';

/** `/drs list` */
export const answerList: CommandHandler<'list'> = async ({ slack, actor, personTexts, reply }) =>
  reply.privately(
    listMessage(personTexts, await listSubscriptions(slack.useCases, actor), { now: slack.useCases.clock.now() }),
  );
