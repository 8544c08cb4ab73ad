import { simulatedJobId } from '../../../demo/drs-simulator/jobs.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../../src/domain/base/time.ts';
import { explanation } from '../../../src/domain/job/explanation.ts';
import type { Standing } from '../../../src/domain/job/standing.ts';
import type { ChangesSince } from '../../../src/domain/poll/changes-since.ts';
import type {
  Aftermath,
  Announcement,
  DeliveryFacts,
  NamedJob,
  RuledJob,
  StandingJob,
} from '../../../src/domain/post/post.ts';
import { hideOperatorMatters } from '../../../src/slack/messages/kit/texts.ts';
import { postMessage } from '../../../src/slack/messages/posts/post-message.ts';
import { BILLING } from '../../support/reports.ts';
import { A_POST, DUPLICATE, SOURCE, START, announced, begun, failures, job, listed } from './facts.ts';
import type { Said } from './facts.ts';

const billing: NamedJob = { ...job, jobId: BILLING, name: 'billing' };

const wave = (standing: Standing, count: number, changes: Partial<StandingJob> = {}) =>
  Array.from({ length: count }, (_, number) =>
    begun(standing, { jobId: simulatedJobId(number), name: `orders-${number}`, ...changes }),
  );

const FAILED_BEFORE = { status: 'INCRE_TRANSFER_FAILED', since: START - 31 * HOUR, startSeen: true };

const back = (meanwhile: ChangesSince, downMs = 42 * MINUTE) =>
  announced({ kind: 'back', after: 'down', from: START - downMs, until: START, newsSince: START, meanwhile });

const blind = (changes: Partial<Extract<Announcement, { kind: 'blind' }>> = {}) =>
  announced({
    kind: 'blind',
    since: START - 10 * MINUTE,
    at: START,
    why: explanation('server_fault', { label: 'HTTP 503' }),
    jobs: 7,
    last: { at: START - 10 * MINUTE, standings: [{ standing: 'in_sync', count: 7 }], worstLagMs: 5_000 },
    nextTryAt: null,
    endedAt: null,
    ...changes,
  });

const backOf = (changed: ChangesSince['changed']): DeliveryFacts => ({
  kind: 'announcement',
  announcement: {
    kind: 'back',
    after: 'down',
    from: START - 42 * MINUTE,
    until: START,
    newsSince: START,
    meanwhile: { changed, unchanged: 6, unknown: 0 },
  },
});

const RULED: readonly RuledJob[] = [
  { ...job, before: {}, after: { lag: { levelMs: 5 * MINUTE, holdMs: 10 * MINUTE } } },
  { ...billing, before: { stall: 'off' }, after: { ready: { levelMs: 5 * SECOND, holdMs: 15 * MINUTE } } },
];

/** The bot was down, and a job failed meanwhile. */
const meanwhileFailed =
  (aftermath: Partial<Aftermath>): Said =>
  (texts) => {
    const facts = [
      ...failures(1, DUPLICATE, 0, aftermath),
      backOf([{ job: { ...job, jobId: simulatedJobId(0) }, status: 'INCRE_TRANSFER_FAILED' }]),
    ];
    return postMessage(texts, { ...A_POST, id: 'POST', channelId: 'C1', facts });
  };

