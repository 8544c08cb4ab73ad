import type { Language } from '../../../domain/base/language.ts';
import { message } from '../kit/message.ts';
import type { SlackMessage } from '../kit/message.ts';
import type { Texts } from '../kit/texts.ts';

/** What can be set for a channel, and how. */
export function settingsMessage(texts: Texts, chosen: Language): SlackMessage {
  const lines = [
    texts.get('settings.language', { language: texts.get(`language.${chosen}`) }),
    texts.get('settings.change', { example: languageCommand(texts, chosen) }),
  ];
  return message([{ kind: 'news', headline: texts.get('settings.headline'), lines }]);
}

/** What to type to choose the other language. */
export function languageCommand(texts: Texts, chosen: Language): string {
  return texts.command(`settings lang:${chosen === 'en' ? 'zh' : 'en'}`);
}
