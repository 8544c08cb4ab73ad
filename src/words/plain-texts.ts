import { IntlMessageFormat } from 'intl-messageformat';

import { durationParts } from '../domain/base/duration.ts';
import type { Explanation } from '../domain/job/explanation.ts';
import type { Language } from '../domain/base/language.ts';
import { en } from './en.ts';
import type { MessageKey } from './en.ts';
import { zh } from './zh.ts';

/** What is put into the gaps of a text. Inserted as it is: untrusted values must be escaped for where they go. */
export type Values = Readonly<Record<string, string | number>>;

/** Speaks one language. */
export interface Speech {
  readonly language: Language;
  /** The text with its gaps filled. */
  say(key: MessageKey, values?: Values): string;
  /** Sentences, one after the other. */
  sentences(...said: readonly string[]): string;
  /** The sentence for a reason, its values as they are. */
  explain(why: Explanation): string;
  /** A duration in ms in its two largest units, rounded down, safe in mrkdwn. */
  duration(ms: number): string;
}

const CATALOGUES: Readonly<Record<Language, Readonly<Record<MessageKey, string>>>> = { en, zh };
const LOCALES: Readonly<Record<Language, string>> = { en: 'en', zh: 'zh-Hans' };

/** A Chinese full stop has its own room. */
const BETWEEN_SENTENCES: Readonly<Record<Language, string>> = { en: ' ', zh: '' };

/** Between Chinese and a figure there is a blank, between two Chinese words none; a duration may begin with either. */
function spaced(language: Language, text: string): string {
  return language === 'zh' ? text.replace(/(?<=\p{Script=Han}) (?=(?:不到|至少) ?\d)/gu, '') : text;
}

/** What a reason means that does not say it. */
const UNSAID: Values = { service: 'DRS', label: '–', host: '–', projects: 'none' };

const speeches = new Map<Language, Speech>();

/** The speech in a language; each text is compiled once. */
export function speechIn(language: Language): Speech {
  const known = speeches.get(language);
  if (known !== undefined) return known;
  const made = createSpeech(language);
  speeches.set(language, made);
  return made;
}

function createSpeech(language: Language): Speech {
  const compiled = new Map<MessageKey, IntlMessageFormat>();
  const say = (key: MessageKey, values: Values = {}): string => {
    let format = compiled.get(key);
    if (format === undefined) {
      format = new IntlMessageFormat(CATALOGUES[language][key], LOCALES[language], undefined, { ignoreTag: true });
      compiled.set(key, format);
    }
    return spaced(language, String(format.format({ ...values })));
  };
  return {
    language,
    say,
    sentences: (...said) => said.join(BETWEEN_SENTENCES[language]),
    // Reasons that an earlier version has written down lack what this one says besides.
    explain: ({ key, values }) => say(`why.${key}`, { ...UNSAID, ...values }),
    duration(ms) {
      const parts = durationParts(ms);
      if (parts.length === 0) return say('unit.none');
      return parts.map(({ unit, count }) => say(`unit.${unit}`, { count })).join(' ');
    },
  };
}
