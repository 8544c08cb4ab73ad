import { explanation } from '../domain/job/explanation.ts';
import type { Explanation, ExplanationKey } from '../domain/job/explanation.ts';
import { maskPrivate } from '../domain/mask-private.ts';
import type { DrsFailure, DrsFailureReason } from '../domain/job/progress-answer.ts';
import { MINUTE, SECOND } from '../domain/base/time.ts';
import type { EpochMs } from '../domain/base/time.ts';
import { isFields, text } from './wire-values.ts';

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

/** Signatures are refused when the clocks differ by more than this (API request signing guide). */
const MAX_SKEW_MS = 15 * MINUTE;
/** The longest piece of a remote text that is passed on. */
const MAX_QUOTED = 160;

/**
 * Reads an error body: DRS's, the API gateway's, IAM's nested one, very old pages' keys with a blank, and what the vendor's
 * own SDK falls back to (DRS API Reference, "Abnormal Request Results"; SDK exception handler). Anything else has no code.
 */
export function parseErrorBody(body: string): ErrorBody {
  const parsed = parseJson(body);
  if (!isFields(parsed)) return { code: null, message: null };
  const nested = parsed['error'];
  const source = isFields(nested) ? nested : parsed;
  const pick = (...names: readonly string[]) => names.flatMap((name) => text(source[name]) ?? [])[0] ?? null;
  return {
    code: pick('error_code', 'err code', 'errorCode', 'code'),
    message: pick('error_msg', 'error msg', 'errorMsg', 'error_message', 'message'),
  };
}

/** Whom a request was for. */
export type Service = 'DRS' | 'IAM';

/**
 * What to make of a request that DRS, its gateway or IAM refused: whose refusal it is, what it said, and why. Keys and
 * signed requests, which the gateway repeats, are not passed on.
 *
 * @param now this machine's time, to tell a clock that is wrong
 */
export function describeFailure(response: FailedResponse, now: EpochMs, service: Service = 'DRS'): DrsFailure {
  const { code, message } = parseErrorBody(response.body);
  const values = { service, label: labelOf(response) };
  const facts = { code, httpStatus: response.status, requestId: requestId(response.headers) };
  const keys = response.status === 401 ? describeKeyRefusal(response, message ?? '', now) : null;
  if (keys !== null)
    return { reason: 'credentials_rejected', why: explanation(keys.key, { ...values, ...keys.values }), ...facts };
  const known = byCode(code) ?? byStatus(response.status);
  if (known !== null) return { reason: known[0], why: explanation(known[1], values), ...facts };
  return { reason: 'bad_request', why: explanation('refused', values), ...facts };
}

/** The code, or else the HTTP status, and what was said with it: `APIGW.0301: decrypt token fail`. */
export function labelOf(response: FailedResponse): string {
  const { code, message } = parseErrorBody(response.body);
  const said = message === null ? '' : quote(message);
  return [code ?? `HTTP ${response.status}`, ...(said === '' ? [] : [said])].join(': ');
}

/** The gateway's words without its preamble and without what it repeats of the request and its key. */
function quote(message: string): string {
  const short = message
    .replace(/^Incorrect IAM authentication information:\s*/i, '')
    .replace(/[,;\s]*canonicalRequest[^]*$/i, '')
    .replace(/\b([aA][kK])\b(\s*[:=]?\s*)[A-Z0-9_-]{6,}\b/g, '$1$2•••')
    .replace(/\b(sk\s*[:=]\s*)[^,\s]+/gi, '$1•••')
    .replace(/[\w+/=]{32,}/g, '•••');
  const line = maskPrivate(short).trim().replace(/\.$/, '');
  return line.length <= MAX_QUOTED ? line : `${line.slice(0, MAX_QUOTED - 1)}…`;
}

/**
 * The gateway's own words about a signature (API request signing guide, error codes); null for anything else, such as a
 * refused token.
 */
function describeKeyRefusal(response: FailedResponse, message: string, now: EpochMs): Explanation | null {
  const skewMs = clockSkew(response, message, now);
  // `signature expired` with clocks that agree is not explained by them, whatever the gateway says.
  if (/aksk|signature/i.test(message) && Math.abs(skewMs) > MAX_SKEW_MS) {
    const minutes = Math.round(Math.abs(skewMs) / MINUTE);
    return explanation('clock_skewed', { minutes, direction: skewMs > 0 ? 'behind' : 'ahead' });
  }
  if (/failed to reach the limit/i.test(message)) return explanation('keys_locked');
  // `ak not exist`, and with the key between the words.
  if (/\bak\b.{0,80}not exist|get secretkey failed/i.test(message)) return explanation('keys_unknown');
  if (/security ?token.*(expire|invalid)|(expire|invalid).*security ?token/i.test(message))
    return explanation('keys_expired');
  // Without times, and with clocks that agree, the key itself is meant (API request signing FAQ).
  if (/signature expired/i.test(message)) return explanation('keys_outdated');
  if (/verify aksk signature fail|signature.*(mismatch|not match)/i.test(message)) return explanation('keys_wrong');
  return /\baksk\b|\bak\b|access key|SDK-HMAC/i.test(message) ? explanation('keys_refused') : null;
}

