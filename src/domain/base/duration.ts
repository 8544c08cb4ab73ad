import { DAY, HOUR, MINUTE, SECOND } from './time.ts';

const UNITS = [
  ['d', DAY],
  ['h', HOUR],
  ['min', MINUTE],
  ['s', SECOND],
] as const;

/** A whole number of one unit of time. */
export interface DurationPart {
  readonly unit: (typeof UNITS)[number][0];
  readonly count: number;
}

/** A duration in ms in its two largest units, rounded down; empty below a second. */
export function durationParts(ms: number): readonly DurationPart[] {
  const largest = UNITS.findIndex(([, unitMs]) => ms >= unitMs);
  if (largest === -1) return [];
  let rest = ms;
  const parts: DurationPart[] = [];
  for (const [unit, unitMs] of UNITS.slice(largest, largest + 2)) {
    const count = Math.floor(rest / unitMs);
    rest -= count * unitMs;
    if (count > 0) parts.push({ unit, count });
  }
  return parts;
}

/**
 * A duration in ms as people say it: the two largest units, rounded down (`6 d 4 h`, `47 min`, `3 s`), and `< 1 s`
 * below a second. A negative one reads as `< 1 s`. For logs; messages use their reader's language.
 */
export function formatDuration(ms: number): string {
  const parts = durationParts(ms);
  return parts.length === 0 ? '< 1 s' : parts.map(({ unit, count }) => `${count} ${unit}`).join(' ');
}

/** A duration in ms as somebody would type it, in the largest unit that it is a whole number of: `90s`, `2m`, `1d`. */
export function typedDuration(ms: number): string {
  const [unit, unitMs] = UNITS.find(([, size]) => ms >= size && ms % size === 0) ?? ['s', SECOND];
  return `${Math.round(ms / unitMs)}${unit.charAt(0)}`;
}
