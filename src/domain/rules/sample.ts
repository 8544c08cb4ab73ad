import type { EpochMs } from '../base/time.ts';
import type { StatusGroup } from '../job/job-status.ts';
import { statusGroup } from '../job/job-status.ts';
import type { ProgressReport } from '../job/progress-report.ts';
import type { PartPercent } from '../job/rule-event.ts';

/** One reading of lag and parts of one job, kept for charts, slopes and estimates. */
export interface Sample {
  readonly at: EpochMs;
  /** What the status meant. */
  readonly group: StatusGroup;
  /** In ms; null when DRS could not measure it, and whenever the job did not replicate. */
  readonly lagMs: number | null;
  /** The parts with a figure; empty outside a full copy. */
  readonly parts: readonly PartPercent[];
}

/** The part whose objects are the data itself. */
const DATA_PART = 'data';
/** What DRS's `progress` is called where it gives no parts. */
const OVERALL = 'overall';
/** Parts kept of one report; DRS is known to send three. */
const MAX_PARTS = 12;

/** What is kept of a report that was read at `at`. A lag means something while replicating only, parts while copying. */
export function sampleOf(report: ProgressReport, at: EpochMs): Sample {
  const group = statusGroup(report.status);
  return {
    at,
    group,
    lagMs: group === 'replicating' ? report.lagMs : null,
    parts: group === 'full_copy' ? partsOf(report) : [],
  };
}

/** `progress` may stay 0 while the parts are nearly done, so it stands in for them only where there are none. */
function partsOf({ parts, percent }: ProgressReport): readonly PartPercent[] {
  const measured = parts.flatMap((part) => (part.percent === null ? [] : [{ name: part.name, percent: part.percent }]));
  if (measured.length === 0) return percent === null ? [] : [{ name: OVERALL, percent }];
  return measured.toSorted((one, other) => rank(one) - rank(other)).slice(0, MAX_PARTS);
}

function rank({ name }: PartPercent): number {
  return name === DATA_PART ? 0 : 1;
}

/** The figure that says how far the data is: the data part, or DRS's overall figure where it gives no parts. */
export function dataPercent({ parts }: Pick<Sample, 'parts'>): number | null {
  const part = parts.find(({ name }) => name === DATA_PART) ?? parts.find(({ name }) => name === OVERALL);
  return part?.percent ?? null;
}

/** At or below this, or below half of what it was, a percent that falls means that the copy began anew. */
const RESTART_PERCENT = 5;

/**
 * What a percent says that was `before`: *restarted* only at or below 5 % or below half of what it was; a smaller fall is a
 * total that grew, because tables were found late.
 */
export function isRestart(before: number, percent: number): boolean {
  return percent < before && (percent <= RESTART_PERCENT || percent < before / 2);
}
