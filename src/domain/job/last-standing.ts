import type { EpochMs } from '../base/time.ts';

/** How a job stood before it began to end. */
export interface LastStanding {
  readonly status: string;
  readonly taskMode: string | null;
  /** In ms, where the job replicated and a lag could be measured. */
  readonly lagMs: number | null;
  readonly at: EpochMs;
  /** So many reports in a row said this status. */
  readonly reports: number;
}
