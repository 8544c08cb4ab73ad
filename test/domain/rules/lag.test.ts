import { describe, expect, test } from 'vitest';

import { HOUR, MINUTE, SECOND } from '../../../src/domain/base/time.ts';
import type { StatusGroup } from '../../../src/domain/job/job-status.ts';
import { DEFAULT_RULES } from '../../../src/domain/rules/rule-settings.ts';
import { feed, minutely, minutes, NO_FACTS } from '../../support/rule-feed.ts';

type Lag = number | null | StatusGroup;

/** Only a lag is told, not that it is small. */
const RULES = { ...DEFAULT_RULES, ready: null };

function told(lags: readonly Lag[]) {
  return feed(minutely(lags), { rules: RULES }).told;
}

/** A lag that wavers, so that it does not stand still. */
function about(seconds: number): (minute: number) => number {
  return (minute) => seconds + (minute % 3);
}

describe('a high lag', () => {
  test.each<[string, readonly Lag[], readonly (readonly [number, string])[]]>([
    ['is told after 10 min above the level', [...minutes(5, 3), ...minutes(15, about(300))], [[15, 'lag_high']]],
    ['is not told after 9 min', [...minutes(5, 3), ...minutes(10, about(300)), ...minutes(5, 3)], []],
    ['may dip for 3 of 11 readings', [3, 3, 3, 300, 301, 90, 302, 300, 90, 301, 302, 90, 300, 301], [[13, 'lag_high']]],
    ['may not dip more often', [3, 3, 3, ...minutes(30, (minute) => (minute % 5 < 2 ? 90 : 300))], []],
    ['at the level is none', minutes(60, (minute) => 119 + (minute % 2)), []],
    ['is not told of a job that was high for too few readings', minutely3(), []],
    ['is not extended by what cannot be measured', [...minutes(4, about(300)), ...minutes(8, null), 300], []],
    [
      'may be measured every second time',
      [3, 3, 3, ...minutes(24, (minute) => (minute % 2 === 0 ? 300 + minute : null))],
      [[13, 'lag_high']],
    ],
    [
      'is fine again after 5 min below half',
      [3, 3, 3, ...minutes(15, about(300)), ...minutes(4, 70), ...minutes(9, 30)],
      [
        [13, 'lag_high'],
        [27, 'lag_cleared'],
      ],
    ],
    [
      'is told once',
      [3, 3, 3, ...minutes(60, about(300)), ...minutes(60, about(80)), ...minutes(60, about(300))],
      [[13, 'lag_high']],
    ],
    ['is not told across a time that nobody saw', minutes(60, about(300)).slice(0, 8), []],
  ])('%s', (_, lags, expected) => {
    expect(told(lags)).toEqual(expected);
  });

  function minutely3(): readonly Lag[] {
    return [300, 301];
  }

  test('is judged anew after a time that nobody saw', () => {
    const before = minutely(minutes(8, about(300)));
    const after = minutely(minutes(8, about(300)), 20);
    expect(feed([...before, ...after], { rules: RULES }).told).toEqual([]);
  });

  test('says since when and how high it was', () => {
    const { events } = feed(minutely([3, 3, 3, ...minutes(20, about(300)), ...minutes(10, 5)]), { rules: RULES });
    expect(events).toEqual([
      { kind: 'lag_high', since: 3 * MINUTE, lagMs: 301 * SECOND, levelMs: 2 * MINUTE, holdMs: 10 * MINUTE },
      { kind: 'lag_cleared', since: 3 * MINUTE, lagMs: 5 * SECOND, peakMs: 302 * SECOND },
    ]);
  });

  test('is held for three polls where polls are slow', () => {
    const slow = { ...RULES, pollMs: 10 * MINUTE };
    const samples = minutely([3, 3, 300, 302, 301, 303]).map((sample) => ({ ...sample, at: 10 * sample.at }));
    expect(feed(samples, { rules: slow }).told).toEqual([[50, 'lag_high']]);
  });

  test('that comes and goes is told twice where it was in sync between, then only when it is twice as bad', () => {
    const wave = [...minutes(20, about(300)), ...minutes(40, 5)];
    const worse = [...minutes(20, about(700)), ...minutes(40, 5)];
    const kinds = told([5, 5, 5, ...wave, ...wave, ...wave, ...wave, ...worse]).map(([, kind]) => kind);
    const once = ['lag_high', 'lag_cleared'];
    expect(kinds).toEqual([...once, ...once, ...once]);
  });

  test('is not fine again while a sub-job has a lag that cannot be measured', () => {
    const { state } = feed(minutely([3, 3, 3, ...minutes(15, about(300))]), { rules: RULES });
    const partly = { ...NO_FACTS, hasError: true, isPartUnmeasured: true };
    const { told: nothing, state: then } = feed(minutely(minutes(30, 3), 18), {
      rules: RULES,
      from: state,
      facts: partly,
    });
    expect(nothing).toEqual([]);
    expect(feed(minutely([3], 48), { rules: RULES, from: then }).told).toEqual([[0, 'lag_cleared']]);
  });

  test('that comes back after it was in sync is told as soon as the first one was', () => {
    const kinds = told([...minutes(5, 3), ...minutes(40, about(300)), ...minutes(30, 3), ...minutes(15, about(300))]);
    expect(kinds.filter(([, kind]) => kind === 'lag_high')).toEqual([
      [15, 'lag_high'],
      [85, 'lag_high'],
    ]);
  });

  test.each<[string, readonly Lag[]]>([
    ['is high', minutes(60, about(300))],
    ['rises', minutes(60, (minute) => 60 * minute)],
    ['stands still', minutes(60, 5_400)],
    ['jumps', minutes(60, (minute) => (minute % 2 === 0 ? 0 : 2_000 + minute))],
    ['cannot be measured', [3, 3, 3, ...minutes(60, null)]],
    ['does not come down after a break', ['paused', ...minutes(240, about(3_600))]],
  ])('is not told where nobody wants to hear of the lag, whether it %s', (_, lags) => {
    const { told: nothing, last } = feed(minutely(lags), { rules: { ...RULES, lag: null } });
    expect(nothing).toEqual([]);
    expect(last?.lag_high).toEqual({ kind: 'silent', reason: 'off' });
  });

  test('that nobody wants to hear of hides no job that has caught up', () => {
    const { told: kinds } = feed(minutely([...minutes(30, about(300)), ...minutes(30, 3)]), {
      rules: { ...DEFAULT_RULES, lag: null },
    });
    expect(kinds).toEqual([[45, 'caught_up']]);
  });
});

