import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { assess } from '../../src/domain/poll/assess.ts';
import { addReading, isInSync, isJumping, isSettled } from '../../src/domain/job/readings.ts';
import { lagNote } from '../../src/domain/job/lag-note.ts';
import type { Reading } from '../../src/domain/job/readings.ts';
import type { JobEvent } from '../../src/domain/job/job-event.ts';
import { UNSEEN_JOB } from '../../src/domain/job/job-state.ts';
import type { JobState } from '../../src/domain/job/job-state.ts';
import { DEFAULT_VERDICT_RULES as RULES } from '../../src/domain/job/verdict-rules.ts';
import type { ProgressAnswer } from '../../src/domain/job/progress-answer.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/domain/base/time.ts';
import { jobNumber } from '../support/desk.ts';
import { reported } from '../support/reports.ts';

/** Readings a minute apart, lags in seconds, ending at minute 0. */
function minutely(...seconds: readonly (number | null)[]): readonly Reading[] {
  return seconds.map((lag, index) => ({
    at: (index - seconds.length + 1) * MINUTE,
    lagMs: lag === null ? null : lag * SECOND,
  }));
}

describe('a job is in sync', () => {
  test.each([
    ['four good readings over three minutes', [1, 1, 1, 1], true],
    ['a steady 10 s', [10, 10, 10, 10, 10], true],
    ['one peak among many good readings', [1, 1, 300, 1, 1, 1, 1], true],
    ['one reading that could not be measured', [1, 1, null, 1, 1], true],
    ['three readings over two minutes', [1, 1, 1], false],
    ['a single good reading', [1], false],
    ['no reading at all', [], false],
    ['a lag that is small but not small enough', [11, 11, 11, 11, 11], false],
    ['every second reading bad', [1, 300, 1, 300, 1, 300, 1], false],
    ['a last reading above the alarm level', [1, 1, 1, 1, 1, 1, 130], false],
    ['two readings in a row that could not be measured', [1, null, null, 1, 1], false],
    ['a figure that jumps', [0, 2000, 0, 0, 0, 2002, 0, 0, 0, 0], false],
    ['a figure that jumps at every reading', [0, 2000, 0, 2002, 0, 2004], false],
    ['nothing measurable', [null, null, null, null, null], false],
  ])('by %s: %j → %s', (_what, seconds, verdict) => {
    expect(isInSync(minutely(...seconds), 0, RULES)).toBe(verdict);
  });

  test('only as long as the readings are not old', () => {
    const readings = minutely(1, 1, 1, 1, 1);
    expect(isInSync(readings, 3 * MINUTE, RULES)).toBe(true);
    expect(isInSync(readings, 3 * MINUTE + 1, RULES)).toBe(false);
  });

  test('only without a stretch between the readings that nobody saw', () => {
    const [early, late] = [minutely(1, 1, 1), minutely(1, 1)];
    const apart = (gap: number) => [...early.map(({ at, lagMs }) => ({ at: at - MINUTE - gap, lagMs })), ...late];
    expect(isInSync(apart(2 * MINUTE), 0, RULES)).toBe(true);
    expect(isInSync(apart(4 * MINUTE), 0, RULES)).toBe(false);
  });

  const lags = fc.array(fc.option(fc.constantFrom(0, 1, 5, 10, 11, 60, 121, 600, 9_000)), { maxLength: 14 });

  test.each([
    ['an odd figure on the way up to a jump', [0, 9000, null, null, null, 0, 9000, 0, 0], -8, 11],
    ['an odd figure between two that could not be measured', [1, null, null, 1, 1], -2.5, 11],
    ['an odd figure after one above the alarm level', [1, 1, 1, 1, 1, 1, 121], 0, 11],
  ])('not by %s', (_what, seconds, minute, odd) => {
    const before = minutely(...seconds);
    const more = [...before, { at: minute * MINUTE, lagMs: odd * SECOND }].toSorted((one, other) => one.at - other.at);
    expect([isInSync(before, 0, RULES), isInSync(more, 0, RULES)]).toEqual([false, false]);
  });

  test('and one more odd reading anywhere never makes it so', () => {
    fc.assert(
      fc.property(
        lags,
        fc.nat(13),
        fc.constantFrom(null, 11, 121, 9_000),
        fc.nat(59),
        (seconds, place, odd, second) => {
          const readings = minutely(...seconds);
          const at = -place * MINUTE + second * SECOND;
          const more = [...readings, { at: Math.min(at, 0), lagMs: odd === null ? null : odd * SECOND }].toSorted(
            (one, other) => one.at - other.at,
          );
          expect(isInSync(more, 0, RULES) && !isInSync(readings, 0, RULES)).toBe(false);
        },
      ),
    );
  });

  test('and one good reading among bad ones never makes it so', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(null, 60, 600), { maxLength: 14 }), fc.nat(14), (seconds, place) => {
        const readings = minutely(...seconds.slice(0, place), 0, ...seconds.slice(place));
        expect(isInSync(readings, 0, RULES)).toBe(false);
      }),
    );
  });

  test('and the same at any moment of time', () => {
    fc.assert(
      fc.property(lags, fc.integer({ min: -1e12, max: 1e12 }), (seconds, shift) => {
        const readings = minutely(...seconds);
        const moved = readings.map(({ at, lagMs }) => ({ at: at + shift, lagMs }));
        expect(isInSync(moved, shift, RULES)).toBe(isInSync(readings, 0, RULES));
      }),
    );
  });
});

