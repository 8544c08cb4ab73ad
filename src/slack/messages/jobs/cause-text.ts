import type { Cause } from '../../../domain/job/job-detail.ts';
import type { Language } from '../../../domain/base/language.ts';
import { en } from '../../../words/en.ts';
import type { MessageKey } from '../../../words/en.ts';
import { code, cut, escapeMrkdwn } from '../kit/mrkdwn.ts';
import type { Voice } from '../kit/texts.ts';

/** Of an error text, in characters, where somebody asked for it. */
const MOST_TEXT = 300;
/** The same in a message that tells of the failure, of which six lines fit a phone; and where several are told. */
export const MOST_TOLD = 80;
const MOST_SHORT = 34;

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
 * @param most characters of DRS's own text
 */
export function causeLine(
  voice: Voice,
  cause: Cause | null,
  reported: string | null,
  most: number = MOST_TEXT,
): string {
  const errorCode = cause?.code ?? reported;
  const words = cause?.text ?? null;
  if (words === null) {
    if (errorCode === null) return voice.say('cause.none_yet');
    return meaningOf(voice, errorCode) ?? voice.say('cause.code_open_log', { code: code(errorCode) });
  }
  if (errorCode === null) return escapeMrkdwn(cut(words, most));
  const key = keyOf(errorCode);
  // Where room is short, what a code means says more than DRS's own text.
  if (isKey(key) && most < MOST_TEXT)
    return voice.say('cause.text_meaning_short', { said: code(errorCode), meaning: voice.say(key) });
  const said = escapeMrkdwn(cut(words, most));
  const coded = words.includes(errorCode) ? said : `${code(errorCode)} ${said}`;
  if (!isKey(key)) return coded;
  return voice.say('cause.text_meaning', { said: coded, meaning: voice.say(key), page: pageLink(voice) });
}

/** The code, and the beginning of DRS's own text, where several causes stand one below the other. */
export function shortCause(voice: Voice, cause: Cause | null, reported: string | null): string {
  const errorCode = cause?.code ?? reported;
  const words = cause?.text ?? null;
  if (words === null)
    return errorCode === null ? voice.say('cause.none_yet') : voice.say('cause.code', { code: code(errorCode) });
  const said = escapeMrkdwn(cut(words, MOST_SHORT));
  return errorCode === null || words.includes(errorCode) ? said : `${code(errorCode)} ${said}`;
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
