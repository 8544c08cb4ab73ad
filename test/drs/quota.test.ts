import { describe, expect, test } from 'vitest';

import { DAY, HOUR, MINUTE, SECOND } from '../../src/domain/base/time.ts';
import { readThrottle } from '../../src/drs/quota.ts';

const now = Date.parse('2026-11-23T00:00:00Z');
const answer = (message: string, retryAfter?: string) =>
  readThrottle(
    {
      status: 429,
      headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter },
      body: JSON.stringify({ error_code: 'APIG.0308', error_msg: message }),
    },
    now,
  );

describe('an answer that asks for fewer requests', () => {
  test.each([
    ['policy ip over ratelimit,limit:5,time:1 minute', { limit: 5, windowMs: MINUTE }],
    [
      'The throttling threshold has been reached: policy user over ratelimit,limit:60,time:1 second',
      { limit: 60, windowMs: SECOND },
    ],
    ['policy api over ratelimit, limit: 1000, time: 2 hours', { limit: 1_000, windowMs: 2 * HOUR }],
    ['policy app over ratelimit,limit:20000,time:day', { limit: 20_000, windowMs: DAY }],
    ['Too many requests: 5 times per 60 seconds', { limit: 5, windowMs: MINUTE }],
    ['policy user over ratelimit,limit:0,time:1 second', null],
    ['policy user over ratelimit,limit:XX,time:1 second', null],
    [`limit:${'9'.repeat(310)},time:1 minute`, null],
    ['slow down', null],
  ])('names its quota in its text: %s', (message, quota) => {
    expect(answer(message).quota).toEqual(quota);
  });

  test.each([
    ['17', 17 * SECOND],
    ['0', 0],
    ['900', 15 * MINUTE],
    ['86400', 15 * MINUTE],
    ['9'.repeat(310), 15 * MINUTE],
    ['Mon, 23 Nov 2026 00:02:00 GMT', 2 * MINUTE],
    ['Tue, 24 Nov 2026 00:00:00 GMT', 15 * MINUTE],
    ['1.5', 1_500],
    ['-1', null],
    ['Sun, 22 Nov 2026 00:00:00 GMT', null],
    ['soon', null],
    [undefined, null],
  ])('says how long to wait, of which 15 minutes are heeded: %s', (retryAfter, pauseMs) => {
    expect(answer('', retryAfter).pauseMs).toBe(pauseMs);
  });
});
