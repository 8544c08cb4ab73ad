import { showWhy } from '../../use-cases/showing/show-why.ts';
import { whyMessage } from '../messages/answers/why-message.ts';
import { JOBS_VALUE } from '../messages/kit/button-value.ts';
import { answerStale, withValue } from './click.ts';

/** *Refresh* on why, and *Why* beside a job that may have been meant. */
export const refreshWhy = withValue(JOBS_VALUE, async (request, { jobs: [jobId] }) => {
  const { slack, actor, personTexts, reply } = request;
  if (jobId === undefined) return await answerStale(request);
  await reply.inPlace(whyMessage(personTexts, await showWhy(slack.useCases, actor, jobId), actor.channelId));
});