export const ANNOUNCED_CASES: Readonly<Record<string, Said>> = {
  'announced-subscription': announced({
    kind: 'subscribed',
    by: 'U1',
    rules: {},
    jobs: [begun('in_sync'), begun('copying', { jobId: BILLING, name: 'billing' })],
  }),
  'announced-subscription-with-rules': announced({
    kind: 'subscribed',
    by: 'U1',
    rules: { lag: { levelMs: 5 * MINUTE, holdMs: 10 * MINUTE }, stall: 'off', by: { typed: 'Sat-02:00', at: START } },
    jobs: [begun('copying')],
  }),
  'announced-rules': announced({ kind: 'rules', by: 'U1', jobs: RULED }),
  'announced-rules-in-a-dm': announced({ kind: 'rules', by: 'U1', jobs: RULED.slice(0, 1) }, 'D1'),
  'announced-channel-rules': announced({ kind: 'channel_rules', by: 'U1', before: {}, after: { lag: 'off' } }),
  'announced-channel-rules-in-a-dm': announced(
    { kind: 'channel_rules', by: 'U1', before: { events: 'all' }, after: { least: 'warning' } },
    'D1',
  ),
  'announced-subscription-of-an-older-version': announced({
    kind: 'subscribed',
    by: 'U1',
    rules: {},
    jobs: [begun(null)],
  }),
  'announced-subscription-of-one-that-failed': announced({
    kind: 'subscribed',
    by: 'U1',
    rules: {},
    jobs: [begun('failed', { failure: { ...FAILED_BEFORE, startSeen: false } })],
  }),
  'announced-subscription-with-one-that-failed': announced({
    kind: 'subscribed',
    by: 'U1',
    rules: {},
    jobs: [begun('failed', { name: 'wave-12', failure: FAILED_BEFORE, cause: DUPLICATE }), ...wave('in_sync', 11)],
  }),
  'announced-subscription-with-much-that-is-not-well': announced({
    kind: 'subscribed',
    by: 'U1',
    rules: {},
    jobs: [
      ...wave('failed', 5, { failure: FAILED_BEFORE, cause: DUPLICATE }),
      ...(['gone', 'unknown', 'flapping', 'lag_high', 'paused'] as const).map((standing) => begun(standing)),
      ...(['ended', 'passing', 'copying', 'in_sync', 'copied'] as const).map((standing) => begun(standing)),
    ],
  }),
  'announced-subscription-in-a-dm': announced(
    { kind: 'subscribed', by: 'U1', rules: {}, jobs: [begun('in_sync')] },
    'D1',
  ),
  'announced-end-of-subscription': announced({ kind: 'unsubscribed', by: 'U1', jobs: [{ ...job, madeBy: null }] }),
  'announced-end-of-anothers-subscription': announced({
    kind: 'unsubscribed',
    by: 'U1',
    jobs: [
      { ...job, madeBy: 'U2' },
      { ...job, jobId: BILLING, name: 'billing', madeBy: null },
    ],
  }),
  'announced-job-back': announced({ kind: 'jobs_back', jobs: [job] }),
  'announced-jobs-back': announced({ kind: 'jobs_back', jobs: [job, billing] }),
  'announced-job-back-in-a-dm': announced({ kind: 'jobs_back', jobs: [job] }, 'D1'),
  'announced-end-of-subscription-in-a-dm': announced(
    { kind: 'unsubscribed', by: 'U1', jobs: [{ ...job, madeBy: null }] },
    'D1',
  ),
  'announced-language': announced({ kind: 'language', by: 'U1', language: 'zh' }),
  'announced-hello': announced({ kind: 'hello', by: 'U1' }),
  'announced-pause': announced({ kind: 'paused', channelId: 'C9', reason: 'not_in_channel', jobs: [job] }, 'U1'),
  'announced-pause-reader': announced(
    { kind: 'paused', channelId: 'C9', reason: 'reader_not_allowed', jobs: [job] },
    'U1',
  ),
  'announced-pause-archived': announced({ kind: 'paused', channelId: 'C9', reason: 'is_archived', jobs: [job] }, 'U1'),
  'announced-pause-restricted': announced(
    { kind: 'paused', channelId: 'C9', reason: 'restricted_action', jobs: [job, job] },
    'U1',
  ),
  'announced-pause-other': announced(
    { kind: 'paused', channelId: 'C9', reason: 'ekm_access_denied', jobs: [job] },
    'U1',
  ),
  'announced-back': back({
    changed: [
      { job: billing, status: 'INCRE_TRANSFER_FAILED' },
      { job, status: 'INCRE_TRANSFER_STARTED' },
    ],
    unchanged: 11,
    unknown: 0,
  }),
  'announced-blind': blind(),
  'announced-blind-for-a-key': (texts) =>
    blind({ why: explanation('keys_refused', { label: 'APIGW.0301' }) })(hideOperatorMatters(texts)),
  'announced-blind-never-seen': blind({ jobs: 1, last: null }),
  'announced-blind-without-a-lag': blind({
    last: {
      at: START - 10 * MINUTE,
      standings: [
        { standing: 'failed', count: 1 },
        { standing: 'copying', count: 6 },
      ],
      worstLagMs: null,
    },
  }),
  'announced-blind-until-monday': blind({ nextTryAt: START + 62 * HOUR }),
  'announced-blind-over': blind({ endedAt: START + 32 * MINUTE }),
  'announced-sees-again': announced({
    kind: 'back',
    after: 'blind',
    from: START - 42 * MINUTE,
    until: START,
    newsSince: START,
    meanwhile: { changed: [{ job, status: 'INCRE_TRANSFER_FAILED' }], unchanged: 6, unknown: 0 },
  }),
  'announced-back-with-a-failure': meanwhileFailed({}),
  'announced-back-with-a-failure-that-recovered': meanwhileFailed({ closed: { how: 'recovered', at: START + HOUR } }),
  'announced-back-with-several-failures': (texts) =>
    postMessage(texts, {
      ...A_POST,
      id: 'POST',
      channelId: 'C1',
      facts: [
        ...failures(3, SOURCE),
        backOf(failures(3, SOURCE).map(({ job: one }) => ({ job: one, status: 'INCRE_TRANSFER_FAILED' }))),
      ],
    }),
  'announced-back-nothing-changed': back({ changed: [], unchanged: 13, unknown: 0 }),
  'announced-back-nothing-changed-in-one': back({ changed: [], unchanged: 1, unknown: 0 }),
  'announced-back-not-read': back({ changed: [], unchanged: 11, unknown: 2 }),
  'announced-back-after-days': back(
    {
      changed: Array.from({ length: 12 }, (_, number) => ({
        job: { ...listed(number), connectionId: 'prod' },
        status: 'RELEASE_RESOURCE_COMPLETE',
      })),
      unchanged: 1,
      unknown: 1,
    },
    3 * DAY,
  ),
  'announced-other': announced({ kind: 'other', name: 'from_a_newer_version' }),
  'announced-pause-shared': announced(
    { kind: 'paused', channelId: 'C2', reason: 'externally_shared', jobs: [job] },
    'U1',
  ),
  'announced-channel-deleted': announced(
    { kind: 'paused', channelId: 'C9', reason: 'channel_deleted', jobs: [job] },
    'U1',
  ),
  'announced-pause-not-allowed': announced(
    { kind: 'paused', channelId: 'C2', reason: 'channel_not_allowed', jobs: [job] },
    'U1',
  ),
  'announced-very-many-subscriptions': announced({
    kind: 'subscribed',
    by: 'U1',
    rules: {},
    jobs: wave('in_sync', 12),
  }),
};
