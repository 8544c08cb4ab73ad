import type { Language } from '../../domain/language.ts';
import type { SlackMessage } from './message.ts';
import { lines, message } from './message.ts';
import type { Voice } from './voice.ts';

/** What can be set for a channel, and how. The voice speaks the channel's language. */
export function settingsMessage(voice: Voice): SlackMessage {
  const example = voice.typed(`settings lang:${otherThan(voice.language)}`);
  return message([
    {
      kind: 'news',
      headline: voice.say('settings.headline'),
      lines: [voice.say('settings.language'), voice.say('settings.change', { example })],
    },
  ]);
}

/** After a change, in the language chosen. */
export function languageChosen(voice: Voice, changed: boolean): SlackMessage {
  if (!changed) return lines(voice.say('settings.same'));
  return lines(voice.say('settings.changed', { undo: voice.typed(`settings lang:${otherThan(voice.language)}`) }));
}

function otherThan(language: Language): Language {
  return language === 'en' ? 'zh' : 'en';
}
