import { plainText } from '../base/text.ts';

/** What makes two names the same to a person: width, capitals, blanks, kinds of hyphens and what nobody sees aside. */
export function nameKey(name: string): string {
  return plainText(name).replace(/\s+/gu, ' ');
}

/** Letters of scripts that are written without blanks between words. */
const CJK = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;
/** The fewest letters that are looked for inside of names, */
const MIN_LETTERS = 3;
/** and where one letter says as much as a syllable or a word. */
const MIN_CJK_LETTERS = 2;

/**
 * Whether a word of a name begins with `part` (both as `nameKey` makes them). A word begins behind anything that is no
 * letter or digit; a Chinese, Japanese or Korean one with any of its letters. Too few letters are in no name.
 */
export function hasWord(key: string, part: string): boolean {
  if (Array.from(part).length < (CJK.test(part) ? MIN_CJK_LETTERS : MIN_LETTERS)) return false;
  for (let at = key.indexOf(part); at !== -1; at = key.indexOf(part, at + 1)) {
    // One character takes up to two places.
    if (beginsWord(key.slice(Math.max(0, at - 2), at), part)) return true;
  }
  return false;
}

function beginsWord(before: string, part: string): boolean {
  const last = Array.from(before).at(-1) ?? '';
  const [first = ''] = Array.from(part);
  return CJK.test(first) || CJK.test(last) || !/[\p{L}\p{N}]/u.test(last) || !/[\p{L}\p{N}]/u.test(first);
}
