import { expect, test } from 'vitest';

import { DAY, MINUTE, SECOND } from '../../src/domain/base/time.ts';
import type { ProgressReport } from '../../src/domain/job/progress-report.ts';
import type { SubscriptionRules } from '../../src/domain/rules/subscription-rules.ts';
import { WORKSPACE } from '../support/desk.ts';
import { BILLING, reported } from '../support/reports.ts';
import { begin, jobs, transcript } from './life.ts';
import type { Life } from './life.ts';

/*
 * Lives of one job as a table: for how many minutes it says what, and with which figure. What its channel reads of that is
 * recorded beside this file.
 */

/** The lag in seconds, null for one that cannot be measured; or the percent of structure, data and index. */
type Figure = number | null | readonly [struct: number, data: number, index: number];

/** So many minutes of a status, with a figure or one for each minute of it, and whatever else a report says. */
type Row = readonly [
  minutes: number,
  status: string,
  figure?: Figure | ((minute: number) => Figure),
  more?: Partial<ProgressReport>,
];

/** A life, how many messages it may cost, and what is unusual about the job. */
interface RuleLife {
  readonly rows: readonly Row[];
  readonly messages: number;
  readonly jobType?: string;
  readonly rules?: SubscriptionRules;
  /** A minute unless said. */
  readonly pollMs?: number;
}

const COPY = 'FULL_TRANSFER_STARTED';
const COPIED = 'FULL_TRANSFER_COMPLETE';
const REPLICATES = 'INCRE_TRANSFER_STARTED';
const FAILS = 'INCRE_TRANSFER_FAILED';

/** Data from one percent on, one more each `every` minutes. */
const copying =
  (from: number, every: number) =>
  (minute: number): Figure => [100, Math.min(100, from + Math.floor(minute / every)), 0];

/** A lag in seconds that changes by so much every minute. */
const lag =
  (from: number, perMinute: number) =>
  (minute: number): Figure =>
    Math.max(0, from + perMinute * minute);

const inTurns =
  (...figures: readonly number[]) =>
  (minute: number): Figure =>
    figures[minute % figures.length] ?? 0;

