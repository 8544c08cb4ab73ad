import {
  unsubscribe,
  unsubscribeAll,
  unsubscribeElsewhere,
  unsubscribeShown,
} from '../../use-cases/subscribing/unsubscribe.ts';
import type { ShownSubscription } from '../../use-cases/subscribing/unsubscribe.ts';
import { subscribeJobs } from '../commands/subscribe.ts';
import { askAboutAll } from '../commands/unsubscribe.ts';
import { keptMessage } from '../messages/answers/kept-message.ts';
import {
  endedShownMessage,
  endedThereMessage,
  unsubscribeAnswer,
  unsubscribedAllMessage,
} from '../messages/answers/unsubscribe-answer.ts';
import { JOBS_VALUE, SET_VALUE, THERE_VALUE } from '../messages/kit/button-value.ts';
import { readRules } from '../parsing/parse-rules.ts';
import type { Request } from '../requests/request.ts';
import { answerStale, withValue } from './click.ts';
import type { ClickHandler } from './click.ts';

/** *Unsubscribe anyway*: what somebody else made. */
export const unsubscribeAnyway = withValue(JOBS_VALUE, async ({ slack, actor, personTexts, reply }, { jobs }) => {
  const outcome = await unsubscribe(slack.useCases, actor, jobs, 'confirmed');
  await reply.inPlace(unsubscribeAnswer(personTexts, outcome, actor.channelId));
});

/** *Change anyway*: the rules of what somebody else subscribed. */
export const changeAnyway = withValue(JOBS_VALUE, async (request, { jobs, rules: typed = '' }) => {
  const rules = readRules(typed);
  if (rules === null) return await answerStale(request);
  await request.reply.inPlace((await subscribeJobs(request, { references: jobs, rules }, 'confirmed')).answer);
});

/** *Unsubscribe all*: asks anew where there are others than those it was asked about. */
export const unsubscribeFromAll: ClickHandler = async ({ slack, actor, personTexts, reply, click }) => {
  const shown = SET_VALUE.decode(click.value)?.set ?? '';
  const outcome = await unsubscribeAll(slack.useCases, actor, shown);
  await reply.inPlace(
    outcome.kind === 'changed'
      ? await askAboutAll(slack, actor, personTexts, { isAnew: true })
      : unsubscribedAllMessage(personTexts, outcome.ended),
  );
};

/** What was ticked in the dialog of *Manage…*, which says of each who subscribed it; null: by another version of the bot. */
export async function unwatchTicked(request: Request, ticked: readonly ShownSubscription[] | null): Promise<void> {
  if (ticked === null) return await answerStale(request);
  const { slack, actor, personTexts, reply } = request;
  await reply.privately(endedShownMessage(personTexts, await unsubscribeShown(slack.useCases, actor, ticked)));
}

/** *Keep them* and *Keep it*. */
export const keepSubscriptions: ClickHandler = async ({ personTexts, reply }) =>
  reply.inPlace(keptMessage(personTexts));

/** *End them*: what a channel watches in which nothing can be typed any more. */
export const endThere = withValue(THERE_VALUE, async ({ slack, actor, personTexts, reply }, value) => {
  const outcome = await unsubscribeElsewhere(slack.useCases, actor, value.channel, value);
  await reply.privately(endedThereMessage(personTexts, outcome, value.channel));
});
