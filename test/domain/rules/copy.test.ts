import { describe, expect, test } from 'vitest';

import { DAY, HOUR, MINUTE } from '../../../src/domain/base/time.ts';
import { DEFAULT_RULES } from '../../../src/domain/rules/rule-settings.ts';
import type { Sample } from '../../../src/domain/rules/sample.ts';
import type { PartPercent } from '../../../src/domain/job/rule-event.ts';
import { copying, data, feed, minutely } from '../../support/rule-feed.ts';

const STEP = 5 * MINUTE;
const RULES = { ...DEFAULT_RULES, pollMs: STEP };

/** One percent in each of so many polls, then nothing for so many. */
function stuckAfter(percents: number, stillPolls: number, from = 0): readonly Sample[] {
  const moving = Array.from({ length: percents }, (_, index) => data(from + index));
  return copying([...moving, ...Array.from({ length: stillPolls }, () => data(from + percents - 1))], STEP);
}

function shifted(samples: readonly Sample[], byMs: number): readonly Sample[] {
  return samples.map((sample) => ({ ...sample, at: sample.at + byMs }));
}

function told(samples: readonly Sample[]) {
  return feed(samples, { rules: RULES }).told;
}

describe('a copy', () => {
  test('has stalled after an hour at least, however quick its steps were', () => {
    // The twentieth percent was read at minute 95.
    expect(told(stuckAfter(20, 100))).toEqual([[155, 'stalled']]);
  });

  test('may stand still for 2.5 times its longest step, and for 20 % of its time so far', () => {
    const longStep = [...Array.from({ length: 30 }, () => data(3)), data(4), data(5), data(6), data(7)];
    const stuck = [...longStep, ...Array.from({ length: 200 }, () => data(7))];
    // From minute 165 on, for 2.5 × 150 min.
    expect(told(copying([data(1), data(2), ...stuck], STEP))).toEqual([[175 + 375, 'stalled']]);
    expect(told(stuckAfter(90, 17))).toEqual([]);
    expect(told(stuckAfter(90, 18))).toEqual([[445 + 90, 'stalled']]);
  });

  test('whose habits are not known has 8 h, or as long as it took so far', () => {
    expect(told(stuckAfter(1, 95))).toEqual([]);
    expect(told(stuckAfter(1, 97))).toEqual([[480, 'stalled']]);
  });

  test('moves again, also when it began anew', () => {
    const again = shifted(stuckAfter(2, 1, 20), 121 * STEP);
    expect(feed([...stuckAfter(20, 100), ...again], { rules: RULES }).events.at(-1)).toMatchObject({
      kind: 'moving_again',
      isRestarted: false,
    });
    const anew = shifted(stuckAfter(2, 1, 1), 121 * STEP);
    expect(feed([...stuckAfter(20, 100), ...anew], { rules: RULES }).events.at(-1)).toMatchObject({
      kind: 'moving_again',
      isRestarted: true,
    });
  });

  test('says what a step takes usually', () => {
    expect(feed(stuckAfter(20, 100), { rules: RULES }).events).toEqual([
      { kind: 'stalled', parts: data(19), stillMs: HOUR, usualMs: STEP, longestMs: STEP },
    ]);
  });

  test('does not stand still in a time that nobody saw', () => {
    const moving = stuckAfter(20, 1);
    const after = shifted(
      copying(
        Array.from({ length: 8 }, () => data(19)),
        STEP,
      ),
      DAY,
    );
    expect(told([...moving, ...after])).toEqual([]);
  });

  test('that was restarted has no habits yet', () => {
    const anew = shifted(stuckAfter(1, 90, 0), 20 * STEP);
    expect(told([...stuckAfter(20, 0, 30), ...anew])).toEqual([]);
  });

  test('whose total grew keeps its habits, and has moved', () => {
    const grown = shifted(stuckAfter(1, 20, 40), 21 * STEP);
    expect(told([...stuckAfter(20, 1, 30), ...grown])).toEqual([[105 + 60, 'stalled']]);
  });

  test('that is paused does not stand still', () => {
    const paused = Array.from({ length: 100 }, (_, index) => ({
      at: (20 + index) * STEP,
      group: 'paused' as const,
      lagMs: null,
      parts: [],
    }));
    const resumed = shifted(stuckAfter(1, 10, 19), 120 * STEP);
    expect(told([...stuckAfter(20, 0), ...paused, ...resumed]).map(([, kind]) => kind)).not.toContain('stalled');
  });

  const parts = (struct: number, dataDone: number, index: number): readonly PartPercent[] => [
    { name: 'data', percent: dataDone },
    { name: 'struct', percent: struct },
    { name: 'index', percent: index },
  ];

  test.each<[string, readonly PartPercent[], string, { readonly allDone?: boolean }]>([
    ['whose data is there has a slow tail', parts(100, 100, 40), 'slow_tail', { allDone: false }],
    ['at its last percent has one too', parts(100, 99, 0), 'slow_tail', { allDone: false }],
    ['of which all reads 100 has one', parts(100, 100, 100), 'slow_tail', { allDone: true }],
    ['at 98 % has stalled', parts(100, 98, 0), 'stalled', {}],
  ])('%s', (_, stuck, kind, figures) => {
    const moving = Array.from({ length: 12 }, (_, index) => parts(100, 80 + index, 0));
    const { events } = feed(copying([...moving, ...Array.from({ length: 40 }, () => stuck)], STEP), { rules: RULES });
    expect(events.map((event) => event.kind)).toEqual([kind]);
    expect(events[0]).toMatchObject(figures);
  });

  test('that begins anew after its slow tail says so, and may have another', () => {
    const once = [
      ...Array.from({ length: 12 }, (_, index) => parts(100, 80 + index, 0)),
      ...Array.from({ length: 40 }, () => parts(100, 100, 100)),
    ];
    const { events } = feed(copying([...once, parts(0, 0, 0), ...once], STEP), { rules: RULES });
    expect(events.map(({ kind }) => kind)).toEqual(['slow_tail', 'moving_again', 'slow_tail']);
    expect(events[1]).toMatchObject({ isRestarted: true, parts: parts(0, 0, 0) });
  });

  test('moves as long as any of its parts does', () => {
    const index = Array.from({ length: 100 }, (_, poll) => parts(100, 100, Math.floor(poll / 2)));
    expect(told(copying(index, STEP))).toEqual([]);
  });

  test('that nobody wants to hear of stalls in silence', () => {
    const { told: nothing, last } = feed(stuckAfter(20, 100), { rules: { ...RULES, isStallTold: false } });
    expect(nothing).toEqual([]);
    expect(last?.stalled).toEqual({ kind: 'silent', reason: 'off' });
  });

  test('is forgotten once the job replicates', () => {
    const replicating = shifted(minutely([1]), 121 * STEP);
    expect(feed([...stuckAfter(20, 100), ...replicating], { rules: RULES }).state.copy).toEqual({
      pace: null,
      isStallTold: false,
      isTailTold: false,
    });
  });
});
