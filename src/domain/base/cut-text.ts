/** No text from outside is looked at further than this, in UTF-16 code units: NFKC and patterns take long over long ones. */
export const MAX_TEXT = 1_000;

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
