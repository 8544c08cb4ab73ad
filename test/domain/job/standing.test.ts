import { describe, expect, test } from 'vitest';

import { MINUTE } from '../../../src/domain/base/time.ts';
import { UNSEEN_JOB } from '../../../src/domain/job/job-state.ts';
import { explanation } from '../../../src/domain/job/explanation.ts';
import { isUnwell, standingOf, STANDINGS, worstFirst } from '../../../src/domain/job/standing.ts';
import { assess } from '../../../src/domain/poll/assess.ts';
import type { ProgressReport } from '../../../src/domain/job/progress-report.ts';
import { aReport } from '../../support/reports.ts';

function standing(status: string, changes: Partial<ProgressReport> = {}) {
  return standingOf({ ...UNSEEN_JOB, report: aReport({ status, ...changes }) });
}

describe('how a job stands', () => {
  test.each([
    ['INCRE_TRANSFER_FAILED', {}, 'failed'],
    ['INVENTED_FAILED', {}, 'failed'],
    ['INCRE_TRANSFER_STARTED', { lagMs: 3_000 }, 'in_sync'],
    ['INCRE_TRANSFER_STARTED', { lagMs: 3 * MINUTE }, 'lag_high'],
    ['INCRE_TRANSFER_STARTED', { lagMs: null }, 'passing'],
    ['FULL_TRANSFER_STARTED', {}, 'copying'],
    ['FULL_TRANSFER_COMPLETE', { taskMode: 'FULL_TRANS' }, 'copied'],
    ['FULL_TRANSFER_COMPLETE', {}, 'copying'],
    ['PAUSING', {}, 'paused'],
    ['NODE_UPGRADE_START', {}, 'passing'],
    ['DELETED', {}, 'gone'],
  ])('%s %o is %s', (status, changes, expected) => {
    expect(standing(status, changes)).toBe(expected);
  });

  test('is judged by the level in force where it is shown', () => {
    const state = { ...UNSEEN_JOB, report: aReport({ lagMs: 3 * MINUTE }) };
    expect(standingOf(state, 10 * MINUTE)).toBe('in_sync');
    expect(standingOf({ ...UNSEEN_JOB, report: aReport({ lagMs: 70_000 }) }, 30_000)).toBe('lag_high');
    // What the default rules hold of it is of no matter there.
    const marks = { lagHighSince: 1, stalledSince: null, caughtUpSince: null };
    expect(standingOf({ ...state, marks }, 10 * MINUTE)).toBe('in_sync');
    expect(standingOf({ ...UNSEEN_JOB, report: aReport({ lagMs: 70_000 }), marks })).toBe('lag_high');
  });

  test('is unknown without a report, and when the last look is long ago', () => {
    expect(standingOf(UNSEEN_JOB)).toBe('unknown');
    const why = explanation('timeout');
    const state = { ...UNSEEN_JOB, report: aReport() };
    expect(standingOf({ ...state, unknown: { since: 1, why, polls: 3, isLasting: true } })).toBe('unknown');
    expect(standingOf({ ...state, unknown: { since: 1, why, polls: 1, isLasting: false } })).toBe('in_sync');
  });

  test('is told to whoever begins to watch when it is bad', () => {
    expect(STANDINGS.filter(isUnwell)).toEqual([
      'failed',
      'gone',
      'unknown',
      'flapping',
      'sub_jobs_failed',
      'lag_high',
      'stalled',
      'paused',
    ]);
  });

  test('comes worst first, otherwise in order', () => {
    const jobs = [
      ['a', 'in_sync'],
      ['b', 'failed'],
      ['c', 'in_sync'],
      ['d', 'paused'],
      ['e', 'failed'],
    ] as const;
    expect(worstFirst(jobs, ([, how]) => how).map(([name]) => name)).toEqual(['b', 'e', 'd', 'a', 'c']);
  });
});

describe('a failure that was there at the first look', () => {
  const reports = (status: string, from: number, count: number, state = UNSEEN_JOB) => {
    let result = assess(state, { kind: 'report', report: aReport({ status }) }, from);
    for (let n = 1; n < count; n += 1)
      result = assess(result.state, { kind: 'report', report: aReport({ status }) }, from + n * MINUTE);
    return result;
  };

  test('counts from that look, and its recovery says "at least"', () => {
    const failed = reports('INCRE_TRANSFER_FAILED', 1_000, 1);
    expect(failed).toMatchObject({ silence: 'baseline', state: { failure: { since: 1_000, startSeen: false } } });
    const [recovered] = reports('INCRE_TRANSFER_STARTED', 1_000 + MINUTE, 4, failed.state).events;
    expect(recovered).toMatchObject({ kind: 'recovered', failedAt: 1_000, startSeen: false });
  });

  test('that was seen to begin is told with its length', () => {
    const working = reports('INCRE_TRANSFER_STARTED', 1_000, 1);
    const failed = reports('INCRE_TRANSFER_FAILED', 1_000 + MINUTE, 1, working.state);
    expect(failed.state.failure).toMatchObject({ startSeen: true });
  });
});
