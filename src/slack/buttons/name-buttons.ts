import { NOTHING_TYPED } from '../../domain/rules/typed-rules.ts';
import { unsubscribe } from '../../use-cases/subscribing/unsubscribe.ts';
import { subscribeJobs } from '../commands/subscribe.ts';
import { unsubscribeAnswer } from '../messages/answers/unsubscribe-answer.ts';
import { JOBS_VALUE } from '../messages/kit/button-value.ts';
import { readRules } from '../parsing/parse-rules.ts';
import { withValue } from './click.ts';

/** *Subscribe channel* beside a job that may have been meant: the answer takes the place of the question. */
export const subscribeNamed = withValue(JOBS_VALUE, async (request, { target, rules: typed = '' }) => {
  const rules = readRules(typed);
  if (target === undefined || rules === null) return;
  await request.reply.inPlace((await subscribeJobs(request, { references: [target], rules })).answer);
});

/** *Watch these 3*: what a pattern fitted when it was asked. */
export const subscribeAll = withValue(JOBS_VALUE, async (request, { jobs, rules: typed = '' }) => {
  const rules = readRules(typed);
  if (rules !== null) await request.reply.inPlace((await subscribeJobs(request, { references: jobs, rules })).answer);
});

/** *Unsubscribe* beside a job that may have been meant. */
export const unsubscribeNamed = withValue(JOBS_VALUE, async ({ slack, actor, personTexts, reply }, { target }) => {
  if (target === undefined) return;
  const outcome = await unsubscribe(slack.useCases, actor, [target], 'ask_about_others');
  await reply.inPlace(unsubscribeAnswer(personTexts, outcome, actor.channelId));
});

/** *Watch that one* on a message of the channel, which stays as it is. */
export const watchNamesake = withValue(JOBS_VALUE, async (request, { target }) => {
  if (target !== undefined)
    await request.reply.privately(
      (await subscribeJobs(request, { references: [target], rules: NOTHING_TYPED })).answer,
    );
});
