import { showVersion } from '../../use-cases/showing/show-version.ts';
import { versionMessage } from '../messages/answers/version-message.ts';
import type { CommandHandler } from './command-handler.ts';

/** `/drs version` */
export const answerVersion: CommandHandler<'version'> = async ({ slack, personTexts, reply }) =>
  reply.privately(versionMessage(personTexts, await showVersion(slack.useCases)));
