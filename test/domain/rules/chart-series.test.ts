import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { DAY, HOUR, MINUTE, SECOND } from '../../../src/domain/base/time.ts';
import {
  chartSeries,
  CHART_SPANS,
  defaultMeasure,
  MAX_POINTS,
  MEASURES,
} from '../../../src/domain/rules/chart-series.ts';
import type { ChartRequest } from '../../../src/domain/rules/chart-series.ts';
import type { Sample } from '../../../src/domain/rules/sample.ts';
import { thinSamples } from '../../../src/domain/rules/thin-samples.ts';

/** A whole day, so that buckets begin where people expect it. */
const START = 1_000 * DAY;

const lag = (minute: number, seconds: number | null): Sample => ({
  at: START + minute * MINUTE,
  group: 'replicating',
  lagMs: seconds === null ? null : seconds * SECOND,
  parts: [],
});
const copy = (minute: number, percent: number): Sample => ({
  at: START + minute * MINUTE,
  group: 'full_copy',
  lagMs: null,
  parts: [{ name: 'data', percent }],
});
const none = (minute: number, group: Sample['group']): Sample => ({
  at: START + minute * MINUTE,
  group,
  lagMs: null,
  parts: [],
});
const every = <T>(from: number, to: number, make: (minute: number) => T): readonly T[] =>
  Array.from({ length: to - from }, (_, index) => make(from + index));

const series = (samples: readonly Sample[], minute: number, changes: Partial<ChartRequest> = {}) =>
  chartSeries(samples, { measure: 'lag', spanMs: DAY, pollMs: MINUTE, now: START + minute * MINUTE, ...changes });

describe('a chart', () => {
  test('shows the maximum lag of each bucket', () => {
    const found = series([...every(0, 40, () => 1).map((s, i) => lag(i, s)), lag(40, 50), lag(41, 2)], 42);
    expect(found?.points.find(({ at }) => at === START + 39 * MINUTE)?.value).toBe(50 * SECOND);
    expect(found?.most).toEqual({ at: START + 40 * MINUTE, value: 50 * SECOND });
    expect(found?.newest).toEqual({ at: START + 41 * MINUTE, value: 2 * SECOND });
  });

  test('shows the last percent of each bucket, also where it fell', () => {
    const found = series([copy(0, 60), copy(20, 63), copy(21, 3)], 22, { measure: 'progress' });
    expect(found?.points.map(({ value }) => value)).toEqual([60, 3]);
  });

  test('begins with the first figure, so that an hour is not squeezed into a day', () => {
    const found = series(
      every(0, 15, (minute) => lag(minute, minute)),
      15,
    );
    expect(found?.points).toHaveLength(15);
  });

  test.each([
    ['1h', 60, 4 * MINUTE],
    ['24h', 24 * 60, 90 * MINUTE],
    ['7d', 7 * 24 * 60, 12 * HOUR],
  ] as const)('of %s has buckets that begin at whole ones', (span, minutes, bucketMs) => {
    const samples = thinSamples(
      every(0, minutes, (minute) => lag(minute, 1)),
      START + minutes * MINUTE,
    );
    const points = series(samples, minutes, { spanMs: CHART_SPANS[span] })?.points ?? [];
    const [first, second] = points;
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBe(bucketMs);
    expect(points.every(({ at }) => at % bucketMs === 0)).toBe(true);
  });

  test('leaves a pause out and says so', () => {
    const samples = [
      ...every(0, 30, (minute) => lag(minute, 1)),
      ...every(30, 60, (minute) => none(minute, 'paused')),
      ...every(60, 90, (minute) => lag(minute, 1)),
    ];
    const found = series(samples, 90);
    expect(found?.gaps).toEqual([{ from: START + 29 * MINUTE, to: START + 60 * MINUTE, why: 'paused' }]);
    expect(found?.points.some(({ at }) => at >= START + 30 * MINUTE && at < START + 60 * MINUTE)).toBe(false);
  });

  test.each([
    ['that goes on', every(30, 60, (minute) => none(minute, 'paused')), 'paused'],
    ['in which nobody looked', [], 'not_seen'],
    ['in which DRS measured nothing', every(30, 60, (minute) => lag(minute, null)), 'not_measurable'],
    ['of a failure', every(30, 60, (minute) => none(minute, 'failed')), 'failed'],
  ] as const)('names a stretch at its end %s', (_name, after, why) => {
    const found = series([...every(0, 30, (minute) => lag(minute, 1)), ...after], 60);
    expect(found?.gaps).toEqual([{ from: START + 29 * MINUTE, to: START + 60 * MINUTE, why }]);
  });

  test('of a copy ends with the copy', () => {
    const samples = [...every(0, 15, (minute) => copy(minute, minute)), ...every(15, 600, (minute) => lag(minute, 1))];
    const found = series(samples, 600, { measure: 'progress' });
    expect(found?.points).toHaveLength(15);
    expect(found?.gaps).toEqual([]);
  });

  test('takes polls that are seldom for no gap', () => {
    const samples = every(0, 12, (index) => lag(index * 10, 1));
    expect(series(samples, 115, { pollMs: 10 * MINUTE })?.gaps).toEqual([]);
  });

  test('takes samples that were thinned for no gap', () => {
    const now = START + 300 * MINUTE;
    const samples = thinSamples(
      every(0, 300, (minute) => lag(minute, 1)),
      now,
    );
    expect(series(samples, 300)?.gaps).toEqual([]);
  });

  test('is none where nothing was read in that time', () => {
    expect(series([], 10)).toBeNull();
    expect(series([lag(0, 3)], 90, { spanMs: HOUR })).toBeNull();
    expect(series([copy(0, 3)], 10)).toBeNull();
  });
});

