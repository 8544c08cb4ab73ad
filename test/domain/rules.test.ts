import fc from 'fast-check';
import { AT_ONCE } from '../support/quick-durations.ts';
import { describe, expect, test } from 'vitest';

import { backoffDelay } from '../../src/domain/base/backoff.ts';
import { decideCadence } from '../../src/domain/poll/cadence.ts';
import { decidePoll } from '../../src/domain/poll/decide-poll.ts';
import { formatDuration } from '../../src/domain/base/duration.ts';
import { fullCopyPercent } from '../../src/domain/job/full-copy-percent.ts';
import { placeDeliveries } from '../../src/domain/post/place-deliveries.ts';
import { parseJobId, parseJobIdPrefix } from '../../src/domain/job/job-id.ts';
import { nearest } from '../../src/domain/names/nearest.ts';
import { estimatePass } from '../../src/domain/poll/poll-budget.ts';
import { NO_AFTERMATH } from '../../src/domain/post/post.ts';
import type { DeliveryFacts } from '../../src/domain/post/post.ts';
import type { ProgressAnswer } from '../../src/domain/job/progress-answer.ts';
import type { SendOutcome } from '../../src/domain/post/post.ts';
import type { HistoryAccess } from '../../src/domain/post/history-access.ts';
import { decideSettlement } from '../../src/domain/post/settle-post.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/domain/base/time.ts';
import { simulatedJobId } from '../../demo/drs-simulator/jobs.ts';
import { aJob, aReport, BILLING, ORDERS, reported } from '../support/reports.ts';

describe('a job id', () => {
  test.each([
    '9a470239-2308-4bb5-a6bc-1040402fjb21',
    '24834eb6-be30-464e-a299-f7aa730jb101',
    '6211d20d-0006-41da-836e-db3301ajb20b',
    '767ea880-997b-4ea9-9ebf-0a4c2c4jb20i',
    'c7debc9c-8e09-4a5d-8dd6-cc44f78jb20r',
    '8d0e8e36-a618-490d-8a46-8c61ac9jb502',
  ])('as DRS really makes them is accepted: %s', (id) => {
    expect(parseJobId(id)).toBe(id);
  });

  test('may be typed in capitals and with blanks around it', () => {
    expect(parseJobId(' 6211D20D-0006-41DA-836E-DB3301AJB20B ')).toBe(ORDERS);
  });

  test.each([
    '',
    'orders',
    '6211d20d',
    '6211d20d-0006-41da-836e-db3301ajb20',
    '6211d20d_0006_41da_836e_db3301ajb20b',
    '6211d20d-0006-41da-836e-db3301ajb20b0',
  ])('is not %j', (text) => {
    expect(parseJobId(text)).toBeNull();
  });

  test('may be given by its first four or more characters, any number of them', () => {
    for (let length = 4; length < 36; length++)
      expect(parseJobIdPrefix(ORDERS.slice(0, length))).toBe(ORDERS.slice(0, length));
    expect(parseJobIdPrefix(ORDERS.slice(0, 3))).toBeNull();
    expect(parseJobIdPrefix('not an id')).toBeNull();
  });
});

describe('the one figure of a full copy', () => {
  const part = (name: string, percent: number | null) => ({ name, percent, remainingTime: null });

  test('is the data part while that is not done, then what is left', () => {
    expect(
      fullCopyPercent(aReport({ percent: 0, parts: [part('struct', 94), part('data', 100), part('index', 40)] })),
    ).toEqual({ percent: 40, of: 'index', isDataDone: true });
    expect(fullCopyPercent(aReport({ percent: 0, parts: [part('data', 63), part('index', 0)] }))).toEqual({
      percent: 63,
      of: 'data',
      isDataDone: false,
    });
    expect(fullCopyPercent(aReport({ percent: 0, parts: [part('data', 100), part('index', 100)] }))).toMatchObject({
      percent: 100,
      isDataDone: true,
    });
  });

  test('is the overall figure without a data part, and the least part when that is 0', () => {
    expect(fullCopyPercent(aReport({ percent: 7, parts: [part('struct', 94)] }))).toEqual({
      percent: 7,
      of: 'overall',
      isDataDone: false,
    });
    expect(fullCopyPercent(aReport({ percent: 0, parts: [part('struct', 94), part('index', 40)] }))).toEqual({
      percent: 40,
      of: 'index',
      isDataDone: false,
    });
    expect(fullCopyPercent(aReport({ percent: 100, parts: [part('struct', 100), part('index', 40)] }))).toEqual({
      percent: 40,
      of: 'index',
      isDataDone: false,
    });
    expect(fullCopyPercent(aReport({ percent: 0, parts: [] }))).toMatchObject({ percent: 0, of: 'overall' });
    expect(fullCopyPercent(aReport({ percent: null, parts: [part('data', null)] }))).toBeNull();
  });
});

