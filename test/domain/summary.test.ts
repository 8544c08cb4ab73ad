import { describe, expect, test } from 'vitest';

import { assess } from '../../src/domain/poll/assess.ts';
import { combineSubJobs } from '../../src/domain/poll/combine-sub-jobs.ts';
import { consoleLink, defaultConsoleTemplate } from '../../src/domain/console-link.ts';
import type { EndSummary, JobEvent } from '../../src/domain/job/job-event.ts';
import { DEFAULT_VERDICT_RULES } from '../../src/domain/job/verdict-rules.ts';
import { UNSEEN_JOB } from '../../src/domain/job/job-state.ts';
import { sampleOf } from '../../src/domain/rules/sample.ts';
import type { Sample } from '../../src/domain/rules/sample.ts';
import { NO_TIMES } from '../../src/domain/job/phases.ts';
import type { JobTimes } from '../../src/domain/job/phases.ts';
import type { ProgressAnswer } from '../../src/domain/job/progress-answer.ts';
import type { ProgressReport } from '../../src/domain/job/progress-report.ts';
import { DAY, HOUR, MINUTE } from '../../src/domain/base/time.ts';
import { simulatedJobId } from '../../demo/drs-simulator/jobs.ts';
import { endpointsOf } from '../../src/drs/endpoints.ts';
import { BILLING, ORDERS, reported } from '../support/reports.ts';

const START = Date.parse('2026-11-20T00:00:00Z');

/** The closing summary of a life read every hour, with what is new at the given hours; its end is read twice. */
function summaryOf(
  times: JobTimes,
  ...steps: readonly (readonly [hours: number, status: string, lagMs?: number])[]
): EndSummary | null {
  let state = UNSEEN_JOB;
  let now = START;
  let last: ProgressAnswer | null = null;
  const events: JobEvent[] = [];
  const samples: Sample[] = [];
  const rules = { ...DEFAULT_VERDICT_RULES, pollMs: HOUR };
  const look = (answer: ProgressAnswer, at: number) => {
    now = at;
    const result = assess(state, answer, at, { times, rules, samples });
    state = result.state;
    if (state.report !== null && state.checkedAt === at) samples.push(sampleOf(state.report, at));
    events.push(...result.events);
  };
  for (const [hours, status, lagMs] of steps) {
    const answer = reported(status, lagMs === undefined ? { lagMs: null } : { lagMs });
    const at = START + hours * HOUR;
    if (last !== null) for (let between = now + HOUR; between < at; between += HOUR) look(last, between);
    last = answer;
    look(answer, at);
  }
  if (last !== null) look(last, now + MINUTE);
  const end = events.find((event) => event.kind === 'ended');
  if (end?.kind === 'ended') return end.summary;
  throw new Error('it did not end');
}

describe('the closing summary', () => {
  test('adds up what was watched from the start', () => {
    expect(
      summaryOf(
        NO_TIMES,
        [0, 'STARTJOBING'],
        [1, 'FULL_TRANSFER_STARTED'],
        [31, 'FULL_TRANSFER_COMPLETE'],
        [32, 'INCRE_TRANSFER_STARTED', 9_000],
        [40, 'INCRE_TRANSFER_FAILED'],
        [41, 'INCRE_TRANSFER_STARTED', 3_000],
        [42, 'INCRE_TRANSFER_STARTED', 2_000],
        [43, 'PAUSING'],
        [45, 'RELEASE_RESOURCE_COMPLETE'],
      ),
    ).toEqual({
      from: START,
      fromStart: true,
      phases: { full_copy: 31 * HOUR, replicating: 10 * HOUR, failed: HOUR, paused: 2 * HOUR },
      lag: { maxMs: 9_000, lastDays: null },
    });
  });

  test('takes the time before the first look from DRS', () => {
    const times = { startedAt: START - 3 * DAY, fullCopyDoneAt: START - 2 * DAY };
    expect(summaryOf(times, [0, 'INCRE_TRANSFER_STARTED', 1_000], [24, 'RELEASE_RESOURCE_COMPLETE'])).toMatchObject({
      from: START - 3 * DAY,
      fromStart: true,
      phases: { full_copy: DAY, replicating: 3 * DAY },
    });
    expect(
      summaryOf({ ...times, fullCopyDoneAt: null }, [0, 'FULL_TRANSFER_STARTED'], [24, 'RELEASE_RESOURCE_COMPLETE']),
    ).toMatchObject({ from: START - 3 * DAY, phases: { full_copy: 4 * DAY } });
  });

  test('says so when the beginning is not known, and does not believe a time in the future', () => {
    expect(summaryOf(NO_TIMES, [0, 'INCRE_TRANSFER_STARTED', 1_000], [24, 'RELEASE_RESOURCE_COMPLETE'])).toMatchObject({
      from: START,
      fromStart: false,
      phases: { replicating: DAY },
    });
    const future = { startedAt: START + DAY, fullCopyDoneAt: START + DAY };
    expect(summaryOf(future, [0, 'INCRE_TRANSFER_STARTED', 1_000], [24, 'RELEASE_RESOURCE_COMPLETE'])).toMatchObject({
      from: START,
      fromStart: false,
    });
  });

  test('says the highest lag that its samples hold, and that older ones are forgotten', () => {
    const steps = [
      [0, 'INCRE_TRANSFER_STARTED', 500_000],
      [1, 'INCRE_TRANSFER_STARTED', 3_000],
    ] as const;
    const lagAfter = (days: number) => summaryOf(NO_TIMES, ...steps, [days * 24, 'RELEASE_RESOURCE_COMPLETE'])?.lag;
    expect(lagAfter(1)).toEqual({ maxMs: 500_000, lastDays: null });
    expect(lagAfter(91)).toEqual({ maxMs: 500_000, lastDays: 90 });
    expect(summaryOf(NO_TIMES, [0, 'FULL_TRANSFER_STARTED'], [24, 'RELEASE_RESOURCE_COMPLETE'])?.lag).toBeNull();
  });

  test('of a job that never began says nothing', () => {
    expect(summaryOf(NO_TIMES, [0, 'CONFIGURATION'], [24, 'RELEASE_RESOURCE_COMPLETE'])).toBeNull();
  });
});