describe('what a chart shows when nobody says it', () => {
  test.each([
    ['the lag of a job that replicates', [copy(0, 100), lag(1, 3)], 'lag'],
    ['the lag of one that replicates without a measurable lag', [copy(0, 100), lag(1, null)], 'lag'],
    ['the progress of one that copies', [lag(0, 3), copy(1, 2)], 'progress'],
    ['the lag of one that is paused while it replicates', [lag(0, 3), none(1, 'paused')], 'lag'],
    ['the progress of one whose copy has failed', [copy(0, 3), none(1, 'failed')], 'progress'],
    ['the lag of one that nothing is known of', [], 'lag'],
  ] as const)('is %s', (_name, samples, measure) => {
    expect(defaultMeasure(samples)).toBe(measure);
  });
});

describe('whatever was read', () => {
  const sample = fc.oneof(
    fc.integer({ min: 0, max: 5_000 }).map((seconds) => (minute: number) => lag(minute, seconds)),
    fc.constant((minute: number) => lag(minute, null)),
    fc.integer({ min: 0, max: 100 }).map((percent) => (minute: number) => copy(minute, percent)),
    fc
      .constantFrom('paused' as const, 'failed' as const, 'unknown' as const)
      .map((group) => (minute: number) => none(minute, group)),
  );
  const samples = fc
    .array(fc.tuple(fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 900 })), sample), { maxLength: 300 })
    .map((steps) => {
      let minute = 0;
      return steps.map(([after, make]) => make((minute += after)));
    });

  test('a chart has at most 20 points, in order, each of something that was read, none within a gap, and the most is among them', () => {
    fc.assert(
      fc.property(
        samples,
        fc.constantFrom(...MEASURES),
        fc.constantFrom(...Object.values(CHART_SPANS)),
        fc.integer({ min: 0, max: 2_000 }),
        (read, measure, spanMs, later) => {
          const now = (read.at(-1)?.at ?? START) + later * MINUTE;
          const found = chartSeries(read, { measure, spanMs, now, pollMs: MINUTE });
          if (found === null) return;
          const { points, gaps, most, least, newest } = found;
          expect(points.length).toBeGreaterThan(0);
          expect(points.length).toBeLessThanOrEqual(MAX_POINTS);
          expect(points.map(({ at }) => at)).toEqual(
            [...new Set(points.map(({ at }) => at))].toSorted((a, b) => a - b),
          );
          const values = new Set(read.map((one) => (measure === 'lag' ? one.lagMs : (one.parts[0]?.percent ?? null))));
          expect(points.every(({ value }) => values.has(value))).toBe(true);
          const kept = points.map(({ value }) => value);
          expect(measure === 'lag' ? Math.max(...kept) : kept.at(-1)).toBe((measure === 'lag' ? most : newest).value);
          expect(least.value).toBeLessThanOrEqual(most.value);
          for (const { from, to } of gaps)
            expect(
              read.filter(
                ({ at, lagMs, parts }) =>
                  at > from && at < to && (measure === 'lag' ? lagMs !== null : parts.length > 0),
              ),
            ).toEqual([]);
        },
      ),
      { numRuns: 500 },
    );
  });
});
