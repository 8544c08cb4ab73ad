import { unsubscribeOwn } from '../../use-cases/subscribing/unsubscribe.ts';
import { stoppedOwnMessage } from '../messages/answers/unsubscribe-answer.ts';
import { ACTIONS, JOBS_VALUE, PAGE_VALUE, THERE_VALUE } from '../messages/kit/button-value.ts';
import type { ThereValue } from '../messages/kit/button-value.ts';
import type { Click } from '../parsing/parse-interaction.ts';
import type { JobId } from '../../domain/job/job-id.ts';
import type { ClickRequest } from './click.ts';

/** Buttons that end the subscription of the conversation they are in. */
const ENDS_HERE: ReadonlySet<string> = new Set([
  ACTIONS.unsubscribe,
  ACTIONS.unsubscribeListed,
  ACTIONS.unsubscribeNamed,
]);

/**
 * Ends, for somebody who may not use the bot any more, what they subscribed themselves, by whichever button ends a
 * subscription. False for any other button, or where nothing of theirs was meant.
 */
export async function stopOwnByClick({ slack, actor, personTexts, reply, click }: ClickRequest): Promise<boolean> {
  const meant = meantBy(click);
  if (meant === null) return false;
  const there = { ...actor, channelId: meant.channel ?? actor.channelId };
  const ended = await unsubscribeOwn(slack.useCases, there, 'jobs' in meant ? meant.jobs : 'all');
  if (ended.length > 0) await reply.privately(stoppedOwnMessage(personTexts, ended));
  return ended.length > 0;
}

/** The subscriptions a button ends; a null channel is the one it is in. Null for another button. */
function meantBy({
  actionId,
  value,
}: Click): ThereValue | { readonly channel: null; readonly jobs: readonly JobId[] } | null {
  if (actionId === ACTIONS.endThere) return THERE_VALUE.decode(value);
  if (!ENDS_HERE.has(actionId)) return null;
  const target = PAGE_VALUE.decode(value)?.target ?? JOBS_VALUE.decode(value)?.target;
  return target === undefined ? null : { channel: null, jobs: [target] };
}
