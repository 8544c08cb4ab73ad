import type { EpochMs } from '../base/time.ts';
import type { Reading } from '../job/readings.ts';
import { MIN_READINGS } from './rule-settings.ts';

/** A reading with a figure. */
export interface Measured {
  readonly at: EpochMs;
  readonly lagMs: number;
}

/** So much of the readings of a hold must be so. */
export const MIN_SHARE = 0.7;

/** What must be so, of which lag, for how long, in ms, and of which share of the readings. */
export interface Claim {
  readonly isSo: (lagMs: number) => boolean;
  readonly holdMs: number;
  readonly share: number;
}

/** The readings that DRS could measure. */
export function measuredOf(readings: readonly Reading[]): readonly Measured[] {
  // Nearly always all are, and this is asked several times for each poll of each job.
  return readings.every(isMeasured) ? readings : readings.filter(isMeasured);
}

function isMeasured(reading: Reading): reading is Measured {
  return reading.lagMs !== null;
}

/**
 * The measured readings of a hold throughout which a claim is so; null when it is not. It must be so of the newest one and of
 * one that is at least the hold older, and of its share of all measured ones between; those must be three at least, and half of
 * all readings of that time: what cannot be measured neither extends a hold nor ends it.
 */
export function heldReadings(readings: readonly Reading[], claim: Claim): readonly Measured[] | null {
  const newest = readings.at(-1);
  if (newest === undefined) return null;
  const first = readings.findLastIndex(({ at, lagMs }) => lagMs !== null && newest.at - at >= claim.holdMs);
  if (first === -1) return null;
  const all = readings.slice(first);
  const good = measuredOf(all);
  const isSo = ({ lagMs }: Measured) => claim.isSo(lagMs);
  const [oldest] = good;
  const last = good.at(-1);
  if (oldest === undefined || last === undefined || !isSo(oldest) || !isSo(last)) return null;
  if (good.length < MIN_READINGS || 2 * good.length < all.length) return null;
  return good.filter(isSo).length >= claim.share * good.length ? good : null;
}

/** The steps between neighbours: how long each is, in ms, and how fast the lag rose in it, in seconds a second. */
export function stepsOf(
  readings: readonly Measured[],
): readonly { readonly from: Measured; readonly to: Measured; readonly slope: number }[] {
  const steps: { readonly from: Measured; readonly to: Measured; readonly slope: number }[] = [];
  let from: Measured | null = null;
  for (const to of readings) {
    if (from !== null) steps.push({ from, to, slope: (to.lagMs - from.lagMs) / (to.at - from.at) });
    from = to;
  }
  return steps;
}

/** The readings of the last so many ms, and the one before them that they begin with. */
export function readingsOf<One extends { readonly at: EpochMs }>(
  readings: readonly One[],
  lastMs: number,
): readonly One[] {
  const newest = readings.at(-1);
  if (newest === undefined) return [];
  return readings.slice(
    Math.max(
      0,
      readings.findLastIndex(({ at }) => newest.at - at >= lastMs),
    ),
  );
}