describe('a figure that stands still', () => {
  test('is told at the tenth time, and is no high lag', () => {
    expect(told([3, 3, 3, ...minutes(60, 5_400)])).toEqual([[12, 'stands_still']]);
  });

  test('is a lag again once it moves', () => {
    expect(told([3, 3, 3, ...minutes(20, 5_400), ...minutes(20, about(5_200))]).map(([, kind]) => kind)).toEqual([
      'stands_still',
      'lag_high',
    ]);
  });

  test('below the level is healthy', () => {
    expect(told(minutes(200, 1))).toEqual([]);
  });

  test('is fine again after 5 min below half, and then may stand still anew', () => {
    expect(told([...minutes(12, 5_400), ...minutes(7, 3), ...minutes(12, 5_400)])).toEqual([
      [9, 'stands_still'],
      [17, 'lag_cleared'],
      [28, 'stands_still'],
    ]);
  });

  test('is told in the message of a lag that was high before', () => {
    const { events } = feed(minutely([3, 3, 3, ...minutes(15, about(300)), ...minutes(30, 310)]), { rules: RULES });
    expect(events).toMatchObject([{ kind: 'lag_high' }, { kind: 'stands_still', isOnTop: true }]);
  });

  test('of a job that was paused meanwhile is not said to be fine again', () => {
    expect(told([...minutes(12, 5_400), 'paused', ...minutes(30, 3)]).map(([, kind]) => kind)).toEqual([
      'stands_still',
    ]);
  });

  test('is not told again while the lag is not fine', () => {
    const stands = minutes(12, 5_400);
    expect(told([...stands, 5_000, ...stands, 3, 3, 3, ...stands]).map(([, kind]) => kind)).toEqual([
      'stands_still',
      'lag_high',
    ]);
  });
});

describe('a figure that jumps', () => {
  test('is said to, once', () => {
    expect(told(minutes(300, (minute) => (minute % 2 === 0 ? 0 : 2_000 + minute)))).toEqual([[3, 'jumping']]);
  });

  test('no longer does after an hour without a jump, and is not told again within 6 h', () => {
    const jumps = minutes(20, (minute) => (minute % 2 === 0 ? 0 : 2_000 + minute));
    expect(told([...jumps, ...minutes(80, 3), ...jumps, ...minutes(80, 3)])).toEqual([
      [3, 'jumping'],
      [91, 'over'],
    ]);
  });

  test('is not one that jumped once', () => {
    expect(told([1, 1, 1, 2_000, 1, 1, 1, 1, 1])).toEqual([]);
  });
});

