import type { Cause } from '../../domain/job-detail.ts';
import type { Language } from '../../domain/language.ts';
import { en } from '../../words/en.ts';
import type { MessageKey } from '../../words/en.ts';
import { code, cut, escapeMrkdwn } from './mrkdwn.ts';
import type { Voice } from './voice.ts';

/** Of an error text, in characters: the first lines of a message must fit a phone. */
const MOST_TEXT = 300;

/** Where the vendor explains its error codes. */
const ERROR_PAGES: Readonly<Record<Language, string>> = {
  en: 'https://support.huaweicloud.com/intl/en-us/api-drs/drs_05_0004.html',
  zh: 'https://support.huaweicloud.com/api-drs/drs_05_0004.html',
};

/**
 * Why a job failed, in one line: the code and DRS's own text with the page about the code, or without a text what the
 * code means.
 *
 * @param reported the code that came with the progress, when nothing else is known
 */
export function causeLine(voice: Voice, cause: Cause | null, reported: string | null): string {
  const errorCode = cause?.code ?? reported;
  const words = cause?.text ?? null;
  if (words === null) {
    if (errorCode === null) return voice.say('cause.none_yet');
    return meaningOf(voice, errorCode) ?? voice.say('cause.code_open_log', { code: code(errorCode) });
  }
  const said = escapeMrkdwn(cut(words, MOST_TEXT));
  if (errorCode === null) return said;
  const page = isKnown(errorCode) ? ` (${pageLink(voice)})` : '';
  return words.includes(errorCode) ? `${said}${page}` : `${code(errorCode)} ${said}${page}`;
}

/** What a code of the vendor's table means; null for any other. */
export function meaningOf(voice: Voice, errorCode: string): string | null {
  const key = keyOf(errorCode);
  if (!isKey(key)) return null;
  return voice.say('cause.code_meaning', { code: code(errorCode), meaning: voice.say(key), page: pageLink(voice) });
}

function pageLink(voice: Voice): string {
  return `<${ERROR_PAGES[voice.language]}|${voice.say('cause.page')}>`;
}

function isKnown(errorCode: string): boolean {
  return isKey(keyOf(errorCode));
}

/** Old pages write a dash for the dot. */
function keyOf(errorCode: string): string {
  return `code.${errorCode.replace(/^DRS-/, 'DRS.')}`;
}

function isKey(text: string): text is MessageKey {
  return Object.hasOwn(en, text);
}
