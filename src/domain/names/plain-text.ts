/**
 * Characters that nobody sees (Unicode, Default_Ignorable_Code_Point): zero-width blanks, soft hyphens, marks of direction.
 * They come along when something is copied.
 */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu;
/** Hyphens, dashes and the minus sign. */
const HYPHENS = /[\p{Dash_Punctuation}\u2212]/gu;

/** A text without the characters that nobody sees. */
export function withoutInvisible(text: string): string {
  return text.replace(INVISIBLE, '');
}

/** A text in which everything that looks like a hyphen is the one of the keyboard. */
export function withPlainHyphens(text: string): string {
  return text.replace(HYPHENS, '-');
}
