import { HOUR } from '../../src/domain/base/time.ts';
import type { Sample } from '../../src/domain/rules/sample.ts';

/**
 * How often the rule that ours is held against calls a copy stalled: no move for the longest of 60 min, 4 × the median of the
 * last five steps, 2 × the longest step so far and 15 % of the time so far; before three steps the longer of 4 h and half of the
 * time so far. Once for each standstill.
 */
export function countReferenceStalls(samples: Iterable<Sample>, pollMs: number): number {
  const steps: number[] = [];
  let percent: number | null = null;
  let movedAt = 0;
  let isTold = false;
  let stalls = 0;
  for (const { at, parts } of samples) {
    const now: number | null = parts[0]?.percent ?? percent;
    if (now !== percent) {
      if (percent !== null) steps.push(at - movedAt);
      percent = now;
      movedAt = at;
      isTold = false;
    } else if (!isTold && at - movedAt >= limit(steps, movedAt) && at > 2 * pollMs) {
      isTold = true;
      stalls += 1;
    }
  }
  return stalls;
}

function limit(steps: readonly number[], soFarMs: number): number {
  if (steps.length < 3) return Math.max(4 * HOUR, soFarMs / 2);
  const last = steps.slice(-5).toSorted((one, other) => one - other);
  const median = last[Math.floor(last.length / 2)] ?? 0;
  return Math.max(HOUR, 4 * median, 2 * Math.max(...steps), 0.15 * soFarMs);
}
