/** An object as it came, before anything is known of it. */
export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Text or a number as text, without what no database and no message can hold; null for blanks and anything else. */
export function text(value: unknown): string | null {
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : null;
  if (typeof value !== 'string') return null;
  const trimmed = value.replace(UNSTORABLE, '\uFFFD').trim();
  return trimmed === '' ? null : trimmed;
}

/** NUL, and halves of a character (lone surrogates). */
const UNSTORABLE = /\0|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

/** A figure that means something: `-1`, `NA`, blanks and more than a number holds are "not measurable", never zero. */
export function measured(value: unknown): number | null {
  const figure = text(value);
  if (figure === null || !/^\d+(?:\.\d+)?$/.test(figure)) return null;
  const number = Number(figure);
  return number <= Number.MAX_SAFE_INTEGER ? number : null;
}

/** The entries of a list that are objects; none for anything but a list. */
export function fieldsIn(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : [];
}
