import type { ProgressReport } from './progress-report.ts';

/** What a report says of how far a full copy is. */
export interface CopyFigures extends Pick<ProgressReport, 'percent'> {
  readonly parts: readonly Pick<ProgressReport['parts'][number], 'name' | 'percent'>[];
}

/** How far a full copy is. */
export interface FullCopyPercent {
  /** 0 to 100. */
  readonly percent: number;
  /** What the figure is of: the `data` part, DRS's `overall` figure, or the part that is furthest behind. */
  readonly of: string;
  /** The data is all there; the figure is of what is left, or 100 when everything reads 100. */
  readonly isDataDone: boolean;
}

/**
 * The one figure for a full copy: the data part while it is below 100; once the data is there, the part that is furthest
 * behind. Without a data part DRS's overall figure if above 0, because that may stay 0 while the parts are nearly done; else
 * the part furthest behind. Never an average. Null when DRS gives no figure.
 */
export function fullCopyPercent(report: CopyFigures): FullCopyPercent | null {
  const measured = report.parts.flatMap(({ name, percent }) => (percent === null ? [] : [{ percent, of: name }]));
  const least = measured.toSorted((one, other) => one.percent - other.percent)[0] ?? null;
  const data = measured.find((part) => part.of === 'data');
  if (data !== undefined && least !== null)
    return data.percent < DONE ? { ...data, isDataDone: false } : { ...least, isDataDone: true };
  const overall = report.percent === null ? null : { percent: report.percent, of: 'overall', isDataDone: false };
  // Never 100 % with a part open.
  const isContradicted = overall !== null && overall.percent >= DONE && least !== null && least.percent < DONE;
  if (overall !== null && overall.percent > 0 && !isContradicted) return overall;
  return least === null ? overall : { ...least, isDataDone: false };
}

/** Percent of a part that is finished. */
const DONE = 100;