describe('a rising lag', () => {
  /** Nothing is applied: a second a second. */
  const climb = (length: number) => minutes(length, (minute) => 60 * (minute + 1));

  test('says that nothing newer arrives after five steps over 5 min', () => {
    expect(told([2, 2, 2, ...climb(30)])).toEqual([[7, 'nothing_newer']]);
  });

  test('says so of a lag that was high before', () => {
    expect(told([3, 3, 3, ...minutes(20, about(300)), ...minutes(10, (minute) => 360 + 60 * minute)])).toEqual([
      [13, 'lag_high'],
      [27, 'nothing_newer'],
    ]);
  });

  test.each<[string, readonly Lag[]]>([
    ['a lag that jumps up and stays', [2, 2, 2, 2, 2, 110, 110, 110, 110, 110]],
    ['a lag that climbs by half a second a second', [2, 2, 2, ...minutes(10, (minute) => 5 + 10 * minute)]],
    ['a lag that breathes', minutes(300, (minute) => 50 + 45 * Math.sin(minute / 4))],
  ])('says nothing of %s', (_, lags) => {
    expect(told(lags)).toEqual([]);
  });

  test('learns the heartbeat of an idle source from one tooth', () => {
    const tooth = [...climb(20), 5];
    expect(told([2, 2, 2, ...tooth, ...tooth, ...tooth, ...tooth])).toEqual([
      [7, 'nothing_newer'],
      [23, 'lag_cleared'],
    ]);
  });

  test('tells a climb that is more than twice as long as the heartbeats', () => {
    const tooth = [...climb(10), 5];
    const kinds = told([2, 2, 2, ...tooth, ...tooth, ...climb(40)]);
    expect(kinds.map(([, kind]) => kind)).toEqual(['nothing_newer', 'lag_cleared', 'nothing_newer']);
    // The heartbeats climbed for 9 min after the reading they began with; the last climb was seen from minute 25 on.
    expect(kinds.at(-1)?.[0]).toBe(44);
  });

  test('says that the target cannot keep up when each third of half an hour is higher', () => {
    const behind = minutes(60, (minute) => 10 + 5 * minute);
    expect(told([2, 2, 2, ...behind]).map(([, kind]) => kind)).toContain('cannot_keep_up');
  });

  test('says so in the message of a lag that was high before', () => {
    const { events } = feed(
      minutely([3, 3, 3, ...minutes(15, about(130)), ...minutes(60, (minute) => 130 + 5 * minute)]),
      {
        rules: RULES,
      },
    );
    expect(events).toMatchObject([{ kind: 'lag_high' }, { kind: 'cannot_keep_up', isOnTop: true }]);
  });

  test.each([25, 40, 50, 60])(
    'says of a lag that breathes every %i min no more than once that it is high',
    (period) => {
      const breath = minutes(480, (minute) => Math.round(150 + 145 * Math.sin((2 * Math.PI * minute) / period)));
      const kinds = told(breath).map(([, kind]) => kind);
      expect(kinds).not.toContain('cannot_keep_up');
      expect(kinds.length).toBeLessThanOrEqual(2);
    },
  );

  test('says of a lag that was not told at first since when it is high, as the message that it is fine again does', () => {
    const breath = minutes(1_440, (minute) => Math.round(200 + 190 * Math.sin(minute / 40)));
    const { events } = feed(minutely(breath), { rules: RULES });
    const posted = events.filter((event) => !('isOnTop' in event && event.isOnTop));
    const sinces = posted.flatMap((event) => ('since' in event ? [event.since / MINUTE] : []));
    const cleared = posted.flatMap(({ kind }, index) => (kind === 'lag_cleared' ? [index] : []));
    expect(cleared.length).toBeGreaterThan(2);
    expect(cleared.map((index) => sinces[index])).toEqual(cleared.map((index) => sinces[index - 1]));
  });

  test('says how long nothing newer has come by the whole climb', () => {
    const tooth = minutes(12, (minute) => 60 * minute);
    const { events } = feed(minutely([...tooth, ...tooth, ...minutes(40, (minute) => 60 * minute)]), { rules: RULES });
    const last = events.at(-1);
    expect(last).toMatchObject({ kind: 'nothing_newer', since: 25 * MINUTE });
  });

  test('says nothing of a lag that breathes below the level', () => {
    expect(told(minutes(600, (minute) => Math.round(60 + 55 * Math.sin(minute / 8))))).toEqual([]);
  });
});

