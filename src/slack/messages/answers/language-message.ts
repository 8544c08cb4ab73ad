import type { Language } from '../../../domain/base/language.ts';
import { lines } from '../kit/message.ts';
import type { SlackMessage } from '../kit/message.ts';
import type { Texts } from '../kit/texts.ts';
import { languageCommand } from './settings-message.ts';

/** What the person who chose a language is told. */
export function languageMessage(texts: Texts, chosen: Language, changed: boolean): SlackMessage {
  const language = texts.get(`language.${chosen}`);
  if (!changed) return lines(texts.get('settings.same', { language }));
  return lines(texts.get('settings.changed', { language, undo: languageCommand(texts, chosen) }));
}
