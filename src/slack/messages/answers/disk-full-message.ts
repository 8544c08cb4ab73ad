import { lines } from '../kit/message.ts';
import type { SlackMessage } from '../kit/message.ts';
import type { Texts } from '../kit/texts.ts';

/** A disk on which nothing can be written down, so nothing was done. */
export function diskFullMessage(texts: Texts): SlackMessage {
  return lines(texts.get('answer.disk_full'));
}
