import { nameKey } from './name-key.ts';

/** The fewest letters of a name that is believed among other words, */
const MIN_LETTERS = 3;
/** and of one in Chinese, Japanese or Korean, which is written without blanks. */
const MIN_CJK_LETTERS = 2;
const CJK = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;
/** What goes on with a word; a full stop only before another letter. */
const GOES_ON = /^(?:[\p{L}\p{N}_-]|[.:/][\p{L}\p{N}])/u;
const CAME_BEFORE = /(?:[\p{L}\p{N}_-]|[\p{L}\p{N}][.:/])$/u;

/**
 * The names that stand in a sentence as whole words, in the order in which they are said; of two in one place the longer one.
 * `orders` is not in "orders-eu".
 */
export function namesInSentence(sentence: string, names: readonly string[]): readonly string[] {
  const key = nameKey(sentence);
  const found = [...new Set(names)]
    .map((name) => ({ name, key: nameKey(name) }))
    .filter((one) => Array.from(one.key).length >= (CJK.test(one.key) ? MIN_CJK_LETTERS : MIN_LETTERS))
    .map((one) => ({ ...one, at: placeOf(one.key, key) }))
    .filter(({ at }) => at !== -1)
    .toSorted((one, other) => other.key.length - one.key.length);
  const taken: { readonly from: number; readonly to: number; readonly name: string }[] = [];
  for (const { name, key: words, at } of found) {
    const to = at + words.length;
    if (taken.every((other) => to <= other.from || at >= other.to)) taken.push({ from: at, to, name });
  }
  return taken.toSorted((one, other) => one.from - other.from).map(({ name }) => name);
}

/** Where a name stands as a whole word; -1: nowhere. */
function placeOf(name: string, sentence: string): number {
  for (let at = sentence.indexOf(name); at !== -1; at = sentence.indexOf(name, at + 1)) {
    const before = sentence.slice(Math.max(0, at - 2), at);
    const behind = sentence.slice(at + name.length, at + name.length + 2);
    const [first = ''] = Array.from(name);
    const last = Array.from(name).at(-1) ?? '';
    if ((CJK.test(first) || !CAME_BEFORE.test(before)) && (CJK.test(last) || !GOES_ON.test(behind) || CJK.test(behind)))
      return at;
  }
  return -1;
}
