import { simulatedJobId } from '../../../demo/drs-simulator/jobs.ts';
import { HOUR, MINUTE } from '../../../src/domain/base/time.ts';
import { explanation } from '../../../src/domain/job/explanation.ts';
import { UNSEEN_JOB } from '../../../src/domain/job/job-state.ts';
import type { JobState } from '../../../src/domain/job/job-state.ts';
import { jobName } from '../../../src/domain/job/job-name.ts';
import { standingOfSeen } from '../../../src/domain/job/seen-job.ts';
import type { ListedJob } from '../../../src/domain/names/listed-job.ts';
import { jobsMessage } from '../../../src/slack/messages/answers/jobs-message.ts';
import { listMessage } from '../../../src/slack/messages/answers/list-message.ts';
import { workspaceListMessage } from '../../../src/slack/messages/answers/workspace-list-message.ts';
import type { Texts } from '../../../src/slack/messages/kit/texts.ts';
import type { SubscriptionList } from '../../../src/use-cases/showing/list-subscriptions.ts';
import type { WorkspaceList } from '../../../src/use-cases/showing/list-workspace.ts';
import type { JobPage, PagedJob, Watchers } from '../../../src/use-cases/showing/list-jobs.ts';
import { BILLING, reported } from '../../support/reports.ts';
import {
  FLAPPING,
  PAGE,
  START,
  TIMEOUT,
  keysAfter,
  lagging,
  listed,
  parts,
  read,
  replicating,
  subscription,
} from './facts.ts';
import type { Said } from './facts.ts';

const LONG = { levelMs: 2 * MINUTE, holdMs: 90 * MINUTE };

const watching = (state: JobState) => ({ subscriptions: [subscription(state)], pause: null, channelRules: {} });

const NAMES = new Map([['U1', 'ana']]);

const listOf = (texts: Texts, list: Omit<SubscriptionList, 'names'>, sharedBy?: string) =>
  listMessage(
    texts,
    { ...list, names: NAMES },
    { now: START + 2 * HOUR, ...(sharedBy === undefined ? {} : { sharedBy }) },
  );

const workspaceList = (texts: Texts, list: Omit<WorkspaceList, 'names'>) =>
  workspaceListMessage(texts, { ...list, names: NAMES }, { now: START + 2 * HOUR });

const page =
  (changes: Partial<JobPage>): Said =>
  (texts) =>
    jobsMessage(texts, { ...PAGE, ...changes }, { channelId: 'C1', now: START + 2 * HOUR });

const pageOf = (statuses: readonly string[], jobType = 'migration'): Partial<JobPage> =>
  withJobs(statuses.map((one, number) => unwatched(listed(number, { status: one, jobType }))));

const NOBODY: Watchers = { isHere: false, elsewhere: [] };

const unwatched = (job: ListedJob): PagedJob => ({
  ...job,
  state: null,
  shownName: jobName(job),
  watchers: NOBODY,
});

const watched = (job: ListedJob, state: JobState, watchers: Watchers): PagedJob => ({
  ...job,
  state,
  rules: {},
  shownName: jobName(job),
  watchers,
});

const withJobs = (jobs: readonly PagedJob[]): Partial<JobPage> => ({ jobs, standings: jobs.map(standingOfSeen) });

const PASSING_STATUSES = keysAfter('state.').filter((one) => /^[A-Z_]+$/.test(one));

