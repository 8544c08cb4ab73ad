import { lines } from '../kit/message.ts';
import type { SlackMessage } from '../kit/message.ts';
import type { Texts } from '../kit/texts.ts';

/** A channel without subscriptions. */
export function nothingWatchedMessage(texts: Texts): SlackMessage {
  const commands = { subscribe: texts.command('subscribe <job>'), jobs: texts.command('jobs') };
  return lines(texts.get('answer.nothing_watched', commands));
}
