/** How DRS treats a job that stays abnormal, as far as DRS has said so. */
export interface JobTerms {
  /** `expired_days` of the v5 job detail: DRS ends an abnormal job by itself after so many days; null while that is not read. */
  readonly expiredDays: number | null;
  /** Whether it is paid for in advance, by month or year; null while DRS has not said. */
  readonly prepaid: boolean | null;
}

export const NO_TERMS: JobTerms = { expiredDays: null, prepaid: null };