test.each([
  [0, '< 1 s'],
  [-5, '< 1 s'],
  [999, '< 1 s'],
  [3_000, '3 s'],
  [47 * MINUTE, '47 min'],
  [6 * MINUTE + 12_000, '6 min 12 s'],
  [HOUR, '1 h'],
  [6 * DAY + 4 * HOUR + 59 * MINUTE, '6 d 4 h'],
  [DAY + MINUTE, '1 d'],
])('%d ms reads as %s', (ms, words) => {
  expect(formatDuration(ms)).toBe(words);
});

describe('the next poll', () => {
  const now = 1_000_000;
  const turn = { now, spacingMs: 500, place: now };
  const at = { now, spacingMs: 0, place: now };

  test('comes with the next tick, and never for a job that is over', () => {
    expect(
      decideCadence(aJob(), aJob({}, { report: aReport() }).state, reported('INCRE_TRANSFER_STARTED'), turn).nextPollAt,
    ).toBe(now + 500);
    expect(
      decideCadence(aJob(), aJob({}, { over: 'ended' }).state, reported('RELEASE_RESOURCE_COMPLETE'), turn).nextPollAt,
    ).toBeNull();
  });

  test('of an id that makes DRS refuse a request is on its own, after pauses that grow up to an hour', () => {
    const refused: ProgressAnswer = { kind: 'rejected', code: 'DRS.M00202', message: null };
    const pauses = [0, 1, 2, 3, 20].map(
      (refusals) => (decideCadence(aJob({ refusals }), aJob().state, refused, at).nextPollAt ?? 0) - now,
    );
    expect(pauses).toEqual([MINUTE, 2 * MINUTE, 4 * MINUTE, 8 * MINUTE, HOUR]);
    expect(decideCadence(aJob({ refusals: 3, askAlone: true }), aJob().state, refused, at)).toMatchObject({
      askAlone: true,
      refusals: 4,
    });
    expect(decideCadence(aJob({ refusals: 3, askAlone: true }), aJob().state, reported('PAUSING'), at)).toMatchObject({
      askAlone: false,
      refusals: 0,
    });
  });

  test('of a finished copy comes ever later, up to ten minutes', () => {
    const finished = aReport({ status: 'FULL_TRANSFER_COMPLETE', taskMode: 'FULL_TRANS' });
    const after = (ageMs: number) =>
      (decideCadence(
        aJob(),
        aJob({}, { report: finished, statusSince: now - ageMs }).state,
        { kind: 'report', report: finished },
        at,
      ).nextPollAt ?? 0) - now;
    expect([after(0), after(10 * MINUTE), after(DAY)]).toEqual([1, MINUTE, 10 * MINUTE]);
  });
});

describe('jobs missing from an answer', () => {
  test('without any answer are left as they were', () => {
    const watched = aJob({ jobId: simulatedJobId(0) }, { report: aReport() });
    const [decision] = decidePoll([watched], new Map(), 0, { spacingMs: 0 });
    expect(decision).toMatchObject({ events: [], state: { report: { status: 'INCRE_TRANSFER_STARTED' } } });
  });
});

describe('a pass over many jobs', () => {
  const budget = { batchSize: 10, maxRps: 5, intervalMs: MINUTE };

  test('fits while its requests do at the allowed rate', () => {
    expect(estimatePass(25, budget)).toMatchObject({ requests: 3, passMs: 600, fits: true });
    expect(estimatePass(3_000, budget)).toMatchObject({ requests: 300, passMs: 60_000, fits: true });
    expect(estimatePass(10_000, budget)).toMatchObject({ requests: 1_000, passMs: 200_000, fits: false });
  });

  test('is never late for asking in one go what one second allows', () => {
    expect(estimatePass(25, { ...budget, intervalMs: 500 }).fits).toBe(true);
  });

  test('is stretched by a quota that allows fewer requests than are needed', () => {
    const quota = { limit: 3, windowMs: MINUTE };
    expect(estimatePass(30, budget, quota)).toMatchObject({ requests: 3, fits: true });
    expect(estimatePass(100, budget, quota)).toMatchObject({ passMs: 200 * SECOND, quota, fits: false });
  });
});

