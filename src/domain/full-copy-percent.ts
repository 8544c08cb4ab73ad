import type { ProgressReport } from './progress-report.ts';

/** How far a full copy is. */
export interface FullCopyPercent {
  /** 0 to 100. */
  readonly percent: number;
  /** What the figure is of: the `data` part, DRS's `overall` figure, or the part that is furthest behind. */
  readonly of: string;
}

/**
 * The one figure for a full copy: the data part; without it DRS's overall figure if above 0, because that may stay 0
 * while the parts are nearly done; else the part furthest behind. Never an average. Null when DRS gives no figure.
 */
export function fullCopyPercent(report: ProgressReport): FullCopyPercent | null {
  const measured = report.parts.flatMap(({ name, percent }) => (percent === null ? [] : [{ percent, of: name }]));
  const data = measured.find((part) => part.of === 'data');
  if (data !== undefined) return data;
  if (report.percent !== null && report.percent > 0) return { percent: report.percent, of: 'overall' };
  const [first, ...rest] = measured;
  if (first === undefined) return report.percent === null ? null : { percent: report.percent, of: 'overall' };
  return rest.reduce((least, part) => (part.percent < least.percent ? part : least), first);
}