/**
 * How far this machine's clock is behind the other side's, in ms (negative: ahead): from the times the gateway names
 * (`signature time:…,server time:…`), else from the answer's `Date`.
 */
function clockSkew(response: FailedResponse, message: string, now: EpochMs): number {
  const named = /signature time:\s*(\S+?),\s*server time:\s*(\S+)/i.exec(message);
  const [signed, server] = [parseSdkDate(named?.[1]), parseSdkDate(named?.[2])];
  if (signed !== null && server !== null) return server - signed;
  const date = response.headers['date'];
  const at = typeof date === 'string' ? Date.parse(date) : Number.NaN;
  return Number.isNaN(at) ? 0 : at - now;
}

/** `20200608T023900Z`, ISO 8601, or epoch seconds or milliseconds. */
function parseSdkDate(said = ''): EpochMs | null {
  const compact = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/.exec(said);
  if (compact !== null) {
    const [, year, month, day, hour, minute, second] = compact;
    return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  }
  if (/^\d{13}$/.test(said)) return Number(said);
  if (/^\d{10}$/.test(said)) return Number(said) * SECOND;
  const at = Date.parse(said);
  return Number.isNaN(at) ? null : at;
}

/** The other side says that the token, not the user, is the problem (401, or 403 "invalid token"). */
export function isTokenRejected({ status, body }: FailedResponse): boolean {
  if (status !== 401 && status !== 403) return false;
  const { code, message } = parseErrorBody(body);
  if (status === 401) return code !== 'DRS.M00103';
  return code === 'DRS.M00100' || /invalid token|token (is )?invalid|token expires/i.test(message ?? '');
}

/** `X-Request-Id` of the gateway or `X-IAM-Trace-Id` of IAM. */
export function requestId(headers: FailedResponse['headers']): string | null {
  const value = headers['x-request-id'] ?? headers['x-iam-trace-id'];
  return typeof value === 'string' ? value : (value?.[0] ?? null);
}

type Known = readonly [reason: DrsFailureReason, why: ExplanationKey];

/** Codes with something to do about them (DRS API Reference, "Error Codes"; API gateway and IAM error pages). */
const CODES: Readonly<Record<string, Known>> = {
  'DRS.M00100': ['credentials_rejected', 'token_refused'],
  'DRS.M00101': ['access_denied', 'role_missing'],
  'DRS.M00102': ['access_denied', 'read_denied'],
  'DRS.M00103': ['access_denied', 'action_denied'],
  'DRS.M00105': ['access_denied', 'account_restricted'],
  'DRS.M00261': ['project_unknown', 'project_unknown'],
  'DRS.M01503': ['throttled', 'throttled'],
  'DRS.M00004': ['server_error', 'server_fault'],
  'DRS.M01501': ['server_error', 'server_fault'],
  'APIGW.0101': ['not_found', 'not_offered'],
  'APIGW.0301': ['credentials_rejected', 'gateway_token_refused'],
  'APIGW.0302': ['access_denied', 'gateway_user_denied'],
  'APIGW.0306': ['access_denied', 'gateway_denied'],
  'APIGW.0307': ['credentials_rejected', 'gateway_wants_token'],
  'APIGW.0308': ['throttled', 'throttled'],
  'APIGW.0310': ['project_unknown', 'project_unavailable'],
  'APIGW.0613': ['server_error', 'sign_in_down'],
  'APIGW.0802': ['access_denied', 'region_barred'],
  'IAM.0012': ['throttled', 'throttled'],
  'IAM.0061': ['account_locked', 'user_locked'],
  'IAM.0080': ['access_denied', 'user_disabled'],
  'IAM.0081': ['access_denied', 'console_only_user'],
};

function byCode(code: string | null): Known | null {
  if (code === null) return null;
  // Older gateways write APIG.0301 for APIGW.0301, older DRS DRS-M00289 for DRS.M00289.
  const modern = code.replace(/^APIG\./, 'APIGW.').replace(/^DRS-/, 'DRS.');
  return Object.hasOwn(CODES, modern) ? (CODES[modern] ?? null) : null;
}

function byStatus(status: number): Known | null {
  if (status === 429) return ['throttled', 'throttled'];
  if (status === 401) return ['credentials_rejected', 'token_refused'];
  if (status === 403) return ['access_denied', 'access_denied'];
  if (status === 404) return ['not_found', 'not_offered'];
  return status >= 500 ? ['server_error', 'server_fault'] : null;
}

/** JSON, or undefined for anything else. */
export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
