import type { JobId } from './job-id.ts';

/** One entry of `progress_map`: a part of the full copy such as `struct`, `data` or `index`. */
export interface PartProgress {
  /** The key as DRS sent it; keys DRS invents later are kept. */
  readonly name: string;
  /** 0 to 100, or null when DRS gave nothing that reads as a percentage. */
  readonly percent: number | null;
  /** DRS's own figure, verbatim; its unit is undocumented. Null when absent. */
  readonly remainingTime: string | null;
}

/** A part of a parent job, as far as a message names it. */
export interface SubJobName {
  readonly jobId: JobId;
  readonly name: string | null;
}

/**
 * What DRS said about one job in one answer: `QueryProgressRespV3`, table 5 of the batch-progress page, parsed.
 * Only an answer that carries a status is a report.
 */
export interface ProgressReport {
  readonly jobId: JobId;
  /** `transfer_status`, verbatim: a status DRS invents later is data, not an error. */
  readonly status: string;
  /** `task_mode`, verbatim: `FULL_TRANS`, `INCR_TRANS`, `FULL_INCR_TRANS` or whatever DRS sends. */
  readonly taskMode: string | null;
  /** `progress`, 0 to 100. It may read 0 although the parts are at 94 to 100, so it is never shown alone. */
  readonly percent: number | null;
  /** `progress_map`, in the order DRS sent it. Empty when absent. */
  readonly parts: readonly PartProgress[];
  /**
   * Lag in milliseconds, from `incre_trans_delay_millis` and `incre_trans_delay` (s); null when not measurable
   * (`-1`, `NA`, empty, absent, or more than any lag can be). It means something in INCRE_TRANSFER_STARTED only.
   */
  readonly lagMs: number | null;
  /** How far the source's clock is ahead of DRS's, in ms, where a negative lag shows that; the lag counts as 0 then. */
  readonly clockSkewMs: number | null;
  /** `process_time`, verbatim; its meaning is undocumented. */
  readonly processTime: string | null;
  /** `remaining_time`, verbatim; its unit is undocumented. */
  readonly remainingTime: string | null;
  /**
   * Where the figures come from when the job is a parent without progress of its own: its worst sub-job, of how many, and
   * how many of them replicate without a measurable lag.
   */
  readonly subJob: (SubJobName & { readonly of: number; readonly unmeasured: number }) | null;
  /** Sub-jobs that have failed while the parent itself goes on, of how many; null when that is not known. */
  readonly failedSubJobs: { readonly failed: readonly SubJobName[]; readonly of: number } | null;
  /** `error_code` beside a status: the job's own error. */
  readonly errorCode: string | null;
  /** Fields this version does not know, and figures that cannot be, as DRS sent them. */
  readonly unknownFields: Readonly<Record<string, unknown>>;
}
