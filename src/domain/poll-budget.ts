import { SECOND } from './time.ts';

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
  readonly requests: number;
  /** How long the requests take at the allowed rate, in ms; answers that are slower make it longer. */
  readonly passMs: number;
  /** The pass ends before the next one is wanted. */
  readonly fits: boolean;
}

/**
 * Estimates a pass over `jobs` jobs; sub-jobs that answer for their parents come on top. One that does not fit stretches
 * the interval, because passes never overlap.
 */
export function estimatePass(jobs: number, budget: PollBudget): PassEstimate {
  const requests = Math.ceil(jobs / budget.batchSize);
  const passMs = Math.ceil((requests / budget.maxRps) * SECOND);
  return { requests, passMs, fits: requests <= budget.maxRps || passMs <= budget.intervalMs };
}
