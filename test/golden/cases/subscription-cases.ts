import { explanation } from '../../../src/domain/job/explanation.ts';
import { UNSEEN_JOB } from '../../../src/domain/job/job-state.ts';
import { confirmUnsubscribeAll } from '../../../src/slack/messages/answers/confirm-unsubscribe-all.ts';
import { keptMessage } from '../../../src/slack/messages/answers/kept-message.ts';
import { subscribeAnswer } from '../../../src/slack/messages/answers/subscribe-answer.ts';
import {
  endedThereMessage,
  stoppedOwnMessage,
  unsubscribeAnswer,
  unsubscribedAllMessage,
} from '../../../src/slack/messages/answers/unsubscribe-answer.ts';
import type { SubscribeOutcome } from '../../../src/use-cases/subscribing/subscribe.ts';
import type { UnsubscribeOutcome } from '../../../src/use-cases/subscribing/unsubscribe.ts';
import { BILLING, ORDERS, aJob } from '../../support/reports.ts';
import { listed, none, read, replicating, subscription } from './facts.ts';
import type { Said } from './facts.ts';

const OUTCOME: Extract<SubscribeOutcome, { kind: 'done' }> = {
  kind: 'done',
  subscribed: [],
  already: [],
  over: [],
  unknown: [],
  unanswered: [],
  guesses: [],
  problems: [],
  oldNames: null,
  resumed: 0,
};

const subscribed =
  (outcome: SubscribeOutcome, channelId = 'C1'): Said =>
  (texts) =>
    subscribeAnswer(texts, outcome, { channelId, canInvite: !channelId.startsWith('D') });

const UNSUBSCRIBED: UnsubscribeOutcome = {
  ended: [],
  toConfirm: [],
  guesses: [],
  notSubscribed: [],
  problems: [],
  oldNames: null,
};

export const SUBSCRIPTION_CASES: Readonly<Record<string, Said>> = {
  'subscribed-with-problems': subscribed({
    ...OUTCOME,
    subscribed: [aJob({ name: 'orders' }, read(replicating).state)],
    unknown: [{ jobId: BILLING, name: 'billing', code: 'DRS.M00289' }],
    unanswered: [{ jobId: BILLING, name: null, why: explanation('timeout') }],
    problems: [none({})],
    resumed: 2,
  }),
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
  'unsubscribe-all-asks': (texts) => confirmUnsubscribeAll(texts, 2),
  'unsubscribe-the-only-one-asks': (texts) => confirmUnsubscribeAll(texts, 1),
  'unsubscribed-all': (texts) => unsubscribedAllMessage(texts, [subscription(UNSEEN_JOB), subscription(UNSEEN_JOB)]),
  'unsubscribed-own': (texts) => stoppedOwnMessage(texts, [subscription(UNSEEN_JOB)]),
  'unsubscribed-there': (texts) => endedThereMessage(texts, { kind: 'ended', ended: [subscription(UNSEEN_JOB)] }, 'C9'),
  'unsubscribed-there-nothing': (texts) => endedThereMessage(texts, { kind: 'ended', ended: [] }, 'C9'),
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