describe('an attempt to send', () => {
  const pauses = {
    firstRetryMs: SECOND,
    longestRetryMs: MINUTE,
    reconcileAfterMs: 30 * SECOND,
    longestEditRetryMs: HOUR,
  };
  const settle = (outcome: SendOutcome, plain = false, historyAccess: HistoryAccess = { kind: 'unknown' }) =>
    decideSettlement({ kind: 'send', post: { attempt: 1, plain }, historyAccess }, outcome, 7, () => 1, pauses);

  test('is looked for when its outcome is unknown, or sent again as it was where one cannot look', () => {
    const uncertain = { kind: 'uncertain', reason: 'network' } as const;
    const looked = { kind: 'look_for_it', afterMs: 30 * SECOND, reason: 'network' };
    expect(settle(uncertain)).toEqual(looked);
    expect(settle(uncertain, false, { kind: 'verified', since: 1 })).toEqual(looked);
    expect(settle(uncertain, false, { kind: 'denied', reason: 'missing_scope' })).toEqual({
      kind: 'try_again',
      afterMs: SECOND,
      plain: false,
      reason: 'network',
      mayBeThere: true,
    });
  });

  test('waits as long as Slack asks', () => {
    expect(settle({ kind: 'retry', afterMs: 30_000, reason: 'ratelimited' })).toMatchObject({
      kind: 'try_again',
      afterMs: 30_000,
      plain: false,
    });
  });

  test('that Slack finds malformed is made once more as plain text, then held back', () => {
    expect(settle({ kind: 'refused', what: 'payload', reason: 'invalid_blocks' })).toMatchObject({
      kind: 'try_again',
      plain: true,
      afterMs: 0,
    });
    expect(settle({ kind: 'refused', what: 'payload', reason: 'invalid_blocks' }, true)).toEqual({
      kind: 'pause_message',
      reason: 'invalid_blocks',
      at: 7,
    });
  });

  test('that a channel or workspace refuses pauses it and gives nothing up', () => {
    expect(settle({ kind: 'refused', what: 'channel', reason: 'is_archived' })).toEqual({
      kind: 'pause_channel',
      reason: 'is_archived',
      at: 7,
    });
    expect(settle({ kind: 'refused', what: 'workspace', reason: 'token_revoked' })).toEqual({
      kind: 'pause_workspace',
      reason: 'token_revoked',
      at: 7,
    });
  });
});

describe('deliveries that share a post', () => {
  const fact = (jobId: typeof ORDERS, at: number): DeliveryFacts => ({
    kind: 'event',
    job: { connectionId: 'prod', jobId, name: null, jobType: null },
    eventNumber: 1,
    event: {
      kind: 'gone',
      code: null,
      at,
      report: null,
      previous: null,
      lastLag: null,
      lagNote: 'settled' as const,
      percentBefore: null,
    },
    aftermath: NO_AFTERMATH,
  });
  const announcement: DeliveryFacts = {
    kind: 'announcement',
    announcement: { kind: 'subscribed', by: 'U1', rules: {}, jobs: [] },
  };

  test('are those of one job, in their order', () => {
    const sizes = (all: readonly DeliveryFacts[]) => {
      const subject = (facts: DeliveryFacts) => (facts.kind === 'event' ? facts.job.jobId : 'channel');
      const pending = all.map((facts, id) => ({ id, subject: subject(facts), connectionId: 'prod', owedAt: 1, facts }));
      const around = { posts: [], now: 1, passBeganAt: null, rules: AT_ONCE, lookingSince: new Map() };
      return placeDeliveries({ pending, ...around }).map(({ deliveries }) => deliveries.length);
    };
    expect(sizes([])).toEqual([]);
    expect(sizes([fact(ORDERS, 1), fact(ORDERS, 1), fact(ORDERS, 2)])).toEqual([3]);
    expect(sizes([fact(ORDERS, 1), fact(BILLING, 1), fact(ORDERS, 1)])).toEqual([2, 1]);
    expect(sizes([announcement, announcement])).toEqual([1, 1]);
  });
});

test('pauses between attempts grow, stay within their cap, and are never zero', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1_000 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (attempt, chance) => {
        const delay = backoffDelay(attempt, { baseMs: 1_000, capMs: 60_000 }, () => chance);
        expect(delay).toBeGreaterThanOrEqual(500);
        expect(delay).toBeLessThanOrEqual(60_000);
        expect(delay).toBeLessThanOrEqual(backoffDelay(attempt + 1, { baseMs: 1_000, capMs: 60_000 }, () => chance));
      },
    ),
  );
});

test('the nearest word forgives a slip of the finger, not another word', () => {
  const verbs = ['status', 'subscribe', 'unsubscribe', 'list', 'help'];
  expect(nearest('subscrbe', verbs)).toBe('subscribe');
  expect(nearest('stauts', verbs)).toBe('status');
  expect(nearest('HLEP', verbs)).toBe('help');
  expect(nearest('orders', verbs)).toBeNull();
});
