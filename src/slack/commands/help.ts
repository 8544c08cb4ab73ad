import { helpMessage } from '../messages/answers/help-message.ts';
import type { CommandHandler } from './command-handler.ts';

/** `/drs help [topic]` */
export const answerHelp: CommandHandler<'help'> = async ({ actor, personTexts, reply }, { topic }) =>
  reply.privately(helpMessage(personTexts, topic, actor.channelId));
