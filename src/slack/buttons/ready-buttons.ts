import { readReadiness } from '../../use-cases/showing/show-readiness.ts';
import { statusView } from '../commands/status.ts';
import { readyMessage } from '../messages/answers/ready-message.ts';
import { JOBS_VALUE } from '../messages/kit/button-value.ts';
import { textsInPlace, withValue } from './click.ts';

/** *Refresh* on the answer to `/drs ready`, and *Ready?* beside a job that may have been meant. */
export const refreshReady = withValue(JOBS_VALUE, async (request, { jobs: jobIds }) => {
  const { slack, actor, click, reply } = request;
  const texts = textsInPlace(request);
  const jobs = await readReadiness(slack.useCases, actor, jobIds, texts.language);
  const view = statusView(request, click.messageTs === null);
  await reply.inPlace(readyMessage(texts, { jobs, problems: [] }, view));
});

/** *Share to channel* on it. */
export const shareReady = withValue(JOBS_VALUE, async (request, { jobs: jobIds }) => {
  const { slack, actor, channelTexts, reply } = request;
  const jobs = await readReadiness(slack.useCases, actor, jobIds, channelTexts.language);
  const view = { ...statusView(request, false), sharedBy: actor.userId };
  await reply.publicly(readyMessage(channelTexts, { jobs, problems: [] }, view));
});