describe('readings', () => {
  test('of many polls a second are kept in little space, with the worst of each stretch', () => {
    let readings: readonly Reading[] = [];
    for (let second = 0; second < 900; second++) {
      const lagMs = second === 700 ? 500 * SECOND : 1_000;
      readings = addReading(readings, { at: second * SECOND, lagMs }, { ...RULES, pollMs: SECOND });
    }
    expect(readings.length).toBeLessThanOrEqual(90);
    expect(Math.max(...readings.map(({ lagMs }) => lagMs ?? 0))).toBe(500 * SECOND);
    expect((readings.at(-1)?.at ?? 0) - (readings[0]?.at ?? 0)).toBeGreaterThanOrEqual(RULES.steadyMs);
  });

  test('from after the present moment are forgotten: the clock was set back', () => {
    const later = addReading([], { at: HOUR, lagMs: 1 }, RULES);
    expect(addReading(later, { at: 0, lagMs: 2 }, RULES)).toEqual([{ at: 0, lagMs: 2 }]);
  });
});

test('a lag right after a break is believed only if it is as long as the break', () => {
  const afterAnHour = (reports: number) => ({ lengthMs: HOUR, reports, inSync: 0, isSettled: reports > 3 });
  expect(isSettled(afterAnHour(4), 0)).toBe(true);
  expect(isSettled(afterAnHour(1), 0)).toBe(false);
  expect(isSettled(afterAnHour(3), HOUR - 1)).toBe(false);
  expect(isSettled(afterAnHour(3), null)).toBe(false);
  expect(isSettled(afterAnHour(1), HOUR)).toBe(true);
  expect(isSettled(null, 0)).toBe(true);
});

type Step = string | number | ProgressAnswer;

/** Answers read a minute apart, the first as baseline; a number is a lag in seconds of a replicating job. */
function live(steps: readonly Step[], from = UNSEEN_JOB, start = 1_000_000_000) {
  let state: JobState = from;
  let now = start;
  const events: JobEvent[] = [];
  for (const step of steps) {
    const answer =
      typeof step === 'string'
        ? reported(step)
        : typeof step === 'number'
          ? reported('INCRE_TRANSFER_STARTED', { lagMs: step * SECOND })
          : step;
    const result = assess(state, answer, now);
    state = result.state;
    events.push(...result.events);
    now += MINUTE;
  }
  return { state, events, now };
}
const times = <T>(count: number, step: T): readonly T[] => Array.from({ length: count }, () => step);
const END = times(2, 'RELEASE_RESOURCE_COMPLETE');
const verdictOf = (...steps: readonly Step[]) =>
  live([...steps, ...END]).events.flatMap((event) => (event.kind === 'ended' ? [event.verdict] : []));

