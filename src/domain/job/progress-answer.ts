import type { Explanation } from './explanation.ts';
import type { JobId } from './job-id.ts';
import type { ProgressReport } from './progress-report.ts';

/** Why a request to DRS or IAM gave nothing usable. A closed list: it is also a log field and a metric label. */
export const DRS_FAILURE_REASONS = [
  'timeout',
  'network',
  'throttled',
  'server_error',
  'credentials_rejected',
  'account_locked',
  'access_denied',
  'project_unknown',
  'not_found',
  'bad_request',
  'unreadable_answer',
] as const;
export type DrsFailureReason = (typeof DRS_FAILURE_REASONS)[number];

/** A failed request, in words a person can act on. */
export interface DrsFailure {
  readonly reason: DrsFailureReason;
  /** What went wrong, to be put into a sentence that says what to do. No secrets. */
  readonly why: Explanation;
  /** The code DRS, its gateway or IAM gave, such as `APIGW.0301`. */
  readonly code: string | null;
  readonly httpStatus: number | null;
  /** `X-Request-Id` or `X-IAM-Trace-Id`, for a support ticket. */
  readonly requestId: string | null;
}

/** A failure without an answer. */
export function failureOf(reason: DrsFailureReason, why: Explanation): DrsFailure {
  return { reason, why, code: null, httpStatus: null, requestId: null };
}

/** What one request told about one job that was asked for. */
export type ProgressAnswer =
  | { readonly kind: 'report'; readonly report: ProgressReport }
  /** DRS answered about this id with an error and no status: about the query, not about the job. */
  | { readonly kind: 'item_error'; readonly code: string; readonly message: string | null }
  /**
   * A whole request failed because of this id (found by asking for fewer at a time). Code and message are null when no
   * answer came that could be read.
   */
  | { readonly kind: 'rejected'; readonly code: string | null; readonly message: string | null }
  /** DRS answered and left this id out: no news, and not "gone". */
  | { readonly kind: 'omitted' }
  /** The request failed for a reason that has nothing to do with this id. */
  | { readonly kind: 'unanswered'; readonly failure: DrsFailure };

/** One answer for every id that was asked for. */
export type ProgressAnswers = ReadonlyMap<JobId, ProgressAnswer>;

/** Why none of several jobs was answered; null when one was, and when none was asked about. */
export function commonFailure(answers: ProgressAnswers): DrsFailure | null {
  const all = [...answers.values()];
  const unanswered = all.flatMap((answer) => (answer.kind === 'unanswered' ? [answer.failure] : []));
  return unanswered.length === all.length ? (unanswered[0] ?? null) : null;
}

/**
 * Codes with which DRS says that an id does not exist or was deleted (DRS API Reference, "Error Codes"; M00289 is
 * known from the Terraform provider's read path, DRS.10000010 from v5).
 */
const NO_SUCH_JOB = new Set(['DRS.M00289', 'DRS.M05003', 'DRS.M05004', 'DRS.10000010']);

/** The code that says "no such job", when the answer says so. */
export function noSuchJobCode(answer: ProgressAnswer): string | null {
  if (answer.kind !== 'item_error' && answer.kind !== 'rejected') return null;
  return answer.code !== null && NO_SUCH_JOB.has(answer.code) ? answer.code : null;
}
