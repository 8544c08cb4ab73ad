import { describe, expect, test } from 'vitest';

import { HOUR, MINUTE, SECOND } from '../../../src/domain/base/time.ts';
import { explanation } from '../../../src/domain/job/explanation.ts';
import type { JobState } from '../../../src/domain/job/job-state.ts';
import type { ProgressReport } from '../../../src/domain/job/progress-report.ts';
import { judgeReadiness } from '../../../src/domain/rules/readiness.ts';
import type { Readiness } from '../../../src/domain/rules/readiness.ts';
import { DEFAULT_RULES } from '../../../src/domain/rules/rule-settings.ts';
import { BILLING, aJob, aReport } from '../../support/reports.ts';
import { feed, minutely, minutes } from '../../support/rule-feed.ts';

interface Seen {
  readonly report?: Partial<ProgressReport>;
  readonly state?: Partial<JobState>;
  readonly jobType?: string;
  /** Since the last sample, in ms. */
  readonly laterMs?: number;
}

/** The verdict on a job with these lags, in seconds and a minute apart, the last of them in its report. */
function judge(lags: Parameters<typeof minutely>[0], seen: Seen = {}): Readiness | null {
  const samples = minutely(lags);
  const last = samples.at(-1);
  const at = last?.at ?? 0;
  const status = last?.group === 'paused' ? 'PAUSING' : 'INCRE_TRANSFER_STARTED';
  const report = aReport({ status, lagMs: last?.lagMs ?? null, ...seen.report });
  const job = aJob({ jobType: seen.jobType ?? 'migration' }, { report, checkedAt: at, ...seen.state });
  const state = samples.length === 0 ? null : feed(samples).state;
  return judgeReadiness(job, DEFAULT_RULES, { now: at + (seen.laterMs ?? 0), state, samples, comparisons: [] });
}

const against = (readiness: Readiness | null) => (readiness?.kind === 'judged' ? readiness.against : readiness);

describe('a job is ready for cut-over', () => {
  test('when its lag was small for long enough, and it is said for how long', () => {
    expect(judge(minutes(43, 3))).toMatchObject({ kind: 'judged', against: [], smallForMs: 42 * MINUTE });
    expect(judge([...minutes(10, 300), ...minutes(30, 3)])).toMatchObject({ against: [], smallForMs: 29 * MINUTE });
  });

  test('never on a stretch that nobody saw', () => {
    const samples = [...minutely(minutes(60, 1)), ...minutely(minutes(20, 1), 90)];
    const job = aJob({}, { report: aReport({ lagMs: SECOND }), checkedAt: 109 * MINUTE });
    const facts = { now: 109 * MINUTE, state: feed(samples).state, samples, comparisons: [] };
    expect(judgeReadiness(job, DEFAULT_RULES, facts)).toMatchObject({ against: [], smallForMs: 19 * MINUTE });
  });

  test.each<[string, Readiness | null, unknown]>([
    ['a high lag', judge(minutes(30, 48)), [{ kind: 'lag_high', lagMs: 48 * SECOND, leftMs: null }]],
    [
      'a lag that rises',
      judge([...minutes(10, 1), ...minutes(10, (minute) => 60 * minute)]),
      [{ kind: 'lag_high', lagMs: 9 * MINUTE, leftMs: null }, { kind: 'rising' }],
    ],
    [
      'a lag that falls',
      judge([...minutes(40, 5_000), ...minutes(31, (minute) => 4_000 - 60 * minute)]),
      [{ kind: 'lag_high', lagMs: 2_200 * SECOND, leftMs: (2_200 / 60) * MINUTE }],
    ],
    [
      'a lag that is small since a moment ago',
      judge([...minutes(30, 48), ...minutes(4, 2)]),
      [{ kind: 'lag_not_long_small', lagMs: 2 * SECOND, forMs: 3 * MINUTE, holdMs: 15 * MINUTE }],
    ],
    ['a lag that cannot be measured', judge(minutes(30, null)), [{ kind: 'lag_not_measurable' }]],
    ['a pause', judge([...minutes(30, 1), 'paused']), [{ kind: 'status', group: 'paused' }]],
    ['an end', judge(minutes(30, 1), { state: { over: 'ended' } }), [{ kind: 'status', group: 'ended' }]],
    [
      'an error beside the status',
      judge(minutes(30, 1), { report: { errorCode: 'DRS.M05023' } }),
      [{ kind: 'error', code: 'DRS.M05023' }],
    ],
    [
      'a failed sub-job, and one that cannot be measured',
      judge(minutes(30, 1), {
        report: {
          failedSubJobs: { failed: [{ jobId: BILLING, name: 'b' }], of: 3 },
          subJob: { jobId: BILLING, name: 'b', of: 3, unmeasured: 1 },
        },
      }),
      [
        { kind: 'sub_jobs_failed', count: 1, of: 3 },
        { kind: 'sub_jobs_unmeasured', count: 1, of: 3 },
      ],
    ],
    [
      'a last look that failed',
      judge(minutes(30, 1), {
        state: { unknown: { since: 0, why: explanation('timeout'), polls: 1, isLasting: false } },
      }),
      [{ kind: 'not_asked', why: explanation('timeout'), seenAt: 29 * MINUTE }],
    ],
    [
      'what was seen an hour ago',
      judge(minutes(30, 1), { laterMs: HOUR }),
      [{ kind: 'not_just_checked', ageMs: HOUR }],
    ],
  ])('not with %s', (_what, readiness, obstacles) => {
    expect(against(readiness)).toEqual(obstacles);
  });

  test('not before three readings, whatever they say', () => {
    expect(judge([])).toEqual({ kind: 'not_known', readings: 0, needed: 3 });
    expect(judge([1, 1])).toEqual({ kind: 'not_known', readings: 2, needed: 3 });
    expect(judge([48])).toEqual({ kind: 'not_known', readings: 1, needed: 3 });
    expect(judge([1, 1, 1])).toMatchObject({ kind: 'judged', against: [{ kind: 'lag_not_long_small' }] });
  });

  test('not on what is remembered from a day on which somebody watched it', () => {
    const report = { state: { checkedAt: 48 * HOUR }, laterMs: 48 * HOUR };
    expect(judge(minutes(30, 1), report)).toEqual({ kind: 'not_known', readings: 0, needed: 3 });
  });

  test('not while the first readings after a break mean nothing', () => {
    expect(against(judge([...minutes(30, 1), 'paused', 1, 1]))).toMatchObject([
      { kind: 'lag_not_long_small' },
      { kind: 'catching_up' },
    ]);
  });

  test('never when it is a disaster recovery job, and nothing is said of one that has no report', () => {
    expect(judge(minutes(30, 1), { jobType: 'cloudDataGuard' })).toEqual({ kind: 'no_cut_over' });
    expect(judge([], { state: { report: null } })).toBeNull();
  });
});