const COPY = reported('FULL_TRANSFER_STARTED', { taskMode: 'FULL_TRANS' });
const COPIED = reported('FULL_TRANSFER_COMPLETE', { taskMode: 'FULL_TRANS' });
const parent = ({ unmeasured = 0, failed = [] }: { unmeasured?: number; failed?: readonly string[] }) =>
  reported('INCRE_TRANSFER_STARTED', {
    lagMs: 1_000,
    subJob: unmeasured === 0 ? null : { jobId: reportedId(0), name: 'a', of: 12, unmeasured },
    failedSubJobs: { failed: failed.map((name) => ({ jobId: reportedId(1), name })), of: 3 },
  });

describe('ended well', () => {
  test.each<[string, readonly Step[], string]>([
    ['in sync until its stop', times(8, 1), 'stopped_in_sync'],
    ['in sync, with a short way out', [...times(8, 1), 'RELEASE_RESOURCE_STARTED'], 'stopped_in_sync'],
    ['a subscription that failed in between', [...times(8, 1), 'SUBSCRIPTION_FAILED'], 'had_failed'],
    ['a failure that nobody knows by name', [...times(8, 1), 'TELEPORT_FAILED'], 'had_failed'],
    ['frozen in between', [...times(8, 1), 'FROZEN'], 'other_status'],
    ['its node rebuilt in between', [...times(8, 1), 'REBUILD_NODE_STARTED'], 'other_status'],
    ['stopped right after a recovery, saying 0', [...times(8, 2), 'INCRE_TRANSFER_FAILED', 0], 'had_failed'],
    [
      'stopped while the first figures after a pause say 0',
      [...times(8, 2), ...times(9, 'PAUSING'), 0, 0],
      'stopped_unsettled',
    ],
    ['one good reading at the end of a long lag', [...times(8, 600), 1], 'stopped_unsettled'],
    ['a figure that jumps', [0, 2000, 0, 2002, 0, 2004, 0], 'stopped_unsettled'],
    [
      'clocks that differ',
      times(8, reported('INCRE_TRANSFER_STARTED', { lagMs: 0, clockSkewMs: 3_000 })),
      'stopped_in_sync',
    ],
    [
      'jumps that began before the first figures meant anything',
      ['FROZEN', 0, 300, 0, 300, ...times(5, 0)],
      'stopped_unsettled',
    ],
    ['jumps before a pause', [0, 300, 0, 300, 'PAUSING', ...times(8, 0)], 'stopped_unsettled'],
    ['a lag of hours after being in sync', [...times(20, 1), 18_000, 18_000, 18_000], 'stopped_behind'],
    ['a lag that rises above the alarm level', [...times(20, 1), 60, 119, 178, 237], 'stopped_behind'],
    ['a parent with parts that cannot be measured', times(8, parent({ unmeasured: 3 })), 'stopped_unsettled'],
    ['a parent with a part that has failed', times(8, parent({ failed: ['a'] })), 'had_failed'],
    ['a copy seen complete twice', [...times(2, COPY), ...times(2, COPIED)], 'copy_finished'],
    ['a copy seen complete once', [...times(2, COPY), COPIED], 'copy_seen_once'],
  ])('is judged by more than its last reading: %s', (_what, steps, verdict) => {
    expect(verdictOf(...steps)).toEqual([verdict]);
  });

  test.each<[string, readonly Step[]]>([
    ['on its way out', ['RELEASE_RESOURCE_STARTED']],
    ['once more, far behind', [18_000]],
    ['once more, in sync', [1]],
  ])('is not said after a stretch that nobody saw, though it was then seen %s', (_how, steps) => {
    const before = live(times(20, 1));
    const { events } = live([...steps, ...END], before.state, before.now + 20 * DAY);
    expect(events.map((event) => event.kind === 'ended' && event.verdict)).not.toContain('stopped_in_sync');
  });

  test('is not said because of a good hour that the clock has been set back behind', () => {
    const before = live(times(20, 1));
    const { events } = live(
      [...times(50, 60).map((lag, index) => lag * (index + 1)), ...END],
      before.state,
      before.now - HOUR,
    );
    expect(events).toMatchObject([{ kind: 'ended', verdict: 'stopped_behind' }]);
  });

  test.each([7, 10, 15, 60])('is said where polls are %i minutes apart', (minutes) => {
    const rules = { ...RULES, pollMs: minutes * MINUTE };
    let state = UNSEEN_JOB;
    const events: JobEvent[] = [];
    for (const [index, step] of [...times(8, 1), ...END].entries()) {
      const answer = typeof step === 'string' ? reported(step) : reported('INCRE_TRANSFER_STARTED', { lagMs: 1_000 });
      const result = assess(state, answer, 1_000_000_000 + index * rules.pollMs, { rules });
      state = result.state;
      events.push(...result.events);
    }
    expect(events).toMatchObject([{ kind: 'ended', verdict: 'stopped_in_sync' }]);
  });

  test.each([20 * DAY, HOUR, 4 * MINUTE])('is not said of an end that came in %i ms that nobody saw', (gap) => {
    const before = live(times(8, 1));
    const { events } = live(END, before.state, before.now + gap);
    expect(events).toMatchObject([{ kind: 'ended', verdict: 'not_seen', standing: { lagMs: 1_000 } }]);
    expect(events[0]?.kind === 'ended' && events[0].summary?.phases.replicating).toBe(7 * MINUTE);
  });

  test('turns no end green by one odd reading more, anywhere', () => {
    const answer = fc.constantFrom<Step>(0, 1, 1, 1, 300, 'PAUSING', 'INCRE_TRANSFER_FAILED', 'FROZEN', COPY);
    const odd = fc.constantFrom<Step>(300, 'PAUSING', 'INCRE_TRANSFER_FAILED', 'FROZEN', COPIED, { kind: 'omitted' });
    fc.assert(
      fc.property(fc.array(answer, { minLength: 1, maxLength: 14 }), odd, fc.nat(14), (steps, one, place) => {
        // At the same moment there was no answer otherwise, so that nothing else is different.
        const withOne = (step: Step) => verdictOf(...steps.slice(0, place), step, ...steps.slice(place));
        const [verdict] = withOne({ kind: 'omitted' });
        const [withOdd] = withOne(one);
        const isGreen = (one: string | undefined) => one === 'stopped_in_sync' || one === 'copy_finished';
        expect(isGreen(withOdd) && !isGreen(verdict)).toBe(false);
      }),
    );
  });

  test('turns nothing red by one reading less', () => {
    const healthy = fc.array(fc.constantFrom<Step>(0, 1, 5, 9), { minLength: 8, maxLength: 14 });
    fc.assert(
      fc.property(healthy, fc.nat(14), (steps, place) => {
        const missing: ProgressAnswer = { kind: 'omitted' };
        const { events } = live([...steps.slice(0, place), missing, ...steps.slice(place)]);
        expect(events).toEqual([]);
        expect(verdictOf(...steps.slice(0, place), missing, ...steps.slice(place), ...times(5, 1))).toEqual([
          'stopped_in_sync',
        ]);
      }),
    );
  });
});