export const LIST_CASES: Readonly<Record<string, Said>> = {
  list: (texts) => {
    const { state } = read(replicating);
    const pause = { reason: 'is_archived', since: START + HOUR, tries: 4, nextTrialAt: START + 2 * HOUR, waiting: 2 };
    const subscriptions = [
      subscription(state),
      subscription(UNSEEN_JOB),
      subscription(read(replicating, [6, TIMEOUT]).state),
    ];
    return listOf(texts, { subscriptions, channelRules: {}, pause, historyAccess: { kind: 'unknown' } });
  },
  'list-of-every-standing': (texts) => {
    const well = read(replicating).state;
    const copying = read([0, reported('FULL_TRANSFER_STARTED', { parts })]).state;
    const marks = { lagHighSince: null, stalledSince: null, caughtUpSince: null };
    const states: Readonly<Record<string, JobState>> = {
      orders: copying,
      inventory: read(replicating, [108, 'INCRE_TRANSFER_FAILED']).state,
      billing: well,
      crm: { ...read(replicating, [15, replicating[1]]).state, marks: { ...marks, caughtUpSince: START } },
      ledger: read(replicating, [40, 'PAUSING']).state,
      stock: read([0, lagging(372_000)]).state,
      shop: { ...well, flapping: FLAPPING },
      parent: read([
        0,
        reported('INCRE_TRANSFER_STARTED', {
          failedSubJobs: { failed: [{ jobId: BILLING, name: 'orders_child' }], of: 3 },
        }),
      ]).state,
      search: { ...copying, marks: { ...marks, stalledSince: START } },
      users: read(replicating, [6, TIMEOUT], [48, TIMEOUT]).state,
      lost: { ...well, over: 'gone' },
      old: { ...well, over: 'ended' },
      once: read([0, reported('FULL_TRANSFER_COMPLETE', { taskMode: 'FULL_TRANS' })]).state,
      'a-name-that-is-so-long-that-no-table-takes-it': read([0, 'CONFIGURATION']).state,
    };
    const subscriptions = Object.entries(states).map(([jobName, state], id) =>
      subscription(state, { id, jobName, jobId: simulatedJobId(id), createdBy: id < 2 ? 'U2' : 'U1' }),
    );
    return listOf(texts, { subscriptions, channelRules: {}, pause: null, historyAccess: { kind: 'unknown' } });
  },
  'list-of-namesakes': (texts) => {
    const { state } = read(replicating);
    const engines = ['mysql', 'mysql', 'mysql-to-taurus', 'mysql'];
    const subscriptions = engines.map((one, id) =>
      subscription(state, {
        id,
        jobId: simulatedJobId(id),
        engines: one,
        jobName: id === 3 ? 'billing' : id === 1 ? 'Orders' : 'orders',
      }),
    );
    return listOf(texts, { subscriptions, channelRules: {}, pause: null, historyAccess: { kind: 'unknown' } });
  },
  'list-with-rules': (texts) =>
    listOf(texts, {
      subscriptions: [
        subscription(read(replicating).state),
        subscription(read(replicating).state, { jobName: 'billing', chosen: { lag: LONG, stall: 'on' } }),
        subscription(read(replicating).state, {
          jobName: 'stock',
          chosen: { lag: 'off', by: { typed: 'Sat-02:00', at: START + 4 * HOUR } },
        }),
      ],
      channelRules: { lag: { levelMs: 5 * MINUTE, holdMs: 10 * MINUTE }, least: 'warning' },
      pause: null,
      historyAccess: { kind: 'unknown' },
    }),
  'list-by-the-alarm-levels-in-force': (texts) =>
    listOf(texts, {
      subscriptions: [
        subscription(read([0, lagging(180_000)]).state, {
          jobName: 'patient',
          rules: { lag: { levelMs: 600_000, holdMs: 600_000 } },
        }),
        subscription(read([0, lagging(70_000)]).state, {
          jobName: 'strict',
          rules: { lag: { levelMs: 30_000, holdMs: 600_000 } },
        }),
        subscription(read([0, lagging(180_000)]).state, { jobName: 'usual' }),
      ],
      channelRules: {},
      pause: null,
      historyAccess: { kind: 'unknown' },
    }),
  'list-shared': (texts) =>
    listOf(texts, { ...watching(read(replicating).state), historyAccess: { kind: 'verified', since: START } }, 'U1'),
  'list-without-history-scope': (texts) =>
    listOf(texts, {
      ...watching(read(replicating).state),
      historyAccess: { kind: 'denied', reason: 'missing_scope' },
    }),
  'list-held-for-another-organisation': (texts) =>
    listOf(texts, {
      ...watching(read(replicating).state),
      pause: { reason: 'externally_shared', since: START + HOUR, tries: 0, nextTrialAt: null, waiting: 2 },
      historyAccess: { kind: 'unknown' },
    }),
  'list-held-by-the-operator': (texts) =>
    listOf(texts, {
      ...watching(read(replicating).state),
      pause: { reason: 'channel_not_allowed', since: START + HOUR, tries: 0, nextTrialAt: null, waiting: 2 },
      historyAccess: { kind: 'unknown' },
    }),
  'list-held-for-its-reader': (texts) =>
    listOf(texts, {
      ...watching(UNSEEN_JOB),
      pause: { reason: 'reader_not_allowed', since: START, tries: 0, nextTrialAt: null, waiting: 1 },
      historyAccess: { kind: 'unknown' },
    }),
  'list-deleted': (texts) =>
    listOf(texts, {
      ...watching(read(replicating).state),
      pause: { reason: 'channel_deleted', since: START + HOUR, tries: 0, nextTrialAt: null, waiting: 0 },
      historyAccess: { kind: 'unknown' },
    }),
  'list-unreadable': (texts) =>
    listOf(texts, {
      ...watching(read(replicating).state),
      historyAccess: { kind: 'denied', reason: 'ekm_access_denied' },
    }),
  'list-all': (texts) => {
    const { state } = read(replicating);
    const pause = { reason: 'is_archived', since: START, tries: 4, nextTrialAt: START + HOUR, waiting: 2 };
    const failed = read(replicating, [108, 'INCRE_TRANSFER_FAILED']).state;
    const billing = { jobName: 'billing', jobId: BILLING };
    return workspaceList(texts, {
      channels: [
        { channelId: 'C1', subscriptions: [subscription(state)], pause: null },
        {
          channelId: 'C2',
          subscriptions: [subscription(state, { createdBy: 'U2' }), subscription(failed, billing)],
          pause,
        },
        { channelId: 'D1', subscriptions: [subscription(state)], pause: { ...pause, reason: 'reader_not_allowed' } },
      ],
      hidden: { channels: 1, jobs: 3 },
    });
  },
  'list-all-nothing': (texts) => workspaceList(texts, { channels: [], hidden: { channels: 0, jobs: 0 } }),
  'list-all-hidden': (texts) => workspaceList(texts, { channels: [], hidden: { channels: 2, jobs: 3 } }),
  'list-in-a-dm': (texts) =>
    listOf(texts, {
      subscriptions: [subscription(read(replicating).state, { channelId: 'D1' })],
      channelRules: {},
      pause: null,
      historyAccess: { kind: 'unknown' },
    }),
  jobs: page({
    ...withJobs([
      unwatched(listed(4, { status: 'INCRE_TRANSFER_FAILED' })),
      watched(listed(7), read([0, lagging(372_000)]).state, { isHere: true, elsewhere: ['C2', 'C3'] }),
      unwatched(listed(3, { jobType: 'cloudDataGuard', status: 'FULL_TRANSFER_STARTED' })),
      unwatched(listed(1)),
      unwatched(listed(6, { status: null, name: null })),
      watched(listed(8), read(replicating).state, { isHere: false, elsewhere: ['C2'] }),
      watched(listed(2, { subJobs: 12 }), read(replicating).state, { isHere: true, elsewhere: [] }),
      watched(listed(9), read(replicating).state, { isHere: false, elsewhere: ['C2', 'C3'] }),
      watched(listed(10), read(replicating).state, { isHere: false, elsewhere: ['D1'] }),
      unwatched(listed(5, { status: 'RELEASE_RESOURCE_COMPLETE' })),
    ]),
    standings: ['failed', 'lag_high', ...Array.from({ length: 43 }, () => 'in_sync' as const)],
    offset: 20,
    previous: 0,
    next: 40,
  }),
  'jobs-shared': (texts) =>
    jobsMessage(
      texts,
      { ...PAGE, ...withJobs([watched(listed(1), read(replicating).state, { isHere: true, elsewhere: [] })]) },
      { channelId: 'C1', now: START + 2 * HOUR, sharedBy: 'U1' },
    ),
  'jobs-all-watched-here': page(
    withJobs([watched(listed(1), read(replicating).state, { isHere: true, elsewhere: [] })]),
  ),
  'jobs-matching': page({ ...withJobs([unwatched(listed(1))]), text: 'orders' }),
  'jobs-being-read': page({ listedAt: null, isListPending: true }),
  'jobs-being-read-anew': page({ ...withJobs([unwatched(listed(1))]), isListPending: true }),
  'jobs-none': page({}),
  'jobs-none-but-other-projects': (texts) =>
    page({})({
      ...texts,
      surroundings: {
        ...texts.surroundings,
        projects: () => ({ asked: 'ap-southeast-1 (p1)', others: 'ap-southeast-1_prod (p2)' }),
      },
    }),
  'jobs-none-matching': page({ text: 'x' }),
  'jobs-unreadable': page({ listedAt: null, failure: explanation('not_offered', { label: 'APIGW.0101' }) }),
  'jobs-in-every-passing-status': page(pageOf(PASSING_STATUSES)),
  'jobs-for-disaster-recovery': page(
    pageOf(
      ['FULL_TRANSFER_STARTED', 'FULL_TRANSFER_COMPLETE', 'INCRE_TRANSFER_STARTED', 'FULL_TRANSFER_FAILED'],
      'cloudDataGuard',
    ),
  ),
  'jobs-for-migration': page(
    pageOf(['FULL_TRANSFER_STARTED', 'FULL_TRANSFER_COMPLETE', 'PAUSING', 'RELEASE_RESOURCE_COMPLETE', 'DELETED']),
  ),
  'list-paused-not-a-member': (texts) =>
    listOf(texts, {
      subscriptions: [subscription(UNSEEN_JOB)],
      channelRules: {},
      pause: { reason: 'not_in_channel', since: START, tries: 4, nextTrialAt: START + 2 * HOUR, waiting: 1 },
      historyAccess: { kind: 'unknown' },
    }),
  'list-very-long': (texts) =>
    listOf(texts, {
      subscriptions: Array.from({ length: 42 }, (_, number) =>
        subscription(UNSEEN_JOB, { jobId: simulatedJobId(number), jobName: `orders-${number}` }),
      ),
      channelRules: {},
      pause: null,
      historyAccess: { kind: 'unknown' },
    }),
  'list-all-very-long': (texts) =>
    workspaceList(texts, {
      channels: Array.from({ length: 42 }, (_, number) => ({
        channelId: `C${number}`,
        subscriptions: [
          subscription(number === 41 ? read(replicating, [6, 'PAUSING']).state : read(replicating).state),
        ],
        pause: null,
      })),
      hidden: { channels: 0, jobs: 0 },
    }),
};