describe('a parent that gives no progress of its own', () => {
  const subJobs = [1, 2, 3].map((number) => ({ jobId: simulatedJobId(number), name: `orders-shard-${number}` }));
  const report = (status: string, changes: Partial<ProgressReport> = {}) => reported(status, changes);
  const combine = (...answers: readonly ProgressAnswer[]) =>
    combineSubJobs(
      ORDERS,
      subJobs,
      new Map(subJobs.flatMap(({ jobId }, index) => (answers[index] === undefined ? [] : [[jobId, answers[index]]]))),
    );
  const working = report('INCRE_TRANSFER_STARTED', { lagMs: 2_000 });

  test('shows the worst status, the largest lag and whose it is', () => {
    expect(combine(working, report('INCRE_TRANSFER_STARTED', { lagMs: 9_000 }), working)).toMatchObject({
      report: {
        jobId: ORDERS,
        status: 'INCRE_TRANSFER_STARTED',
        lagMs: 9_000,
        subJob: { name: 'orders-shard-2', of: 3 },
      },
    });
    expect(combine(working, report('FULL_TRANSFER_STARTED'), report('PAUSING'))).toMatchObject({
      report: { status: 'PAUSING', subJob: { name: 'orders-shard-3' } },
    });
    expect(
      combine(
        report('INCRE_TRANSFER_STARTED', { lagMs: 50_000 }),
        report('INCRE_TRANSFER_FAILED', { lagMs: null }),
        working,
      ),
    ).toMatchObject({ report: { status: 'INCRE_TRANSFER_FAILED', lagMs: 50_000 } });
  });

  test('tells a failure even when others are silent, and anything better only when all have answered', () => {
    expect(combine(report('INCRE_TRANSFER_FAILED'), { kind: 'omitted' }, working)).toMatchObject({ kind: 'report' });
    expect(combine(working, { kind: 'omitted' }, working)).toMatchObject({
      kind: 'unanswered',
      failure: { why: { key: 'sub_jobs_unknown' } },
    });
  });

  test('does not mind deleted sub-jobs', () => {
    const gone: ProgressAnswer = { kind: 'item_error', code: 'DRS.M05004', message: null };
    expect(combine(working, gone, working)).toMatchObject({ kind: 'report' });
  });
});

describe('the console', () => {
  const place = { region: 'ap-southeast-1', projectId: 'p', jobId: BILLING, jobType: 'sync', language: 'zh' as const };

  test('is found by a template, with every value made safe', () => {
    expect(
      consoleLink('https://c.example/{region}/{project}/{list}?j={job}&t={type}&l={locale}&{constructor}', place),
    ).toBe(`https://c.example/ap-southeast-1/p/synchronization?j=${BILLING}&t=sync&l=zh-cn&{constructor}`);
    expect(consoleLink('https://c.example/{type}', { ...place, jobType: 'a>|b' })).toBe('https://c.example/a%3E%7Cb');
  });

  test('of other clouds is not guessed', () => {
    expect(defaultConsoleTemplate('eu-de', endpointsOf('eu-de').drs.address)).toBeNull();
    expect(defaultConsoleTemplate('cn-north-4', endpointsOf('cn-north-4').drs.address)).toContain(
      'https://console.huaweicloud.com/',
    );
    expect(defaultConsoleTemplate('ap-southeast-1', endpointsOf('ap-southeast-1').drs.address)).toContain(
      'https://console-intl.',
    );
  });
});

test('a phase that began before the first look lasts as long as DRS says', () => {
  const times = { startedAt: START - 14 * HOUR, fullCopyDoneAt: null };
  const first = assess(UNSEEN_JOB, reported('FULL_TRANSFER_STARTED'), START, { times });
  const { events } = assess(first.state, reported('FULL_TRANSFER_COMPLETE'), START + 10 * MINUTE, { times });
  expect(events).toMatchObject([{ previous: { since: START - 14 * HOUR, startSeen: true } }]);
});
