import { dataPercent, isRestart } from './sample.ts';
import type { Sample } from './sample.ts';

/** A full copy as its data moved: since it began or was restarted, without the time in which it was paused or had failed. */
export interface CopySoFar {
  /** When the percent was first so high, oldest first; `ms` is time spent copying since the first of them. */
  readonly points: readonly CopyPoint[];
  /** Time spent copying until now. */
  readonly nowMs: number;
}

export interface CopyPoint {
  readonly ms: number;
  readonly percent: number;
}

/** The copy that the newest samples show; null where they show none, or no figure of its data. Time that was not seen counts. */
export function copySoFar(samples: readonly Sample[]): CopySoFar | null {
  if (samples.at(-1)?.group !== 'full_copy') return null;
  let points: CopyPoint[] = [];
  let nowMs = 0;
  let before: Sample | null = null;
  for (const sample of samples) {
    if (sample.group === 'replicating') points = [];
    const percent = sample.group === 'full_copy' ? dataPercent(sample) : null;
    if (before?.group === 'full_copy' && sample.group === 'full_copy') nowMs += sample.at - before.at;
    before = sample;
    if (percent === null) continue;
    const highest = points.at(-1)?.percent ?? null;
    if (highest === null || isRestart(highest, percent)) {
      points = [{ ms: 0, percent }];
      nowMs = 0;
    } else if (percent > highest) points.push({ ms: nowMs, percent });
  }
  return points.length === 0 ? null : { points, nowMs };
}
