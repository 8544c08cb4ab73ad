import { describe, expect, test } from 'vitest';

import { isClockSet, isDue, planAnew, planRun } from '../../../src/domain/poll/planned-run.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../../src/domain/base/time.ts';
import { createTimetable } from '../../../src/runtime/cron.ts';

const AT = Date.parse('2026-06-01T10:00:30Z');
const everyMinute = createTimetable('* * * * *', 'UTC', AT);
const officeHours = createTimetable('* 8-17 * * 1-5', 'UTC', AT);
const planned = { now: AT, monotonic: 1_000 };

describe('a planned run', () => {
  test('is due when either clock has reached it', () => {
    const plan = planRun(everyMinute, planned);
    expect(isDue(plan, { now: AT + 29 * SECOND, monotonic: 30 * SECOND })).toBe(false);
    expect(isDue(plan, { now: AT + 30 * SECOND, monotonic: 30 * SECOND })).toBe(true);
    expect(isDue(plan, { now: AT - HOUR, monotonic: 31 * SECOND })).toBe(true);
  });

  test.each([-DAY, -HOUR, -MINUTE, -10 * SECOND, 10 * SECOND, MINUTE, HOUR, DAY])(
    'of every minute comes within a minute when the clock is set by %i ms',
    (jumpMs) => {
      const set = { now: AT + 10 * SECOND + jumpMs, monotonic: planned.monotonic + 10 * SECOND };
      const plan = planRun(everyMinute, planned);
      expect(isClockSet(plan, set)).toBe(true);
      expect(planAnew(everyMinute, plan, set).dueAt).toBeLessThanOrEqual(planned.monotonic + 30 * SECOND);
    },
  );

  test.each([-DAY, -HOUR])('of office hours follows the new time of day when the clock is set by %i ms', (jumpMs) => {
    const monday = { now: Date.parse('2026-06-02T10:00:30Z'), monotonic: 0 };
    const set = { now: monday.now + jumpMs, monotonic: 0 };
    const plan = planAnew(officeHours, planRun(officeHours, monday), set);
    expect(plan.at).toBe(set.now + 30 * SECOND);
    expect(plan.dueAt).toBe(30 * SECOND);
  });

  test('that the clock has passed in a jump stays due', () => {
    const night = { now: Date.parse('2026-06-02T05:00:00Z'), monotonic: 0 };
    const plan = planRun(officeHours, night);
    const set = { now: night.now + 5 * HOUR, monotonic: 0 };
    expect(isDue(planAnew(officeHours, plan, set), set)).toBe(true);
  });

  test('does not take two clocks of slightly different pace for one that was set', () => {
    expect(isClockSet(planRun(everyMinute, planned), { now: AT + MINUTE, monotonic: 61_100 })).toBe(false);
  });
});
