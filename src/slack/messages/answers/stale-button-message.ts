import { lines } from '../kit/message.ts';
import type { SlackMessage } from '../kit/message.ts';
import type { Texts } from '../kit/texts.ts';

/** A button of a message that this version no longer understands. */
export function staleButtonMessage(texts: Texts): SlackMessage {
  return lines(texts.get('answer.stale_button', { command: texts.command('status <job>') }));
}
