import { DAY, HOUR, MINUTE, SECOND } from '../../../src/domain/base/time.ts';
import { simulatedJobId } from '../../../demo/drs-simulator/jobs.ts';
import type { JobEvent } from '../../../src/domain/job/job-event.ts';
import type { RuleMarks } from '../../../src/domain/job/job-state.ts';
import type { PartPercent, RuleEvent } from '../../../src/domain/job/rule-event.ts';
import { NOTHING_AROUND, NO_AFTERMATH } from '../../../src/domain/post/post.ts';
import type { Aftermath, DeliveryFacts } from '../../../src/domain/post/post.ts';
import { fullPostMessage, postMessage } from '../../../src/slack/messages/posts/post-message.ts';
import { statusMessage } from '../../../src/slack/messages/answers/status-message.ts';
import { rulesKey } from '../../../src/domain/rules/subscription-rules.ts';
import type { SubscriptionRules } from '../../../src/domain/rules/subscription-rules.ts';
import { aJob, aReport } from '../../support/reports.ts';
import { ASKED, A_POST, DUPLICATE, START, VIEW, anEvent, job, status } from './facts.ts';
import type { IncidentFacts, Said } from './facts.ts';

const copied = (data: number, index = 0): readonly PartPercent[] => [
  { name: 'struct', percent: 100 },
  { name: 'data', percent: data },
  { name: 'index', percent: index },
];

const ago = (ms: number) => START - ms;

/** One of each kind, as the rules find them. */
export const FOUND = {
  lag_high: { kind: 'lag_high', since: ago(10 * MINUTE), lagMs: 372_000, levelMs: 120_000, holdMs: 600_000 },
  lag_cleared: { kind: 'lag_cleared', since: ago(38 * MINUTE), lagMs: 4_000, peakMs: 580_000 },
  nothing_newer: { kind: 'nothing_newer', since: ago(5 * MINUTE), lagMs: 372_000, slope: 1.02 },
  cannot_keep_up: { kind: 'cannot_keep_up', since: ago(30 * MINUTE), lagMs: 12 * MINUTE, slope: 0.3, isOnTop: false },
  stands_still: { kind: 'stands_still', since: ago(9 * MINUTE), lagMs: 90 * MINUTE, polls: 10, isOnTop: false },
  jumping: { kind: 'jumping', since: ago(4 * MINUTE), leastMs: 0, mostMs: 2_002_000 },
  not_measurable: { kind: 'not_measurable', since: ago(15 * MINUTE), polls: 16 },
  catch_up_not_gaining: {
    kind: 'catch_up_not_gaining',
    since: ago(3 * HOUR),
    lagMs: 182 * MINUTE,
    beforeMs: 178 * MINUTE,
    isOnTop: false,
  },
  gaining_again: { kind: 'gaining_again', since: ago(5 * HOUR), lagMs: 170 * MINUTE, beforeMs: 182 * MINUTE },
  stalled: {
    kind: 'stalled',
    parts: copied(63),
    stillMs: 130 * MINUTE,
    usualMs: 15 * MINUTE,
    longestMs: 22 * MINUTE,
  },
  slow_tail: { kind: 'slow_tail', parts: copied(100, 40), stillMs: 3 * HOUR, allDone: false },
  moving_again: { kind: 'moving_again', parts: copied(64), stillMs: 150 * MINUTE, isRestarted: false },
  caught_up: { kind: 'caught_up', since: ago(15 * MINUTE), lagMs: 1_000, maxMs: 4_000, alwaysZero: false },
  no_longer_caught_up: { kind: 'no_longer_caught_up', since: ago(3 * MINUTE), lagMs: 200_000 },
  over: { kind: 'over', of: 'not_measurable', since: ago(15 * MINUTE), lagMs: 3_000 },
  window_missed: { kind: 'window_missed', by: START + 8 * HOUR, from: START + 9 * HOUR, to: START + 14 * HOUR },
  window_met: { kind: 'window_met', by: START + 8 * HOUR, from: START + 6 * HOUR, to: START + 9 * HOUR },
  still_failing: { kind: 'still_failing', since: ago(4 * HOUR), startSeen: true },
  still_paused: { kind: 'still_paused', since: ago(12 * HOUR), startSeen: true },
  deadline_near: { kind: 'deadline_near', at: START + 23 * HOUR, isConfirmed: true, startSeen: true },
} as const satisfies { readonly [Kind in RuleEvent['kind']]: RuleEvent & { readonly kind: Kind } };

const failed = aReport({ status: 'INCRE_TRANSFER_FAILED', errorCode: 'DRS.M05023' });
const paused = aReport({ status: 'PAUSING' });
const LAST_LAG = { ms: 3_000, at: ago(4 * HOUR) };

