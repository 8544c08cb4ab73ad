import { cutText } from '../base/cut-text.ts';
import { withoutInvisible, withPlainHyphens } from './plain-text.ts';

/**
 * Letters of other alphabets, and digits, that look like a Latin letter: the usual ones (Unicode TR 39, confusables), not
 * all of them.
 */
const LOOK_ALIKES: Readonly<Record<string, string>> = {
  а: 'a',
  е: 'e',
  о: 'o',
  р: 'p',
  с: 'c',
  у: 'y',
  х: 'x',
  і: 'i',
  ј: 'j',
  ѕ: 's',
  һ: 'h',
  ԁ: 'd',
  в: 'b',
  к: 'k',
  м: 'm',
  н: 'h',
  т: 't',
  α: 'a',
  ο: 'o',
  ν: 'v',
  ρ: 'p',
  υ: 'u',
  κ: 'k',
  ι: 'i',
  τ: 't',
  ε: 'e',
  ı: 'i',
  '0': 'o',
  '1': 'l',
  i: 'l',
};

/** What makes two names the same to a person: width, capitals, blanks, kinds of hyphens and what nobody sees aside. */
export function nameKey(name: string): string {
  return withPlainHyphens(withoutInvisible(cutText(name)).normalize('NFKC'))
    .trim()
    .replace(/\s+/gu, ' ')
    .toLowerCase();
}

/** Letters of scripts that are written without blanks between words. */
const CJK = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;
/** The fewest letters that are looked for inside of names, */
const LEAST_LETTERS = 3;
/** and where one letter says as much as a syllable or a word. */
const LEAST_CJK_LETTERS = 2;

/**
 * Whether a word of a name begins with `part` (both as `nameKey` makes them). A word begins behind anything that is no
 * letter or digit; a Chinese, Japanese or Korean one with any of its letters. Too few letters are in no name.
 */
export function hasWord(key: string, part: string): boolean {
  if (Array.from(part).length < (CJK.test(part) ? LEAST_CJK_LETTERS : LEAST_LETTERS)) return false;
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

/** What makes two names look the same, whatever alphabets their letters are from. */
export function lookOf(name: string): string {
  return Array.from(nameKey(name), (letter) => LOOK_ALIKES[letter] ?? letter).join('');
}

/** Why two names look the same and are not: letters of another alphabet, or characters of the same such as 0 and O. */
export type LookAlikeCause = 'alphabet' | 'character';

/** Why `one` looks like `other`, where they do (`lookOf` is the same). */
export function looksBecauseOf(one: string, other: string): LookAlikeCause {
  const letters = Array.from(nameKey(other));
  const differing = Array.from(nameKey(one)).flatMap((letter, at) =>
    letter === letters[at] ? [] : [letter, letters[at] ?? ''],
  );
  return differing.some((letter) => letter > '\u007f') ? 'alphabet' : 'character';
}
