import type { Cause } from '../../../domain/job/job-detail.ts';
import type { Language } from '../../../domain/base/language.ts';
import { isMessageKey } from '../../../words/plain-texts.ts';
import { code, cut, escapeMrkdwn } from '../kit/mrkdwn.ts';
import type { Texts } from '../kit/texts.ts';

/** Of an error text, in characters, where somebody asked for it. */
const MAX_TEXT = 300;
/** The same in a message that tells of the failure, of which six lines fit a phone; and where several are told. */
export const MAX_TOLD_TEXT = 80;
const MAX_SHORT_TEXT = 34;

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
 * @param max characters of DRS's own text
 */
export function causeLine(texts: Texts, cause: Cause | null, reported: string | null, max: number = MAX_TEXT): string {
  const errorCode = cause?.code ?? reported;
  const said = cause?.text ?? null;
  if (errorCode === null) return said === null ? texts.get('cause.none_yet') : escapeMrkdwn(cut(said, max));
  const key = keyOf(errorCode);
  // Where room is short the code itself leads to its page.
  if (said === null && max < MAX_TEXT && isMessageKey(key))
    return texts.get('cause.text_meaning_short', {
      said: `<${ERROR_PAGES[texts.language]}|${errorCode}>`,
      meaning: texts.get(key),
    });
  if (said === null) return meaningOf(texts, errorCode) ?? texts.get('cause.code_open_log', { code: code(errorCode) });
  if (!isMessageKey(key)) return codeAndText(errorCode, said, max);
  const meaning = texts.get(key);
  // Where room is short, what a code means says more than DRS's own text.
  return max < MAX_TEXT
    ? texts.get('cause.text_meaning_short', { said: code(errorCode), meaning })
    : texts.get('cause.text_meaning', { said: codeAndText(errorCode, said, max), meaning, page: pageLink(texts) });
}

/** The code, and the beginning of DRS's own text, where several causes stand one below the other. */
export function shortCause(texts: Texts, cause: Cause | null, reported: string | null): string {
  const errorCode = cause?.code ?? reported;
  const said = cause?.text ?? null;
  if (said !== null) return codeAndText(errorCode, said, MAX_SHORT_TEXT);
  return errorCode === null ? texts.get('cause.none_yet') : texts.get('cause.code', { code: code(errorCode) });
}

/** The text names its code once. */
function codeAndText(errorCode: string | null, text: string, max: number): string {
  const said = escapeMrkdwn(cut(text, max));
  return errorCode === null || text.includes(errorCode) ? said : `${code(errorCode)} ${said}`;
}

/** What a code of the vendor's table means; null for any other. */
export function meaningOf(texts: Texts, errorCode: string): string | null {
  const key = keyOf(errorCode);
  if (!isMessageKey(key)) return null;
  return texts.get('cause.code_meaning', { code: code(errorCode), meaning: texts.get(key), page: pageLink(texts) });
}

function pageLink(texts: Texts): string {
  return `<${ERROR_PAGES[texts.language]}|${texts.get('cause.page')}>`;
}

/** Old pages write a dash for the dot. */
function keyOf(errorCode: string): string {
  return `code.${errorCode.replace(/^DRS-/, 'DRS.')}`;
}
