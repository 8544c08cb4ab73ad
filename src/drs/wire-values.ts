import { cutText, storableText } from '../domain/base/text.ts';
import { SECOND } from '../domain/base/time.ts';
import type { EpochMs } from '../domain/base/time.ts';
import { maskPrivate } from '../domain/mask-private.ts';

/** An object as it came, before anything is known of it. */
export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Text or a number as text, its first 1,000 characters, without what no database and no message can hold; null for blanks
 * and anything else.
 */
export function text(value: unknown): string | null {
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : null;
  if (typeof value !== 'string') return null;
  const trimmed = storableText(cutText(value)).trim();
  return trimmed === '' ? null : trimmed;
}

/** The same without what is nobody's business; what is cut is cut where that does not show half of it. */
export function maskedText(value: unknown): string | null {
  const given = text(value);
  return given === null ? null : maskPrivate(typeof value === 'string' ? value : given);
}

/** A figure that means something: `-1`, `NA`, blanks and more than a number holds are "not measurable", never zero. */
export function measured(value: unknown): number | null {
  const figure = text(value);
  if (figure === null || !/^\d+(?:\.\d+)?$/.test(figure)) return null;
  const number = Number(figure);
  return number <= Number.MAX_SAFE_INTEGER ? number : null;
}

/** A figure below zero other than `-1`: the clocks differ, and by how much. Null for anything else. */
export function negative(value: unknown): number | null {
  const figure = text(value);
  if (figure === null || !/^-\d+(?:\.\d+)?$/.test(figure)) return null;
  const number = -Number(figure);
  return number > 1 && number <= Number.MAX_SAFE_INTEGER ? number : null;
}

/** The entries of a list that are objects; none for anything but a list. */
export function fieldsIn(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : [];
}

/**
 * Epoch milliseconds or seconds, or ISO 8601 with a zone. A time without a zone is none: this API writes those in zones
 * of its own.
 */
export function pointInTime(value: unknown): EpochMs | null {
  const given = text(value);
  if (given === null) return null;
  if (/^\d{12,14}$/.test(given)) return Number(given);
  if (/^\d{9,11}$/.test(given)) return Number(given) * SECOND;
  const at = /(?:Z|[+-]\d{2}:?\d{2})$/i.test(given) ? Date.parse(given) : Number.NaN;
  return Number.isNaN(at) ? null : at;
}
