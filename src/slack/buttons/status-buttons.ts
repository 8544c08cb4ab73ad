import { showRaw } from '../../use-cases/showing/show-raw.ts';
import { showLog } from '../../use-cases/showing/show-log.ts';
import { readForChannel } from '../../use-cases/showing/show-status.ts';
import { statusView } from '../commands/status.ts';
import { logMessage } from '../messages/answers/log-message.ts';
import { rawMessage } from '../messages/answers/raw-message.ts';
import { statusMessage } from '../messages/answers/status-message.ts';
import { JOBS_VALUE } from '../messages/kit/button-value.ts';
import type { JobsValue } from '../messages/kit/button-value.ts';
import { subscribeOrSayWhyNot, unsubscribeOrSayWhyNot } from './change-subscription.ts';
import { textsInPlace, withValue } from './click.ts';
import type { ClickRequest } from './click.ts';

/** *Refresh* and *Status*. */
export const refreshStatus = withValue(JOBS_VALUE, replaceStatus);

/** *Last log lines* on the status of a failed job, and on the message that it failed: for whoever asked, in their language. */
export const showLastLogLines = withValue(JOBS_VALUE, async ({ slack, personTexts, reply }, { jobs: [jobId] }) => {
  if (jobId !== undefined)
    await reply.privately(logMessage(personTexts, await showLog(slack.useCases, jobId, personTexts.language)));
});

/** *Raw DRS fields* on a message about one job: for whoever asked. */
export const showRawFields = withValue(JOBS_VALUE, async ({ slack, personTexts, reply }, { jobs: [jobId] }) => {
  if (jobId !== undefined)
    await reply.privately(rawMessage(personTexts, await showRaw(slack.useCases, jobId, personTexts.language)));
});

/** *Share* on a status. */
export const shareStatus = withValue(JOBS_VALUE, async (request, { jobs: jobIds }) => {
  const { slack, actor, channelTexts, reply } = request;
  const jobs = await readForChannel(slack.useCases, actor, jobIds, channelTexts.language);
  const view = { ...statusView(request, false), sharedBy: actor.userId };
  await reply.publicly(statusMessage(channelTexts, { jobs, problems: [] }, view));
});

/** *Subscribe channel* on a status. */
export const subscribeTarget = withValue(JOBS_VALUE, async (request, value) => {
  if (await subscribeOrSayWhyNot(request, value.target)) await replaceStatus(request, value);
});

/** *Unsubscribe* on a status. */
export const unsubscribeTarget = withValue(JOBS_VALUE, async (request, value) => {
  if (await unsubscribeOrSayWhyNot(request, value.target)) await replaceStatus(request, value);
});

async function replaceStatus(request: ClickRequest, { jobs: jobIds }: JobsValue): Promise<void> {
  const { slack, actor, click, reply } = request;
  const texts = textsInPlace(request);
  const jobs = await readForChannel(slack.useCases, actor, jobIds, texts.language);
  const view = statusView(request, click.messageTs === null);
  await reply.inPlace(statusMessage(texts, { jobs, problems: [] }, view));
}
