import { answerJobs } from '../commands/jobs.ts';
import { listJobs } from '../../use-cases/showing/list-jobs.ts';
import { jobsMessage } from '../messages/answers/jobs-message.ts';
import { PAGE_VALUE } from '../messages/kit/button-value.ts';
import type { PageValue } from '../messages/kit/button-value.ts';
import { subscribeOrSayWhyNot } from './change-subscription.ts';
import { textsInPlace, withValue } from './click.ts';
import type { ClickHandler, ClickRequest } from './click.ts';

/** *Next*, *Previous* and *Refresh* of the list of jobs. */
export const showJobsPage = withValue(PAGE_VALUE, replaceJobsPage);

/** *All jobs* on what everybody reads: for whoever asked. */
export const browseJobs: ClickHandler = (request) => answerJobs(request, { kind: 'jobs', text: null });

/** *Share* on the list of jobs. */
export const shareJobs = withValue(PAGE_VALUE, async ({ slack, actor, channelTexts, reply }, value) => {
  const page = await listJobs(slack.useCases, actor, { ...value, readers: 'everybody' });
  const { channelId, userId: sharedBy } = actor;
  const now = slack.useCases.clock.now();
  await reply.publicly(jobsMessage(channelTexts, page, { channelId, now, sharedBy }));
});

/** The menu *Watch here* in the list of jobs. */
export const subscribeListed = withValue(PAGE_VALUE, async (request, page) => {
  if (await subscribeOrSayWhyNot(request, page.target)) await replaceJobsPage(request, page);
});

/** Shows a page of the list of jobs in the place of the message. */
export async function replaceJobsPage(request: ClickRequest, { text, offset }: PageValue): Promise<void> {
  const { slack, actor, reply } = request;
  const page = await listJobs(slack.useCases, actor, { text, offset });
  const view = { channelId: actor.channelId, now: slack.useCases.clock.now() };
  await reply.inPlace(jobsMessage(textsInPlace(request), page, view));
}
