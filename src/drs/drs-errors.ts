import type { DrsFailure, DrsFailureReason } from '../domain/progress-answer.ts';

/** The code and text of an error body, whichever of the many shapes it has. */
export interface ErrorBody {
  readonly code: string | null;
  readonly message: string | null;
}

/** What a failed request looked like. */
export interface FailedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** The longest piece of a remote text that is passed on. */
const MOST_QUOTED = 200;

/**
 * Reads an error body: DRS's, the API gateway's, IAM's nested one, very old pages' keys with a blank, and what the vendor's
 * own SDK falls back to (DRS API Reference, "Abnormal Request Results"; SDK exception handler). Anything else has no code.
 */
export function parseErrorBody(body: string): ErrorBody {
  const parsed = parseJson(body);
  if (!isObject(parsed)) return { code: null, message: null };
  const nested = parsed['error'];
  const source = isObject(nested) ? nested : parsed;
  const pick = (...names: readonly string[]) => names.map((name) => source[name]).find((value) => isText(value));
  return {
    code: asText(pick('error_code', 'err code', 'errorCode', 'code')),
    message: asText(pick('error_msg', 'error msg', 'errorMsg', 'error_message', 'message')),
  };
}

/** A sentence for a request that DRS, its gateway or IAM refused. Texts that may echo keys are not passed on. */
export function describeFailure(response: FailedResponse): DrsFailure {
  const { code, message } = parseErrorBody(response.body);
  const known = byCode(code) ?? byStatus(response.status);
  const label = code ?? `HTTP ${response.status}`;
  const quoted = message === null || mayEchoSecrets(code) ? '' : `: ${clean(message)}`;
  return {
    reason: known.reason,
    sentence: known.sentence === null ? `DRS refused the request (${label}${quoted}).` : `${known.sentence} (${label})`,
    code,
    httpStatus: response.status,
    requestId: requestId(response.headers),
  };
}

/** A failure without an answer. */
export function failure(reason: DrsFailureReason, sentence: string): DrsFailure {
  return { reason, sentence, code: null, httpStatus: null, requestId: null };
}

/** The other side says that the token, not the user, is the problem (401, or 403 "invalid token"). */
export function isTokenRejected({ status, body }: FailedResponse): boolean {
  const { code, message } = parseErrorBody(body);
  if (status === 401) return code !== 'DRS.M00103';
  return (
    status === 403 && (code === 'DRS.M00100' || /invalid token|token (is )?invalid|token expires/i.test(message ?? ''))
  );
}

/** `X-Request-Id` of the gateway or `X-IAM-Trace-Id` of IAM. */
export function requestId(headers: FailedResponse['headers']): string | null {
  const value = headers['x-request-id'] ?? headers['x-iam-trace-id'];
  return typeof value === 'string' ? value : (value?.[0] ?? null);
}

interface Known {
  readonly reason: DrsFailureReason;
  /** Null: nothing better than the remote text is known. */
  readonly sentence: string | null;
}

