import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { JobEvent } from '../../../src/domain/job/job-event.ts';
import { UNSEEN_JOB } from '../../../src/domain/job/job-state.ts';
import type { JobState } from '../../../src/domain/job/job-state.ts';
import { assess } from '../../../src/domain/poll/assess.ts';
import { DAY, HOUR, MINUTE } from '../../../src/domain/base/time.ts';
import { reported } from '../../support/reports.ts';

const FAILED = 'INCRE_TRANSFER_FAILED';
const WORKING = 'INCRE_TRANSFER_STARTED';
const START = 1_000_000_000;

interface Life {
  readonly state: JobState;
  readonly events: readonly JobEvent[];
}

/** Looks once a minute for `forMs` at a job whose status depends on the ms since it began. */
function live(forMs: number, status: (ms: number) => string, from: Life = { state: UNSEEN_JOB, events: [] }): Life {
  let { state } = from;
  const events: JobEvent[] = [];
  const begin = state.checkedAt === null ? START : state.checkedAt + MINUTE;
  for (let now = begin; now < begin + forMs; now += MINUTE) {
    const result = assess(state, reported(status(now - begin)), now);
    state = result.state;
    events.push(...result.events);
  }
  return { state, events };
}

/** Works for a while first, then fails every `everyMs` for `downMs`. */
const flaps =
  (everyMs: number, downMs: number) =>
  (ms: number): string =>
    ms >= 10 * MINUTE && (ms - 10 * MINUTE) % everyMs < downMs ? FAILED : WORKING;

const kinds = ({ events }: Life) => events.map((event) => (event.kind === 'status_changed' ? event.to : event.kind));

