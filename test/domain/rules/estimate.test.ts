import { describe, expect, test } from 'vitest';

import { DAY, HOUR, MINUTE } from '../../../src/domain/base/time.ts';
import { estimateRemaining } from '../../../src/domain/rules/estimate.ts';
import type { Estimate } from '../../../src/domain/rules/estimate.ts';
import { catchUpMs } from '../../../src/domain/rules/rising.ts';
import type { Sample } from '../../../src/domain/rules/sample.ts';
import { sampleOf } from '../../../src/domain/rules/sample.ts';
import { stepWindow } from '../../../src/domain/rules/window.ts';
import { aReport } from '../../support/reports.ts';
import { data } from '../../support/rule-feed.ts';

/** A copy whose percent follows the hours, looked at every ten minutes until then. */
function copyUntil(hours: number, percent: (hour: number) => number): readonly Sample[] {
  return Array.from({ length: 6 * hours + 1 }, (_, index) => ({
    at: index * 10 * MINUTE,
    group: 'full_copy' as const,
    lagMs: null,
    parts: data(Math.floor(percent(index / 6))),
  }));
}

function rangeOf(samples: readonly Sample[]): Extract<Estimate, { kind: 'range' }> {
  const estimate = estimateRemaining(samples);
  if (estimate.kind !== 'range') throw new Error(`no range: ${estimate.why}`);
  return estimate;
}

describe('what is left of a copy', () => {
  test('that moves evenly is a range around the truth', () => {
    const { fromMs, toMs, percentPerHour } = rangeOf(copyUntil(10, (hour) => 5 * hour));
    expect(fromMs).toBeGreaterThan(5 * HOUR);
    expect(fromMs).toBeLessThan(10 * HOUR);
    expect(toMs).toBeGreaterThan(10 * HOUR);
    expect(toMs).toBeLessThan(24 * HOUR);
    expect(percentPerHour).toBeCloseTo(5, 0);
  });

  test('is told more exactly of an even copy than of an uneven one', () => {
    const even = rangeOf(copyUntil(20, (hour) => 2.5 * hour));
    const uneven = rangeOf(copyUntil(20, (hour) => (hour < 10 ? 3.5 * hour : 35 + 1.5 * (hour - 10))));
    expect(even.toMs / even.fromMs).toBeLessThan(uneven.toMs / uneven.fromMs);
  });

  test('counts no time in which it was paused', () => {
    const first = copyUntil(10, (hour) => 5 * hour);
    const paused = Array.from({ length: 100 }, (_, index) => ({
      at: 10 * HOUR + (index + 1) * 10 * MINUTE,
      group: 'paused' as const,
      lagMs: null,
      parts: [],
    }));
    const again = copyUntil(2, (hour) => 50 + 5 * hour).map((sample) => ({ ...sample, at: sample.at + 2 * DAY }));
    const { fromMs, toMs } = rangeOf([...first, ...paused, ...again]);
    expect(fromMs).toBeLessThan(8 * HOUR);
    expect(toMs).toBeGreaterThan(8 * HOUR);
    expect(toMs).toBeLessThan(20 * HOUR);
  });

  test('begins anew with a copy that was restarted', () => {
    const first = copyUntil(10, (hour) => 5 * hour);
    const anew = copyUntil(1, (hour) => 3 * hour).map((sample) => ({ ...sample, at: sample.at + 11 * HOUR }));
    expect(estimateRemaining([...first, ...anew])).toEqual({ kind: 'none', why: 'too_early' });
  });

  test.each<[string, readonly Sample[], string]>([
    ['before 5 %', copyUntil(10, (hour) => 0.4 * hour), 'too_early'],
    ['in the first half hour', copyUntil(20, (hour) => 40 * hour).slice(0, 3), 'too_early'],
    ['at its last percent', copyUntil(10, (hour) => 9.95 * hour), 'nearly_done'],
    ['that did not move while it was watched', copyUntil(10, () => 50), 'not_moving'],
    ['that stands still for long', copyUntil(8, (hour) => Math.min(60, 60 * hour)), 'not_moving'],
    [
      'whose pace has just changed',
      copyUntil(10, (hour) => (hour < 8 ? 5 * hour : 40 + 20 * (hour - 8))),
      'too_uneven',
    ],
    ['of a job that replicates', [{ at: 0, group: 'replicating', lagMs: 0, parts: [] }], 'no_copy'],
    ['of a job never looked at', [], 'no_copy'],
  ])('is not told %s', (_, samples, why) => {
    expect(estimateRemaining(samples)).toEqual({ kind: 'none', why });
  });

  test('is not told of the index', () => {
    const samples = copyUntil(10, () => 0).map((sample, index) => ({
      ...sample,
      parts: [...data(100), { name: 'index', percent: index }],
    }));
    expect(estimateRemaining(samples)).toEqual({ kind: 'none', why: 'nearly_done' });
  });
});

describe('a copy that is wanted by a moment', () => {
  const between = (fromMs: number, toMs: number): Estimate => ({
    kind: 'range',
    fromMs,
    toMs,
    percentPerHour: 1,
    overMs: HOUR,
  });

  test('is told of once when its early end passes that moment, and once when it is back', () => {
    const kinds: string[] = [];
    let state = { isMissedTold: false };
    for (const hours of [4, 6, 6, 4.9, 5.1, 4, 4]) {
      const step = stepWindow(state, between(hours * HOUR, 2 * hours * HOUR), 5 * HOUR, 0);
      ({ state } = step);
      if (step.decision.kind === 'tell') kinds.push(`${hours} ${step.decision.event.kind}`);
    }
    expect(kinds).toEqual(['6 window_missed', '4 window_met']);
  });

  test('stays as it was while nobody can say', () => {
    const step = stepWindow({ isMissedTold: true }, { kind: 'none', why: 'too_uneven' }, 0, HOUR);
    expect(step).toEqual({ state: { isMissedTold: true }, decision: { kind: 'silent', reason: 'no_estimate' } });
  });
});

test('a lag that falls by 100 s in 10 min is gone after an hour', () => {
  const measured = Array.from({ length: 11 }, (_, minute) => ({
    at: minute * MINUTE,
    lagMs: 700_000 - minute * 10_000,
  }));
  expect(catchUpMs({ measured })).toBe(HOUR);
  expect(
    catchUpMs({ measured: measured.toReversed().map(({ lagMs }, minute) => ({ at: minute * MINUTE, lagMs })) }),
  ).toBeNull();
  expect(catchUpMs({ measured: [] })).toBeNull();
});

describe('a report becomes a sample', () => {
  test('with parts while it copies, with a lag while it replicates', () => {
    const parts = [
      { name: 'struct', percent: 100, remainingTime: null },
      { name: 'data', percent: 63, remainingTime: null },
      { name: 'odd', percent: null, remainingTime: null },
    ];
    const report = aReport({ status: 'FULL_TRANSFER_STARTED', parts, lagMs: 5 });
    expect(sampleOf(report, 7)).toEqual({
      at: 7,
      group: 'full_copy',
      lagMs: null,
      parts: [
        { name: 'data', percent: 63 },
        { name: 'struct', percent: 100 },
      ],
    });
    expect(sampleOf({ ...report, parts: [], percent: 40 }, 7).parts).toEqual([{ name: 'overall', percent: 40 }]);
    expect(sampleOf({ ...report, status: 'INCRE_TRANSFER_STARTED' }, 7)).toMatchObject({ lagMs: 5, parts: [] });
  });
});
