import { DAY, MINUTE, SECOND } from '../../../src/domain/base/time.ts';
import { explanation } from '../../../src/domain/job/explanation.ts';
import { UNSEEN_JOB } from '../../../src/domain/job/job-state.ts';
import { confirmUnsubscribeAll } from '../../../src/slack/messages/answers/confirm-unsubscribe-all.ts';
import { lines } from '../../../src/slack/messages/kit/message.ts';
import type { RuleRefusal } from '../../../src/domain/rules/typed-rules.ts';
import type { SubscriptionRules } from '../../../src/domain/rules/subscription-rules.ts';
import { simulatedJobId } from '../../../demo/drs-simulator/jobs.ts';
import { justCheckedMessage } from '../../../src/slack/messages/answers/just-checked-message.ts';
import { keptMessage } from '../../../src/slack/messages/answers/kept-message.ts';
import { subscribeAnswer } from '../../../src/slack/messages/answers/subscribe-answer.ts';
import {
  endedThereMessage,
  stoppedOwnMessage,
  unsubscribeAnswer,
  endedShownMessage,
  unsubscribedAllMessage,
} from '../../../src/slack/messages/answers/unsubscribe-answer.ts';
import type { SubscribeOutcome } from '../../../src/use-cases/subscribing/subscribe.ts';
import type { UnsubscribeOutcome } from '../../../src/use-cases/subscribing/unsubscribe.ts';
import { BILLING, ORDERS, aJob } from '../../support/reports.ts';
import { START, lagging, listed, none, read, replicating, subscription } from './facts.ts';
import type { Said } from './facts.ts';

const OUTCOME: Extract<SubscribeOutcome, { kind: 'done' }> = {
  kind: 'done',
  subscribed: [],
  alarmMs: 2 * MINUTE,
  changed: [],
  rules: { changes: {}, stretched: [], pollMs: MINUTE, zone: null },
  already: [],
  over: [],
  unknown: [],
  unanswered: [],
  guesses: [],
  patterns: [],
  problems: [],
  oldNames: null,
  resumed: 0,
  toConfirm: [],
  untold: null,
};

const FIVE = { levelMs: 5 * MINUTE, holdMs: 10 * MINUTE };
const SOON = { levelMs: 10 * SECOND, holdMs: MINUTE };
const SATURDAY = { typed: 'Sat-02:00', at: Date.parse('2026-11-28T01:00:00Z') };

/** A subscription before and after its rules were changed. */
const ruled = (number: number, rules: SubscriptionRules, before: SubscriptionRules = {}) => ({
  job: aJob({ jobId: simulatedJobId(number), name: `orders-${number}` }),
  before: subscription(UNSEEN_JOB, { chosen: before, rules: before }),
  after: subscription(UNSEEN_JOB, { chosen: rules, rules }),
});

const ASKED_ALL = { set: '2-a-b', isAnew: false, readerId: 'U1' };

const REFUSALS: readonly RuleRefusal[] = [
  {
    kind: 'hold',
    rule: 'lag',
    hold: { levelMs: 2 * MINUTE, holdMs: MINUTE },
    check: { kind: 'hold_too_short', leastMs: 2 * MINUTE },
    pollMs: MINUTE,
  },
  ...(['lag', 'ready'] as const).flatMap((rule) => [
    { kind: 'hold', rule, hold: FIVE, check: { kind: 'hold_too_long', mostMs: 0.25 * DAY }, pollMs: MINUTE } as const,
    { kind: 'hold', rule, hold: FIVE, check: { kind: 'always_so', leastMs: SECOND }, pollMs: MINUTE } as const,
    { kind: 'hold', rule, hold: FIVE, check: { kind: 'never_so', mostMs: 30 * DAY }, pollMs: MINUTE } as const,
  ]),
  { kind: 'by_passed', typed: '2026-11-01T02:00', at: START, zone: 'Europe/Berlin' },
  { kind: 'by_too_far', typed: '2027-11-01T02:00', at: START, mostMs: 60 * DAY },
  { kind: 'never_told', rule: 'lag', least: 'critical' },
  { kind: 'ready_above_alarm', readyMs: 5 * MINUTE, alarmMs: 2 * MINUTE },
];

