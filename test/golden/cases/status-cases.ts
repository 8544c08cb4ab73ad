import { failureOf } from '../../../src/domain/job/progress-answer.ts';
import { HOUR } from '../../../src/domain/base/time.ts';
import { explanation } from '../../../src/domain/job/explanation.ts';
import { rawMessage } from '../../../src/slack/messages/answers/raw-message.ts';
import { statusMessage } from '../../../src/slack/messages/answers/status-message.ts';
import { hideOperatorMatters } from '../../../src/slack/messages/kit/texts.ts';
import type { EndedEvent } from '../../../src/use-cases/showing/show-status.ts';
import type { ReferenceProblem } from '../../../src/use-cases/naming/resolve-jobs.ts';
import { BILLING, ORDERS, aJob, aReport, reported } from '../../support/reports.ts';
import {
  DUPLICATE,
  JUDGED_GONE,
  NO_SUCH_JOB,
  START,
  TIMEOUT,
  VIEW,
  anEvent,
  lagging,
  none,
  parts,
  read,
  replicating,
  shown,
  shownOf,
  status,
  unanswered,
} from './facts.ts';
import type { Said } from './facts.ts';

const LOCKED = unanswered('credentials_rejected', explanation('keys_locked', { label: 'APIGW.0301' }));

const NO_PROJECT = unanswered('project_unknown', explanation('project_unknown', { label: 'APIGW.0106' }));

const NOT_OFFERED = unanswered('not_found', explanation('not_offered', { label: 'APIGW.0101' }));

const endedAs =
  (changes: Partial<EndedEvent>): Said =>
  (texts) => {
    const { state, now } = read(replicating, [6, 'RELEASE_RESOURCE_COMPLETE'], [12, 'RELEASE_RESOURCE_COMPLETE']);
    const summary = {
      from: START - 150 * HOUR,
      fromStart: true,
      phases: { full_copy: 31 * HOUR, replicating: 117 * HOUR, paused: 2 * HOUR },
      lag: { maxMs: 580_000, lastDays: null },
    };
    const ended: EndedEvent = {
      ...anEvent,
      kind: 'ended',
      verdict: 'stopped_in_sync',
      lastLag: { ms: 300, at: START },
      standing: null,
      summary,
      ...changes,
    };
    const known = aJob({ name: 'orders', jobType: 'migration' }, state);
    return statusMessage(texts, { jobs: [status(known, { ended })], problems: [] }, { ...VIEW, now });
  };

