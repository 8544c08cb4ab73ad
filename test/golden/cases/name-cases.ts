import { explanation } from '../../../src/domain/job/explanation.ts';
import { FAILED_STATUSES } from '../../../src/domain/job/job-status.ts';
import { sentenceMessage } from '../../../src/slack/messages/answers/sentence-message.ts';
import { statusMessage } from '../../../src/slack/messages/answers/status-message.ts';
import type { ReferenceProblem } from '../../../src/use-cases/naming/resolve-jobs.ts';
import { START, VIEW, listed, none } from './facts.ts';
import type { Said } from './facts.ts';

const problems =
  (...all: readonly ReferenceProblem[]): Said =>
  (texts) =>
    statusMessage(texts, { jobs: [], problems: all }, { ...VIEW, now: START });

const problem = (one: ReferenceProblem): Said => problems(one);

export const NAME_CASES: Readonly<Record<string, Said>> = {
  'name-several': problem({
    kind: 'several',
    reference: 'orders',
    matches: [listed(1), listed(2, { status: 'RELEASE_RESOURCE_COMPLETE' })],
    more: 3,
  }),
  'name-several-that-failed-in-every-way': problem({
    kind: 'several',
    reference: 'orders',
    matches: FAILED_STATUSES.map((failed, number) => listed(number, { status: failed })),
    more: 0,
  }),
  'name-several-many': problem({ kind: 'several', reference: 'orders', matches: [listed(1), listed(2)], more: null }),
  'name-none': problem(none({ listedAt: START })),
  'name-nearest': problem(none({ reference: 'odrers', nearest: [listed(1)], listedAt: START })),
  'name-nearest-called-the-same': problem(
    none({
      reference: 'odrers',
      nearest: [listed(1, { name: 'orders' }), listed(2, { name: 'orders', status: 'RELEASE_RESOURCE_COMPLETE' })],
      listedAt: START,
    }),
  ),
  'name-same-name-other-engines': problem({
    kind: 'several',
    reference: 'orders',
    matches: [listed(1, { name: 'orders' }), listed(2, { name: 'orders', engines: 'mysql-to-taurus' })],
    more: 0,
  }),
  'name-several-wrong-words': problems(
    none({ reference: 'odrers', nearest: [listed(1, { name: 'orders' })], listedAt: START }),
    none({ reference: 'biling', nearest: [listed(2, { name: 'billing' })], listedAt: START }),
    none({ reference: 'far', listedAt: START }),
    { kind: 'several', reference: 'ship', matches: [listed(3), listed(4)], more: 0 },
    { kind: 'several', reference: 'stock', matches: [listed(4), listed(5)], more: 2 },
  ),
  'name-pattern-of-more-than-are-shown': (texts) =>
    statusMessage(
      texts,
      {
        jobs: [],
        unshown: [{ reference: 'orders-*', count: 13, unshown: [listed(11), listed(12), listed(13)] }],
        problems: [],
      },
      { ...VIEW, now: START },
    ),
  'sentence-without-a-name': (texts) => sentenceMessage(texts, null, []),
  'sentence-that-would-change-something': (texts) => sentenceMessage(texts, 'subscribe', ['orders eu']),
  'name-list-pending': problem(none({ reference: 'orders', isListPending: true })),
  'name-list-unreadable': problem(
    none({ reference: 'orders', listFailure: explanation('not_offered', { label: 'APIGW.0101' }) }),
  ),
  'name-address-without-id': problem({ kind: 'address', reference: 'https://console.example/#/drs/list' }),
  'name-too-short-for-an-id': problem(none({ reference: '46b', listedAt: START })),
};
