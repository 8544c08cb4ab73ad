import { showHealth } from '../../use-cases/showing/show-health.ts';
import { healthMessage } from '../messages/answers/health-message.ts';
import type { CommandHandler } from './command-handler.ts';

/** `/drs health` */
export const answerHealth: CommandHandler<'health'> = async ({ slack, actor, personTexts, reply }) =>
  reply.privately(
    healthMessage(personTexts, await showHealth(slack.useCases, actor), { otherSockets: slack.otherSockets() }),
  );
