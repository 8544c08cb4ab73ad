import { listJobs } from '../../use-cases/showing/list-jobs.ts';
import { jobsMessage } from '../messages/answers/jobs-message.ts';
import type { CommandHandler } from './command-handler.ts';

/** `/drs jobs [text]` */
export const answerJobs: CommandHandler<'jobs'> = async ({ slack, actor, personTexts, reply }, { text }) => {
  const page = await listJobs(slack.useCases, actor, { text, offset: 0 });
  const view = { channelId: actor.channelId, now: slack.useCases.clock.now() };
  await reply.privately(jobsMessage(personTexts, page, view));
};