const subscribed =
  (outcome: SubscribeOutcome, channelId = 'C1'): Said =>
  (texts) =>
    subscribeAnswer(texts, outcome, { channelId, canInvite: !channelId.startsWith('D') });

const UNSUBSCRIBED: UnsubscribeOutcome = {
  ended: [],
  toConfirm: [],
  guesses: [],
  patterns: [],
  notSubscribed: [],
  problems: [],
  oldNames: null,
};

const many = (count: number) => Array.from({ length: count }, (_, number) => listed(number));

export const SUBSCRIPTION_CASES: Readonly<Record<string, Said>> = {
  'subscribe-pattern-asks': subscribed({
    ...OUTCOME,
    rules: { ...OUTCOME.rules, changes: { lag: FIVE } },
    patterns: [{ reference: 'orders-*', jobs: many(3) }],
  }),
  'subscribe-pattern-of-too-many': subscribed({ ...OUTCOME, patterns: [{ reference: 'o*', jobs: many(41) }] }),
  'unsubscribe-pattern-asks-and-says-whose': (texts) =>
    unsubscribeAnswer(
      texts,
      {
        ...UNSUBSCRIBED,
        patterns: [
          {
            reference: 'orders-*',
            fitting: [
              subscription(UNSEEN_JOB, { jobName: 'orders-eu' }),
              subscription(UNSEEN_JOB, { jobId: BILLING, jobName: 'orders-us', createdBy: 'U2' }),
              subscription(UNSEEN_JOB, { jobId: simulatedJobId(3), jobName: 'orders-cn' }),
            ],
          },
        ],
      },
      'C1',
    ),
  'subscribed-with-problems': subscribed({
    ...OUTCOME,
    subscribed: [aJob({ name: 'orders' }, read(replicating).state)],
    unknown: [{ jobId: BILLING, name: 'billing', code: 'DRS.M00289' }],
    unanswered: [{ jobId: BILLING, name: null, why: explanation('timeout') }],
    problems: [none({})],
    resumed: 2,
  }),
  'subscribed-with-rules': subscribed({
    ...OUTCOME,
    subscribed: [aJob({ name: 'orders' }, read(replicating).state)],
    rules: {
      changes: { lag: FIVE, ready: SOON, stall: 'off', events: 'all', least: 'default', by: SATURDAY },
      stretched: [{ rule: 'ready', fromMs: MINUTE, toMs: 3 * MINUTE }],
      pollMs: MINUTE,
      zone: { name: 'Europe/Berlin', of: 'person' },
    },
  }),
  'subscribed-below-an-own-alarm-level': subscribed({
    ...OUTCOME,
    subscribed: [aJob({ name: 'orders' }, read(replicating, [20, lagging(5 * MINUTE)]).state)],
    alarmMs: 10 * MINUTE,
    rules: { changes: { lag: { ...FIVE, levelMs: 10 * MINUTE } }, stretched: [], pollMs: MINUTE, zone: null },
  }),
  'subscribed-with-a-window-in-the-zone-of-the-schedule': subscribed({
    ...OUTCOME,
    subscribed: [aJob({ name: 'orders' }, read([0, 'FULL_TRANSFER_STARTED']).state)],
    rules: { changes: { by: SATURDAY }, stretched: [], pollMs: MINUTE, zone: { name: 'UTC', of: 'schedule' } },
  }),
  'rules-changed': subscribed({
    ...OUTCOME,
    changed: [ruled(1, { lag: FIVE, least: 'critical', by: SATURDAY, events: 'all' })],
    rules: {
      changes: { lag: FIVE, least: 'critical', by: SATURDAY, events: 'all' },
      stretched: [],
      pollMs: MINUTE,
      zone: null,
    },
  }),
  'rules-changed-of-several': subscribed({
    ...OUTCOME,
    changed: [
      ruled(1, { lag: 'off', stall: 'off' }),
      ruled(2, { lag: 'off', stall: 'off' }),
      ruled(3, { lag: 'off', stall: 'off' }, { stall: 'off' }),
    ],
    rules: { changes: { lag: 'off', stall: 'off' }, stretched: [], pollMs: MINUTE, zone: null },
  }),
  'rules-so-already': subscribed({
    ...OUTCOME,
    already: [
      { job: aJob({ name: 'orders' }), subscription: subscription(UNSEEN_JOB, { rules: { lag: FIVE, ready: 'off' } }) },
    ],
    rules: {
      changes: { lag: FIVE, ready: 'off', stall: 'on', events: 'lasting', least: 'info', by: 'default' },
      stretched: [],
      pollMs: MINUTE,
      zone: null,
    },
  }),
  'subscribe-by-a-part-with-rules-asks': subscribed({
    ...OUTCOME,
    guesses: [{ reference: 'orders', job: listed(1) }],
    rules: { changes: { lag: FIVE, by: SATURDAY }, stretched: [], pollMs: MINUTE, zone: null },
  }),
  'rules-refused': (texts) =>
    lines(
      ...REFUSALS.map(
        (refusal) =>
          subscribeAnswer(texts, { kind: 'rules_refused', refusal }, { channelId: 'C1', canInvite: true }).text,
      ),
    ),
  'subscribed-in-a-dm': subscribed(
    { ...OUTCOME, subscribed: [aJob({ name: 'orders' }, read(replicating).state)] },
    'D1',
  ),
  'subscribed-already': subscribed({
    ...OUTCOME,
    already: [{ job: aJob({ name: 'orders' }), subscription: subscription(UNSEEN_JOB) }],
  }),
  'subscribed-over': subscribed({
    ...OUTCOME,
    over: [aJob({ name: 'orders' }, { over: 'ended' }), aJob({ name: 'billing' }, { over: 'gone' })],
  }),
  'cannot-post-invite': subscribed({ kind: 'cannot_post', problem: { kind: 'invite_needed' } }),
  'cannot-post-strange-dm': subscribed({ kind: 'cannot_post', problem: { kind: 'invite_needed' } }, 'D9'),
  'cannot-post-archived': subscribed({ kind: 'cannot_post', problem: { kind: 'archived' } }),
  'cannot-post-refused': subscribed({ kind: 'cannot_post', problem: { kind: 'refused', reason: 'restricted_action' } }),
  'cannot-post-refused-otherwise': subscribed({
    kind: 'cannot_post',
    problem: { kind: 'refused', reason: 'ekm_access_denied' },
  }),
  'subscribe-by-a-part-asks': subscribed({ ...OUTCOME, guesses: [{ reference: 'orders', job: listed(1) }] }),
  'subscribe-rules-of-another-asks': subscribed({
    ...OUTCOME,
    rules: { ...OUTCOME.rules, changes: { lag: FIVE } },
    toConfirm: [
      {
        job: aJob({ name: 'orders' }),
        before: subscription(UNSEEN_JOB, { createdBy: 'U9' }),
        after: { lag: FIVE },
      },
    ],
  }),
  'subscribe-rules-untold': subscribed({
    ...OUTCOME,
    rules: { ...OUTCOME.rules, changes: { lag: FIVE } },
    changed: [ruled(1, { lag: FIVE })],
    untold: { reason: 'restricted_action', takenBack: [aJob({ name: 'billing' })] },
  }),
  'unsubscribe-by-a-part-asks': (texts) =>
    unsubscribeAnswer(texts, { ...UNSUBSCRIBED, guesses: [{ reference: 'orders', job: listed(1) }] }, 'C1'),
  'unsubscribed-by-an-old-name': (texts) =>
    unsubscribeAnswer(
      texts,
      { ...UNSUBSCRIBED, ended: [subscription(UNSEEN_JOB)], oldNames: { namedAt: null, why: null } },
      'C1',
    ),
  unsubscribed: (texts) => unsubscribeAnswer(texts, { ...UNSUBSCRIBED, ended: [subscription(UNSEEN_JOB)] }, 'C1'),
  'unsubscribed-not': (texts) =>
    unsubscribeAnswer(
      texts,
      {
        ...UNSUBSCRIBED,
        notSubscribed: [ORDERS],
        problems: [none({ reference: 'billing', nearest: [listed(1)] })],
      },
      'C1',
    ),
  'unsubscribe-all-asks': (texts) =>
    confirmUnsubscribeAll(texts, [subscription(UNSEEN_JOB), subscription(UNSEEN_JOB, { createdBy: 'U9' })], ASKED_ALL),
  'unsubscribe-all-of-many-asks': (texts) =>
    confirmUnsubscribeAll(
      texts,
      Array.from({ length: 12 }, (_, index) =>
        subscription(UNSEEN_JOB, { jobName: `shop-${index + 1}`, createdBy: index < 7 ? 'U9' : 'U8' }),
      ),
      { ...ASKED_ALL, isAnew: true },
    ),
  'unsubscribe-the-only-one-asks': (texts) => confirmUnsubscribeAll(texts, [subscription(UNSEEN_JOB)], ASKED_ALL),
  'unsubscribed-all': (texts) => unsubscribedAllMessage(texts, [subscription(UNSEEN_JOB), subscription(UNSEEN_JOB)]),
  'just-checked': (texts) => justCheckedMessage(texts, 4 * SECOND, 10 * SECOND),
  'unsubscribed-as-shown': (texts) =>
    endedShownMessage(texts, { ended: [subscription(UNSEEN_JOB)], others: [], gone: 0 }),
  'unsubscribed-partly-as-shown': (texts) =>
    endedShownMessage(texts, {
      ended: [subscription(UNSEEN_JOB)],
      others: [subscription(UNSEEN_JOB, { jobName: 'billing', createdBy: 'U2' })],
      gone: 1,
    }),
  'unsubscribed-nothing-as-shown': (texts) =>
    endedShownMessage(texts, {
      ended: [],
      others: [subscription(UNSEEN_JOB), subscription(UNSEEN_JOB, { jobName: 'billing', createdBy: 'U2' })],
      gone: 0,
    }),
  'unsubscribed-own': (texts) => stoppedOwnMessage(texts, [subscription(UNSEEN_JOB)]),
  'unsubscribed-there': (texts) => endedThereMessage(texts, { kind: 'ended', ended: [subscription(UNSEEN_JOB)] }, 'C9'),
  'unsubscribed-there-nothing': (texts) => endedThereMessage(texts, { kind: 'ended', ended: [] }, 'C9'),
  'unsubscribed-there-changed': (texts) =>
    endedThereMessage(texts, { kind: 'changed', subscriptions: [subscription(UNSEEN_JOB)] }, 'C9'),
  'unsubscribed-there-not-in-it': (texts) => endedThereMessage(texts, { kind: 'not_in_channel' }, 'C9'),
  'unsubscribed-nothing': (texts) => unsubscribedAllMessage(texts, []),
  'unsubscribe-anothers-asks': (texts) =>
    unsubscribeAnswer(
      texts,
      {
        ...UNSUBSCRIBED,
        ended: [subscription(UNSEEN_JOB, { jobName: 'billing' })],
        toConfirm: [subscription(UNSEEN_JOB)],
      },
      'C1',
    ),
  'unsubscribe-several-of-others-asks': (texts) =>
    unsubscribeAnswer(
      texts,
      {
        ...UNSUBSCRIBED,
        toConfirm: [subscription(UNSEEN_JOB), subscription(UNSEEN_JOB, { jobName: 'billing', createdBy: 'U2' })],
      },
      'C1',
    ),
  kept: (texts) => keptMessage(texts),
};
