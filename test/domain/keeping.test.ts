import { describe, expect, test } from 'vitest';

import { explanation, EXPLANATIONS } from '../../src/domain/job/explanation.ts';
import type { JobState } from '../../src/domain/job/job-state.ts';
import { changesSince } from '../../src/domain/poll/changes-since.ts';
import { lastSeen } from '../../src/domain/poll/last-seen.ts';
import type { SeenJob } from '../../src/domain/poll/changes-since.ts';
import { msUntilQuietMinute } from '../../src/domain/base/quiet-minute.ts';
import { isRefusal } from '../../src/domain/post/operator-alert.ts';
import { HOUR, MINUTE } from '../../src/domain/base/time.ts';
import { aJob, aReport } from '../support/reports.ts';

const RETURN = 1_000;

describe('what changed meanwhile', () => {
  const seen = (name: string, state: Partial<JobState>, isUnread = false): SeenJob => ({
    ...aJob({ name }, { report: aReport(), checkedAt: RETURN + 1, statusSince: 1, ...state }),
    alarmMs: 2 * MINUTE,
    isUnread,
  });
  const failed = { report: aReport({ status: 'INCRE_TRANSFER_FAILED' }), statusSince: RETURN + 1 };

  test('is every job whose status is another one, the failed ones first', () => {
    const jobs = [
      seen('same', {}),
      seen('paused', { report: aReport({ status: 'PAUSING' }), statusSince: RETURN }),
      seen('failed', failed),
      seen('failed long before', { ...failed, statusSince: RETURN - 1 }),
    ];
    expect(changesSince(jobs, RETURN)).toMatchObject({
      changed: [
        { job: { name: 'failed' }, status: 'INCRE_TRANSFER_FAILED' },
        { job: { name: 'paused' }, status: 'PAUSING' },
      ],
      unchanged: 2,
      unknown: 0,
    });
  });

  test('is not known of a job that was not read', () => {
    const timeout = { since: RETURN, why: explanation('timeout'), polls: 3, isLasting: true };
    const jobs = [
      seen('refused', { unknown: timeout }),
      seen('waiting', {}, true),
      seen('never seen', { report: null }),
    ];
    expect(changesSince(jobs, RETURN)).toEqual({ changed: [], unchanged: 0, unknown: 3 });
  });

  test('is told of a job that DRS no longer knows', () => {
    const missing = { code: 'DRS.M05004', since: RETURN + 1, lastAt: RETURN + 1, ticks: 3 };
    const jobs = [
      seen('gone', { over: 'gone', missing }),
      seen('deleted', { over: 'gone', report: aReport({ status: 'DELETED' }), statusSince: RETURN }),
    ];
    expect(changesSince(jobs, RETURN).changed.map((one) => one.status)).toEqual(['DELETED', 'DELETED']);
  });
});

describe('how jobs stood when they were seen last', () => {
  test('is judged by the level that is in force where they are watched', () => {
    const state = aJob({}, { report: aReport({ lagMs: 5 * MINUTE }), checkedAt: RETURN }).state;
    const standings = (alarmMs: number) => lastSeen([{ state, alarmMs }])?.standings;
    expect(standings(2 * MINUTE)).toEqual([{ standing: 'lag_high', count: 1 }]);
    expect(standings(10 * MINUTE)).toEqual([{ standing: 'in_sync', count: 1 }]);
  });
});

describe('the quiet minute', () => {
  test.each([
    ['10:00:00', 37.5],
    ['10:37:29', 1 / 60],
    ['10:37:30', 60],
    ['10:59:30', 38],
  ])('after %s is %d min away', (time, minutes) => {
    expect(msUntilQuietMinute(Date.parse(`2026-11-24T${time}Z`))).toBe(Math.round(minutes * MINUTE));
  });

  test('is never further away than an hour', () => {
    for (let at = 0; at < HOUR; at += 997) expect(msUntilQuietMinute(at)).toBeLessThanOrEqual(HOUR);
  });
});

test('the operator hears of refusals, not of faults that pass', () => {
  const passing = EXPLANATIONS.filter((key) => !isRefusal(explanation(key)));
  expect(passing).toEqual([
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
    'gateway_wants_token',
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
  ]);
});
