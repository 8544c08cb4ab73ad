/**
 * Every reason there is for not knowing how a job is, as a closed list: what people read about it is in `words/`. Some
 * carry values: `label` (a code or HTTP status), `host`, `reason`, `seconds`, `minutes`, `text` (masked and cut).
 */
export const EXPLANATIONS = [
  'timeout',
  'host_timeout',
  'unreachable',
  'throttled',
  'throttled_for',
  'server_fault',
  'sign_in_down',
  'token_refused',
  'gateway_token_refused',
  'gateway_wants_token',
  'keys_refused',
  'keys_unknown',
  'keys_wrong',
  'keys_locked',
  'keys_expired',
  'clock_skewed',
  'user_locked',
  'password_refused',
  'user_disabled',
  'console_only_user',
  'role_missing',
  'read_denied',
  'action_denied',
  'account_restricted',
  'gateway_user_denied',
  'gateway_denied',
  'region_barred',
  'access_denied',
  'project_unknown',
  'project_unavailable',
  'project_missing',
  'project_ambiguous',
  'not_offered',
  'login_not_found',
  'login_without_token',
  'iam_unreachable',
  'iam_fault',
  'not_a_list',
  'refused',
  'requests_refused',
  'left_out',
  'item_error',
  'job_refused',
  'no_such_job',
  'sub_jobs_unknown',
  'not_answered',
] as const;

export type ExplanationKey = (typeof EXPLANATIONS)[number];

/** Why something is not known, as facts; `words/` puts it into a sentence that says what to do. */
export interface Explanation {
  readonly key: ExplanationKey;
  readonly values: Readonly<Record<string, string | number>>;
}

export function explanation(key: ExplanationKey, values: Explanation['values'] = {}): Explanation {
  return { key, values };
}
