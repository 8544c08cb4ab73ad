import { DAY, HOUR, MINUTE, SECOND } from '../base/time.ts';
import type { EpochMs } from '../base/time.ts';
import type { Sample } from './sample.ts';

/** Every sample is kept for so long, in ms; no two are of one second, */
export const WHOLE = { bucketMs: SECOND, untilMs: 2 * HOUR } as const;
/** then one for each of these for so long, */
export const FINE = { bucketMs: 5 * MINUTE, untilMs: 7 * DAY } as const;
/** then one for each of these, until it is forgotten. */
export const COARSE = { bucketMs: HOUR, untilMs: 90 * DAY } as const;

/**
 * The samples that are worth keeping, oldest first: all of 2 h, then 5-minute buckets for 7 days and hourly ones for 90, each
 * with the maximum lag and the last percent. A bucket is thinned once all of it is old enough, and a change of what the status
 * means is never thinned away. Thinning again, or in between, gives the same samples.
 */
export function thinSamples(samples: readonly Sample[], now: EpochMs): readonly Sample[] {
  const thinned: Sample[] = [];
  for (const sample of samples) {
    if (now - sample.at > COARSE.untilMs) continue;
    const last = thinned.at(-1);
    if (last !== undefined && last.group === sample.group && isOneBucket(last.at, sample.at, now))
      thinned[thinned.length - 1] = merge(last, sample);
    else thinned.push(sample);
  }
  return thinned;
}

function isOneBucket(one: EpochMs, other: EpochMs, now: EpochMs): boolean {
  const isOne = (bucketMs: number, fromMs: number) => {
    const bucket = Math.floor(other / bucketMs);
    return Math.floor(one / bucketMs) === bucket && now - (bucket + 1) * bucketMs >= fromMs;
  };
  return isOne(COARSE.bucketMs, FINE.untilMs) || isOne(FINE.bucketMs, WHOLE.untilMs);
}

/** Two neighbours as one: where the second has no figure for a part, it has none. */
function merge(one: Sample, other: Sample): Sample {
  const lagMs =
    one.lagMs === null || other.lagMs === null ? (one.lagMs ?? other.lagMs) : Math.max(one.lagMs, other.lagMs);
  return { ...other, lagMs };
}
