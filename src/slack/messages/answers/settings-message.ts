import type { Language } from '../../../domain/base/language.ts';
import type { SlackMessage } from '../kit/message.ts';
import { lines, message } from '../kit/message.ts';
import type { Voice } from '../kit/texts.ts';

/** What can be set for a channel, and how. */
export function settingsMessage(voice: Voice, chosen: Language): SlackMessage {
  return message([
    {
      kind: 'news',
      headline: voice.say('settings.headline'),
      lines: [
        voice.say('settings.language', { language: voice.say(`language.${chosen}`) }),
        voice.say('settings.change', { example: voice.typed(`settings lang:${otherThan(chosen)}`) }),
      ],
    },
  ]);
}

/** What the person who chose a language is told. */
export function languageChosen(voice: Voice, chosen: Language, changed: boolean): SlackMessage {
  const language = voice.say(`language.${chosen}`);
  if (!changed) return lines(voice.say('settings.same', { language }));
  const undo = voice.typed(`settings lang:${otherThan(chosen)}`);
  return lines(voice.say('settings.changed', { language, undo }));
}

function otherThan(language: Language): Language {
  return language === 'en' ? 'zh' : 'en';
}
