import { DAY, HOUR, MINUTE } from '../../../src/domain/base/time.ts';
import { explanation } from '../../../src/domain/job/explanation.ts';
import type { JobEvent } from '../../../src/domain/job/job-event.ts';
import type { JobState } from '../../../src/domain/job/job-state.ts';
import { CLOSINGS } from '../../../src/domain/post/closing.ts';
import { NO_AFTERMATH } from '../../../src/domain/post/post.ts';
import type { DeliveryFacts } from '../../../src/domain/post/post.ts';
import { postMessage } from '../../../src/slack/messages/posts/post-message.ts';
import type { JobReading } from '../../../src/use-cases/polling/read-jobs.ts';
import { BILLING, ORDERS, aJob, aReport, reported } from '../../support/reports.ts';
import {
  ASKED,
  A_POST,
  DUPLICATE,
  FLAPPING,
  START,
  TIMEOUT,
  anEvent,
  drJob,
  happened,
  job,
  lagging,
  parts,
  read,
  replicating,
  told,
  toldOf,
} from './facts.ts';
import type { Said, Step } from './facts.ts';

/** A flapping job's message some hours later. */
const flappingNow =
  (flapping: JobState['flapping']): Said =>
  (texts) => {
    const event: JobEvent = { kind: 'flapping', flapping: FLAPPING, ...anEvent };
    const facts: DeliveryFacts = { kind: 'event', job, eventNumber: 1, event, aftermath: NO_AFTERMATH };
    const now: JobReading = {
      kind: 'known',
      job: aJob({ name: 'orders' }, { report: aReport(), checkedAt: START, flapping }),
    };
    return postMessage(texts, { ...A_POST, id: 'POST', channelId: 'C1', facts: [facts] }, [now]);
  };

/** A message about a job that began to replicate, and how that job is now. */
const nowIs =
  (look: JobReading): Said =>
  (texts) => {
    const event = read([0, 'FULL_TRANSFER_COMPLETE'], replicating).events.at(-1);
    if (event === undefined) throw new Error('nothing was told');
    const facts: DeliveryFacts = { kind: 'event', job, eventNumber: 1, event, aftermath: NO_AFTERMATH };
    return postMessage(texts, { ...ASKED, id: 'POST', channelId: 'C1', facts: [facts] }, [look]);
  };