describe('a job that fails and works in turns', () => {
  test.each([
    [3, 1, 2],
    [3, 2, 2],
    [16, 1, 7],
    [16, 12, 7],
    [20, 1, 7],
    [20, 16, 7],
    [31, 1, 7],
    [31, 15, 7],
    [31, 27, 7],
  ])('every %i minutes, failed for %i, costs %i messages a day', (every, down, messages) => {
    const day = live(DAY, flaps(every * MINUTE, down * MINUTE));
    expect(day.events.length).toBeLessThanOrEqual(messages);
    expect(kinds(day).filter((kind) => kind === 'flapping')).toHaveLength(1);
    expect(day.events.at(-1)?.kind).toBe('flapping');
  });

  test('is told as flapping with its third failure within 30 minutes', () => {
    const { events } = live(30 * MINUTE, flaps(5 * MINUTE, MINUTE));
    expect(events.find(({ kind }) => kind === 'flapping')).toMatchObject({
      at: START + 20 * MINUTE,
      flapping: { failures: 3, since: START + 10 * MINUTE, longestGapMs: 5 * MINUTE, longestFailureMs: MINUTE },
    });
  });

  test('is told as flapping with its fourth failure within six hours', () => {
    const { events } = live(2 * HOUR, flaps(31 * MINUTE, 5 * MINUTE));
    expect(events.at(-1)).toMatchObject({
      kind: 'flapping',
      at: START + 103 * MINUTE,
      flapping: { failures: 4, longestGapMs: 31 * MINUTE },
    });
  });

  test('is told one by one when its failures are further apart', () => {
    expect(kinds(live(DAY, flaps(3 * HOUR, HOUR)))).not.toContain('flapping');
  });

  test('counts failures by status: those that were not told count as well', () => {
    // It works for two minutes only, so that no recovery was ever told.
    const day = live(2 * HOUR, flaps(3 * MINUTE, MINUTE));
    expect(kinds(day)).toEqual([FAILED, 'flapping']);
    expect(day.state.flapping?.failures).toBe(37);
  });

  test('has settled once it was quiet for twice the longest gap, which is told once', () => {
    const life = live(3 * HOUR, flaps(20 * MINUTE, 5 * MINUTE));
    const calm = live(3 * HOUR, () => WORKING, life);
    expect(kinds(calm)).toEqual(['settled']);
    const [settled] = calm.events;
    expect(settled?.kind === 'settled' && settled.quietMs).toBe(40 * MINUTE);
    expect(calm.state).toMatchObject({ flapping: null, rounds: [], failure: null });
  });

  test('has settled after half an hour at the earliest', () => {
    const life = live(HOUR, flaps(3 * MINUTE, MINUTE));
    expect(kinds(live(29 * MINUTE, () => WORKING, life))).toEqual([]);
    expect(kinds(live(32 * MINUTE, () => WORKING, life))).toEqual(['settled']);
  });

  test('that pauses has settled as paused', () => {
    const life = live(HOUR, flaps(3 * MINUTE, MINUTE));
    const paused = live(HOUR, () => 'PAUSING', life);
    expect(paused.events).toMatchObject([{ kind: 'settled', report: { status: 'PAUSING' } }]);
  });

  test('and then fails for over twice its longest failure has FAILED', () => {
    const life = live(2 * HOUR, flaps(20 * MINUTE, 8 * MINUTE));
    const down = live(3 * HOUR, () => FAILED, life);
    expect(kinds(down)).toEqual([FAILED]);
    expect(down.events[0]?.at).toBe(START + 2 * HOUR + 17 * MINUTE);
    expect(down.state).toMatchObject({ flapping: null, failure: { since: START + 2 * HOUR } });
    expect(kinds(live(HOUR, () => WORKING, down))).toEqual(['recovered']);
  });

  test('does not fail for good in under ten minutes', () => {
    const life = live(HOUR, flaps(3 * MINUTE, MINUTE));
    expect(kinds(live(10 * MINUTE, () => FAILED, life))).toEqual([]);
    expect(kinds(live(13 * MINUTE, () => FAILED, life))).toEqual([FAILED]);
  });

  test('that ends is told as ended at once', () => {
    const life = live(HOUR, flaps(3 * MINUTE, MINUTE));
    const over = live(5 * MINUTE, () => 'RELEASE_RESOURCE_COMPLETE', life);
    expect(kinds(over)).toEqual(['ended']);
    expect(over.state.flapping).toBeNull();
  });

  test('is not quiet while nobody sees it', () => {
    const life = live(HOUR, flaps(3 * MINUTE, MINUTE));
    const later = { ...life, state: { ...life.state, checkedAt: (life.state.checkedAt ?? 0) + HOUR } };
    const first = assess(life.state, reported(WORKING), (later.state.checkedAt ?? 0) + MINUTE);
    expect(first).toMatchObject({ events: [], silence: 'flapping' });
    expect(kinds(live(28 * MINUTE, () => WORKING, { ...first }))).toEqual([]);
  });
});

describe('whatever a job does in a week', () => {
  const anyStretch = fc.record({
    status: fc.constantFrom(FAILED, WORKING, 'PAUSING', 'FULL_TRANSFER_STARTED'),
    minutes: fc.oneof(fc.integer({ min: 1, max: 15 }), fc.integer({ min: 1, max: 200 })),
  });

  test('flapping and settled alternate, and nothing but a failure or an end is told between them', () => {
    fc.assert(
      fc.property(fc.array(anyStretch, { minLength: 1, maxLength: 40 }), (stretches) => {
        let life: Life = { state: UNSEEN_JOB, events: [] };
        const told: string[] = [];
        for (const { status, minutes } of stretches) {
          life = live(minutes * MINUTE, () => status, life);
          told.push(...kinds(life));
        }
        const afterFlapping = told.filter((_kind, index) => told[index - 1] === 'flapping');
        expect(afterFlapping.filter((kind) => kind !== 'settled' && kind !== FAILED)).toEqual([]);
        const beforeSettled = told.filter((_kind, index) => told[index + 1] === 'settled');
        expect(beforeSettled.filter((kind) => kind !== 'flapping')).toEqual([]);
        expect(life.state.flapping === null || told.at(-1) === 'flapping').toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});