const LIVES: Readonly<Record<string, RuleLife>> = {
  'a-stall-in-the-copy': {
    rows: [
      [150, COPY, copying(53, 15)],
      [240, COPY, [100, 63, 0]],
      [60, COPY, copying(64, 15)],
    ],
    pollMs: 5 * MINUTE,
    messages: 3,
  },
  'a-slow-index': {
    rows: [
      [120, COPY, copying(88, 10)],
      [360, COPY, [100, 100, 40]],
      [10, COPIED],
      [20, REPLICATES, 3],
    ],
    pollMs: 5 * MINUTE,
    messages: 4,
  },
  'everything-at-100-percent-for-hours': {
    rows: [
      [120, COPY, copying(88, 10)],
      [300, COPY, [100, 100, 100]],
      [10, COPIED],
      [10, REPLICATES, 3],
    ],
    pollMs: 5 * MINUTE,
    messages: 4,
  },
  'a-lag-that-breathes': {
    rows: [[480, REPLICATES, (minute) => Math.round(150 + 145 * Math.sin(minute / 8))]],
    messages: 6,
  },
  'a-lag-that-diverges': {
    rows: [
      [20, REPLICATES, 3],
      [150, REPLICATES, lag(3, 18)],
      [70, REPLICATES, lag(2_700, -60)],
      [30, REPLICATES, 3],
    ],
    pollMs: 5 * MINUTE,
    messages: 5,
  },
  'nothing-newer-arrives': {
    rows: [
      [20, REPLICATES, 3],
      [40, REPLICATES, lag(3, 60)],
      [60, REPLICATES, 4],
    ],
    messages: 5,
  },
  'a-lag-that-bounces': {
    rows: [
      [60, REPLICATES, inTurns(0, 2_000, 0, 2_002)],
      [90, REPLICATES, 3],
    ],
    messages: 2,
  },
  'a-high-lag-that-diverges': {
    rows: [
      [30, REPLICATES, 3],
      [40, REPLICATES, inTurns(130, 135, 132)],
      [90, REPLICATES, lag(135, 20)],
      [40, REPLICATES, lag(1_800, -60)],
      [30, REPLICATES, 3],
    ],
    pollMs: 5 * MINUTE,
    messages: 4,
  },
  'a-figure-that-stands-still-until-the-job-is-paused': {
    rows: [
      [5, REPLICATES, 3],
      [15, REPLICATES, 5_400],
      [30, 'PAUSING'],
      [30, REPLICATES, lag(1_800, -120)],
    ],
    messages: 4,
  },
  'a-stall-that-is-paused': {
    rows: [
      [150, COPY, copying(53, 15)],
      [120, COPY, [100, 63, 0]],
      [30, 'PAUSING'],
      [60, COPY, copying(64, 15)],
    ],
    pollMs: 5 * MINUTE,
    messages: 4,
  },
  'a-parent-whose-child-fails-after-it-caught-up': {
    rows: [
      [30, REPLICATES, 2, { failedSubJobs: { failed: [], of: 12 } }],
      [15, REPLICATES, 2, { failedSubJobs: { failed: [{ jobId: BILLING, name: 'orders-3' }], of: 12 } }],
      [30, REPLICATES, 2, { failedSubJobs: { failed: [], of: 12 } }],
    ],
    messages: 2,
  },
  'a-figure-that-stands-still': {
    rows: [
      [5, REPLICATES, 3],
      [60, REPLICATES, 5_400],
      [30, REPLICATES, 3],
    ],
    messages: 3,
  },
  'an-idle-source-with-heartbeats': {
    rows: [[360, REPLICATES, (minute) => (minute % 12) * 60]],
    messages: 2,
  },
  'a-lag-that-is-not-measurable': {
    rows: [
      [5, REPLICATES, 3],
      [60, REPLICATES, null],
      [30, REPLICATES, 3],
    ],
    messages: 2,
  },
  'a-catch-up-after-a-pause': {
    rows: [
      [20, REPLICATES, 3],
      [120, 'PAUSING'],
      [70, REPLICATES, lag(7_200, -120)],
      [40, REPLICATES, 3],
    ],
    messages: 4,
  },
  'a-catch-up-that-gains-nothing': {
    rows: [
      [5, REPLICATES, 3],
      [120, 'PAUSING'],
      [240, REPLICATES, (minute) => 7_200 + 5 * minute + (minute % 7)],
      [150, REPLICATES, lag(8_000, -120)],
    ],
    pollMs: 5 * MINUTE,
    messages: 5,
  },
  'a-recovery-below-the-alarm-level-of-the-channel': {
    rows: [
      [5, REPLICATES, 3],
      [10, FAILS, null, { errorCode: 'DRS.M05023' }],
      [20, REPLICATES, inTurns(300, 310, 305)],
    ],
    rules: { lag: { levelMs: 10 * MINUTE, holdMs: 10 * MINUTE } },
    messages: 2,
  },
  'a-failure-that-recovers': {
    rows: [
      [20, REPLICATES, 3],
      [300, FAILS, null, { errorCode: 'DRS.M05023' }],
      [100, REPLICATES, lag(18_000, -200)],
      [30, REPLICATES, 3],
    ],
    pollMs: 5 * MINUTE,
    messages: 6,
  },
  'a-failure-that-retries-itself': {
    rows: Array.from({ length: 12 }, (): readonly Row[] => [
      [16, REPLICATES, 3],
      [15, FAILS],
    ]).flat(),
    messages: 8,
  },
  'a-weekends-pause-with-its-deadline': {
    rows: [
      [180, REPLICATES, 3],
      [(14 * DAY) / MINUTE, 'PAUSING'],
      [90, 'RELEASE_RESOURCE_COMPLETE'],
    ],
    messages: 20,
    pollMs: 30 * MINUTE,
  },
  'a-full-only-job': {
    rows: [
      [60, COPY, copying(90, 6), { taskMode: 'FULL_TRANS' }],
      [30, COPIED, null, { taskMode: 'FULL_TRANS' }],
      [5, 'RELEASE_RESOURCE_COMPLETE', null, { taskMode: 'FULL_TRANS' }],
    ],
    pollMs: 5 * MINUTE,
    messages: 2,
  },
  'a-dr-job': {
    rows: [
      [30, COPY, copying(60, 2)],
      [60, REPLICATES, 2],
      [30, REPLICATES, 400],
      [30, REPLICATES, 2],
    ],
    messages: 4,
    jobType: 'cloudDataGuard',
  },
  'a-parent-with-children': {
    rows: [
      [20, REPLICATES, 2, { subJob: { jobId: BILLING, name: 'orders-3', of: 12, unmeasured: 1 } }],
      [30, REPLICATES, 2, { failedSubJobs: { failed: [{ jobId: BILLING, name: 'orders-3' }], of: 12 } }],
      [40, REPLICATES, 2, { failedSubJobs: { failed: [], of: 12 } }],
    ],
    messages: 2,
  },
  'a-job-deleted-while-its-lag-is-high': {
    rows: [
      [5, REPLICATES, 3],
      [30, REPLICATES, inTurns(300, 310, 305)],
      [5, 'DELETED'],
    ],
    messages: 2,
  },
  'a-restart-of-the-copy': {
    rows: [
      [150, COPY, copying(53, 15)],
      [240, COPY, [100, 63, 0]],
      [60, COPY, copying(0, 15)],
    ],
    pollMs: 5 * MINUTE,
    messages: 3,
  },
  'a-total-that-grew': {
    rows: [
      [150, COPY, copying(53, 15)],
      [120, COPY, copying(58, 15)],
    ],
    pollMs: 5 * MINUTE,
    messages: 1,
  },
};

