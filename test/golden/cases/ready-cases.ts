import { simulatedJobId } from '../../../demo/drs-simulator/jobs.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../../src/domain/base/time.ts';
import type { Comparison } from '../../../src/domain/job/comparison.ts';
import { explanation } from '../../../src/domain/job/explanation.ts';
import type { StatusGroup } from '../../../src/domain/job/job-status.ts';
import type { Job } from '../../../src/domain/job/job.ts';
import type { JobState } from '../../../src/domain/job/job-state.ts';
import { failureOf } from '../../../src/domain/job/progress-answer.ts';
import type { ProgressReport } from '../../../src/domain/job/progress-report.ts';
import type { Estimate } from '../../../src/domain/rules/estimate.ts';
import { judgeReadiness } from '../../../src/domain/rules/readiness.ts';
import { DEFAULT_RULES } from '../../../src/domain/rules/rule-settings.ts';
import type { RuleSettings } from '../../../src/domain/rules/rule-settings.ts';
import { logMessage } from '../../../src/slack/messages/answers/log-message.ts';
import { readyMessage } from '../../../src/slack/messages/answers/ready-message.ts';
import type { Outlook } from '../../../src/use-cases/showing/read-outlook.ts';
import type { KnownComparisons } from '../../../src/use-cases/showing/read-comparisons.ts';
import type { JobReadiness } from '../../../src/use-cases/showing/show-readiness.ts';
import { BILLING, aJob, aReport, reported } from '../../support/reports.ts';
import { feed, minutely, minutes } from '../../support/rule-feed.ts';
import { START, VIEW, listed, none, parts, shownOf } from './facts.ts';
import type { Said, Step } from './facts.ts';

type Lags = Parameters<typeof minutely>[0];

interface About {
  readonly name?: string;
  readonly number?: number;
  readonly jobType?: string;
  readonly report?: Partial<ProgressReport>;
  readonly state?: Partial<JobState>;
  readonly comparisons?: KnownComparisons;
  readonly rules?: RuleSettings;
  /** Somebody watches it. */
  readonly isWatched?: boolean;
}

/** A job whose lags, in seconds and a minute apart, end at the start of the other cases. */
function judgedJob(lags: Lags, about: About): { readonly job: Job; readonly outlook: Outlook } {
  const samples = minutely(lags, START / MINUTE - lags.length + 1);
  const last = samples.at(-1);
  const statuses = new Map<StatusGroup | undefined, string>([
    ['paused', 'PAUSING'],
    ['failed', 'INCRE_TRANSFER_FAILED'],
  ]);
  const status = statuses.get(last?.group) ?? 'INCRE_TRANSFER_STARTED';
  const report = aReport({ status, lagMs: last?.lagMs ?? null, ...about.report });
  const { name = 'orders', number = 0, jobType = 'migration', rules = DEFAULT_RULES } = about;
  const facts = {
    jobId: simulatedJobId(number),
    name,
    jobType,
    waitingSince: about.isWatched === false ? null : START,
  };
  const job = aJob(facts, {
    report,
    checkedAt: START,
    statusSince: START - HOUR,
    statusStartSeen: true,
    ...about.state,
  });
  const comparisons = about.comparisons?.kind === 'read' ? about.comparisons.comparisons : [];
  const state = samples.length === 0 ? null : feed(samples, { rules }).state;
  const readiness = judgeReadiness(job, rules, { now: START, state, samples, comparisons });
  const measured = samples.flatMap(({ lagMs }) => lagMs ?? []);
  const maxLagMs = measured.length === 0 ? null : Math.max(...measured);
  return { job, outlook: { rules, readiness, estimate: null, by: null, maxLagMs } };
}

const NOTHING_COMPARED: KnownComparisons = { kind: 'read', comparisons: [] };

