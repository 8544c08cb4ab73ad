import type { Quota } from '../domain/poll/poll-budget.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../domain/base/time.ts';
import type { EpochMs } from '../domain/base/time.ts';
import { parseErrorBody } from './drs-errors.ts';
import type { FailedResponse } from './drs-errors.ts';

/** No pause that the other side asks for is longer: after it one request shows whether it still holds. */
const MAX_PAUSE_MS = 15 * MINUTE;
/** No quota is about a longer time: what says so is misread. */
const MAX_WINDOW_MS = 31 * DAY;
/** Asked to wait without being told how long; public clients of DRS wait as long. */
const USUAL_PAUSE_MS = MINUTE;

const UNITS: Readonly<Record<string, number>> = { second: SECOND, minute: MINUTE, hour: HOUR, day: DAY };

/** What a throttled answer asks for. */
export interface Throttle {
  /** What may be asked in which time; null when the answer does not say. */
  readonly quota: Quota | null;
  /** How long to wait, in ms, at most 15 minutes; null when the answer does not say. */
  readonly pauseMs: number | null;
}

/**
 * Reads `Retry-After` (RFC 9110, 10.2.3) and the text of the API gateway (`policy user over ratelimit,limit:5,time:1
 * minute`, error codes APIG.0308 and APIGW.0308) or of IAM (`5 times per 60 seconds`, IAM.0012).
 */
export function readThrottle(response: FailedResponse, now: EpochMs): Throttle {
  return { quota: readQuota(parseErrorBody(response.body).message ?? ''), pauseMs: readPause(response, now) };
}

/** For how long nothing is asked after a throttled answer without `Retry-After`. */
export function usualPause(quota: Quota | null): number {
  return quota === null ? USUAL_PAUSE_MS : Math.min(quota.windowMs, USUAL_PAUSE_MS);
}

function readQuota(message: string): Quota | null {
  const named = /\blimit:\s*(\d{1,9}),\s*time:\s*(\d{0,9})\s*(second|minute|hour|day)/i.exec(message);
  const counted = /\b(\d{1,9}) times per (\d{1,9}) (second|minute|hour|day)/i.exec(message);
  const [, limit = '', count = '', unit = ''] = named ?? counted ?? [];
  const windowMs = Number(count === '' ? 1 : count) * (UNITS[unit.toLowerCase()] ?? 0);
  return Number(limit) > 0 && windowMs > 0 && windowMs <= MAX_WINDOW_MS ? { limit: Number(limit), windowMs } : null;
}

function readPause({ headers }: FailedResponse, now: EpochMs): number | null {
  const value = headers['retry-after'];
  if (typeof value !== 'string') return null;
  const ms = /^\d+$/.test(value.trim()) ? Number(value) * SECOND : Date.parse(value) - now;
  return Number.isNaN(ms) ? null : Math.min(Math.max(0, ms), MAX_PAUSE_MS);
}
