import { SECOND } from '../base/time.ts';

/** How many requests the other side lets through in which time (ms). */
export interface Quota {
  readonly limit: number;
  readonly windowMs: number;
}

/** What DRS lets us ask at the moment. */
export interface DrsAllowance {
  /** How long the next request has to wait, in ms. */
  readonly waitMs: number;
  /** The quota that DRS or its gateway has named lately; null when none is known. */
  readonly quota: Quota | null;
}

/** What polling may cost, and how often it is wanted. */
export interface PollBudget {
  /** Jobs in one request. */
  readonly batchSize: number;
  /** Requests a second. */
  readonly maxRps: number;
  /** Wanted time between two passes, in ms. */
  readonly intervalMs: number;
}

/** What one pass over some jobs costs. */
export interface PassEstimate {
  readonly jobs: number;
  readonly requests: number;
  /** How long the requests take at the allowed rate, in ms; answers that are slower make it longer. */
  readonly passMs: number;
  /** What sets that rate: the quota that DRS has named, or, null, our own `maxRps`. */
  readonly quota: Quota | null;
  /** Every job is asked about as often as wanted. */
  readonly fits: boolean;
}

/**
 * Estimates a pass over `jobs` jobs; sub-jobs that answer for their parents come on top. One that does not fit stretches
 * the interval of all jobs alike, because whoever has waited longest is asked first.
 *
 * @param quota the one that DRS has named; null when none is known
 */
export function estimatePass(jobs: number, budget: PollBudget, quota: Quota | null = null): PassEstimate {
  const requests = Math.ceil(jobs / budget.batchSize);
  const ownMs = Math.ceil((requests / budget.maxRps) * SECOND);
  const quotaMs = quota === null ? 0 : Math.ceil((requests / quota.limit) * quota.windowMs);
  const isOwnEnough = requests <= budget.maxRps || ownMs <= budget.intervalMs;
  const isQuotaEnough = quota === null || requests <= quota.limit || quotaMs <= budget.intervalMs;
  return {
    jobs,
    requests,
    passMs: Math.max(ownMs, quotaMs),
    quota: quotaMs > ownMs ? quota : null,
    fits: isOwnEnough && isQuotaEnough,
  };
}
