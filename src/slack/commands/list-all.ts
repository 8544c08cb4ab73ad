import { listWorkspace } from '../../use-cases/showing/list-workspace.ts';
import { workspaceListMessage } from '../messages/answers/workspace-list-message.ts';
import type { CommandHandler } from './command-handler.ts';

/** `/drs list all` */
export const answerListAll: CommandHandler<'list_all'> = async ({ slack, actor, personTexts, reply }) =>
  reply.privately(
    workspaceListMessage(personTexts, await listWorkspace(slack.useCases, actor), { now: slack.useCases.clock.now() }),
  );
