import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { UNSEEN_JOB } from '../../../src/domain/job/job-state.ts';
import type { JobState } from '../../../src/domain/job/job-state.ts';
import {
  GONE_AFTER_MS,
  GONE_ASKED_FOR_MS,
  GONE_WITHOUT_LIST_AFTER_MS,
  judgeAbsence,
  nextPollOfGone,
  wantsList,
} from '../../../src/domain/poll/absence.ts';
import type { ConnectionAbsence, Suspect } from '../../../src/domain/poll/absence.ts';
import { noteNoReport } from '../../../src/domain/poll/no-report.ts';
import { DEFAULT_VERDICT_RULES } from '../../../src/domain/job/verdict-rules.ts';
import { DAY, HOUR, MINUTE } from '../../../src/domain/base/time.ts';
import { ORDERS } from '../../support/reports.ts';

const NOW = 100 * DAY;
const CODE = 'DRS.M00289';

/** Missing for so long, in as many answers as it takes, and just now. */
const missingFor = (ms: number, changes: Partial<NonNullable<JobState['missing']>> = {}) => ({
  code: CODE,
  since: NOW - ms,
  lastAt: NOW,
  ticks: 3,
  ...changes,
});
/** Missing for six minutes; the list had it before, was read since, and has others. */
const suspect = (changes: Partial<Suspect> = {}): Suspect => ({
  jobId: ORDERS,
  missing: missingFor(6 * MINUTE),
  unknownSince: NOW - 6 * MINUTE,
  unknownPolls: 6,
  listedAt: NOW - HOUR,
  listReadAt: NOW - MINUTE,
  listedStatus: null,
  listHasOthers: true,
  ...changes,
});
/** Five watched jobs, of which this one does not answer. */
const connection = (changes: Partial<ConnectionAbsence> = {}): ConnectionAbsence => ({
  watched: 5,
  answering: 4,
  suspects: [],
  listTriedAt: NOW - MINUTE,
  isListAwaited: false,
  ...changes,
});
const NO_LIST = { listReadAt: null, listedAt: null } as const;
const aDay = { missing: missingFor(DAY), unknownSince: NOW - DAY, listedAt: NOW - 2 * DAY };

describe('a missing job is', () => {
  test.each<[verdict: string, when: string, Partial<Suspect>, Partial<ConnectionAbsence>]>([
    ['gone', 'after five minutes, when a fresh list that had it lacks it and has others', {}, {}],
    ['unknown', 'before five minutes', { missing: missingFor(GONE_AFTER_MS - 1) }, {}],
    ['unknown', 'in two answers', { missing: missingFor(HOUR, { ticks: 2 }) }, {}],
    ['unknown', 'by one answer, long ago, and nothing since', { missing: missingFor(DAY, { lastAt: NOW - DAY }) }, {}],
    ['unknown', 'when the list was read before it went missing', { listReadAt: NOW - 7 * MINUTE }, {}],
    ['unknown', 'when the list was never read', NO_LIST, {}],
    ['unknown', 'when no list ever had it', { listedAt: null }, {}],
    ['unknown', 'when the list has none of the others', { listHasOthers: false }, {}],
    ['unknown', 'when the list has it', { listedStatus: 'INCRE_TRANSFER_STARTED', listedAt: NOW - MINUTE }, {}],
    ['gone', 'of two watched jobs too', {}, { watched: 2, answering: 1 }],
    ['unknown', 'when the last whole list had it and a later one ended early', { listedAt: NOW - MINUTE }, {}],
    ['unknown', 'alone', {}, { watched: 1, answering: 0 }],
    ['unknown', 'while most watched jobs do not answer', {}, { watched: 5, answering: 2 }],
    ['unknown', 'while none answers', {}, { watched: 10, answering: 0 }],
    ['gone', 'after a day without a list', { ...aDay, ...NO_LIST }, {}],
    ['gone', 'after a day, of two watched jobs', { ...aDay, ...NO_LIST }, { watched: 2, answering: 1 }],
    ['gone', 'after a day, alone', { ...aDay, ...NO_LIST }, { watched: 1, answering: 0 }],
    ['unknown', 'not after a day without a list while most do not answer', { ...aDay, ...NO_LIST }, { answering: 2 }],
    ['gone', 'after a day while most do not answer, when a fresh list lacks it', aDay, { answering: 0 }],
    ['unknown', 'nor when that list is old', { ...aDay, listReadAt: NOW - 3 * HOUR }, { answering: 0 }],
    [
      'unknown',
      'not after a day whose list had it an hour ago',
      { ...aDay, listedStatus: 'PAUSING', listedAt: NOW - HOUR },
      { watched: 1, answering: 0 },
    ],
  ])('%s %s', (verdict, _when, ofSuspect, ofConnection) => {
    expect(judgeAbsence(suspect(ofSuspect), connection(ofConnection), NOW)).toBe(verdict);
  });

  test('deleted when batch detail says so, once it has been missing for five minutes', () => {
    expect(judgeAbsence(suspect(NO_LIST), connection({ watched: 1 }), NOW, true)).toBe('deleted');
    const short = suspect({ ...NO_LIST, missing: missingFor(MINUTE) });
    expect(judgeAbsence(short, connection({ watched: 1 }), NOW, true)).toBe('unknown');
  });

  test('deleted when a list says so that was read after it stopped to be reported, left out or unknown', () => {
    const listed = { listedStatus: 'DELETED', listedAt: null };
    expect(judgeAbsence(suspect({ ...listed, missing: null }), connection(), NOW)).toBe('deleted');
    const before = suspect({ ...listed, missing: null, listReadAt: NOW - HOUR });
    expect(judgeAbsence(before, connection(), NOW)).toBe('unknown');
    const once = suspect({ ...listed, missing: null, unknownPolls: 1 });
    expect(judgeAbsence(once, connection(), NOW)).toBe('unknown');
  });
});

