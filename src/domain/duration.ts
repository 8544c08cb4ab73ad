import { DAY, HOUR, MINUTE, SECOND } from './time.ts';

const UNITS: readonly (readonly [unit: string, ms: number])[] = [
  ['d', DAY],
  ['h', HOUR],
  ['min', MINUTE],
  ['s', SECOND],
];

/**
 * A duration in ms as people say it: the two largest units, rounded down (`6 d 4 h`, `47 min`, `3 s`), and `< 1 s`
 * below a second. A negative one reads as `< 1 s`.
 */
export function formatDuration(ms: number): string {
  const largest = UNITS.findIndex(([, unitMs]) => ms >= unitMs);
  if (largest === -1) return '< 1 s';
  let rest = ms;
  const words: string[] = [];
  for (const [unit, unitMs] of UNITS.slice(largest, largest + 2)) {
    const count = Math.floor(rest / unitMs);
    rest -= count * unitMs;
    if (count > 0) words.push(`${count} ${unit}`);
  }
  return words.join(' ');
}