const NO_FIGURES: Partial<ProgressReport> = { lagMs: null, percent: null, parts: [] };

function figures(figure: Figure): Partial<ProgressReport> {
  if (figure === null) return NO_FIGURES;
  if (typeof figure === 'number') return { ...NO_FIGURES, lagMs: figure * SECOND };
  const [struct, data, index] = figure;
  const parts = Object.entries({ struct, data, index });
  return { ...NO_FIGURES, parts: parts.map(([name, percent]) => ({ name, percent, remainingTime: null })) };
}

/** Each look at its time, and then time to say what it found. */
async function live({ desk, clock }: Life, rows: readonly Row[], pollMs: number, jobIds = jobs(1)): Promise<void> {
  for (const [minutes, status, figure = null, more = {}] of rows)
    for (let minute = 0; minute < minutes; minute += pollMs / MINUTE) {
      const now = typeof figure === 'function' ? figure(minute) : figure;
      for (const jobId of jobIds) desk.answers.set(jobId, reported(status, { jobId, ...figures(now), ...more }));
      clock.advance(pollMs - 40 * SECOND);
      await desk.tick();
      clock.advance(40 * SECOND);
      await desk.speak();
    }
}

test.each(Object.entries(LIVES))(
  '%s reads as recorded',
  async (name, { rows, messages, jobType, rules, pollMs = MINUTE }) => {
    const [first] = rows;
    if (first === undefined) return;
    const life = await begin(1, undefined, {
      pollMs,
      ...(jobType === undefined ? {} : { jobType }),
      ...(rules === undefined ? {} : { rules }),
    });
    await using _ = life.desk;
    await live(life, rows, pollMs);
    await expect(transcript(life)).toMatchFileSnapshot(`./rule-lives/${name}.txt`);
    expect(life.posted.length - 1).toBeLessThanOrEqual(messages);
  },
  2 * MINUTE,
);

/** Somebody in the channel that watches. */
const ANA = { workspaceId: WORKSPACE, channelId: 'C1', userId: 'U1' };
const HIGH: readonly Row[] = [
  [5, REPLICATES, 3],
  [15, REPLICATES, inTurns(300, 310, 305)],
];

test('a channel that no longer watches a job with a high lag reads that', async () => {
  const life = await begin(1);
  await using _ = life.desk;
  await live(life, HIGH, MINUTE);
  const { store, clock } = life.desk.context;
  await store.unsubscribe({ actor: ANA, jobs: 'all', reason: 'unsubscribed', announce: false, now: clock.now() });
  await life.desk.speak();
  await expect(transcript(life)).toMatchFileSnapshot('./rule-lives/a-high-lag-that-nobody-watches.txt');
});

test('a channel that chooses other rules reads that what it was told is of the old ones', async () => {
  const life = await begin(1);
  await using _ = life.desk;
  await live(life, HIGH, MINUTE);
  const { store, clock, connectionId } = life.desk.context;
  const now = clock.now();
  await store.setChannelRules({ actor: ANA, connectionId, changes: { lag: 'off' }, now });
  await life.desk.speak();
  await expect(transcript(life)).toMatchFileSnapshot('./rule-lives/a-high-lag-with-the-alarm-off.txt');
});

test('of jobs whose lag was high together it is said how many are fine again', async () => {
  const life = await begin(6);
  await using _ = life.desk;
  await live(life, HIGH, MINUTE, jobs(6));
  for (const jobId of jobs(5)) life.desk.answers.set(jobId, reported(REPLICATES, { jobId, ...figures(3) }));
  const [last] = jobs(1, 5);
  const still = last === undefined ? [] : [last];
  await live(life, [[9, REPLICATES, inTurns(300, 310, 305)]], MINUTE, still);
  await expect(transcript(life)).toMatchFileSnapshot('./rule-lives/five-of-six-high-lags-are-fine-again.txt');
  await live(life, [[9, REPLICATES, 3]], MINUTE, still);
  await expect(transcript(life)).toMatchFileSnapshot('./rule-lives/six-high-lags-are-fine-again.txt');
});
