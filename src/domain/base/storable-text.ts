/** NUL, and halves of a character (lone surrogates). */
const UNSTORABLE = /\0|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

/** A text with U+FFFD in place of what no database and no message can hold. */
export function storableText(text: string): string {
  return text.replace(UNSTORABLE, '\uFFFD');
}
