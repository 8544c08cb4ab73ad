import { DAY } from '../base/time.ts';
import type { JobTerms } from '../job/job-terms.ts';

/** After how long DRS ends a job by itself that stays as it is, in ms. */
export interface Expiry {
  readonly afterMs: number;
  /** False while nobody could read the job's own setting: then it is DRS's default. */
  readonly isConfirmed: boolean;
}

/** DRS's default of `expired_days` (v5 job detail), and what a job has that failed to be created. */
const DEFAULT_EXPIRED_DAYS = 14;
const CREATE_FAILED_DAYS = 3;

/**
 * "Abnormal jobs are ended by DRS after `expired_days` (v5; 14 by default, 'not confirmed' if unread; prepaid none;
 * `CREATE_FAILED` 3 days) and billed until then."
 */
export function expiryOf(status: string, { expiredDays, prepaid }: JobTerms): Expiry | null {
  if (prepaid === true) return null;
  if (status === 'CREATE_FAILED') return { afterMs: CREATE_FAILED_DAYS * DAY, isConfirmed: true };
  return { afterMs: (expiredDays ?? DEFAULT_EXPIRED_DAYS) * DAY, isConfirmed: expiredDays !== null };
}
