import fc from 'fast-check';
import cron from 'node-cron';
import { describe, expect, test } from 'vitest';

import { DAY, HOUR, MINUTE, SECOND } from '../../src/domain/base/time.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { createCron, createTimetable, isSchedule } from '../../src/runtime/cron.ts';
import { manualClock } from '../support/manual-clock.ts';
import { SILENT } from '../support/silent-log.ts';

const at = (time: string) => Date.parse(time);

/** The planned runs from a moment on. */
function runs(pattern: string, zone: string, from: number, count: number): readonly number[] {
  const timetable = createTimetable(pattern, zone, from);
  const found: number[] = [];
  for (let last = from; found.length < count; found.push(last)) last = timetable.nextAfter(last);
  return found;
}

/** The nights in which summer time ends and begins. */
const NIGHTS = [
  ['Europe/Berlin', '2026-10-25T01:00:00Z'],
  ['Europe/Berlin', '2027-03-28T01:00:00Z'],
  ['America/New_York', '2026-11-01T06:00:00Z'],
  ['America/New_York', '2027-03-14T07:00:00Z'],
  ['Australia/Lord_Howe', '2026-04-04T15:00:00Z'],
] as const;

describe.each(NIGHTS)('in the night in which clocks change in %s (%s)', (zone, change) => {
  test.each(['* * * * *', '*/15 * * * * *', '*/5 * * * *'])('the schedule %s keeps its pace', (pattern) => {
    const { intervalMs, zone: followed } = createTimetable(pattern, zone, at(change));
    const found = runs(pattern, zone, at(change) - 3 * HOUR, (6 * HOUR) / intervalMs);
    const gaps = new Set(found.slice(1).map((run, index) => run - (found[index] ?? run)));
    expect([...gaps]).toEqual([intervalMs]);
    expect(followed).toBeNull();
  });
});

describe('a schedule with hours or days', () => {
  test('follows the wall clock of its zone', () => {
    const mornings = runs('0 8 * * *', 'Europe/Berlin', at('2026-10-24T00:00:00Z'), 3);
    expect(mornings.map((run) => new Date(run).toISOString())).toEqual([
      '2026-10-24T06:00:00.000Z',
      '2026-10-25T07:00:00.000Z',
      '2026-10-26T07:00:00.000Z',
    ]);
  });

  test('comes once in the hour that comes twice, and a little later in the hour that is left out', () => {
    const autumn = runs('30 2 * * *', 'Europe/Berlin', at('2026-10-24T12:00:00Z'), 2);
    expect(autumn.map((run) => new Date(run).toISOString())).toEqual([
      '2026-10-25T00:30:00.000Z',
      '2026-10-26T01:30:00.000Z',
    ]);
    const [spring] = runs('30 2 * * *', 'Europe/Berlin', at('2027-03-27T12:00:00Z'), 1);
    expect(new Date(spring ?? 0).toISOString()).toBe('2027-03-28T01:00:00.000Z');
  });

  test('of every minute keeps its minutes in the hour that comes twice', () => {
    const found = runs('* 0-5 * * *', 'Europe/Berlin', at('2026-10-25T00:00:00Z'), 120);
    expect(found.every((run, index) => run === at('2026-10-25T00:01:00Z') + index * MINUTE)).toBe(true);
  });
});

describe('how often a schedule comes', () => {
  test.each([
    ['* * * * *', MINUTE],
    ['*/15 * * * * *', 15 * SECOND],
    ['* 8-17 * * 1-5', MINUTE],
    ['*/7 * * * *', 7 * MINUTE],
    ['0 8,12 * * 1-5', 4 * HOUR],
    ['0 8 * * *', DAY],
  ])('%s is found whenever it is asked', (pattern, intervalMs) => {
    const moments = ['2026-06-05T07:58:00Z', '2026-06-05T17:58:30Z', '2026-06-06T12:00:00Z', '2026-10-24T22:00:00Z'];
    expect(moments.map((moment) => createTimetable(pattern, 'Europe/Berlin', at(moment)).intervalMs)).toEqual(
      moments.map(() => intervalMs),
    );
  });
});

test('a schedule of five or six fields is understood, and one that never comes is refused', () => {
  const understood = ['* * * * *', '*/15 * * * * *', '0 22-2 * * *', '@hourly', '0 8 ? * mon-fri', '0 0 29 2 *'];
  expect(understood.filter(isSchedule)).toEqual(understood);
  expect(['soon', '0 0 30 2 *', '61 * * * *', ''].filter(isSchedule)).toEqual([]);
});

