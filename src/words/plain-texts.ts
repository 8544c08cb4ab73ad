import { IntlMessageFormat } from 'intl-messageformat';

import { durationParts } from '../domain/base/duration.ts';
import type { Explanation } from '../domain/job/explanation.ts';
import type { Language } from '../domain/base/language.ts';
import { en } from './en.ts';
import type { MessageKey } from './en.ts';
import { zh } from './zh.ts';

/** What is put into the gaps of a text. Inserted as it is: untrusted values must be escaped for where they go. */
export type Values = Readonly<Record<string, string | number>>;

/** Whether a text stands behind a key that was put together, as from a name of DRS's. */
export function isMessageKey(key: string): key is MessageKey {
  return Object.hasOwn(en, key);
}

/** The texts of one language. */
export interface PlainTexts {
  readonly language: Language;
  /** The text with its gaps filled. */
  get(key: MessageKey, values?: Values): string;
  /** Sentences, one after the other. */
  joinSentences(...said: readonly string[]): string;
  /** The sentence for a reason, its values as they are. */
  explain(why: Explanation): string;
  /** A duration in ms in its two largest units, rounded down, safe in mrkdwn. */
  duration(ms: number): string;
}

const CATALOGUES: Readonly<Record<Language, Readonly<Record<MessageKey, string>>>> = { en, zh };
const LOCALES: Readonly<Record<Language, string>> = { en: 'en', zh: 'zh-Hans' };

/** `。` is full-width: no space follows. */
const BETWEEN_SENTENCES: Readonly<Record<Language, string>> = { en: ' ', zh: '' };

/** What a reason means that does not say it. */
const UNSAID: Values = { service: 'DRS', label: '–', host: '–', projects: 'none' };

const TEXTS: Readonly<Record<Language, PlainTexts>> = { en: createPlainTexts('en'), zh: createPlainTexts('zh') };

/** The texts in a language; each is compiled once, when it is first needed. */
export function plainTextsIn(language: Language): PlainTexts {
  return TEXTS[language];
}

function createPlainTexts(language: Language): PlainTexts {
  const compiled = new Map<MessageKey, IntlMessageFormat>();
  const get = (key: MessageKey, values: Values = {}): string => {
    let format = compiled.get(key);
    if (format === undefined) {
      format = new IntlMessageFormat(CATALOGUES[language][key], LOCALES[language], undefined, { ignoreTag: true });
      compiled.set(key, format);
    }
    return removeBlanks(language, String(format.format({ ...values })));
  };
  return {
    language,
    get,
    joinSentences: (...said) => said.join(BETWEEN_SENTENCES[language]),
    // Reasons that an earlier version has written down lack what this one says besides.
    explain: ({ key, values }) => get(`why.${key}`, { ...UNSAID, ...values }),
    duration(ms) {
      const parts = durationParts(ms);
      if (parts.length === 0) return get('unit.none');
      return parts.map(({ unit, count }) => get(`unit.${unit}`, { count })).join(' ');
    },
  };
}

/** Chinese text has a blank before a figure and none before another word; a duration may begin with either. */
function removeBlanks(language: Language, text: string): string {
  return language === 'zh' ? text.replace(/(?<=\p{Script=Han}) (?=(?:不到|至少) ?\d)/gu, '') : text;
}