describe('recovered', () => {
  test('is not said over hours in which nobody looked', () => {
    const before = live([...times(4, 1), 'INCRE_TRANSFER_FAILED', 'INCRE_TRANSFER_FAILED', 1, 1]);
    const first = live([1], before.state, before.now + 5 * HOUR);
    expect(first.events).toEqual([]);
    expect(live(times(3, 1), first.state, first.now).events).toMatchObject([{ kind: 'recovered' }]);
  });

  test('does not wait for the old time to return when the clock is set back', () => {
    const before = live([...times(4, 1), 'INCRE_TRANSFER_FAILED', 1]);
    expect(live(times(4, 1), before.state, before.now - DAY).events).toMatchObject([{ kind: 'recovered' }]);
  });
});

describe('a clock that is set back', () => {
  const silent: ProgressAnswer = { kind: 'omitted' };

  test('does not keep a job known that gives no answer', () => {
    const before = live([...times(4, 1), silent]);
    expect(live(times(4, silent), before.state, before.now - HOUR).state.unknown?.isLasting).toBe(true);
  });

  test('does not keep a job from being in sync', () => {
    const before = live([...times(4, 1), 'PAUSING', ...times(6, 1)]);
    expect(live(times(12, 1), before.state, before.now - DAY).state.inSyncAt).not.toBeNull();
  });
});

describe('deleted', () => {
  test('read once after an end is read as that end', () => {
    const { events } = live([...times(8, 1), 'RELEASE_RESOURCE_COMPLETE', 'DELETED']);
    expect(events).toMatchObject([{ kind: 'ended', verdict: 'stopped_in_sync' }]);
  });

  test('read twice is gone', () => {
    expect(live([...times(8, 1), 'DELETED', 'DELETED']).events).toMatchObject([{ kind: 'gone' }]);
  });
});