const entry = (lags: Lags, about: About = {}): JobReadiness => {
  const { job, outlook } = judgedJob(lags, about);
  return { reading: { kind: 'known', job }, outlook, comparisons: about.comparisons ?? NOTHING_COMPARED };
};

const ready =
  (...jobs: readonly JobReadiness[]): Said =>
  (texts) =>
    readyMessage(texts, { jobs, problems: [] }, { ...VIEW, now: START });

const one = (lags: Lags, about: About = {}): Said => ready(entry(lags, about));

const compared = (kind: Comparison['kind'], verdict: Comparison['verdict'], changes: Partial<Comparison> = {}) => ({
  kind,
  verdict,
  isScheduled: false,
  at: START - 2 * HOUR,
  differing: [],
  differingCount: 0,
  uncomparedCount: 0,
  ...changes,
});

const DIFFERING = { differing: ['shop.orders', 'shop.items', 'crm.people'], differingCount: 5 };
const SAME: KnownComparisons = {
  kind: 'read',
  comparisons: [compared('rows', 'same'), compared('objects', 'same', { at: START - DAY })],
};
const SMALL = minutes(43, 3);
const RISING = [...minutes(10, 1), ...minutes(10, (minute) => 60 * minute + 1)];
const paused: Lags = [...SMALL, 'paused'];
const failed: Lags = [...SMALL, 'failed'];

/** A status with an outlook of these lags. */
const withOutlook = (lags: Lags, about: About = {}, changes: Partial<Outlook> = {}): Said => {
  const { job, outlook } = judgedJob(lags, about);
  const lag = job.state.report?.lagMs ?? null;
  return shownOf(
    { jobType: about.jobType ?? 'migration' },
    { outlook: { ...outlook, ...changes }, subscribed: true },
    [0, 'FULL_TRANSFER_COMPLETE'],
    [5, reported('INCRE_TRANSFER_STARTED', { lagMs: lag, ...about.report })],
    [48, reported('INCRE_TRANSFER_STARTED', { lagMs: lag, ...about.report })],
  );
};

const COPYING: readonly Step[] = [
  [0, 'STARTJOBING'],
  [1, reported('FULL_TRANSFER_STARTED', { parts })],
  [841, reported('FULL_TRANSFER_STARTED', { parts })],
];
const RANGE: Estimate = {
  kind: 'range',
  fromMs: 8.2 * HOUR,
  toMs: 10.4 * HOUR,
  percentPerHour: 4.12,
  overMs: 2 * HOUR,
};
const copy = (estimate: Estimate, byMs: number | null = null): Said => {
  const by = byMs === null ? null : START + 841 * MINUTE + byMs;
  const outlook: Outlook = { rules: DEFAULT_RULES, readiness: null, estimate, by, maxLagMs: null };
  return shownOf({}, { outlook, subscribed: true }, ...COPYING);
};

const LOGGED = { jobId: simulatedJobId(0), name: 'orders' };
const NO_ANSWER = failureOf('timeout', explanation('timeout'));