/** The event with what is known of the moment beside it. */
export function eventOf(found: RuleEvent, rules: SubscriptionRules = {}): Extract<JobEvent, { kind: 'rule' }> {
  const event = { ...anEvent, kind: 'rule', rules: rulesKey(rules), found } as const;
  switch (found.kind) {
    case 'still_failing':
      return { ...event, report: failed, lastLag: LAST_LAG };
    case 'still_paused':
      return { ...event, report: paused, lastLag: { ...LAST_LAG, at: ago(12 * HOUR) } };
    case 'deadline_near':
      return { ...event, report: failed };
    case 'not_measurable':
      return { ...event, lastLag: { ms: 3_000, at: ago(16 * MINUTE) } };
    default:
      return event;
  }
}

function factsOf(event: JobEvent, aftermath: Partial<Aftermath> = {}): DeliveryFacts {
  return { kind: 'event', job, eventNumber: 1, event, aftermath: { ...NO_AFTERMATH, ...aftermath } };
}

const toldEvent =
  (event: JobEvent, aftermath: Partial<Aftermath> = {}): Said =>
  (texts) =>
    postMessage(texts, { ...A_POST, id: 'POST', channelId: 'C1', facts: [factsOf(event, aftermath)] });

const found = (one: RuleEvent, rules: SubscriptionRules = {}): Said => toldEvent(eventOf(one, rules));

/** Something that a rule found, over by a later event. */
const over = (one: RuleEvent, by: JobEvent): Said =>
  toldEvent(eventOf(one), { endedBy: { ...by, at: START + 28 * MINUTE } });

const OWN: SubscriptionRules = {
  lag: { levelMs: 30_000, holdMs: 10 * MINUTE },
  ready: { levelMs: 5_000, holdMs: 30 * MINUTE },
};

const changedTo = (to: string): JobEvent => ({
  kind: 'status_changed',
  from: 'INCRE_TRANSFER_STARTED',
  to,
  ...anEvent,
  report: aReport({ status: to }),
});

/** The same of many jobs, the first one worst. */
const ofMany = (
  count: number,
  kind: RuleEvent['kind'],
  aftermathOf: (n: number) => Partial<Aftermath> = () => ({}),
): readonly IncidentFacts[] =>
  Array.from({ length: count }, (_, n): IncidentFacts => {
    const one: RuleEvent = FOUND[kind];
    return {
      kind: 'event',
      job: { ...job, jobId: simulatedJobId(n), name: `tenant-${String(n + 1).padStart(2, '0')}` },
      eventNumber: 1,
      event: eventOf('lagMs' in one ? { ...one, lagMs: one.lagMs + ((n * 7) % count) * SECOND } : one),
      aftermath: { ...NO_AFTERMATH, ...aftermathOf(n) },
    };
  });

const many =
  (facts: readonly IncidentFacts[]): Said =>
  (texts) =>
    postMessage(texts, {
      ...A_POST,
      id: 'POST',
      channelId: 'C1',
      kind: 'incident',
      facts,
      around: { ...NOTHING_AROUND, watched: 60 },
    });

const CLEARED: JobEvent = { ...eventOf(FOUND.lag_cleared), at: START + 28 * MINUTE };

/** How a status reads while the rules hold something of the job. */
const marked =
  (marks: Partial<RuleMarks>, report = aReport({ lagMs: 1_000 })): Said =>
  (texts) => {
    const all: RuleMarks = { lagHighSince: null, stalledSince: null, caughtUpSince: null, ...marks };
    const known = aJob({ name: 'orders', jobType: 'migration' }, { report, checkedAt: START, marks: all });
    return statusMessage(texts, { jobs: [status(known)], problems: [] }, { ...VIEW, now: START });
  };

const copying = aReport({
  status: 'FULL_TRANSFER_STARTED',
  parts: copied(63).map((part) => ({ ...part, remainingTime: null })),
});

