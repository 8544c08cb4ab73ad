import { answer } from './wire.ts';
import type { Answer } from './wire.ts';

const UNITS = { second: 1_000, minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

/** So many progress requests in each window, which begins with its first request. */
export interface QuotaRule {
  readonly limit: number;
  readonly unit: keyof typeof UNITS;
  /** What the gateway sends as `Retry-After`; nothing unless given. */
  readonly retryAfter?: string;
}

/** The gateway's throttle: refuses what is beyond a quota, in its own words (API gateway error page, APIG.0308). */
export class RequestQuota {
  #rule: QuotaRule | null = null;
  #windowAt = 0;
  #used = 0;

  /** From now on; null lets everything through. */
  set(rule: QuotaRule | null): void {
    this.#rule = rule;
    this.#used = 0;
    this.#windowAt = 0;
  }

  /** Null while the quota lasts. */
  refuse(now: number): Answer | null {
    if (this.#rule === null) return null;
    const { limit, unit, retryAfter } = this.#rule;
    if (now - this.#windowAt >= UNITS[unit]) {
      this.#windowAt = now;
      this.#used = 0;
    }
    this.#used += 1;
    if (this.#used <= limit) return null;
    const policy = `policy ip over ratelimit,limit:${limit},time:1 ${unit}`;
    const body = { error_msg: `The throttling threshold has been reached: ${policy}`, error_code: 'APIG.0308' };
    const headers = retryAfter === undefined ? {} : { 'Retry-After': retryAfter };
    return { ...answer(429, { ...body, request_id: 'simulated' }), headers };
  }
}