export const READY_CASES: Readonly<Record<string, Said>> = {
  ready: one(SMALL, { comparisons: SAME }),
  'ready-with-a-blip': one([...minutes(40, 3), 14, ...minutes(7, 3)]),
  'ready-exactly-zero': one(minutes(43, 0)),
  'ready-compared-nowhere': one(SMALL, { comparisons: { kind: 'not_here' } }),
  'ready-compared-late': one(SMALL, { comparisons: { kind: 'late' } }),
  'ready-compared-unread': one(SMALL, { comparisons: { kind: 'failed', why: explanation('timeout') } }),
  'ready-compared-partly': one(SMALL, {
    comparisons: {
      kind: 'read',
      comparisons: [
        compared('contents', 'same', { uncomparedCount: 2 }),
        compared('rows', 'running', { at: null }),
        compared('objects', 'failed'),
        compared('accounts', 'unread', { isScheduled: true }),
        compared('other', 'unread', { at: null }),
      ],
    },
  }),
  'ready-not-tables-differ': one(SMALL, {
    comparisons: { kind: 'read', comparisons: [compared('rows', 'differs', DIFFERING), compared('objects', 'same')] },
  }),
  'ready-not-rising': one(RISING),
  'ready-not-lag-high': one(minutes(43, 48)),
  'ready-not-lag-falling': one([...minutes(40, 5_000), ...minutes(31, (minute) => 4_000 - 60 * minute)]),
  'ready-not-long-enough': one([...minutes(30, 48), ...minutes(4, 2)]),
  'ready-not-measurable': one(minutes(43, null)),
  'ready-not-jumping': one(minutes(43, (minute) => (minute % 4 === 3 ? 2_000 : 0))),
  'ready-not-catching-up': one([...SMALL, 'paused', 1, 1]),
  'ready-not-with-an-error': one(SMALL, {
    report: {
      errorCode: 'DRS.M05023',
      failedSubJobs: { failed: [{ jobId: BILLING, name: 'b' }], of: 3 },
      subJob: { jobId: BILLING, name: 'b', of: 3, unmeasured: 1 },
    },
  }),
  'ready-not-just-recovered': one(SMALL, {
    state: { failure: { status: 'INCRE_TRANSFER_FAILED', since: START - HOUR, startSeen: true } },
  }),
  'ready-not-flapping': one(SMALL, {
    state: { flapping: { since: START, failures: 4, longestGapMs: HOUR, longestFailureMs: 0, quietSince: START } },
  }),
  'ready-not-asked': one(SMALL, {
    state: { unknown: { since: START, why: explanation('timeout'), polls: 1, isLasting: false } },
  }),
  'ready-not-just-checked': (texts) => {
    const { job, outlook } = judgedJob(SMALL, {});
    const samples = minutely(SMALL, START / MINUTE - 42);
    const facts = { now: START + HOUR, state: feed(samples).state, samples, comparisons: [] };
    const readiness = judgeReadiness(job, DEFAULT_RULES, facts);
    const known = { reading: { kind: 'known' as const, job }, outlook: { ...outlook, readiness } };
    const jobs = [{ ...known, comparisons: NOTHING_COMPARED }];
    return readyMessage(texts, { jobs, problems: [] }, { ...VIEW, now: START + HOUR });
  },
  'ready-not-paused': one(paused, { comparisons: { kind: 'not_asked' } }),
  'ready-not-failed': one(failed, { comparisons: { kind: 'not_asked' } }),
  'ready-not-known': one([1, 1]),
  'ready-not-known-unwatched': one([], { isWatched: false, report: { lagMs: 1_000 } }),
  'ready-disaster-recovery': one(SMALL, { jobType: 'cloudDataGuard', comparisons: { kind: 'not_asked' } }),
  'ready-several': ready(
    ...Array.from({ length: 5 }, (_, number) =>
      entry(SMALL, { name: `tenant-${number}`, number: number + 20, comparisons: SAME }),
    ),
    entry(RISING, { name: 'billing', number: 1, comparisons: { kind: 'late' } }),
    entry(minutes(43, 48), { name: 'crm', number: 2, comparisons: { kind: 'not_here' } }),
    entry(failed, { name: 'wave-12', number: 3, comparisons: { kind: 'not_asked' } }),
    entry([], { name: 'unwatched', number: 4, isWatched: false, report: { lagMs: 1_000 } }),
    entry(SMALL, { name: 'standby', number: 5, jobType: 'cloudDataGuard', comparisons: { kind: 'not_asked' } }),
    entry(SMALL, {
      name: 'stock',
      number: 6,
      comparisons: { kind: 'read', comparisons: [compared('contents', 'differs', DIFFERING)] },
    }),
  ),
  'ready-several-unread': ready(
    entry(SMALL, { comparisons: { kind: 'failed', why: explanation('timeout') } }),
    entry(SMALL, { name: 'billing', number: 1 }),
  ),
  'ready-all': ready(entry(SMALL, { comparisons: SAME }), entry(SMALL, { name: 'billing', number: 1 })),
  'ready-of-an-unknown-job': (texts) =>
    readyMessage(
      texts,
      {
        jobs: [
          {
            reading: { kind: 'no_such_job', jobId: BILLING, name: null, code: 'DRS.M00289' },
            outlook: null,
            comparisons: { kind: 'not_asked' },
          },
          {
            reading: { kind: 'no_report', jobId: BILLING, name: 'billing', why: explanation('timeout') },
            outlook: null,
            comparisons: { kind: 'not_asked' },
          },
        ],
        problems: [none({ reference: 'x' }), { kind: 'several', reference: 'or', matches: [listed(1)], more: 1 }],
      },
      { ...VIEW, now: START },
    ),
  'ready-shared': (texts) =>
    readyMessage(
      texts,
      { jobs: [entry(SMALL)], problems: [] },
      { channelId: 'C1', now: START, isPrivate: false, sharedBy: 'U1' },
    ),

  log: (texts) =>
    logMessage(texts, {
      ...LOGGED,
      log: {
        kind: 'read',
        value: [
          { at: START, level: 'Error', text: "Duplicate entry '•••' for key 'PRIMARY' in shop.orders" },
          { at: null, level: null, text: 'a line without a time <!channel>' },
        ],
      },
    }),
  'log-empty': (texts) => logMessage(texts, { ...LOGGED, log: { kind: 'read', value: [] } }),
  'log-nowhere': (texts) => logMessage(texts, { ...LOGGED, log: { kind: 'not_here', failure: NO_ANSWER } }),
  'log-unread': (texts) => logMessage(texts, { ...LOGGED, log: { kind: 'failed', failure: NO_ANSWER } }),

  'status-above-the-usual-alarm-level-only': withOutlook(
    minutes(43, (minute) => 180 + (minute % 3)),
    { rules: { ...DEFAULT_RULES, lag: { levelMs: 10 * MINUTE, holdMs: 10 * MINUTE } } },
  ),
  'status-above-an-own-alarm-level': withOutlook(
    minutes(43, (minute) => 70 + (minute % 3)),
    { rules: { ...DEFAULT_RULES, lag: { levelMs: 30_000, holdMs: 10 * MINUTE } } },
  ),
  'status-ready': withOutlook([41, ...SMALL]),
  'status-not-ready': withOutlook(RISING),
  'status-not-ready-without-an-alarm': withOutlook(minutes(43, 48), { rules: { ...DEFAULT_RULES, lag: null } }),
  'status-readings-too-few': withOutlook([3, 3]),
  'status-of-a-sync-job': withOutlook(SMALL, { jobType: 'sync', rules: { ...DEFAULT_RULES, ready: null } }),
  'status-dr-with-its-highest-lag': withOutlook(SMALL, { jobType: 'cloudDataGuard' }),
  'status-estimate': copy(RANGE),
  'status-estimate-in-time': copy(RANGE, 11 * HOUR),
  'status-estimate-perhaps-late': copy(RANGE, 9 * HOUR),
  'status-estimate-late': copy(RANGE, 7 * HOUR),
  'status-estimate-of-minutes': copy({ ...RANGE, fromMs: 40 * MINUTE, toMs: 2.5 * HOUR, percentPerHour: 0.04 }),
  'status-estimate-of-days': copy({ ...RANGE, fromMs: 2.2 * DAY, toMs: 4.1 * DAY, percentPerHour: 12.4 }),
  'status-estimate-too-uneven': copy({ kind: 'none', why: 'too_uneven' }, 7 * HOUR),
  'status-estimate-too-early': copy({ kind: 'none', why: 'too_early' }),
  'status-estimate-soon-done': copy({ ...RANGE, fromMs: 20 * SECOND, toMs: 70 * SECOND }),
};
