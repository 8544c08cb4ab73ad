import { describe, expect, test } from 'vitest';

import { MINUTE } from '../../../src/domain/base/time.ts';
import { explanation } from '../../../src/domain/job/explanation.ts';
import { UNSEEN_JOB } from '../../../src/domain/job/job-state.ts';
import { failureOf } from '../../../src/domain/job/progress-answer.ts';
import type { ProgressAnswer } from '../../../src/domain/job/progress-answer.ts';
import { assess } from '../../../src/domain/poll/assess.ts';
import { reported } from '../../support/reports.ts';

const NO_ANSWER: ProgressAnswer = { kind: 'unanswered', failure: failureOf('timeout', explanation('timeout')) };
const ODD: ProgressAnswer = { kind: 'item_error', code: 'DRS.M01501', message: null };
const MISSING: ProgressAnswer = { kind: 'item_error', code: 'DRS.M00289', message: null };
const OK = reported('INCRE_TRANSFER_STARTED');

/** So many answers a minute apart, and whether other jobs answer meanwhile. */
type Stretch = readonly [minutes: number, answer: ProgressAnswer, othersAnswer?: boolean | null];

function told(...stretches: readonly Stretch[]): readonly string[] {
  let state = UNSEEN_JOB;
  let now = 1_000_000_000;
  return stretches.flatMap(([minutes, answer, othersAnswer = true]) =>
    Array.from({ length: minutes }).flatMap(() => {
      now += MINUTE;
      const result = assess(state, answer, now, { othersAnswer });
      ({ state } = result);
      return result.events.map(({ kind }) => kind);
    }),
  );
}

describe('a job that alone cannot be read', () => {
  test.each([
    ['DRS could not tell its progress', ODD],
    ['it was left out', { kind: 'omitted' } as const],
    ['it made DRS refuse', { kind: 'rejected', code: null, message: null } as const],
    ['its request failed', NO_ANSWER],
    ['DRS says there is none', MISSING],
  ])('is told after 30 minutes, once, when %s', (_what, answer) => {
    expect(told([1, OK], [30, answer])).toEqual([]);
    expect(told([1, OK], [300, answer])).toEqual(['unreadable']);
  });

  test('is told again when it can be read, with what changed', () => {
    expect(told([1, OK], [40, ODD], [5, OK])).toEqual(['unreadable', 'readable_again']);
    const failed = reported('INCRE_TRANSFER_FAILED');
    expect(told([1, OK], [40, ODD], [1, failed])).toEqual(['unreadable', 'readable_again', 'status_changed']);
  });

  test('for less is not told at all', () => {
    expect(told([1, OK], [25, ODD], [1, OK], [25, ODD], [1, OK])).toEqual([]);
  });

  test('is not alone while no other job answers: that is the connection', () => {
    expect(told([1, OK], [300, NO_ANSWER, false], [5, OK])).toEqual([]);
    expect(told([1, OK], [25, ODD], [60, NO_ANSWER, false], [25, ODD])).toEqual([]);
  });

  test('is not forgotten by a bot that has just been started and knows nothing yet', () => {
    expect(told([1, OK], [25, ODD], [1, ODD, null], [5, ODD])).toEqual(['unreadable']);
  });

  test('stays told while the connection is blind as well', () => {
    expect(told([1, OK], [40, ODD], [60, NO_ANSWER, false], [40, ODD], [1, OK])).toEqual([
      'unreadable',
      'readable_again',
    ]);
  });
});
