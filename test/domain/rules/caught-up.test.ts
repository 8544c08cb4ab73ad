import { describe, expect, test } from 'vitest';

import { HOUR, MINUTE, SECOND } from '../../../src/domain/base/time.ts';
import type { Comparison } from '../../../src/domain/job/comparison.ts';
import { cutOver } from '../../../src/domain/rules/cut-over.ts';
import type { CutOver } from '../../../src/domain/rules/cut-over.ts';
import { DEFAULT_RULES } from '../../../src/domain/rules/rule-settings.ts';
import { feed, minutely, minutes, NO_FACTS } from '../../support/rule-feed.ts';

function kindsOf(lags: Parameters<typeof minutely>[0]): readonly (readonly [number, string])[] {
  return feed(minutely(lags)).told;
}

describe('a job', () => {
  test('has caught up after 15 min in sync', () => {
    const { told, events } = feed(minutely(minutes(60, 1)));
    expect(told).toEqual([[15, 'caught_up']]);
    expect(events).toEqual([{ kind: 'caught_up', since: 0, lagMs: SECOND, maxMs: SECOND, alwaysZero: false }]);
  });

  test('whose lag is exactly 0 all along says so', () => {
    expect(feed(minutely(minutes(20, 0))).events).toMatchObject([{ kind: 'caught_up', alwaysZero: true }]);
  });

  test.each<[string, Parameters<typeof minutely>[0]]>([
    ['a lag above 10 s', minutes(60, 11)],
    ['every third reading above it', minutes(60, (minute) => (minute % 5 < 2 ? 25 : 1))],
    ['a figure that jumps', minutes(9, (minute) => (minute % 4 === 3 ? 2_000 : 0)).concat(minutes(8, 0))],
    ['a figure above the alarm level in between', [...minutes(10, 1), 130, ...minutes(8, 1)]],
    ['readings that cannot be measured', minutes(60, (minute) => (minute % 3 === 0 ? 1 : null))],
  ])('has not with %s', (_, lags) => {
    expect(kindsOf(lags).map(([, kind]) => kind)).not.toContain('caught_up');
  });

  test('has not while it has an error', () => {
    const { told, last } = feed(minutely(minutes(60, 1)), { facts: { ...NO_FACTS, hasError: true } });
    expect(told).toEqual([]);
    expect(last?.caught_up).toEqual({ kind: 'silent', reason: 'has_error' });
  });

  test('has 15 min after the last error, not before', () => {
    const withError = feed(minutely(minutes(20, 1)), { facts: { ...NO_FACTS, hasError: true, isPartFailed: true } });
    const after = feed(minutely(minutes(40, 1), 20), { from: withError.state });
    expect(after.told).toEqual([[15, 'caught_up']]);
    const verdict = (count: number) => {
      const { state } = feed(minutely(minutes(count, 1), 20), { from: withError.state });
      return cutOver(state, DEFAULT_RULES, { now: (20 + count - 1) * MINUTE, hasError: false, comparisons: [] })
        .isReady;
    };
    expect([verdict(10), verdict(20)]).toEqual([false, true]);
  });

  test('has no longer once a sub-job has failed', () => {
    const { state } = feed(minutely(minutes(20, 1)));
    const failed = feed(minutely([1], 20), { from: state, facts: { ...NO_FACTS, hasError: true, isPartFailed: true } });
    expect(failed.state.caughtUp.isCaughtUp).toBe(false);
  });

  test('is said to be behind by one message when nothing newer arrives', () => {
    const climb = minutes(20, (minute) => 60 * (minute + 1));
    expect(kindsOf([...minutes(20, 1), ...climb]).map(([, kind]) => kind)).toEqual(['caught_up', 'nothing_newer']);
  });

  test('has not across a time that nobody saw', () => {
    const samples = [...minutely(minutes(10, 1)), ...minutely(minutes(10, 1), 20)];
    expect(feed(samples).told).toEqual([]);
  });

  test('has lost it after 3 min at three times the level', () => {
    expect(kindsOf([...minutes(20, 1), ...minutes(10, (minute) => 35 + (minute % 2))])).toEqual([
      [15, 'caught_up'],
      [23, 'no_longer_caught_up'],
    ]);
  });

  test('is told of one pair in 6 h, and of the next after that', () => {
    const pair = [...minutes(30, 1), ...minutes(30, (minute) => 35 + (minute % 2))];
    const { told } = feed(minutely(Array.from({ length: 9 }, () => pair).flat()));
    expect(told.map(([, kind]) => kind)).toEqual([
      'caught_up',
      'no_longer_caught_up',
      // The message that it no longer has says that the lag is small again; nothing is posted.
      'over',
      'caught_up',
      'no_longer_caught_up',
      'over',
    ]);
    expect((told[3]?.[0] ?? 0) - (told[0]?.[0] ?? 0)).toBeGreaterThanOrEqual(360);
  });

  test('of another type says nothing, unless somebody asks for it', () => {
    expect(feed(minutely(minutes(60, 1)), { rules: { ...DEFAULT_RULES, ready: null } }).told).toEqual([]);
  });
});

