import type { JobId } from '../../domain/job/job-id.ts';
import { unsubscribe, unsubscribeAll, unsubscribeElsewhere } from '../../use-cases/subscribing/unsubscribe.ts';
import { keptMessage } from '../messages/answers/kept-message.ts';
import {
  endedThereMessage,
  unsubscribeAnswer,
  unsubscribedAllMessage,
} from '../messages/answers/unsubscribe-answer.ts';
import { JOBS_VALUE, THERE_VALUE } from '../messages/kit/button-value.ts';
import type { Request } from '../requests/request.ts';
import { withValue } from './click.ts';
import type { ClickHandler } from './click.ts';

/** *Unsubscribe anyway*: what somebody else made. */
export const unsubscribeAnyway = withValue(JOBS_VALUE, async ({ slack, actor, personTexts, reply }, { jobs }) => {
  const outcome = await unsubscribe(slack.useCases, actor, jobs, 'confirmed');
  await reply.inPlace(unsubscribeAnswer(personTexts, outcome, actor.channelId));
});

/** What was ticked in the dialog of *Manage…*, which says of each who subscribed it. */
export async function unwatchTicked(
  { slack, actor, personTexts, reply }: Request,
  jobIds: readonly JobId[],
): Promise<void> {
  const outcome = await unsubscribe(slack.useCases, actor, jobIds, 'confirmed');
  await reply.privately(unsubscribeAnswer(personTexts, outcome, actor.channelId));
}

/** *Unsubscribe all*. */
export const unsubscribeFromAll: ClickHandler = async ({ slack, actor, personTexts, reply }) =>
  reply.inPlace(unsubscribedAllMessage(personTexts, await unsubscribeAll(slack.useCases, actor)));

/** *Keep them* and *Keep it*. */
export const keepSubscriptions: ClickHandler = async ({ personTexts, reply }) =>
  reply.inPlace(keptMessage(personTexts));

/** *End them*: what a channel watches in which nothing can be typed any more. */
export const endThere = withValue(THERE_VALUE, async ({ slack, actor, personTexts, reply }, { channel, jobs }) => {
  const outcome = await unsubscribeElsewhere(slack.useCases, actor, channel, jobs);
  await reply.privately(endedThereMessage(personTexts, outcome, channel));
});
