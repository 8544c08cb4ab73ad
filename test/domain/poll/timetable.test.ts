import { describe, expect, test } from 'vitest';

import { beginOfDownTime, endOfPause, silenceMs } from '../../../src/domain/poll/timetable.ts';
import { HOUR, MINUTE } from '../../../src/domain/base/time.ts';
import { createTimetable } from '../../../src/runtime/cron.ts';

const at = (time: string) => Date.parse(time);
/** 2026-06-05 is a Friday. */
const FRIDAY_EVENING = at('2026-06-05T17:59:00Z');
const MONDAY_MORNING = at('2026-06-08T08:00:00Z');
const everyMinute = createTimetable('* * * * *', 'Europe/Berlin', FRIDAY_EVENING);
const officeHours = createTimetable('* 8-17 * * 1-5', 'UTC', FRIDAY_EVENING);

describe('silence', () => {
  test('of a schedule that comes every minute counts from the last sign', () => {
    expect(silenceMs(everyMinute, at('2026-06-05T12:00:07Z'), at('2026-06-05T12:10:07Z'))).toBe(10 * MINUTE);
  });

  test('of office hours is none in the evening and at the weekend, and counts from Monday morning', () => {
    expect(silenceMs(officeHours, FRIDAY_EVENING, at('2026-06-05T18:03:00Z'))).toBe(0);
    expect(silenceMs(officeHours, FRIDAY_EVENING, at('2026-06-07T12:00:00Z'))).toBe(0);
    expect(silenceMs(officeHours, FRIDAY_EVENING, MONDAY_MORNING + 4 * MINUTE)).toBe(5 * MINUTE);
  });
});

describe('a pause by schedule', () => {
  test('is told with its end, and is none between two runs that follow as usual', () => {
    expect(endOfPause(officeHours, FRIDAY_EVENING)).toBe(MONDAY_MORNING);
    expect(endOfPause(officeHours, MONDAY_MORNING + 30_000)).toBeNull();
    expect(endOfPause(everyMinute, FRIDAY_EVENING)).toBeNull();
  });

  test('is none in the night that is an hour longer', () => {
    const daily = createTimetable('0 8 * * *', 'Europe/Berlin', FRIDAY_EVENING);
    expect(endOfPause(daily, at('2026-10-24T06:00:00Z'))).toBeNull();
  });
});

describe('a down time', () => {
  test('begins with the last sign of life where polls come every minute', () => {
    const last = at('2026-06-05T12:00:07Z');
    expect(beginOfDownTime(everyMinute, last, last + 42 * MINUTE, 10 * MINUTE)).toBe(last);
    expect(beginOfDownTime(everyMinute, last, last + 9 * MINUTE, 10 * MINUTE)).toBeNull();
  });

  test('is none in a night without planned runs, and begins with the morning when it goes on', () => {
    expect(beginOfDownTime(officeHours, FRIDAY_EVENING, MONDAY_MORNING - HOUR, 10 * MINUTE)).toBeNull();
    expect(beginOfDownTime(officeHours, FRIDAY_EVENING, MONDAY_MORNING + 5 * MINUTE, 10 * MINUTE)).toBeNull();
    expect(beginOfDownTime(officeHours, FRIDAY_EVENING, MONDAY_MORNING + HOUR, 10 * MINUTE)).toBe(
      MONDAY_MORNING - MINUTE,
    );
  });

  test('is none where no planned run was missed', () => {
    const hourly = createTimetable('0 * * * *', 'UTC', FRIDAY_EVENING);
    const last = at('2026-06-05T12:01:00Z');
    expect(beginOfDownTime(hourly, last, last + 42 * MINUTE, 10 * MINUTE)).toBeNull();
  });

  test('is none where the clock was set back', () => {
    expect(beginOfDownTime(everyMinute, FRIDAY_EVENING, FRIDAY_EVENING - HOUR, 10 * MINUTE)).toBeNull();
  });
});
