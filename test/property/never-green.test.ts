import fc from 'fast-check';
import { expect, test } from 'vitest';

import { MINUTE } from '../../src/domain/base/time.ts';
import { UNSEEN_JOB } from '../../src/domain/job/job-state.ts';
import type { JobState } from '../../src/domain/job/job-state.ts';
import { FAILED_STATUSES } from '../../src/domain/job/job-status.ts';
import { standingOf } from '../../src/domain/job/standing.ts';
import { stateNote } from '../../src/domain/job/state-note.ts';
import { ALARM_LAG_MS } from '../../src/domain/job/verdict-rules.ts';
import { NOTHING_AROUND, NO_AFTERMATH } from '../../src/domain/post/post.ts';
import { listMessage } from '../../src/slack/messages/answers/list-message.ts';
import { statusMessage } from '../../src/slack/messages/answers/status-message.ts';
import { STANDING_EMOJI } from '../../src/slack/messages/jobs/standings.ts';
import { statusWords } from '../../src/slack/messages/jobs/status-words.ts';
import { createTexts } from '../../src/slack/messages/kit/texts.ts';
import { postMessage } from '../../src/slack/messages/posts/post-message.ts';
import { FAILURE, START, VIEW, job, status, subscription } from '../golden/cases/facts.ts';
import { FOUND, eventOf } from '../golden/cases/rule-cases.ts';
import { ORDERS, aJob, aReport } from '../support/reports.ts';

const texts = createTexts('en', {
  command: '/drs',
  botName: 'drs',
  teamUrl: null,
  tellsOperator: false,
  projects: () => ({ asked: 'p', others: '' }),
  consoleUrl: () => null,
});

/** What says that all is well. */
const GREEN = /🟢|🏁|✅/u;

const since = fc.option(fc.constant(START), { nil: null });
const lags = fc.option(
  fc.oneof(fc.integer({ min: 0, max: 3 * ALARM_LAG_MS }), fc.constantFrom(ALARM_LAG_MS, ALARM_LAG_MS + 1)),
  {
    nil: null,
  },
);

const states: fc.Arbitrary<JobState> = fc
  .record({
    status: fc.constantFrom('INCRE_TRANSFER_STARTED', 'FULL_TRANSFER_STARTED', 'PAUSING', ...FAILED_STATUSES),
    lagMs: lags,
    percent: fc.option(fc.integer({ min: 0, max: 100 }), { nil: null }),
    marks: fc.option(fc.record({ lagHighSince: since, stalledSince: since, caughtUpSince: since }), { nil: null }),
    failed: fc.boolean(),
    unmeasured: fc.integer({ min: 0, max: 1 }),
    lagBreak: fc.option(
      fc.record({
        lengthMs: fc.integer({ min: 0, max: 60 * MINUTE }),
        reports: fc.integer({ min: 0, max: 5 }),
        inSync: fc.integer({ min: 0, max: 3 }),
        isSettled: fc.boolean(),
      }),
      { nil: null },
    ),
    readings: fc.array(lags, { maxLength: 6 }),
  })
  .map(({ status: said, lagMs, percent, marks, failed, unmeasured, lagBreak, readings }) => ({
    ...UNSEEN_JOB,
    report: aReport({
      status: said,
      lagMs,
      percent,
      failedSubJobs: failed ? { failed: [{ jobId: ORDERS, name: 'child' }], of: 3 } : null,
      subJob: { jobId: ORDERS, name: 'child', of: 3, unmeasured },
    }),
    checkedAt: START,
    marks,
    lagBreak,
    readings: readings.map((one, n) => ({ at: START - (readings.length - n) * MINUTE, lagMs: one })),
  }));

/** A lag above the alarm level, a lag that is high still, or a copy that stands still. */
function needsALook({ report, marks }: JobState): boolean {
  if (report?.status === 'FULL_TRANSFER_STARTED') return (marks?.stalledSince ?? null) !== null;
  if (report?.status !== 'INCRE_TRANSFER_STARTED') return false;
  return (report.lagMs ?? 0) > ALARM_LAG_MS || (marks?.lagHighSince ?? null) !== null;
}

const known = (state: JobState) => aJob({ name: 'orders', jobType: 'migration' }, state);

test('a job that needs a look is shown green nowhere, neither in a status, nor in a list, nor in an incident', () => {
  fc.assert(
    fc.property(states.filter(needsALook), (state) => {
      const facts = [
        {
          kind: 'event',
          job,
          eventNumber: 1,
          event: FAILURE,
          aftermath: { ...NO_AFTERMATH, closed: { how: 'recovered', at: START } },
        },
        { kind: 'event', job, eventNumber: 1, event: eventOf(FOUND.lag_high), aftermath: NO_AFTERMATH },
      ] as const;
      const shown = [
        statusMessage(texts, { jobs: [status(known(state))], problems: [] }, { ...VIEW, now: START }),
        listMessage(
          texts,
          {
            subscriptions: [subscription(state)],
            channelRules: {},
            pause: null,
            historyAccess: { kind: 'unknown' },
            names: new Map(),
          },
          { now: START },
        ),
        ...facts.map((one) =>
          postMessage(
            texts,
            { id: 'P', channelId: 'C1', kind: 'incident', facts: [one], around: NOTHING_AROUND, askedAt: START },
            [{ kind: 'known', job: known(state) }],
          ),
        ),
      ].map(({ blocks }) => JSON.stringify(blocks));
      const [one, list, ...incidents] = shown;
      expect(one).not.toMatch(GREEN);
      expect(list).not.toMatch(GREEN);
      // The headline of an incident says what became of it; its rows say how the jobs are.
      for (const incident of incidents) expect(incident.slice(incident.indexOf('"table"'))).not.toMatch(GREEN);
    }),
    { numRuns: 500 },
  );
});

test('what counts jobs and what describes one give it the same colour', () => {
  fc.assert(
    fc.property(states, (state) => {
      const { report } = state;
      if (report === null) return;
      const { emoji } = statusWords(texts, report, 'migration', stateNote(state));
      expect(STANDING_EMOJI[standingOf(state)]).toBe(emoji);
    }),
    { numRuns: 1_000 },
  );
});
