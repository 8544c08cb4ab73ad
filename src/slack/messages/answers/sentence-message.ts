import type { Verb } from '../../parsing/parse-command.ts';
import { helpButtons } from './help-message.ts';
import { lines, linesPart, message } from '../kit/message.ts';
import type { SlackMessage } from '../kit/message.ts';
import type { Texts } from '../kit/texts.ts';

/** One line for a sentence that cannot be answered: how to say what it asks for, or how to ask. */
export function sentenceMessage(texts: Texts, verb: Verb | null, names: readonly string[]): SlackMessage {
  const [name = 'orders'] = names;
  if (verb === 'subscribe' || verb === 'unsubscribe')
    return lines(texts.get('sentence.changes', { example: texts.command(`${verb} ${quoted(name)}`) }));
  return message([
    linesPart([texts.get('sentence.nothing', { example: texts.command('orders') })]),
    { kind: 'buttons', buttons: helpButtons(texts) },
  ]);
}

/** A name that would be several words. */
function quoted(name: string): string {
  return /\s|[,;]/.test(name) ? `"${name}"` : name;
}
