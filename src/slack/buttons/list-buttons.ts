import { listSubscriptions } from '../../use-cases/showing/list-subscriptions.ts';
import { listWorkspace } from '../../use-cases/showing/list-workspace.ts';
import { workspaceListMessage } from '../messages/answers/workspace-list-message.ts';
import { listMessage } from '../messages/answers/list-message.ts';
import { JOBS_VALUE, PAGE_VALUE } from '../messages/kit/button-value.ts';
import { manageView } from '../messages/views/manage-view.ts';
import { unsubscribeOrSayWhyNot } from './change-subscription.ts';
import { answerStale, textsInPlace } from './click.ts';
import type { ClickHandler, ClickRequest } from './click.ts';
import { replaceJobsPage } from './jobs-buttons.ts';

/** *Refresh*, *Next* and *Previous* of the list of subscriptions. */
export const showListPage: ClickHandler = async (request) => {
  const list = await listSubscriptions(request.slack.useCases, request.actor);
  await request.reply.inPlace(listMessage(textsInPlace(request), list, viewOf(request)));
};

/** *Refresh*, *Next* and *Previous* of the list of a whole workspace. */
export const showWorkspacePage: ClickHandler = async (request) => {
  const list = await listWorkspace(request.slack.useCases, request.actor);
  await request.reply.inPlace(workspaceListMessage(textsInPlace(request), list, viewOf(request)));
};

/** *Share* on the list of subscriptions. */
export const shareList: ClickHandler = async (request) => {
  const { slack, actor, channelTexts, reply } = request;
  const list = await listSubscriptions(slack.useCases, actor);
  await reply.publicly(listMessage(channelTexts, list, { ...viewOf(request), sharedBy: actor.userId }));
};

/** *Manage…*: every subscription with a box each. */
export const manageList: ClickHandler = async ({ slack, actor, personTexts, reply }) => {
  const list = await listSubscriptions(slack.useCases, actor);
  const about = { channelId: actor.channelId, readerId: actor.userId, now: slack.useCases.clock.now() };
  await reply.inDialog(manageView(personTexts, list, about));
};

/** *Unwatch* on a list that an earlier version showed. */
export const unsubscribeListed: ClickHandler = async (request) => {
  const page = PAGE_VALUE.decode(request.click.value);
  const target = page?.target ?? JOBS_VALUE.decode(request.click.value)?.target;
  if (target === undefined) return await answerStale(request);
  if (!(await unsubscribeOrSayWhyNot(request, target))) return;
  await (page === null ? showListPage(request) : replaceJobsPage(request, page));
};

function viewOf({ slack, click }: ClickRequest): { readonly now: number; readonly offset: number } {
  return { now: slack.useCases.clock.now(), offset: PAGE_VALUE.decode(click.value)?.offset ?? 0 };
}
