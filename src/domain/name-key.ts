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

/** What makes two names the same to a person: width, capitals and blanks aside. */
export function nameKey(name: string): string {
  return name.normalize('NFKC').trim().replace(/\s+/gu, ' ').toLowerCase();
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
