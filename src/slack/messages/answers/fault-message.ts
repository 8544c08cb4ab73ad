import { lines } from '../kit/message.ts';
import type { SlackMessage } from '../kit/message.ts';
import { code } from '../kit/mrkdwn.ts';
import type { Texts } from '../kit/texts.ts';

/** A fault of the bot, with the reference under which the log has it. */
export function faultMessage(texts: Texts, reference: string): SlackMessage {
  return lines(texts.get('answer.fault', { reference: code(reference) }));
}