export const TOLD_CASES: Readonly<Record<string, Said>> = {
  'told-failed-of-a-name-full-of-formatting': toldOf({ ...job, name: '*or_ders*_`x`' }, {}, replicating, [
    10,
    'INCRE_TRANSFER_FAILED',
  ]),
  'told-full-copy-started': told([0, 'STARTJOBING'], [1, reported('FULL_TRANSFER_STARTED', { parts })]),
  'told-full-copy-resumed': told(
    [0, reported('FULL_TRANSFER_STARTED', { parts })],
    [1, 'PAUSING'],
    [61, reported('FULL_TRANSFER_STARTED', { parts })],
  ),
  'told-full-copy-complete': told(
    [0, 'STARTJOBING'],
    [1, 'FULL_TRANSFER_STARTED'],
    [1860, 'FULL_TRANSFER_STARTED'],
    [1861, 'FULL_TRANSFER_COMPLETE'],
  ),
  'told-copy-finished': told(
    [0, reported('FULL_TRANSFER_STARTED', { taskMode: 'FULL_TRANS' })],
    [90, reported('FULL_TRANSFER_COMPLETE', { taskMode: 'FULL_TRANS' })],
  ),
  'told-replicating': told([0, 'FULL_TRANSFER_COMPLETE'], replicating),
  'told-replicating-lag-unknown': told(
    [0, 'FULL_TRANSFER_COMPLETE'],
    [1, reported('INCRE_TRANSFER_STARTED', { lagMs: null })],
  ),
  'told-replicating-again': told([0, 'PAUSING'], [120, reported('INCRE_TRANSFER_STARTED', { lagMs: 7_200_000 })]),
  'told-paused': told(
    [0, 'FULL_TRANSFER_COMPLETE'],
    replicating,
    [8640, reported('INCRE_TRANSFER_STARTED', { lagMs: 3_000 })],
    [8641, 'PAUSING'],
  ),
  'told-failed': told(
    [0, 'FULL_TRANSFER_COMPLETE'],
    replicating,
    [8640, reported('INCRE_TRANSFER_STARTED', { lagMs: 3_000 })],
    [8641, reported('INCRE_TRANSFER_FAILED', { errorCode: 'DRS.M05023' })],
  ),
  'told-failed-without-cause': told([0, 'FULL_TRANSFER_STARTED'], [10, 'FULL_TRANSFER_FAILED']),
  'told-create-failed': told([0, 'CREATING'], [1, 'CREATE_FAILED']),
  'told-recovered': told(
    replicating,
    [14, 'INCRE_TRANSFER_FAILED'],
    [61, reported('INCRE_TRANSFER_STARTED', { lagMs: 2_880_000 })],
    [62, reported('INCRE_TRANSFER_STARTED', { lagMs: 2_820_000 })],
  ),
  'told-recovered-in-full-copy': told(
    [0, 'FULL_TRANSFER_STARTED'],
    [1, 'FULL_TRANSFER_FAILED'],
    [31, reported('FULL_TRANSFER_STARTED', { parts })],
    [32, reported('FULL_TRANSFER_STARTED', { parts })],
  ),
  'told-lasting-status': told([0, 'CONFIGURATION'], [1, 'STARTJOBING'], [17, 'STARTJOBING']),
  'told-unknown-status': told(replicating, [6, 'TELEPORTING']),
  'told-sub-jobs-failed': told(replicating, [
    6,
    reported('INCRE_TRANSFER_STARTED', {
      failedSubJobs: { failed: [{ jobId: BILLING, name: 'orders_child' }], of: 3 },
    }),
  ]),
  'told-recovered-catching-up': told(replicating, [14, 'INCRE_TRANSFER_FAILED'], [20, lagging(600_000)]),
  'told-recovered-long-settled': told(replicating, [14, 'INCRE_TRANSFER_FAILED'], [20, lagging(60_000, 1)]),
  'told-replicating-again-unsettled': told([0, 'PAUSING'], [120, lagging(2_000)]),
  'told-recovered-further-back': told(
    [0, reported('FULL_TRANSFER_STARTED', { parts })],
    [9, 'FULL_TRANSFER_FAILED'],
    [12, reported('FULL_TRANSFER_STARTED', { parts: [{ name: 'data', percent: 3, remainingTime: null }] })],
  ),
  'told-other': happened({ kind: 'other', name: 'from_a_newer_version', ...anEvent }),
  'told-other-without-a-report': happened({ kind: 'other', name: 'new', ...anEvent, report: null }),
  'told-failed-with-cause': toldOf(job, { cause: DUPLICATE }, replicating, [8641, 'INCRE_TRANSFER_FAILED']),
  'told-failed-and-still-billed': toldOf(
    job,
    { cause: DUPLICATE, terms: { expiredDays: 30, prepaid: false } },
    replicating,
    [8641, 'INCRE_TRANSFER_FAILED'],
  ),
  'told-failed-and-paid-in-advance': toldOf(
    job,
    { cause: DUPLICATE, terms: { expiredDays: 14, prepaid: true } },
    replicating,
    [8641, 'INCRE_TRANSFER_FAILED'],
  ),
  'told-failed-and-kept-for-a-while': toldOf(job, { terms: { expiredDays: 30, prepaid: null } }, replicating, [
    8641,
    'INCRE_TRANSFER_FAILED',
  ]),
  'told-failed-and-billed-until-somewhen': toldOf(job, { terms: { expiredDays: null, prepaid: false } }, replicating, [
    8641,
    'INCRE_TRANSFER_FAILED',
  ]),
  'told-paused-by-somebody-long-before': toldOf(job, { doer: { userName: 'ada', at: START } }, replicating, [
    8641,
    'PAUSING',
  ]),
  'told-paused-by-somebody': toldOf(
    job,
    { doer: { userName: 'a*da_<!here>', at: START + 8640 * MINUTE } },
    replicating,
    [8641, 'PAUSING'],
  ),
  'told-resumed-by-somebody': toldOf(
    job,
    { doer: { userName: 'ben', at: START + 119 * MINUTE } },
    [0, 'PAUSING'],
    [120, lagging(2_000)],
  ),
  'told-copy-resumed-by-somebody': toldOf(
    job,
    { doer: { userName: 'ben', at: START + 119 * MINUTE } },
    [0, 'PAUSING'],
    [120, reported('FULL_TRANSFER_STARTED', { parts })],
  ),
  'told-recovered-by-somebody': toldOf(
    job,
    { doer: { userName: 'ben', at: START + 19 * MINUTE }, firstMessageTs: '1700000000.000100' },
    replicating,
    [14, 'INCRE_TRANSFER_FAILED'],
    [20, lagging(600_000)],
  ),
  'told-failed-with-known-code': toldOf(job, { cause: { code: 'DRS.KE0002', text: null } }, replicating, [
    8641,
    'INCRE_TRANSFER_FAILED',
  ]),
  'told-failed-with-cause-and-known-code': toldOf(
    job,
    { cause: { code: 'DRS.KE0002', text: "Access denied for user '•••'@'•••'" } },
    replicating,
    [8641, 'INCRE_TRANSFER_FAILED'],
  ),
  'told-failed-with-cause-that-names-its-code': toldOf(
    job,
    { cause: { code: 'DRS.M01504', text: 'DRS.M01504 Another operation is in progress' } },
    replicating,
    [8641, 'INCRE_TRANSFER_FAILED'],
  ),
  'told-recovered-with-link': toldOf(
    job,
    { firstMessageTs: '1700000000.000100' },
    replicating,
    [14, 'INCRE_TRANSFER_FAILED'],
    [61, reported('INCRE_TRANSFER_STARTED', { lagMs: 2_880_000 })],
    [62, reported('INCRE_TRANSFER_STARTED', { lagMs: 2_820_000 })],
  ),
  'told-recovered-restarted': told(
    [0, 'FULL_TRANSFER_STARTED'],
    [1, 'FULL_TRANSFER_FAILED'],
    [2, reported('FULL_TRANSFER_STARTED', { percent: 0, parts: [{ name: 'data', percent: 0, remainingTime: null }] })],
    [3, reported('FULL_TRANSFER_STARTED', { percent: 0, parts: [{ name: 'data', percent: 0, remainingTime: null }] })],
  ),
  'told-failed-worst-sub-job': told(
    [0, 'FULL_TRANSFER_COMPLETE'],
    [
      9,
      reported('INCRE_TRANSFER_FAILED', { subJob: { jobId: BILLING, name: 'orders-shard-3', of: 12, unmeasured: 0 } }),
    ],
  ),
  'told-dr-initialising': toldOf(drJob, {}, [0, 'STARTJOBING'], [1, reported('FULL_TRANSFER_STARTED', { parts })]),
  'told-dr-initialised': toldOf(drJob, {}, [0, 'FULL_TRANSFER_STARTED'], [61, 'FULL_TRANSFER_COMPLETE']),
  'told-dr-running': toldOf(drJob, {}, [0, 'FULL_TRANSFER_COMPLETE'], replicating),
  'told-dr-failed': toldOf(drJob, {}, replicating, [6, 'INCRE_TRANSFER_FAILED']),
  'told-dr-recovered': toldOf(
    drJob,
    {},
    replicating,
    [6, 'INCRE_TRANSFER_FAILED'],
    [7, 'INCRE_TRANSFER_STARTED'],
    [8, 'INCRE_TRANSFER_STARTED'],
  ),
  // What rarely comes, so that every text there is has been read here once.
  'told-initialisation-resumed': toldOf(
    drJob,
    {},
    [0, reported('FULL_TRANSFER_STARTED', { parts })],
    [1, 'PAUSING'],
    [61, reported('FULL_TRANSFER_STARTED', { parts })],
  ),
  'told-initialisation-failed': toldOf(drJob, {}, [0, 'FULL_TRANSFER_STARTED'], [61, 'FULL_TRANSFER_FAILED']),
  'told-replicating-again-lag-unknown': told(
    [0, 'PAUSING'],
    [120, reported('INCRE_TRANSFER_STARTED', { lagMs: null })],
  ),
  'told-replicating-right-after-the-full-copy': told(
    [0, 'STARTJOBING'],
    [1, 'FULL_TRANSFER_STARTED'],
    [1861, reported('INCRE_TRANSFER_STARTED', { lagMs: 3_000 })],
  ),
  'told-failed-while-paused': told(replicating, [6, 'PAUSING'], [66, 'INCRE_TRANSFER_FAILED']),
  'told-failed-after-a-change': told(replicating, [6, 'CHANGE_JOB_STARTED'], [7, 'CHANGE_JOB_FAILED']),
  'told-dr-running-lag-unknown': toldOf(
    drJob,
    {},
    [0, 'FULL_TRANSFER_COMPLETE'],
    [1, reported('INCRE_TRANSFER_STARTED', { lagMs: null })],
  ),
  'told-recovered-with-the-copy-complete': told(
    [0, 'FULL_TRANSFER_STARTED'],
    [1, 'FULL_TRANSFER_FAILED'],
    [31, 'FULL_TRANSFER_COMPLETE'],
    [32, 'FULL_TRANSFER_COMPLETE'],
  ),
  'told-recovered-somehow': (texts) => {
    const workingAt = START + HOUR;
    const moment = {
      at: workingAt,
      report: null,
      previous: null,
      lastLag: null,
      lagNote: 'settled' as const,
      percentBefore: null,
    };
    const event: JobEvent = {
      kind: 'recovered',
      from: 'INCRE_TRANSFER_FAILED',
      failedAt: START,
      startSeen: true,
      workingAt,
      ...moment,
    };
    const facts: DeliveryFacts = { kind: 'event', job, eventNumber: 1, event, aftermath: NO_AFTERMATH };
    return postMessage(texts, { ...A_POST, id: 'POST', channelId: 'C1', facts: [facts] });
  },
  'now-no-such-job': nowIs({ kind: 'no_such_job', jobId: ORDERS, name: 'orders', code: 'DRS.M00289' }),
  'now-no-report': nowIs({ kind: 'no_report', jobId: ORDERS, name: 'orders', why: explanation('timeout') }),
  'now-unknown': nowIs({ kind: 'known', job: aJob({}, read(replicating, [6, TIMEOUT], [10, TIMEOUT]).state) }),
  'now-asked-in-vain-once': nowIs({ kind: 'known', job: aJob({}, read(replicating, [6, TIMEOUT]).state) }),
  'told-unreadable': happened({
    kind: 'unreadable',
    since: START - 30 * MINUTE,
    why: explanation('item_error', { label: 'DRS.M01501' }),
    ...anEvent,
  }),
  'told-unreadable-over': (texts) => {
    const why = explanation('item_error', { label: 'DRS.M01501' });
    const event: JobEvent = { kind: 'unreadable', since: START - 30 * MINUTE, why, ...anEvent };
    const facts: DeliveryFacts = { kind: 'event', job, eventNumber: 1, event, aftermath: NO_AFTERMATH };
    const now: JobReading = { kind: 'known', job: aJob({ name: 'orders' }, { report: aReport(), checkedAt: START }) };
    return postMessage(texts, { ...A_POST, id: 'POST', channelId: 'C1', facts: [facts] }, [now]);
  },
  'told-readable-again': happened({ kind: 'readable_again', since: START - HOUR, ...anEvent }),
  'told-readable-again-without-a-report': happened({
    kind: 'readable_again',
    since: START - HOUR,
    ...anEvent,
    report: null,
  }),
  ...Object.fromEntries(
    CLOSINGS.map((how) => [
      `told-failed-and-${how}`,
      toldOf(job, { cause: DUPLICATE, closed: { how, at: START + 61 * MINUTE } }, replicating, [
        14,
        'INCRE_TRANSFER_FAILED',
      ]),
    ]),
  ),
  'told-failed-and-recovered-days-later': (texts) => {
    const { events, state } = read(
      replicating,
      [14, 'INCRE_TRANSFER_FAILED'],
      [20, lagging(2_880_000)],
      [30, lagging(2_880_000)],
    );
    const [event] = events;
    if (event === undefined) throw new Error('nothing was told');
    const aftermath = { ...NO_AFTERMATH, closed: { how: 'recovered' as const, at: event.at + 3 * DAY } };
    const facts: DeliveryFacts = { kind: 'event', job, eventNumber: 1, event, aftermath };
    return postMessage(texts, { ...A_POST, id: 'POST', channelId: 'C1', facts: [facts] }, [
      { kind: 'known', job: aJob({ name: 'orders', jobType: 'migration' }, state) },
    ]);
  },
  'told-flapping': toldOf(
    job,
    {},
    ...[0, 31, 62, 93].flatMap((failing): readonly Step[] => [
      [failing, 'INCRE_TRANSFER_STARTED'],
      [failing + 16, 'INCRE_TRANSFER_FAILED'],
    ]),
  ),
  'told-flapping-kept-current': flappingNow({ ...FLAPPING, failures: 9, quietSince: START + 5 * HOUR }),
  'told-flapping-over': flappingNow(null),
  'told-settled': happened({
    kind: 'settled',
    flapping: {
      since: START - 22 * HOUR,
      failures: 37,
      longestGapMs: 31 * MINUTE,
      longestFailureMs: 16 * MINUTE,
      quietSince: START - 62 * MINUTE,
    },
    quietMs: 62 * MINUTE,
    ...anEvent,
  }),
  'told-settled-out-of-sight': happened({
    kind: 'settled',
    flapping: { since: START - HOUR, failures: 3, longestGapMs: MINUTE, longestFailureMs: 0, quietSince: START },
    quietMs: 30 * MINUTE,
    ...anEvent,
    report: null,
  }),
  'told-recovered-soon': happened({
    kind: 'recovered',
    from: 'INCRE_TRANSFER_FAILED',
    failedAt: START,
    startSeen: true,
    workingAt: START + HOUR,
    ...anEvent,
    lagNote: 'unsettled',
  }),
  'now-gone': nowIs({ kind: 'known', job: aJob({}, { over: 'gone' }) }),
  'now-paused': nowIs({ kind: 'known', job: aJob({}, read(replicating, [10, 'PAUSING']).state) }),
  'now-as-told': nowIs({
    kind: 'known',
    job: aJob({ jobType: 'migration' }, read([0, 'FULL_TRANSFER_COMPLETE'], replicating).state),
  }),
  'now-never-read': nowIs({ kind: 'known', job: aJob() }),
};
