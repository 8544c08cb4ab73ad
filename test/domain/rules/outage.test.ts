import { describe, expect, test } from 'vitest';

import { DAY, HOUR, MINUTE } from '../../../src/domain/base/time.ts';
import type { StatusGroup } from '../../../src/domain/job/job-status.ts';
import { expiryOf } from '../../../src/domain/rules/expiry.ts';
import type { Facts } from '../../../src/domain/rules/rule-input.ts';
import { checkHoldRule, DEFAULT_RULES } from '../../../src/domain/rules/rule-settings.ts';
import { feed, NO_FACTS } from '../../support/rule-feed.ts';

const EVERY = 10 * MINUTE;
const RULES = { ...DEFAULT_RULES, pollMs: EVERY };

/** A job that works, then stays in a status for so long, looked at every ten minutes; when it was told, in hours since. */
function hoursOf(
  group: StatusGroup,
  lengthMs: number,
  facts: Facts = NO_FACTS,
): readonly (readonly [string, number])[] {
  const sampleAt = (at: number, status: StatusGroup) => ({ at, group: status, lagMs: null, parts: [] });
  const stays = Array.from({ length: lengthMs / EVERY + 1 }, (_, index) => sampleAt((index + 1) * EVERY, group));
  const { told } = feed([sampleAt(0, 'full_copy'), ...stays], { rules: RULES, facts });
  return told.map(([minute, kind]) => [kind, (minute - 10) / 60]);
}

describe('people are reminded', () => {
  test.each<[StatusGroup, string, readonly number[]]>([
    ['failed', 'still_failing', [1, 4, 24, 48]],
    ['paused', 'still_paused', [12, 24, 48]],
  ])('of a job that is %s', (group, kind, hours) => {
    expect(hoursOf(group, 2 * DAY)).toEqual(hours.map((hour) => [kind, hour]));
  });

  test('once of several times that nobody looked', () => {
    const at = [0, EVERY, 2 * EVERY, 3 * DAY, 3 * DAY + EVERY, 3 * DAY + 2 * EVERY, 3 * DAY + 3 * EVERY];
    const samples = at.map((time) => ({ at: time, group: 'failed' as const, lagMs: null, parts: [] }));
    expect(feed(samples, { rules: RULES }).events).toEqual([{ kind: 'still_failing', since: 0, startSeen: false }]);
  });

  test('not of one that fails and works in turns', () => {
    expect(hoursOf('failed', DAY, { ...NO_FACTS, isFlapping: true })).toEqual([]);
  });

  test.each<StatusGroup>(['maintenance', 'replicating', 'ended', 'unknown'])('not of one that is %s', (group) => {
    expect(hoursOf(group, 2 * DAY).filter(([kind]) => kind.startsWith('still_'))).toEqual([]);
  });
});

describe('the deadline of an abnormal job', () => {
  test('is told once, a day before', () => {
    const facts = { ...NO_FACTS, expiry: { afterMs: 3 * DAY, isConfirmed: true } };
    expect(hoursOf('failed', 3 * DAY, facts).filter(([kind]) => kind === 'deadline_near')).toEqual([
      ['deadline_near', 48],
    ]);
  });

  test.each([
    ['INCRE_TRANSFER_FAILED', null, false, { afterMs: 14 * DAY, isConfirmed: false }],
    ['INCRE_TRANSFER_FAILED', 30, false, { afterMs: 30 * DAY, isConfirmed: true }],
    ['CREATE_FAILED', 30, false, { afterMs: 3 * DAY, isConfirmed: true }],
    ['PAUSING', 14, true, null],
  ])('of %s after %s days, prepaid: %s', (status, expiredDays, prepaid, expected) => {
    expect(expiryOf(status, { expiredDays, prepaid })).toEqual(expected);
  });
});

test.each([
  [{ levelMs: 2 * MINUTE, holdMs: 10 * MINUTE }, MINUTE, { kind: 'fits' }],
  [{ levelMs: 2 * MINUTE, holdMs: 10 * MINUTE }, 5 * MINUTE, { kind: 'stretched', holdMs: 15 * MINUTE }],
  [{ levelMs: 2 * MINUTE, holdMs: 10 * MINUTE }, 6 * MINUTE, { kind: 'hold_too_short', leastMs: 12 * MINUTE }],
  [{ levelMs: 2 * MINUTE, holdMs: DAY }, MINUTE, { kind: 'hold_too_long', mostMs: 6 * HOUR }],
  [{ levelMs: 0, holdMs: 10 * MINUTE }, MINUTE, { kind: 'always_so', leastMs: 1_000 }],
  [{ levelMs: 365 * DAY, holdMs: 10 * MINUTE }, MINUTE, { kind: 'never_so', mostMs: 30 * DAY }],
])('a rule %j, polled every %d ms: %j', (rule, pollMs, expected) => {
  expect(checkHoldRule(rule, { pollMs })).toEqual(expected);
});
