/** An object as it came, before anything is known of it. */
export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Text or a number as text; null for blanks and anything else. */
export function text(value: unknown): string | null {
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : null;
  if (typeof value !== 'string') return null;
  const trimmed = value.trim();
  return trimmed === '' ? null : trimmed;
}

/** A figure that means something: `-1`, `NA` and blanks are "not measurable", never zero. */
export function measured(value: unknown): number | null {
  const figure = text(value);
  return figure !== null && /^\d+(?:\.\d+)?$/.test(figure) ? Number(figure) : null;
}

/** The entries of a list that are objects; none for anything but a list. */
export function fieldsIn(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : [];
}
