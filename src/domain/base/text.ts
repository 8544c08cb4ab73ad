/** No text from outside is read further than this, in UTF-16 code units: NFKC and patterns take long over long ones. */
export const MAX_TEXT = 1_000;

/** Characters that nobody sees (Unicode, Default_Ignorable_Code_Point), such as soft hyphens: they come along when something is copied. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu;
/** Hyphens, dashes and the minus sign. */
const HYPHENS = /[\p{Dash_Punctuation}\u2212]/gu;
/** NUL, and halves of a character (lone surrogates). */
const UNSTORABLE = /\0|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

/**
 * The beginning of a text, never with half a character at its end. To be done before a text is normalised, masked or
 * matched against a pattern.
 *
 * @param most length kept, in UTF-16 code units
 */
export function cutText(text: string, most = MAX_TEXT): string {
  if (text.length <= most) return text;
  const last = text.charCodeAt(most - 1);
  const isHalf = last >= 0xd800 && last <= 0xdbff;
  return text.slice(0, isHalf ? most - 1 : most);
}

/** A text with U+FFFD in place of what no database and no message can hold. */
export function storableText(text: string): string {
  return text.replace(UNSTORABLE, '\uFFFD');
}

/** A text without the characters that nobody sees. */
export function withoutInvisible(text: string): string {
  return text.replace(INVISIBLE, '');
}

/** A text in which everything that looks like a hyphen is the one of the keyboard. */
export function withPlainHyphens(text: string): string {
  return text.replace(HYPHENS, '-');
}

/** A text in the usual width and in lower case, with the usual hyphens, cut, and without what nobody sees. */
export function plainText(text: string): string {
  return withPlainHyphens(withoutInvisible(cutText(text)).normalize('NFKC'))
    .trim()
    .toLowerCase();
}
