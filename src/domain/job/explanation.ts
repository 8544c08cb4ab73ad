/** What only the operator of the bot can put right, by what everybody else needs to know of it. */
export type OperatorMatter = 'access' | 'setup';

/**
 * Every reason there is for not knowing how a job is, as a closed list, with whose matter it is: what people read about it is
 * in `words/`. Some carry values: `service` (DRS or IAM), `label` (a code or HTTP status, and what was said with it), `host`,
 * `proxy`, `reason`, `seconds`, `minutes`, `megabytes`, `text` (masked and cut).
 */
const MATTERS = {
  timeout: null,
  host_timeout: null,
  unreachable: null,
  host_unknown: 'setup',
  certificate_untrusted: 'setup',
  certificate_unfit: 'setup',
  not_tls: 'setup',
  proxy_unreachable: 'setup',
  proxy_wants_password: 'setup',
  proxy_refused: 'setup',
  throttled: null,
  throttled_for: null,
  server_fault: null,
  sign_in_down: null,
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
  refused: null,
  requests_refused: 'setup',
  left_out: null,
  item_error: null,
  job_refused: null,
  job_not_answered: null,
  no_such_job: null,
  sub_jobs_unknown: null,
  not_answered: null,
  other: null,
} as const satisfies Readonly<Record<string, OperatorMatter | null>>;

export type ExplanationKey = keyof typeof MATTERS;

export const EXPLANATIONS = Object.keys(MATTERS).filter((key): key is ExplanationKey => Object.hasOwn(MATTERS, key));

/** Why something is not known, as facts; `words/` puts it into a sentence that says what to do. */
export interface Explanation {
  readonly key: ExplanationKey;
  readonly values: Readonly<Record<string, string | number>>;
}

export function explanation(key: ExplanationKey, values: Explanation['values'] = {}): Explanation {
  return { key, values };
}

/** Null for a reason that anybody may read as it is. */
export function operatorMatter({ key }: Explanation): OperatorMatter | null {
  return MATTERS[key];
}