describe('a lag that cannot be measured', () => {
  test('is told once after 15 min', () => {
    expect(told([1, 1, 1, ...minutes(100, null)])).toEqual([[18, 'not_measurable']]);
  });

  test('is not told of a job that flapped, whose figures count for nothing', () => {
    const flapping = feed(minutely(minutes(30, null)), { facts: { ...NO_FACTS, isFlapping: true }, rules: RULES });
    expect(flapping.told).toEqual([]);
    expect(feed(minutely(minutes(10, null), 30), { from: flapping.state, rules: RULES }).told).toEqual([]);
  });

  test('is told again after 15 min with figures', () => {
    const kinds = told([
      ...minutes(20, null),
      ...minutes(5, 1),
      ...minutes(20, null),
      ...minutes(20, 1),
      ...minutes(20, null),
    ]);
    expect(kinds).toEqual([
      [15, 'not_measurable'],
      [60, 'over'],
      [80, 'not_measurable'],
    ]);
  });
});

describe('a job that catches up', () => {
  test('has no high lag while its lag falls', () => {
    const falling = minutes(300, (minute) => Math.max(3, 7_200 - 30 * minute));
    expect(told(['full_copy', ...falling])).toEqual([]);
  });

  test('is told not to gain when an hour was no better than the one before', () => {
    const { told: kinds } = feed(minutely(['paused', ...minutes(200, about(3_600))]), { rules: RULES });
    expect(kinds.map(([, kind]) => kind)).toEqual(['catch_up_not_gaining']);
    // Three readings mean nothing, then two hours.
    expect(kinds[0]?.[0]).toBe(124);
  });

  test('is told to gain again when an hour took off a part of the lag, and is told to have halted again no sooner than after 6 h', () => {
    const halts = (from: number) => minutes(120, about(from));
    const gains = (from: number) => minutes(60, (minute) => from - 10 * minute);
    const kinds = told([
      'paused',
      ...halts(7_200),
      ...gains(7_200),
      ...halts(6_600),
      ...gains(6_600),
      ...halts(6_000),
      ...minutes(240, about(6_000)),
    ]);
    expect(kinds.map(([, kind]) => kind)).toEqual(['catch_up_not_gaining', 'gaining_again', 'catch_up_not_gaining']);
    expect((kinds[2]?.[0] ?? 0) - (kinds[0]?.[0] ?? 0)).toBeGreaterThanOrEqual(360);
  });

  test('still gains nothing while the lag falls by less than would be over within a day', () => {
    const { told: kinds } = feed(
      minutely(['paused', ...minutes(600, (minute) => 14_400 + (minute % 3) - (minute > 130 ? minute : 0))]),
      {
        rules: RULES,
      },
    );
    expect(kinds.map(([, kind]) => kind)).toEqual(['catch_up_not_gaining']);
  });

  test('has a high lag again once it has caught up', () => {
    const kinds = told(['paused', ...minutes(10, about(600)), ...minutes(10, 3), ...minutes(15, about(600))]);
    expect(kinds).toEqual([[31, 'lag_high']]);
  });

  test('is not judged by the first three readings', () => {
    const { state } = feed(minutely([1, 1, 1, 'failed', 0, 0, 0, 2_820]), { rules: RULES });
    expect(state.course.readings).toEqual([{ at: 7 * MINUTE, lagMs: 2_820 * SECOND }]);
  });

  test('compares no hours with a time between that nobody saw', () => {
    const before = minutely(['paused', ...minutes(100, about(3_600))]);
    const after = minutely(minutes(70, about(3_600)), 200);
    expect(feed([...before, ...after], { rules: RULES }).told).toEqual([]);
  });
});

test('the state of a job stays small', () => {
  const fast = minutely(minutes(5_000, about(300))).map((sample) => ({ ...sample, at: sample.at / 12 }));
  const { state } = feed(fast, {
    rules: { ...DEFAULT_RULES, lag: { levelMs: MINUTE, holdMs: 6 * HOUR }, pollMs: 5 * SECOND },
  });
  expect(JSON.stringify(state).length).toBeLessThan(8_000);
});
