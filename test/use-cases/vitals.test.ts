import { describe, expect, test } from 'vitest';

import { explanation } from '../../src/domain/job/explanation.ts';
import { parseJobId } from '../../src/domain/job/job-id.ts';
import type { ProgressAnswers } from '../../src/domain/job/progress-answer.ts';
import { DAY, HOUR, MINUTE } from '../../src/domain/base/time.ts';
import { findStillLoops } from '../../src/domain/vital-signs.ts';
import { createTimetable } from '../../src/runtime/cron.ts';
import { NO_METRICS } from '../../src/ports/metrics.ts';
import { Vitals } from '../../src/use-cases/upkeep/vitals.ts';
import { manualClock } from '../support/manual-clock.ts';

/** A Friday. */
const FRIDAY = Date.parse('2026-06-05T17:57:00Z');
const PATIENCE = { intervalMs: MINUTE, stillMs: 3 * MINUTE };

function watched(pattern: string, startAt = FRIDAY) {
  const clock = manualClock(startAt);
  const vitals = new Vitals(clock, NO_METRICS, createTimetable(pattern, 'UTC', startAt));
  const turn = async () => {
    for (const loop of ['poller', 'dispatcher', 'causes'] as const) await vitals.timed(loop, () => Promise.resolve())();
  };
  const still = () => findStillLoops(vitals.signs(), clock.now(), PATIENCE).map(({ loop }) => loop);
  return { clock, vitals, turn, still };
}

function unanswered(): ProgressAnswers {
  const jobId = parseJobId('9a470239-2308-4bb5-a6bc-1040402fjb21');
  if (jobId === null) throw new TypeError('no job id');
  return new Map([
    [
      jobId,
      {
        kind: 'unanswered',
        failure: { reason: 'timeout', why: explanation('timeout'), code: null, httpStatus: null, requestId: null },
      },
    ],
  ]);
}

describe.each([-DAY, -HOUR, -MINUTE, MINUTE, HOUR, DAY])('a clock that is set by %i ms', (jumpMs) => {
  test('makes no loop still and no time down', async () => {
    const { clock, vitals, turn, still } = watched('* * * * *');
    await turn();
    const aliveAt = clock.now();
    vitals.notedAlive();
    await clock.advance(MINUTE);
    clock.set(jumpMs);
    expect(still()).toEqual([]);
    expect(vitals.findDownTime(aliveAt, 10 * MINUTE)).toBeNull();
  });

  test('hides no loop that has stopped, and no down time of a process that was held', async () => {
    const { clock, vitals, turn, still } = watched('* * * * *');
    await turn();
    const aliveAt = clock.now();
    vitals.notedAlive();
    clock.set(jumpMs);
    await clock.advance(DAY + HOUR);
    expect(still()).toEqual(['poller', 'dispatcher', 'causes']);
    expect(vitals.findDownTime(aliveAt, 10 * MINUTE)).toBe(aliveAt);
  });

  test('changes nothing in how long DRS has been silent', async () => {
    const { clock, vitals } = watched('* * * * *');
    vitals.heard(unanswered());
    await clock.advance(2 * MINUTE);
    clock.set(jumpMs);
    await clock.advance(2 * MINUTE);
    expect(vitals.signs().drs).toMatchObject({ kind: 'silent', forMs: 4 * MINUTE });
  });
});

describe('office hours', () => {
  test('are followed by a pause, in which the poller is well and nothing is overdue', async () => {
    const { clock, vitals, turn, still } = watched('* 8-17 * * 1-5');
    await clock.advance(2 * MINUTE);
    await turn();
    await clock.advance(14 * HOUR);
    await turn();
    expect(still()).toEqual([]);
    const monday = Date.parse('2026-06-08T08:00:00Z');
    expect(vitals.signs().poll).toEqual({ silentMs: 0, overdueMs: 0, nextAt: monday, pausedUntil: monday });
  });

  test('that nobody keeps are noticed on Monday morning', async () => {
    const { clock, vitals, still } = watched('* 8-17 * * 1-5');
    await clock.advance(Date.parse('2026-06-08T08:04:00Z') - FRIDAY);
    expect(still()).toContain('poller');
    expect(vitals.signs().poll).toMatchObject({ overdueMs: 62 * HOUR + 6 * MINUTE, pausedUntil: null });
  });

  test('end a silence of DRS: the weekend does not count', async () => {
    const { clock, vitals } = watched('* 8-17 * * 1-5');
    await clock.advance(2 * MINUTE);
    vitals.heard(unanswered());
    await clock.advance(Date.parse('2026-06-08T08:00:00Z') - FRIDAY - 2 * MINUTE);
    vitals.heard(unanswered());
    expect(vitals.signs().blindMs).toBe(MINUTE);
    await clock.advance(3 * MINUTE);
    expect(vitals.signs().drs).toMatchObject({ kind: 'silent', forMs: 4 * MINUTE });
  });
});