export const RULE_CASES: Readonly<Record<string, Said>> = {
  ...Object.fromEntries(Object.values(FOUND).map((one) => [`told-rule-${one.kind}`, found(one)])),
  'told-rule-lag_high-by-an-own-rule': found({ ...FOUND.lag_high, levelMs: 30_000 }, OWN),
  'told-rule-nothing_newer-by-an-own-rule': found(FOUND.nothing_newer, OWN),
  'told-rule-caught_up-by-an-own-rule': found({ ...FOUND.caught_up, since: ago(30 * MINUTE) }, OWN),
  'told-rule-no_longer_caught_up-by-an-own-rule': found({ ...FOUND.no_longer_caught_up, lagMs: 16_000 }, OWN),
  'told-rule-caught_up-always-zero': found({ ...FOUND.caught_up, lagMs: 0, maxMs: 0, alwaysZero: true }),
  'told-rule-stalled-without-habits': found({ ...FOUND.stalled, usualMs: null, longestMs: null, stillMs: 8 * HOUR }),
  'told-rule-stalled-overall': found({ ...FOUND.stalled, parts: [{ name: 'overall', percent: 12 }] }),
  'told-rule-stalled-without-parts': found({ ...FOUND.stalled, parts: [] }),
  'told-rule-slow_tail-of-the-data': found({ ...FOUND.slow_tail, parts: copied(99) }),
  'told-rule-slow_tail-everything-at-100': found({ ...FOUND.slow_tail, parts: copied(100, 100), allDone: true }),
  'told-rule-moving_again-restarted': found({ ...FOUND.moving_again, parts: copied(0), isRestarted: true }),
  'told-rule-not_measurable-ever': toldEvent({ ...eventOf(FOUND.not_measurable), lastLag: null }),
  'told-rule-still_failing-at-least': found({ ...FOUND.still_failing, since: ago(3 * DAY), startSeen: false }),
  'told-rule-still_failing-without-a-code': toldEvent({
    ...eventOf(FOUND.still_failing),
    report: aReport({ status: 'FULL_TRANSFER_FAILED' }),
    lastLag: null,
  }),
  'told-rule-still_failing-with-a-cause': toldEvent(eventOf(FOUND.still_failing), { cause: DUPLICATE }),
  'told-rule-deadline_near-not-confirmed': found({ ...FOUND.deadline_near, isConfirmed: false }),
  'told-rule-deadline_near-at-the-latest': found({ ...FOUND.deadline_near, isConfirmed: false, startSeen: false }),
  'told-rule-deadline_near-while-paused': toldEvent({ ...eventOf(FOUND.deadline_near), report: paused }),
  'told-rule-lag_high-over': over(FOUND.lag_high, eventOf(FOUND.lag_cleared)),
  'told-rule-nothing_newer-over': over(FOUND.nothing_newer, eventOf(FOUND.lag_cleared)),
  'told-rule-stands_still-over': over(FOUND.stands_still, eventOf(FOUND.caught_up)),
  'told-rule-stalled-over': over(FOUND.stalled, eventOf(FOUND.moving_again)),
  'told-rule-slow_tail-over': over(FOUND.slow_tail, changedTo('FULL_TRANSFER_COMPLETE')),
  ...Object.fromEntries(
    (['jumping', 'not_measurable', 'no_longer_caught_up'] as const).map((kind) => [
      `told-rule-${kind}-over`,
      over(FOUND[kind], {
        ...eventOf({ ...FOUND.over, of: kind, since: START + 14 * MINUTE }),
        report: aReport({ lagMs: 3_000 }),
      }),
    ]),
  ),
  'told-rule-not_measurable-over-and-high': over(FOUND.not_measurable, {
    ...eventOf({ ...FOUND.over, since: START + 14 * MINUTE }),
    report: aReport({ lagMs: 300_000 }),
  }),
  'told-rule-catch_up_not_gaining-over': over(FOUND.catch_up_not_gaining, eventOf(FOUND.lag_cleared)),
  'told-rule-catch_up_not_gaining-and-gaining_again': over(FOUND.catch_up_not_gaining, eventOf(FOUND.gaining_again)),
  'told-rule-lag_high-and-nothing_newer': over(FOUND.lag_high, eventOf(FOUND.nothing_newer)),
  'told-rule-caught_up-and-sub_jobs_failed': over(FOUND.caught_up, {
    kind: 'sub_jobs_failed',
    failed: [{ jobId: simulatedJobId(3), name: 'orders-3' }],
    of: 12,
    ...anEvent,
  }),
  ...Object.fromEntries(
    (['cannot_keep_up', 'stands_still', 'catch_up_not_gaining'] as const).map((kind) => [
      `told-rule-lag_high-and-${kind}`,
      toldEvent(eventOf(FOUND.lag_high), { more: eventOf({ ...FOUND[kind], isOnTop: true }) }),
    ]),
  ),
  'told-rule-lag_high-unsubscribed': toldEvent(eventOf(FOUND.lag_high), {
    letGo: { how: 'unsubscribed', at: START + 28 * MINUTE },
  }),
  'told-rule-lag_high-by-rules-of-before': toldEvent(eventOf(FOUND.lag_high), { letGo: { how: 'other_rules' } }),
  'told-rule-lag_cleared-with-a-failed-sub-job': toldEvent({
    ...eventOf(FOUND.lag_cleared),
    report: aReport({
      lagMs: 4_000,
      failedSubJobs: { failed: [{ jobId: simulatedJobId(3), name: 'orders-3' }], of: 12 },
    }),
  }),
  'told-rule-lag_cleared-and-caught_up': (texts) =>
    postMessage(texts, {
      ...A_POST,
      id: 'POST',
      channelId: 'C1',
      facts: [FOUND.lag_cleared, FOUND.caught_up].map((one) => factsOf(eventOf(one))),
    }),
  'told-rule-window_missed-over': over(FOUND.window_missed, eventOf(FOUND.window_met)),
  'told-rule-caught_up-over': over(FOUND.caught_up, eventOf(FOUND.no_longer_caught_up)),
  'told-rule-lag_high-and-failed': over(FOUND.lag_high, changedTo('INCRE_TRANSFER_FAILED')),
  'told-rule-lag_high-and-paused': over(FOUND.lag_high, changedTo('PAUSING')),
  'told-rule-still_failing-and-recovered': over(FOUND.still_failing, {
    kind: 'recovered',
    from: 'INCRE_TRANSFER_FAILED',
    failedAt: ago(4 * HOUR),
    startSeen: true,
    workingAt: START,
    ...anEvent,
    report: aReport({ lagMs: 48 * MINUTE }),
  }),
  'told-rule-still_paused-and-ended': over(FOUND.still_paused, {
    kind: 'ended',
    verdict: 'while_paused',
    summary: null,
    standing: null,
    ...anEvent,
  }),
  'told-rule-deadline_near-and-gone': over(FOUND.deadline_near, { kind: 'gone', code: null, ...anEvent }),
  'told-rule-cannot_keep_up-and-flapping': over(FOUND.cannot_keep_up, {
    kind: 'flapping',
    flapping: { since: START, failures: 3, longestGapMs: HOUR, longestFailureMs: 0, quietSince: START },
    ...anEvent,
  }),
  'backlog-of-a-lag': (texts) =>
    postMessage(texts, {
      ...A_POST,
      id: 'POST',
      channelId: 'C1',
      facts: [eventOf(FOUND.lag_high), eventOf(FOUND.nothing_newer), CLEARED].map((event, n) =>
        factsOf({ ...event, at: event.at + n * MINUTE }),
      ),
    }),
  ...Object.fromEntries(Object.values(FOUND).map(({ kind }) => [`incident-rule-${kind}`, many(ofMany(30, kind))])),
  'incident-rule-lag_high-partly-over': many(ofMany(30, 'lag_high', (n) => (n < 24 ? { endedBy: CLEARED } : {}))),
  'incident-rule-lag_high-let-go': many(
    ofMany(5, 'lag_high', (n) => ({
      letGo: n === 0 ? { how: 'unsubscribed', at: START } : n === 1 ? { how: 'other_rules' } : null,
    })),
  ),
  'incident-rule-lag_cleared-partly': many(
    [...ofMany(30, 'lag_high', (n) => (n < 20 ? { endedBy: CLEARED } : {})), ...ofMany(24, 'lag_cleared')].map(
      (one, n) => (n === 30 ? { ...one, aftermath: { ...one.aftermath, endedBy: eventOf(FOUND.lag_high) } } : one),
    ),
  ),
  'incident-rule-lag_cleared-but-for-two': many([
    ...ofMany(30, 'lag_high', (n) => ({ endedBy: n < 28 ? CLEARED : changedTo('PAUSING') })),
    ...ofMany(28, 'lag_cleared'),
  ]),
  'incident-rule-lag_high-over': many(ofMany(30, 'lag_high', () => ({ endedBy: CLEARED }))),
  'incident-rule-lag_high-over-in-several-ways': many(
    ofMany(5, 'lag_high', (n) => ({ endedBy: n < 3 ? CLEARED : changedTo('PAUSING') })),
  ),
  'incident-rule-stalled-in-full': (texts) =>
    fullPostMessage(texts, { ...A_POST, id: 'POST', channelId: 'C1', facts: ofMany(30, 'stalled') }, []),
  'incident-rule-lag_high-asked': (texts) =>
    postMessage(
      texts,
      {
        ...ASKED,
        id: 'POST',
        channelId: 'C1',
        kind: 'incident',
        facts: ofMany(5, 'lag_high'),
        around: { ...NOTHING_AROUND, watched: 5 },
      },
      [aReport({ lagMs: 4_000 }), paused].map((report, n) => ({
        kind: 'known',
        job: aJob({ jobId: simulatedJobId(n) }, { report, checkedAt: START }),
      })),
    ),
  'status-caught-up': marked({ caughtUpSince: START }),
  'status-lag-not-fine-for-long-enough': marked({ lagHighSince: START }, aReport({ lagMs: 70_000 })),
  'status-stalled': marked({ stalledSince: START }, copying),
};
