import type { Language } from '../domain/base/language.ts';

/** `X-Language` for a language (DRS API Reference, request headers). */
export function drsLanguage(language: Language): string {
  return language === 'zh' ? 'zh-cn' : 'en-us';
}