test('what is planned is what node-cron would fire', () => {
  const field = (least: number, most: number) =>
    fc.oneof(
      { weight: 2, arbitrary: fc.constant('*') },
      fc.integer({ min: least, max: most }).map(String),
      fc.uniqueArray(fc.integer({ min: least, max: most }), { minLength: 1, maxLength: 3 }).map((all) => all.join(',')),
      fc
        .tuple(fc.integer({ min: least, max: most }), fc.integer({ min: least, max: most }))
        .map((two) => two.join('-')),
      fc.integer({ min: 1, max: most }).map((step) => `*/${step}`),
    );
  const pattern = fc
    .tuple(field(0, 59), field(0, 23), field(1, 28), field(1, 12), field(0, 7))
    .map((all) => all.join(' '));
  const moment = fc.integer({ min: at('2026-01-01T00:00:00Z'), max: at('2027-01-01T00:00:00Z') });
  fc.assert(
    fc.property(pattern, moment, fc.constantFrom('UTC', 'Europe/Berlin', 'Asia/Kolkata'), (text, from, zone) => {
      fc.pre(isSchedule(text));
      const timetable = createTimetable(text, zone, from);
      const task = cron.createTask(text, () => undefined, { timezone: timetable.zone ?? 'UTC' });
      const next = timetable.nextAfter(from);
      const isHourLeftOut = zone === 'Europe/Berlin' && new Date(next).toISOString().startsWith('2026-03-29T01:00');
      expect(isHourLeftOut || task.match(new Date(next))).toBe(true);
      const first = Math.ceil((from + 1) / MINUTE) * MINUTE;
      const skipped = Array.from({ length: 100 }, (_, index) => first + index * MINUTE).filter((time) => time < next);
      const isHourTwice = zone === 'Europe/Berlin' && new Date(from).toISOString().startsWith('2026-10-25T0');
      expect(isHourTwice || !skipped.some((time) => task.match(new Date(time)))).toBe(true);
      void task.destroy();
    }),
    { numRuns: 200 },
  );
}, 20_000);

test('which run comes next is the same whatever was asked before, also where clocks are changed', () => {
  const nights = [at('2026-03-28T22:00:00Z'), at('2026-10-24T22:00:00Z'), at('2026-11-27T22:00:00Z')];
  const moments = fc.tuple(
    fc.constantFrom(...nights),
    fc.array(fc.integer({ min: 0, max: 6 * 60 * MINUTE }), { minLength: 2, maxLength: 8 }),
  );
  const patterns = fc.constantFrom('* * * * *', '*/20 * * * *', '*/7 1-3 * * *', '30 2 * * *', '0 3 * * 0');
  fc.assert(
    fc.property(patterns, moments, (text, [night, offsets]) => {
      const asked = createTimetable(text, 'Europe/Berlin', night);
      for (const moment of offsets.map((offset) => night + offset))
        expect(asked.nextAfter(moment)).toBe(createTimetable(text, 'Europe/Berlin', night).nextAfter(moment));
    }),
    { numRuns: 25 },
  );
}, 20_000);

describe('the watchdog', () => {
  const START = at('2026-06-01T10:00:30Z');

  /** A node-cron that never fires beside a timetable of every minute: it misses every run. */
  async function missing(run: () => Promise<void> = () => Promise.resolve()) {
    const clock = manualClock(START);
    const timetable = createTimetable('* * * * *', 'UTC', START);
    const began: number[] = [];
    const noted = async () => {
      began.push(clock.monotonic());
      await run();
    };
    const scheduled = createCron({ pattern: '0 0 29 2 *', timetable, clock, log: SILENT }, noted);
    scheduled.start();
    await clock.advance(0);
    return { clock, began, [Symbol.asyncDispose]: () => scheduled.stop() };
  }

  test('makes up for every run that node-cron misses, each once', async () => {
    await using schedule = await missing();
    await schedule.clock.advance(5 * MINUTE);
    const expected = [0.5, 1.5, 2.5, 3.5, 4.5].map((minutes) => minutes * MINUTE + 500);
    expect(schedule.began).toEqual(expected);
  });

  test.each([-DAY, -HOUR, -MINUTE, MINUTE, HOUR, DAY])(
    'lets no more than a minute pass when the clock is set by %i ms',
    async (jumpMs) => {
      await using schedule = await missing();
      await schedule.clock.advance(5 * MINUTE);
      schedule.clock.set(jumpMs);
      await schedule.clock.advance(5 * MINUTE);
      const gaps = schedule.began.slice(1).map((run, index) => run - (schedule.began[index] ?? run));
      expect(schedule.began.length).toBeGreaterThanOrEqual(10);
      expect(Math.max(...gaps)).toBeLessThanOrEqual(MINUTE + SECOND);
    },
  );

  test('leaves out what falls into a pass that is still running, and goes on after it', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    await using schedule = await missing(() => held);
    await schedule.clock.advance(5 * MINUTE);
    expect(schedule.began).toHaveLength(1);
    release();
    await schedule.clock.advance(MINUTE);
    expect(schedule.began).toHaveLength(2);
  });

  test('goes on after a run that fails', async () => {
    await using schedule = await missing(() => Promise.reject(new Error('disk')));
    await schedule.clock.advance(2 * MINUTE);
    expect(schedule.began).toHaveLength(2);
  });

  test('adds nothing to what node-cron fires', async () => {
    const said: string[] = [];
    const log = { ...SILENT, debug: (_fields: object, message: string) => void said.push(message) };
    const timetable = createTimetable('* * * * * *', 'UTC', Date.now());
    const seconds: number[] = [];
    let isEnough = () => {};
    const enough = new Promise<void>((resolve) => (isEnough = resolve));
    const run = () => {
      if (seconds.push(Math.floor(Date.now() / SECOND)) === 3) isEnough();
      return Promise.resolve();
    };
    const scheduled = createCron({ pattern: '* * * * * *', timetable, clock: systemClock, log }, run);
    scheduled.start();
    await enough;
    await scheduled.stop();
    expect(said).toEqual([]);
    expect(seconds).toEqual([0, 1, 2].map((index) => (seconds[0] ?? 0) + index));
  });
});
