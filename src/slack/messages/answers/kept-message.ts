import { lines } from '../kit/message.ts';
import type { SlackMessage } from '../kit/message.ts';
import type { Texts } from '../kit/texts.ts';

/** Subscriptions that stay, after *Keep them* or *Keep it*. */
export function keptMessage(texts: Texts): SlackMessage {
  return lines(texts.get('answer.kept'));
}
