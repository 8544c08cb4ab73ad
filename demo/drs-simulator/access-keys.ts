import { signRequest } from '../../src/drs/sign-request.ts';
import { gatewayError } from './iam.ts';
import type { Answer } from './wire.ts';

const MAX_SKEW_MS = 15 * 60_000;
/** More failed signatures than this lock a key, */
const MAX_FAILURES = 5;
/** for this long. */
const LOCKED_MS = 5 * 60_000;

/** An access key as its owner has it. */
export interface AccessKey {
  readonly accessKey: string;
  readonly secretKey: string;
  /** Of a temporary key; null for a permanent one. */
  readonly securityToken: string | null;
}

/** A request as it arrived. */
export interface ArrivedRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

/** Checks signatures as the API gateway does (API request signing guide, algorithm and error codes). */
export class SimulatedKeys {
  readonly #keys = new Map<string, AccessKey>();
  readonly #failures = new Map<string, number>();
  readonly #lockedUntil = new Map<string, number>();
  readonly #clock: () => number;

  constructor(keys: readonly AccessKey[], clock: () => number) {
    this.#clock = clock;
    for (const key of keys) this.#keys.set(key.accessKey, key);
  }

  /** Adds a key, or gives an old one another secret. */
  set(key: AccessKey): void {
    this.#keys.set(key.accessKey, key);
    this.#failures.delete(key.accessKey);
    this.#lockedUntil.delete(key.accessKey);
  }

  /** As after too many failed signatures. */
  lock(accessKey: string): void {
    this.#lockedUntil.set(accessKey, this.#clock() + LOCKED_MS);
  }

  remove(accessKey: string): void {
    this.#keys.delete(accessKey);
  }

  /** Null when the signature is good, else the gateway's refusal. */
  refuse(request: ArrivedRequest): Answer | null {
    const match = /^SDK-HMAC-SHA256 Access=([^,]+), SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
      request.headers['authorization'] ?? '',
    );
    if (match === null) return refusal('verify aksk signature fail, malformed Authorization');
    const [, accessKey = '', names = ''] = match;
    const key = this.#keys.get(accessKey);
    if (key === undefined) return refusal(`Get secretKey failed,ak:${accessKey},err:ak not exist`);
    if ((this.#lockedUntil.get(accessKey) ?? 0) > this.#clock())
      return refusal('AK access failed to reach the limit,forbidden');
    const signed = names.split(';');
    const skew = this.#skewed(request, signed);
    if (skew !== null) return skew;
    // Without its token a temporary key is not known at all.
    if (key.securityToken !== null && request.headers['x-security-token'] === undefined)
      return refusal(`Get secretKey failed,ak:${accessKey},err:ak ${accessKey} not exist`);
    if (key.securityToken !== null && request.headers['x-security-token'] !== key.securityToken)
      return refusal('verify aksk signature fail, security token expired or invalid');
    return this.#matches(request, signed, key) ? null : this.#failed(accessKey);
  }

  #skewed({ headers }: ArrivedRequest, signed: readonly string[]): Answer | null {
    const date = headers['x-sdk-date'] ?? '';
    const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date);
    if (parts === null || !signed.includes('x-sdk-date')) return refusal('verify aksk signature fail, no X-Sdk-Date');
    const [, year, month, day, hour, minute, second] = parts;
    const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
    if (Math.abs(at - this.#clock()) <= MAX_SKEW_MS) return null;
    const now = new Date(this.#clock()).toISOString().replace(/[-:]|\.\d{3}/g, '');
    return refusal(`signature expired, signature time:${date},server time:${now}`);
  }

  #matches({ method, path, headers, body }: ArrivedRequest, signed: readonly string[], key: AccessKey): boolean {
    const signedHeaders = Object.fromEntries(signed.map((name) => [name, headers[name] ?? '']));
    const url = `http://${headers['host'] ?? 'localhost'}${path}`;
    const expected = signRequest({ method, url, headers: signedHeaders, body }, key.accessKey, key.secretKey);
    return expected === headers['authorization'];
  }

  #failed(accessKey: string): Answer {
    const failures = (this.#failures.get(accessKey) ?? 0) + 1;
    this.#failures.set(accessKey, failures);
    if (failures > MAX_FAILURES) {
      this.#lockedUntil.set(accessKey, this.#clock() + LOCKED_MS);
      this.#failures.set(accessKey, 0);
    }
    return refusal('verify aksk signature fail, canonicalRequest:POST|/v3/...|');
  }
}

function refusal(why: string): Answer {
  return gatewayError(`Incorrect IAM authentication information: ${why}`);
}