export const STATUS_CASES: Readonly<Record<string, Said>> = {
  'status-not-started': shown([0, 'CONFIGURATION']),
  'status-one-look-failed': shown(replicating, [20, replicating[1]], [21, TIMEOUT]),
  'status-jumping': shown(
    replicating,
    [6, lagging(0)],
    [7, lagging(2_000_000)],
    [8, lagging(0)],
    [9, lagging(2_002_000)],
  ),
  'status-clocks-differ': shown([0, reported('INCRE_TRANSFER_STARTED', { lagMs: 0, clockSkewMs: 3_000 })]),
  'status-lag-high': shown([0, lagging(3_600_000)]),
  'status-parent-partly-measurable': shown([
    0,
    reported('INCRE_TRANSFER_STARTED', { subJob: { jobId: BILLING, name: 'orders-3', of: 12, unmeasured: 1 } }),
  ]),
  'status-parent-with-failed-parts': shown([
    0,
    reported('INCRE_TRANSFER_STARTED', {
      failedSubJobs: { failed: [{ jobId: BILLING, name: 'orders_child' }], of: 3 },
    }),
  ]),
  'status-dr-unsettled': shownOf({ jobType: 'cloudDataGuard' }, {}, [0, 'PAUSING'], [9, lagging(1_000)]),
  'status-recovering': shown(replicating, [6, 'INCRE_TRANSFER_FAILED'], [9, lagging(1_000)]),
  'status-full-copy-data-done': shown([
    0,
    reported('FULL_TRANSFER_STARTED', {
      parts: [
        { name: 'data', percent: 100, remainingTime: null },
        { name: 'index', percent: 40, remainingTime: null },
      ],
    }),
  ]),
  'status-full-copy-everything-at-100': shown([
    0,
    reported('FULL_TRANSFER_STARTED', { parts: [{ name: 'data', percent: 100, remainingTime: null }] }),
  ]),
  'status-full-copy': shown(
    [0, 'STARTJOBING'],
    [1, reported('FULL_TRANSFER_STARTED', { parts })],
    [841, reported('FULL_TRANSFER_STARTED', { parts, remainingTime: '10' })],
  ),
  'status-full-copy-overall-figure': shown([0, reported('FULL_TRANSFER_STARTED', { percent: 7, parts: [] })]),
  'status-full-copy-begun-before': shownOf({ times: { startedAt: START - 14 * HOUR, fullCopyDoneAt: null } }, {}, [
    0,
    reported('FULL_TRANSFER_STARTED', { parts }),
  ]),
  'status-full-copy-watched-late': shown(
    [0, reported('FULL_TRANSFER_STARTED', { parts })],
    [180, reported('FULL_TRANSFER_STARTED', { parts })],
  ),
  'status-copy-finished': shown([0, reported('FULL_TRANSFER_COMPLETE', { taskMode: 'FULL_TRANS' })]),
  'status-replicating': shown([0, 'FULL_TRANSFER_COMPLETE'], replicating),
  'status-replicating-less-than-a-second': shown([0, reported('INCRE_TRANSFER_STARTED', { lagMs: 0 })]),
  'status-replicating-lag-unknown': shown(replicating, [6, reported('INCRE_TRANSFER_STARTED', { lagMs: null })]),
  'status-paused': shown(replicating, [305, 'PAUSING']),
  'status-failed': shown(replicating, [6, reported('INCRE_TRANSFER_FAILED', { errorCode: 'DRS.M05023' })]),
  'status-failed-with-cause': shownOf({}, { cause: DUPLICATE }, replicating, [6, 'INCRE_TRANSFER_FAILED']),
  'status-unknown-for-everybody': (texts) => shown(replicating, [6, LOCKED], [48, LOCKED])(hideOperatorMatters(texts)),
  'status-unknown-for-everybody-without-an-operators-channel': (texts) =>
    shown(
      replicating,
      [6, LOCKED],
      [48, LOCKED],
    )(hideOperatorMatters({ ...texts, surroundings: { ...texts.surroundings, tellsOperator: false } })),
  'status-unknown-by-mistake-for-everybody': (texts) =>
    shown(replicating, [6, NOT_OFFERED], [48, NOT_OFFERED])(hideOperatorMatters(texts)),
  'status-unknown-without-a-project-for-everybody': (texts) =>
    shown(replicating, [6, NO_PROJECT], [48, NO_PROJECT])(hideOperatorMatters(texts)),
  'status-unknown': shown(replicating, [6, TIMEOUT], [48, TIMEOUT]),
  'status-ended': shown([0, 'RELEASE_RESOURCE_COMPLETE']),
  'status-gone': shown(replicating, [6, NO_SUCH_JOB], [12, JUDGED_GONE]),
  'status-parent': shownOf({}, { subJobs: 12 }, replicating),
  'status-parent-worst-sub-job': shownOf({}, { subJobs: 12 }, [
    0,
    reported('INCRE_TRANSFER_FAILED', { subJob: { jobId: BILLING, name: 'orders-shard-3', of: 12, unmeasured: 0 } }),
  ]),
  'status-dr-initialising': shownOf({ jobType: 'cloudDataGuard' }, {}, [
    0,
    reported('FULL_TRANSFER_STARTED', { parts }),
  ]),
  'status-dr-running': shownOf({ jobType: 'cloudDataGuard' }, { recovery: { rpoMs: 0, rtoMs: 2_000 } }, replicating),
  'status-dr-running-figures-unknown': shownOf({ jobType: 'cloudDataGuard' }, { recovery: 'unknown' }, replicating),
  'status-dr-running-not-measurable': shownOf(
    { jobType: 'cloudDataGuard' },
    { recovery: { rpoMs: null, rtoMs: null } },
    replicating,
  ),
  'status-of-an-unknown-job': (texts) =>
    statusMessage(
      texts,
      {
        jobs: [status(aJob(), { reading: { kind: 'no_such_job', jobId: ORDERS, name: null, code: 'DRS.M00289' } })],
        problems: [],
      },
      { ...VIEW, now: START },
    ),
  'status-without-an-answer': (texts) =>
    statusMessage(
      texts,
      {
        jobs: [
          status(aJob(), {
            reading: { kind: 'no_report', jobId: ORDERS, name: 'orders', why: explanation('timeout') },
          }),
        ],
        problems: [],
      },
      { ...VIEW, now: START },
    ),
  'status-shared': (texts) => {
    const { state, now } = read(replicating);
    const jobs = [status(aJob({ name: 'orders' }, state))];
    return statusMessage(texts, { jobs, problems: [] }, { channelId: 'C1', now, isPrivate: false, sharedBy: 'U1' });
  },
  'status-in-a-pause-by-schedule': (texts) => {
    const { state, now } = read(replicating);
    const jobs = [status(aJob({ name: 'orders' }, state))];
    return statusMessage(texts, { jobs, problems: [] }, { ...VIEW, now, pausedUntil: now + 14 * HOUR });
  },
  'status-of-two-jobs-and-a-mistake': (texts) => {
    const { state, now } = read(replicating);
    const other = aJob({ jobId: BILLING }, { ...state, report: aReport({ jobId: BILLING, status: 'PAUSING' }) });
    const jobs = [status(aJob({}, state), { subscribed: true }), status(other)];
    const problems: readonly ReferenceProblem[] = [none({ reference: '<!channel>' })];
    return statusMessage(texts, { jobs, problems }, { ...VIEW, now });
  },
  'status-by-an-old-name': (texts) => {
    const { state, now } = read(replicating);
    const known = aJob({ name: 'orders', jobType: 'migration' }, state);
    const oldNames = { namedAt: START, why: explanation('host_timeout', { host: 'drs.example' }) };
    return statusMessage(texts, { jobs: [status(known)], problems: [], oldNames }, { ...VIEW, now });
  },
  'status-dr-lag-unknown': shownOf({ jobType: 'cloudDataGuard' }, {}, [
    0,
    reported('INCRE_TRANSFER_STARTED', { lagMs: null }),
  ]),
  'status-replicating-without-any-lag-so-far': shown([0, reported('INCRE_TRANSFER_STARTED', { lagMs: null })]),
  'status-full-copy-without-a-figure': shown([0, reported('FULL_TRANSFER_STARTED', { percent: null, parts: [] })]),
  'status-full-copy-in-many-parts': shown([
    0,
    reported('FULL_TRANSFER_STARTED', {
      parts: Array.from({ length: 8 }, (_, number) => ({
        name: `part-${number}`,
        percent: number,
        remainingTime: null,
      })),
    }),
  ]),
  'status-failed-with-a-known-code': shownOf({}, { cause: { code: 'DRS.KE0002', text: 'Access denied' } }, [
    0,
    'INCRE_TRANSFER_FAILED',
  ]),
  'status-deleted': shown(replicating, [6, 'DELETED']),
  'status-ended-and-remembered': endedAs({}),
  'status-ended-and-watched-late': endedAs({
    verdict: 'had_failed',
    summary: {
      from: START,
      fromStart: false,
      phases: { replicating: 21 * HOUR, failed: 47 * 60_000 },
      lag: { maxMs: 9_000, lastDays: 90 },
    },
  }),
  'status-ended-in-an-odd-status': endedAs({
    verdict: 'other_status',
    summary: null,
    standing: { status: 'NODE_UPGRADE_START', taskMode: null, lagMs: null, at: START, reports: 3 },
  }),
  'status-of-namesakes': (texts) => {
    const { state, now } = read(replicating);
    const jobs = [ORDERS, BILLING].map((jobId) => status(aJob({ jobId, name: 'orders' }, state)));
    return statusMessage(texts, { jobs, problems: [] }, { ...VIEW, now });
  },
  'raw-fields-as-they-came': (texts) =>
    rawMessage(texts, {
      jobId: ORDERS,
      job: null,
      cause: null,
      asked: {
        kind: 'read',
        value: [
          `job_id: "${ORDERS}"`,
          'progress: "63%"',
          'incre_trans_delay: "-1"',
          'progress_map: {"data":{"completed":"63%","remaining_time":""}}',
          'note: "a `word` <!channel>"',
        ],
      },
      polls: [],
    }),
  'raw-fields-remembered': (texts) => {
    const { state, now } = read([
      0,
      reported('FULL_TRANSFER_STARTED', {
        parts,
        remainingTime: '3600',
        processTime: '1',
        errorCode: 'DRS.M05023',
        unknownFields: { incre_trans_delay: 'NA', note: 'a `word` <!channel>' },
      }),
    ]);
    const polls = [
      { at: now, group: 'full_copy', lagMs: null, parts: [{ name: 'data', percent: 63 }] },
      { at: now + HOUR, group: 'replicating', lagMs: 3_000, parts: [] },
    ] as const;
    const job = aJob({ name: 'orders', jobType: 'migration' }, state);
    const failure = failureOf('timeout', explanation('timeout'));
    return rawMessage(texts, { jobId: ORDERS, job, cause: DUPLICATE, asked: { kind: 'failed', failure }, polls });
  },
  'raw-fields-of-a-job-that-was-never-read': (texts) =>
    rawMessage(texts, {
      jobId: ORDERS,
      job: null,
      cause: null,
      asked: { kind: 'failed', failure: failureOf('timeout', explanation('timeout')) },
      polls: [],
    }),
  'status-paused-with-an-error': shown(replicating, [6, reported('PAUSING', { errorCode: 'DRS.M05023' })]),
  'status-in-a-dm': (texts) => {
    const { state, now } = read(replicating);
    return statusMessage(texts, { jobs: [status(aJob({}, state))], problems: [] }, { ...VIEW, channelId: 'D1', now });
  },
};