/** Codes with something to do about them (DRS API Reference, "Error Codes"; API gateway and IAM error pages). */
const CODES: Readonly<Record<string, Known>> = {
  'DRS.M00100': { reason: 'credentials_rejected', sentence: 'DRS does not accept the access token.' },
  'DRS.M00101': {
    reason: 'access_denied',
    sentence: 'The IAM user has no role in this project: grant it DRS ReadOnlyAccess.',
  },
  'DRS.M00102': {
    reason: 'access_denied',
    sentence: 'The IAM user may not read DRS jobs: grant it DRS ReadOnlyAccess.',
  },
  'DRS.M00103': { reason: 'access_denied', sentence: 'The IAM user may not do this: grant it DRS ReadOnlyAccess.' },
  'DRS.M00105': {
    reason: 'access_denied',
    sentence: 'The account is restricted: ask its owner, arrears are a common reason.',
  },
  'DRS.M00261': {
    reason: 'project_unknown',
    sentence: 'DRS does not know the project: check DRS_PROJECT_ID, and that it belongs to this region.',
  },
  'DRS.M01503': { reason: 'throttled', sentence: 'DRS asks for fewer requests; the bot waits and goes on by itself.' },
  'DRS.M00004': { reason: 'server_error', sentence: 'DRS has a fault of its own.' },
  'DRS.M01501': { reason: 'server_error', sentence: 'DRS has a fault of its own.' },
  'APIGW.0101': {
    reason: 'not_found',
    sentence: 'This address does not offer DRS: check DRS_ENDPOINT and DRS_REGION.',
  },
  'APIGW.0301': { reason: 'credentials_rejected', sentence: 'The API gateway does not accept the access token.' },
  'APIGW.0302': { reason: 'access_denied', sentence: 'The API gateway does not let this user in: check the IAM user.' },
  'APIGW.0306': {
    reason: 'access_denied',
    sentence: 'The API gateway denies access: check the IAM user and its project.',
  },
  'APIGW.0307': { reason: 'credentials_rejected', sentence: 'The API gateway wants a new access token.' },
  'APIGW.0308': { reason: 'throttled', sentence: 'DRS asks for fewer requests; the bot waits and goes on by itself.' },
  'APIGW.0310': { reason: 'project_unknown', sentence: 'The project is not available: check DRS_PROJECT_ID.' },
  'APIGW.0613': { reason: 'server_error', sentence: 'The cloud cannot reach its own sign-in service.' },
  'APIGW.0802': {
    reason: 'access_denied',
    sentence: 'The IAM user is barred in this region: check DRS_REGION and the user.',
  },
  'IAM.0012': { reason: 'throttled', sentence: 'IAM asks for fewer requests; the bot waits and goes on by itself.' },
  'IAM.0061': {
    reason: 'account_locked',
    sentence: 'The IAM user is locked: unlock it in the console, then restart the bot.',
  },
  'IAM.0080': { reason: 'access_denied', sentence: 'The IAM user is disabled: enable it in the console.' },
  'IAM.0081': {
    reason: 'access_denied',
    sentence: 'The IAM user has console access only: give it programmatic access.',
  },
};

function byCode(code: string | null): Known | undefined {
  if (code === null) return undefined;
  // Older gateways write APIG.0301 for APIGW.0301, older DRS DRS-M00289 for DRS.M00289.
  const modern = code.replace(/^APIG\./, 'APIGW.').replace(/^DRS-/, 'DRS.');
  return Object.hasOwn(CODES, modern) ? CODES[modern] : undefined;
}

function byStatus(status: number): Known {
  if (status === 429)
    return { reason: 'throttled', sentence: 'DRS asks for fewer requests; the bot waits and goes on by itself.' };
  if (status === 401) return { reason: 'credentials_rejected', sentence: 'DRS does not accept the access token.' };
  if (status === 403)
    return {
      reason: 'access_denied',
      sentence: 'DRS denies access: check the IAM user, its permissions and DRS_PROJECT_ID.',
    };
  if (status === 404)
    return { reason: 'not_found', sentence: 'This address does not offer DRS: check DRS_ENDPOINT and DRS_REGION.' };
  if (status >= 500) return { reason: 'server_error', sentence: 'DRS has a fault of its own.' };
  return { reason: 'bad_request', sentence: null };
}

/** The gateway repeats keys and signed requests in its authentication errors. */
function mayEchoSecrets(code: string | null): boolean {
  return code !== null && /^APIG(W)?\.03/.test(code);
}

/** One printable line of limited length. */
function clean(text: string): string {
  const line = text.replace(/[\p{Cc}\s]+/gu, ' ').trim();
  return line.length <= MOST_QUOTED ? line : `${line.slice(0, MOST_QUOTED - 1)}…`;
}

/** JSON, or undefined for anything else. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): boolean {
  return (typeof value === 'string' && value !== '') || typeof value === 'number';
}

function asText(value: unknown): string | null {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
}
