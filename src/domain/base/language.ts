import { cutText } from './text.ts';

/** The languages the bot speaks. `zh` is Simplified Chinese. */
export const LANGUAGES = ['en', 'zh'] as const;
export type Language = (typeof LANGUAGES)[number];

/** What people call the languages. */
const NAMES: Readonly<Record<string, Language>> = {
  en: 'en',
  english: 'en',
  英文: 'en',
  英语: 'en',
  zh: 'zh',
  cn: 'zh',
  chinese: 'zh',
  中文: 'zh',
  简体中文: 'zh',
  汉语: 'zh',
};

/** A language as somebody typed it (`zh`, `zh-CN`, `中文`, `English`); null when the bot does not speak it. */
export function parseLanguage(text: string): Language | null {
  const key = cutText(text).normalize('NFKC').trim().toLowerCase();
  return Object.hasOwn(NAMES, key) ? (NAMES[key] ?? null) : languageOfLocale(key);
}

/** The language of a locale like `zh-CN` or `en_GB`; null for any other language. */
export function languageOfLocale(locale: string): Language | null {
  const [language = ''] = locale.trim().toLowerCase().split(/[-_]/);
  return LANGUAGES.find((one) => one === language) ?? null;
}