describe('people may switch over', () => {
  function verdict(lags: Parameters<typeof minutely>[0], laterMs = 0, extra: { hasError?: boolean } = {}): CutOver {
    const samples = minutely(lags);
    const now = (samples.at(-1)?.at ?? 0) + laterMs;
    const { state } = feed(samples);
    return cutOver(state, DEFAULT_RULES, { now, hasError: false, comparisons: [], ...extra });
  }

  const against = ({ checks }: CutOver) => checks.filter(({ isGood }) => !isGood).map(({ check }) => check);

  test('when the job is in sync, and hear what nobody checked', () => {
    const result = verdict(minutes(30, (minute) => minute % 4));
    expect(result.isReady).toBe(true);
    expect(result.checks).toContainEqual({
      check: 'lag_small',
      isGood: true,
      lagMs: SECOND,
      maxMs: 3 * SECOND,
      forMs: 15 * MINUTE,
      levelMs: 10 * SECOND,
    });
    expect(result.notChecked).toEqual(['writes_stopped', 'data_compare', 'sequences', 'events', 'accounts']);
  });

  test.each<[string, CutOver, readonly string[]]>([
    ['a high lag', verdict(minutes(30, (minute) => 48 + (minute % 2))), ['lag_small']],
    ['a paused job', verdict([...minutes(30, 1), 'paused']), ['replicating', 'lag_small']],
    ['a job that has just resumed', verdict([...minutes(30, 1), 'paused', 1, 1]), ['settled', 'lag_small']],
    ['a lag that rises', verdict([1, 1, 1, ...minutes(10, (minute) => 60 * minute)]), ['lag_small', 'not_rising']],
    ['a job that was not looked at', verdict(minutes(30, 1), HOUR), ['just_checked']],
    ['an error', verdict(minutes(30, 1), 0, { hasError: true }), ['no_error']],
    ['nothing seen', verdict([]), ['replicating', 'just_checked', 'lag_small']],
  ])('not with %s', (_, result, reasons) => {
    expect(result.isReady).toBe(false);
    expect(against(result)).toEqual(reasons);
  });

  const compared = (kind: Comparison['kind'], verdict: Comparison['verdict']): Comparison => ({
    kind,
    verdict,
    isScheduled: false,
    at: 0,
    differing: [],
    differingCount: 0,
    uncomparedCount: 0,
  });
  test.each([
    [compared('rows', 'differs'), false, ['writes_stopped', 'sequences', 'events', 'accounts']],
    [compared('rows', 'same'), true, ['writes_stopped', 'sequences', 'events', 'accounts']],
    [compared('objects', 'differs'), false, ['writes_stopped', 'data_compare', 'sequences', 'events', 'accounts']],
    [compared('contents', 'unread'), true, ['writes_stopped', 'data_compare', 'sequences', 'events', 'accounts']],
    [compared('accounts', 'same'), true, ['writes_stopped', 'data_compare', 'sequences', 'events']],
  ])('or not, by what DRS compared: %j', (comparison, isReady, notChecked) => {
    const { state } = feed(minutely(minutes(30, 1)));
    const facts = { now: 29 * MINUTE, hasError: false, comparisons: [comparison] };
    expect(cutOver(state, DEFAULT_RULES, facts)).toMatchObject({ isReady, notChecked });
  });
});
