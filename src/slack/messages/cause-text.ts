import type { Cause } from '../../domain/job/job-detail.ts';
import type { Language } from '../../domain/base/language.ts';
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
 * Why a job failed, in one line: the code, DRS's own text, and where the code is known what it means and the page about
 * it.
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
  const coded = words.includes(errorCode) ? said : `${code(errorCode)} ${said}`;
  const key = keyOf(errorCode);
  if (!isKey(key)) return coded;
  return voice.say('cause.text_meaning', { said: coded, meaning: voice.say(key), page: pageLink(voice) });
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

/** Old pages write a dash for the dot. */
function keyOf(errorCode: string): string {
  return `code.${errorCode.replace(/^DRS-/, 'DRS.')}`;
}

function isKey(text: string): text is MessageKey {
  return Object.hasOwn(en, text);
}