describe('whatever the connection shows', () => {
  const ms = fc.integer({ min: 0, max: 3 * DAY });
  const anySuspect: fc.Arbitrary<Suspect> = fc
    .record({
      missing: ms,
      heard: fc.integer({ min: 0, max: DAY }),
      ticks: fc.integer({ min: 1, max: 5_000 }),
      listed: fc.option(ms),
      read: fc.option(ms),
      has: fc.boolean(),
      others: fc.boolean(),
    })
    .map(({ missing, heard, ticks, listed, read, has, others }) => ({
      jobId: ORDERS,
      missing: missingFor(missing, { ticks, lastAt: NOW - Math.min(heard, missing) }),
      unknownSince: NOW - missing,
      unknownPolls: ticks,
      listedAt: listed === null ? null : NOW - listed,
      listReadAt: read === null ? null : NOW - read,
      listedStatus: has ? 'INCRE_TRANSFER_STARTED' : null,
      listHasOthers: others,
    }));
  const anyConnection = fc
    .tuple(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 0, max: 50 }))
    .map(([watched, answering]) => connection({ watched, answering: Math.min(answering, watched) }));

  test('nothing is gone that was missing for less than five minutes', () => {
    fc.assert(
      fc.property(anySuspect, anyConnection, (one, whole) => {
        const { missing } = one;
        fc.pre(missing !== null && missing.lastAt - missing.since < GONE_AFTER_MS);
        expect(judgeAbsence(one, whole, NOW, true)).toBe('unknown');
      }),
    );
  });

  test('nothing is gone that a list had within a day', () => {
    fc.assert(
      fc.property(anySuspect, anyConnection, fc.integer({ min: 0, max: DAY - 1 }), (one, whole, ago) => {
        const listed = { ...one, listedAt: NOW - ago, listReadAt: NOW - ago, listedStatus: 'PAUSING' };
        expect(judgeAbsence(listed, whole, NOW)).toBe('unknown');
      }),
    );
  });

  test('nothing is gone within a day where it alone is watched, or most do not answer', () => {
    fc.assert(
      fc.property(anySuspect, anyConnection, (one, whole) => {
        const { missing } = one;
        fc.pre(missing !== null && missing.lastAt - missing.since < GONE_WITHOUT_LIST_AFTER_MS);
        fc.pre(whole.watched < 2 || (whole.watched >= 3 && whole.answering * 2 < whole.watched));
        expect(judgeAbsence(one, whole, NOW)).toBe('unknown');
      }),
    );
  });

  test('a job that is missing on and on is gone or deleted in the end, unless its list has it or the connection is blind', () => {
    fc.assert(
      fc.property(anySuspect, anyConnection, (one, whole) => {
        fc.pre(whole.watched < 3 || whole.answering * 2 >= whole.watched);
        const lost = { ...one, missing: missingFor(2 * DAY), listedAt: NOW - DAY, listedStatus: null };
        expect(judgeAbsence(lost, whole, NOW)).toBe('gone');
      }),
    );
  });
});

describe('"no such job"', () => {
  const answer = { kind: 'item_error', code: CODE, message: null } as const;
  const after = (...minutes: readonly number[]) =>
    minutes.reduce((state, minute) => noteNoReport(state, answer, minute * MINUTE, DEFAULT_VERDICT_RULES), UNSEEN_JOB)
      .missing;

  test('is counted from the first of answers in a row', () => {
    expect(after(1, 2, 7)).toEqual({ code: CODE, since: MINUTE, lastAt: 7 * MINUTE, ticks: 3 });
  });

  test('begins anew after hours in which nobody knows what was, and when the clock was set back', () => {
    expect(after(1, 2, 1_440)).toEqual({ code: CODE, since: DAY, lastAt: DAY, ticks: 1 });
    expect(after(10, 2)).toMatchObject({ since: 2 * MINUTE, ticks: 1 });
  });
});

describe('the list of jobs is wanted', () => {
  const lately = (triedMs: number | null, missingMs: number) =>
    wantsList(
      connection({
        suspects: [suspect({ missing: missingFor(missingMs) })],
        listTriedAt: triedMs === null ? null : NOW - triedMs,
      }),
      NOW,
    );

  test.each([
    [false, null, 4 * MINUTE],
    [true, null, 5 * MINUTE],
    [true, MINUTE, 5 * MINUTE],
    [false, MINUTE - 1, 5 * MINUTE],
    [false, 7 * MINUTE, HOUR],
    [true, 8 * MINUTE, HOUR],
    [false, HOUR - 1, 3 * DAY],
    [true, HOUR, 3 * DAY],
  ])('%s, last tried %s ms ago, of a job missing for %s ms', (wanted, triedMs, missingMs) => {
    expect(lately(triedMs, missingMs)).toBe(wanted);
  });

  test('not while nothing is missing, and every six hours for jobs that are no longer asked about', () => {
    expect(wantsList(connection({ listTriedAt: null }), NOW)).toBe(false);
    const awaited = (triedMs: number) =>
      wantsList(connection({ isListAwaited: true, listTriedAt: NOW - triedMs }), NOW);
    expect([awaited(6 * HOUR - 1), awaited(6 * HOUR)]).toEqual([false, true]);
  });
});

test('a job that is gone is asked about hourly for a week, and then no more', () => {
  expect(nextPollOfGone(NOW, NOW)).toBe(NOW + HOUR);
  expect(nextPollOfGone(NOW - GONE_ASKED_FOR_MS + 1, NOW)).toBe(NOW + HOUR);
  expect(nextPollOfGone(NOW - GONE_ASKED_FOR_MS, NOW)).toBeNull();
});
