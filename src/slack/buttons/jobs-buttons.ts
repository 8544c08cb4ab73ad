import { listJobs } from '../../use-cases/showing/list-jobs.ts';
import { jobsMessage } from '../messages/answers/jobs-message.ts';
import type { PageValue } from '../messages/kit/button-value.ts';
import { subscribeOrSayWhyNot } from './change-subscription.ts';
import { textsInPlace, withPage } from './click.ts';
import type { ClickRequest } from './click.ts';

/** *Next*, *Previous* and *Refresh* of the list of jobs. */
export const showJobsPage = withPage(replaceJobsPage);

/** *Share to channel* on the list of jobs. */
export const shareJobs = withPage(async ({ slack, actor, channelTexts, reply }, value) => {
  const page = await listJobs(slack.useCases, actor, value);
  await reply.publicly(jobsMessage(channelTexts, page, actor.channelId, actor.userId));
});

/** *Subscribe channel* in the list of jobs. */
export const subscribeListed = withPage(async (request, page) => {
  if (await subscribeOrSayWhyNot(request, page.target)) await replaceJobsPage(request, page);
});

/** Shows a page of the list of jobs in the place of the message. */
export async function replaceJobsPage(request: ClickRequest, { text, offset }: PageValue): Promise<void> {
  const { slack, actor, reply } = request;
  const page = await listJobs(slack.useCases, actor, { text, offset });
  await reply.inPlace(jobsMessage(textsInPlace(request), page, actor.channelId));
}
