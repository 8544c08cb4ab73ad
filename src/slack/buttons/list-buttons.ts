import { listSubscriptions } from '../../use-cases/showing/list-subscriptions.ts';
import { listMessage } from '../messages/answers/list-message.ts';
import { JOBS_VALUE, PAGE_VALUE } from '../messages/kit/button-value.ts';
import { unsubscribeOrSayWhyNot } from './change-subscription.ts';
import { answerStale, textsInPlace } from './click.ts';
import type { ClickHandler } from './click.ts';
import { replaceJobsPage } from './jobs-buttons.ts';

/** *Share to channel* on the list of subscriptions. */
export const shareList: ClickHandler = async ({ slack, actor, channelTexts, reply }) =>
  reply.publicly(listMessage(channelTexts, await listSubscriptions(slack.useCases, actor), actor.userId));

/** *Unsubscribe* in the list of subscriptions and in the list of jobs; the value tells which. */
export const unsubscribeListed: ClickHandler = async (request) => {
  const { slack, actor, click, reply } = request;
  const page = PAGE_VALUE.decode(click.value);
  const target = page?.target ?? JOBS_VALUE.decode(click.value)?.target;
  if (target === undefined) return await answerStale(request);
  if (!(await unsubscribeOrSayWhyNot(request, target))) return;
  if (page !== null) return await replaceJobsPage(request, page);
  await reply.inPlace(listMessage(textsInPlace(request), await listSubscriptions(slack.useCases, actor)));
};
