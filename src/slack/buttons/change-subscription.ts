import type { JobId } from '../../domain/job/job-id.ts';
import { NOTHING_TYPED } from '../../domain/rules/typed-rules.ts';
import { unsubscribe } from '../../use-cases/subscribing/unsubscribe.ts';
import { subscribeJobs } from '../commands/subscribe.ts';
import { unsubscribeAnswer } from '../messages/answers/unsubscribe-answer.ts';
import type { Request } from '../requests/request.ts';

/** Subscribes, and says so when it did not simply work. False when nothing may have changed. */
export async function subscribeOrSayWhyNot(request: Request, jobId: JobId | undefined): Promise<boolean> {
  if (jobId === undefined) return false;
  const { outcome, answer } = await subscribeJobs(request, { references: [jobId], rules: NOTHING_TYPED });
  const isDone = outcome.kind === 'done';
  if (!isDone || outcome.subscribed.length === 0) await request.reply.privately(answer);
  return isDone;
}

/** Unsubscribes, and says so when it did not simply work. False when the person has to say something first. */
export async function unsubscribeOrSayWhyNot(request: Request, jobId: JobId | undefined): Promise<boolean> {
  if (jobId === undefined) return false;
  const { slack, actor, personTexts, reply } = request;
  const outcome = await unsubscribe(slack.useCases, actor, [jobId], 'ask_about_others');
  if (outcome.ended.length === 0) await reply.privately(unsubscribeAnswer(personTexts, outcome, actor.channelId));
  return outcome.toConfirm.length === 0;
}
