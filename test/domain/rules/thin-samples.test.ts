import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { DAY, HOUR, MINUTE, SECOND } from '../../../src/domain/base/time.ts';
import type { Sample } from '../../../src/domain/rules/sample.ts';
import { thinSamples } from '../../../src/domain/rules/thin-samples.ts';
import { minutely, minutes } from '../../support/rule-feed.ts';

const START = 1_000 * DAY;

function from(start: number, samples: readonly Sample[]): readonly Sample[] {
  return samples.map((sample) => ({ ...sample, at: start + sample.at }));
}

describe('samples', () => {
  test('of the last two hours are all kept', () => {
    const samples = from(START, minutely(minutes(120, 1)));
    expect(thinSamples(samples, START + 2 * HOUR)).toEqual(samples);
  });

  test('are kept for 5 minutes each after that, with the maximum lag', () => {
    const samples = from(START, minutely([1, 9, null, 3, 2, ...minutes(5, 7)]));
    expect(thinSamples(samples, START + 3 * HOUR)).toEqual([
      { at: START + 4 * MINUTE, group: 'replicating', lagMs: 9 * SECOND, parts: [] },
      { at: START + 9 * MINUTE, group: 'replicating', lagMs: 7 * SECOND, parts: [] },
    ]);
  });

  test('are kept for an hour each after 7 days, and forgotten after 90', () => {
    const samples = from(START, minutely(minutes(180, 1)));
    expect(thinSamples(samples, START + 8 * DAY)).toHaveLength(3);
    expect(thinSamples(samples, START + 91 * DAY)).toEqual([]);
  });

  test('of 90 days are fewer than 4,200', () => {
    const samples = from(START, minutely(minutes(90 * 1_440, 1)));
    expect(thinSamples(samples, START + 90 * DAY).length).toBeLessThan(4_200);
  });

  test('on both sides of a change of status stay apart', () => {
    const samples = from(START, minutely([1, 1, 'paused', 'paused', 2]));
    expect(thinSamples(samples, START + DAY).map(({ group }) => group)).toEqual([
      'replicating',
      'paused',
      'replicating',
    ]);
  });

  test('are the same whether they were thinned in between or not', () => {
    const lag = fc.option(fc.integer({ min: 0, max: 10_000 }));
    const pause = fc.constantFrom(MINUTE, 5 * MINUTE, HOUR, DAY);
    fc.assert(
      fc.property(fc.array(fc.tuple(lag, pause), { maxLength: 200 }), fc.nat(199), (entries, cut) => {
        let at = START;
        const samples = entries.map(([lagMs, afterMs]) => {
          at += afterMs;
          return { at, group: 'replicating' as const, lagMs, parts: [] };
        });
        const early = samples.slice(0, cut);
        const before = thinSamples(early, early.at(-1)?.at ?? START);
        expect(thinSamples([...before, ...samples.slice(cut)], at)).toEqual(thinSamples(samples, at));
      }),
    );
  });
});
