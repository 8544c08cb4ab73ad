/**
 * Every reason there is for not knowing how a job is, as a closed list: what people read about it is in `words/`. Some
 * carry values: `service` (DRS or IAM), `label` (a code or HTTP status, and what was said with it), `host`, `proxy`, `reason`, `seconds`, `minutes`, `megabytes`,
 * `text` (masked and cut).
 */
export const EXPLANATIONS = [
  'timeout',
  'host_timeout',
  'unreachable',
  'host_unknown',
  'certificate_untrusted',
  'certificate_unfit',
  'not_tls',
  'proxy_unreachable',
  'proxy_wants_password',
  'proxy_refused',
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
  'keys_outdated',
  'security_token_missing',
  'clock_skewed',
  'user_locked',
  'password_refused',
  'login_protected',
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
  'login_project_missing',
  'iam_denied',
  'login_without_token',
  'iam_unreachable',
  'iam_fault',
  'not_a_list',
  'too_large',
  'too_deep',
  'refused',
  'requests_refused',
  'left_out',
  'item_error',
  'job_refused',
  'job_not_answered',
  'no_such_job',
  'sub_jobs_unknown',
  'not_answered',
  'other',
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

/** What only the operator of the bot can put right, by what everybody else needs to know of it. */
export type OperatorMatter = 'access' | 'setup';

const OPERATOR_MATTERS: Partial<Readonly<Record<ExplanationKey, OperatorMatter>>> = {
  host_unknown: 'setup',
  certificate_untrusted: 'setup',
  certificate_unfit: 'setup',
  not_tls: 'setup',
  proxy_unreachable: 'setup',
  proxy_wants_password: 'setup',
  proxy_refused: 'setup',
  token_refused: 'access',
  gateway_token_refused: 'access',
  gateway_wants_token: 'access',
  keys_refused: 'access',
  keys_unknown: 'access',
  keys_wrong: 'access',
  keys_locked: 'access',
  keys_expired: 'access',
  keys_outdated: 'access',
  security_token_missing: 'access',
  clock_skewed: 'access',
  user_locked: 'access',
  password_refused: 'access',
  login_protected: 'access',
  user_disabled: 'access',
  console_only_user: 'access',
  role_missing: 'access',
  read_denied: 'access',
  action_denied: 'access',
  account_restricted: 'access',
  gateway_user_denied: 'access',
  gateway_denied: 'access',
  region_barred: 'access',
  access_denied: 'access',
  project_unknown: 'setup',
  project_unavailable: 'setup',
  project_missing: 'setup',
  project_ambiguous: 'setup',
  not_offered: 'setup',
  login_not_found: 'setup',
  login_project_missing: 'setup',
  iam_denied: 'setup',
  login_without_token: 'setup',
  iam_unreachable: 'setup',
  iam_fault: 'setup',
  not_a_list: 'setup',
  too_large: 'setup',
  too_deep: 'setup',
  requests_refused: 'setup',
};

/** Null for a reason that anybody may read as it is. */
export function operatorMatter({ key }: Explanation): OperatorMatter | null {
  return OPERATOR_MATTERS[key] ?? null;
}