describe('after a break', () => {
  test('the first figures are not shown as a lag, and a recovery says nothing of them', () => {
    const { state } = live([...times(4, 2), 'INCRE_TRANSFER_FAILED', 0]);
    expect(lagNote(state)).toBe('unsettled');
    const { events } = live([...times(4, 2), 'INCRE_TRANSFER_FAILED', 0, 0, 2_820, 2_800]);
    expect(events.at(-1)).toMatchObject({ kind: 'recovered', lagNote: 'settled', report: { lagMs: 2_800_000 } });
  });

  test('a copy that fell back is told with both figures', () => {
    const at = (percent: number) =>
      reported('FULL_TRANSFER_STARTED', { parts: [{ name: 'data', percent, remainingTime: null }] });
    const { events } = live([at(60), at(63), 'FULL_TRANSFER_FAILED', at(3), at(3), at(4), at(4)]);
    expect(events.at(-1)).toMatchObject({ kind: 'recovered', percentBefore: 63 });
  });

  test('a time of an earlier run is not this phase’s', () => {
    const start = 1_000_000_000_000;
    const earlier = { startedAt: start - 10 * DAY, fullCopyDoneAt: start - 9 * DAY };
    const paused = assess(UNSEEN_JOB, reported('PAUSING'), start, { times: earlier }).state;
    const resumed = assess(paused, reported('INCRE_TRANSFER_STARTED'), start + HOUR, { times: earlier }).state;
    const failed = assess(resumed, reported('INCRE_TRANSFER_FAILED'), start + HOUR + MINUTE, { times: earlier });
    expect(failed.events).toMatchObject([{ previous: { since: start + HOUR, startSeen: false } }]);
  });
});

describe('a lag', () => {
  test('that jumps is said to jump', () => {
    expect(isJumping(minutely(0, 2000, 0, 2002))).toBe(true);
    expect(isJumping(minutely(0, 2000, 1950, 1900))).toBe(false);
    expect(isJumping(minutely(1, 2, 300, 2, 1))).toBe(false);
  });

  test('from long before the job began is none', () => {
    const began = { startedAt: 1_000_000_000_000 - DAY, fullCopyDoneAt: null };
    const { state } = assess(UNSEEN_JOB, reported('INCRE_TRANSFER_STARTED', { lagMs: 32 * DAY }), 1_000_000_000_000, {
      times: began,
    });
    expect(state.report).toMatchObject({ lagMs: null, unknownFields: { lag_ms: 32 * DAY } });
  });
});

describe('a look that failed', () => {
  const silent: ProgressAnswer = { kind: 'omitted' };

  test('makes a job unknown only when it lasts three polls and three minutes', () => {
    expect(live([1, silent, silent, silent]).state.unknown).toMatchObject({ polls: 3, isLasting: false });
    expect(live([1, silent, silent, silent, silent]).state.unknown).toMatchObject({ polls: 4, isLasting: true });
    expect(live([1, silent, silent, silent, silent, 1]).state.unknown).toBeNull();
  });
});

test('parts of a job that have failed are told once, and again only for another one', () => {
  const job = (...failed: readonly string[]) =>
    reported('INCRE_TRANSFER_STARTED', {
      failedSubJobs: {
        failed: failed.map((name, index) => ({ jobId: reportedId(index), name })),
        of: 3,
      },
    });
  const failures = (...steps: readonly Step[]) =>
    live(steps).events.map((event) => event.kind === 'sub_jobs_failed' && event.failed.map(({ name }) => name));
  const [none, one, two] = [job(), job('a'), job('a', 'b')];
  expect(failures(1, one, one, two, two, 1, two, none, one)).toEqual([['a'], ['a', 'b']]);
  expect(failures(1, one, none, none, one)).toEqual([['a']]);
  expect(failures(1, one, none, none, none, one)).toEqual([['a'], ['a']]);
});

function reportedId(index: number) {
  const answer = reported('X', index === 0 ? {} : { jobId: jobNumber(index) });
  if (answer.kind !== 'report') throw new Error('no report');
  return answer.report.jobId;
}
