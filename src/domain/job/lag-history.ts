import { SECOND } from '../base/time.ts';

/** Each bucket reaches a fifth further than the one before, so a quantile is right to a fifth. */
const GROWTH = 1.2;
const SHARE = 0.99;

/**
 * Every lag measured while a job was watched, in constant space: how many measurements fell into each of the buckets
 * that grow from one second upwards.
 */
export interface LagHistory {
  readonly maxMs: number;
  /** Bucket number to how many measurements it holds. */
  readonly counts: Readonly<Record<string, number>>;
}

export const NO_LAGS: LagHistory = { maxMs: 0, counts: {} };

/** The history with one more measurement, in ms. */
export function recordLag(history: LagHistory, lagMs: number): LagHistory {
  const bucket = String(bucketOf(lagMs));
  return {
    maxMs: Math.max(history.maxMs, lagMs),
    counts: { ...history.counts, [bucket]: (history.counts[bucket] ?? 0) + 1 },
  };
}

/** What 99 % of the measurements did not exceed, in ms (to a fifth, never above the maximum); null without any. */
export function mostLag(history: LagHistory): number | null {
  const buckets = Object.entries(history.counts)
    .map(([bucket, count]) => ({ bucket: Number(bucket), count }))
    .toSorted((one, other) => one.bucket - other.bucket);
  const total = buckets.reduce((sum, { count }) => sum + count, 0);
  let seen = 0;
  for (const { bucket, count } of buckets) {
    seen += count;
    if (seen >= total * SHARE) return Math.min(Math.round(SECOND * GROWTH ** bucket), history.maxMs);
  }
  return null;
}

function bucketOf(lagMs: number): number {
  return lagMs <= SECOND ? 0 : Math.ceil(Math.log(lagMs / SECOND) / Math.log(GROWTH));
}
