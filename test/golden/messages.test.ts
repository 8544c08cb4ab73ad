import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { parseBlocks } from '../../src/demo/slack-workspace/validate-blocks.ts';
import { simulatedJobId } from '../../src/demo/drs-simulator/jobs.ts';
import { assess } from '../../src/domain/assess.ts';
import type { JobEvent } from '../../src/domain/job-event.ts';
import { UNSEEN_JOB } from '../../src/domain/job-state.ts';
import type { JobState } from '../../src/domain/job-state.ts';
import type { Meanwhile } from '../../src/domain/meanwhile.ts';
import type { Signal } from '../../src/domain/signal.ts';
import type { Cause } from '../../src/domain/job-detail.ts';
import { LANGUAGES } from '../../src/domain/language.ts';
import type { Language } from '../../src/domain/language.ts';
import type { ListedJob } from '../../src/domain/listed-job.ts';
import { NO_AFTERMATH } from '../../src/domain/post.ts';
import type { Aftermath, Announcement, DeliveryFacts, NamedJob } from '../../src/domain/post.ts';
import type { ProgressAnswer } from '../../src/domain/progress-answer.ts';
import { DAY, HOUR, MINUTE } from '../../src/domain/time.ts';
import { explanation, EXPLANATIONS } from '../../src/domain/explanation.ts';
import { consoleLink } from '../../src/domain/console-link.ts';
import {
  diskFullMessage,
  faultMessage,
  HELP_TOPICS,
  helpMessage,
  staleButtonMessage,
  usageMessage,
} from '../../src/slack/messages/help-message.ts';
import { jobsMessage } from '../../src/slack/messages/jobs-message.ts';
import { listMessage } from '../../src/slack/messages/list-message.ts';
import type { SlackMessage } from '../../src/slack/messages/message.ts';
import { postMessage } from '../../src/slack/messages/post-message.ts';
import { languageChosen, settingsMessage } from '../../src/slack/messages/settings-message.ts';
import { statusMessage } from '../../src/slack/messages/status-message.ts';
import {
  confirmUnsubscribeAll,
  keptAll,
  subscribeAnswer,
  unsubscribeAnswer,
  unsubscribedAll,
} from '../../src/slack/messages/subscription-answers.ts';
import { createVoice } from '../../src/slack/messages/voice.ts';
import type { Voice } from '../../src/slack/messages/voice.ts';
import { workspaceListMessage } from '../../src/slack/messages/workspace-list-message.ts';
import { lines } from '../../src/slack/messages/message.ts';
import type { UsageError } from '../../src/slack/commands/parse-command.ts';
import type { Job } from '../../src/domain/job.ts';
import type { JobStatus } from '../../src/use-cases/show-status.ts';
import type { JobPage } from '../../src/use-cases/list-jobs.ts';
import type { ReferenceProblem } from '../../src/use-cases/resolve-jobs.ts';
import type { SubscribeOutcome } from '../../src/use-cases/subscribe.ts';
import { aJob, aReport, BILLING, ORDERS, reported } from '../support/reports.ts';

const START = Date.parse('2026-11-23T02:10:00Z');
const job: NamedJob = { connectionId: 'prod', jobId: ORDERS, name: 'orders', jobType: 'migration' };
const drJob: NamedJob = { ...job, jobType: 'cloudDataGuard' };
const parts = [
  { name: 'struct', percent: 100, remainingTime: null },
  { name: 'data', percent: 63, remainingTime: null },
  { name: 'index', percent: 0, remainingTime: null },
];

type Step = readonly [minutes: number, answer: ProgressAnswer | string];

/** Reads answers at the given minutes after the start; the state at the end, and every event. */
function read(...steps: readonly Step[]): {
  readonly state: JobState;
  readonly events: readonly JobEvent[];
  readonly now: number;
} {
  let state = UNSEEN_JOB;
  const events: JobEvent[] = [];
  let now = START;
  for (const [minutes, answer] of steps) {
    now = START + minutes * MINUTE;
    const result = assess(state, typeof answer === 'string' ? reported(answer) : answer, now);
    state = result.state;
    events.push(...result.events);
  }
  return { state, events, now };
}

const voiceIn = (language: Language): Voice =>
  createVoice(language, {
    command: '/drs',
    botName: 'drs',
    teamUrl: 'https://acme.slack.example/',
    consoleUrl: (of, reader) =>
      consoleLink('https://console.example/{region}#/{list}/{job}', {
        ...of,
        region: 'ap-southeast-1',
        projectId: 'p1',
        language: reader,
      }),
  });

/** A message in some language. */
type Said = (voice: Voice) => SlackMessage;

const toldOf =
  (about: NamedJob, aftermath: Partial<Aftermath>, ...steps: readonly Step[]): Said =>
  (voice) => {
    const event = read(...steps).events.at(-1);
    if (event === undefined) throw new Error('nothing was told');
    const facts: DeliveryFacts = {
      kind: 'event',
      job: about,
      eventNumber: 1,
      event,
      aftermath: { ...NO_AFTERMATH, ...aftermath },
    };
    return postMessage(voice, { id: 'POST', channelId: 'C1', facts: [facts] });
  };
const told = (...steps: readonly Step[]): Said => toldOf(job, {}, ...steps);

const announced =
  (announcement: Announcement, channelId = 'C1'): Said =>
  (voice) =>
    postMessage(voice, { id: 'POST', channelId, facts: [{ kind: 'announcement', announcement }] });

const billing: NamedJob = { ...job, jobId: BILLING, name: 'billing' };
const MB = 1024 * 1024;
const back = (meanwhile: Meanwhile, downMs = 42 * MINUTE) =>
  announced({ kind: 'back', from: START - downMs, until: START, meanwhile });
const signalled = (signal: Signal) => announced({ kind: 'signal', signal }, 'COPS');

const VIEW = { channelId: 'C1', isPrivate: true };
const status = (known: Job, changes: Partial<JobStatus> = {}): JobStatus => ({
  look: { kind: 'known', job: known },
  subscribed: false,
  cause: null,
  recovery: null,
  subJobs: 0,
  ...changes,
});

const shownOf =
  (about: Partial<Job>, extras: Partial<JobStatus>, ...steps: readonly Step[]): Said =>
  (voice) => {
    const { state, now } = read(...steps);
    const known = aJob({ name: 'orders', jobType: 'migration', ...about }, state);
    return statusMessage(voice, { jobs: [status(known, extras)], problems: [] }, { ...VIEW, now });
  };
const shown = (...steps: readonly Step[]): Said => shownOf({}, {}, ...steps);

const listed = (number: number, changes: Partial<ListedJob> = {}): ListedJob => ({
  jobId: simulatedJobId(number),
  name: `orders-${number}`,
  status: 'INCRE_TRANSFER_STARTED',
  jobType: 'migration',
  subJobs: 0,
  ...changes,
});
const problem =
  (one: ReferenceProblem): Said =>
  (voice) =>
    statusMessage(voice, { jobs: [], problems: [one] }, { ...VIEW, now: START });
const subscription = (state: JobState, changes: object = {}) => ({
  id: 1,
  workspaceId: 'T',
  channelId: 'C1',
  connectionId: 'prod',
  jobId: ORDERS,
  createdBy: 'U1',
  createdAt: START,
  jobName: 'orders',
  jobType: 'migration',
  state,
  ...changes,
});
const OUTCOME: Extract<SubscribeOutcome, { kind: 'done' }> = {
  kind: 'done',
  subscribed: [],
  already: [],
  over: [],
  unknown: [],
  unanswered: [],
  problems: [],
  resumed: 0,
};
const subscribed =
  (outcome: SubscribeOutcome, channelId = 'C1'): Said =>
  (voice) =>
    subscribeAnswer(voice, outcome, { channelId, now: START });
const PAGE: JobPage = {
  listedAt: START,
  failure: null,
  text: null,
  offset: 0,
  total: 0,
  jobs: [],
  previous: null,
  next: null,
};
const page =
  (changes: Partial<JobPage>): Said =>
  (voice) =>
    jobsMessage(voice, { ...PAGE, ...changes }, 'C1');
const usage =
  (error: UsageError): Said =>
  (voice) =>
    usageMessage(voice, error);
const DUPLICATE: Cause = { code: 'DRS.M05023', text: "Duplicate entry '•••' for key 'PRIMARY' in shop.orders" };

/** Text first, because that is what is read aloud and pushed; then the blocks. */
const written = ({ text, blocks }: SlackMessage) => `${text}\n\n${JSON.stringify(blocks, null, 2)}\n`;

function expectValid(message: SlackMessage): void {
  const parsed = parseBlocks(message.blocks);
  expect('errors' in parsed ? parsed.errors : []).toEqual([]);
  expect(message.text.length).toBeLessThanOrEqual(4_000);
}

const NO_SUCH_JOB: ProgressAnswer = { kind: 'item_error', code: 'DRS.M00289', message: null };
const TIMEOUT: ProgressAnswer = {
  kind: 'unanswered',
  failure: {
    reason: 'timeout',
    why: explanation('host_timeout', { host: 'drs.example' }),
    code: null,
    httpStatus: null,
    requestId: null,
  },
};
const replicating: Step = [5, reported('INCRE_TRANSFER_STARTED', { lagMs: 3_000 })];

const MESSAGES: Readonly<Record<string, Said>> = {
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
  'told-ended-in-sync': told(replicating, [6, 'RELEASE_RESOURCE_STARTED'], [7, 'RELEASE_RESOURCE_COMPLETE']),
  'told-ended-after-failure': told(replicating, [6, 'INCRE_TRANSFER_FAILED'], [7, 'RELEASE_RESOURCE_COMPLETE']),
  'told-ended-during-full-copy': told([0, 'FULL_TRANSFER_STARTED'], [7, 'RELEASE_RESOURCE_COMPLETE']),
  'told-ended-never-released': told(
    [0, reported('FULL_TRANSFER_COMPLETE', { taskMode: 'FULL_TRANS' })],
    [(7 * DAY) / MINUTE, reported('FULL_TRANSFER_COMPLETE', { taskMode: 'FULL_TRANS' })],
  ),
  'told-ended-copy-finished': told(
    [0, 'STARTJOBING'],
    [1, reported('FULL_TRANSFER_STARTED', { taskMode: 'FULL_TRANS' })],
    [91, reported('FULL_TRANSFER_COMPLETE', { taskMode: 'FULL_TRANS' })],
    [100, reported('RELEASE_RESOURCE_COMPLETE', { taskMode: 'FULL_TRANS' })],
  ),
  'told-ended-behind': told(
    [0, 'STARTJOBING'],
    [1, reported('INCRE_TRANSFER_STARTED', { lagMs: 90_000 })],
    [7, 'RELEASE_RESOURCE_COMPLETE'],
  ),
  'told-ended-lag-unknown': told(
    [0, reported('INCRE_TRANSFER_STARTED', { lagMs: null })],
    [7, 'RELEASE_RESOURCE_COMPLETE'],
  ),
  'told-ended-while-paused': told(replicating, [6, 'PAUSING'], [66, 'RELEASE_RESOURCE_COMPLETE']),
  'told-ended-before-start': told([0, 'CONFIGURATION'], [9, 'RELEASE_RESOURCE_COMPLETE']),
  'told-ended-after-a-whole-life': told(
    [0, 'STARTJOBING'],
    [1, 'FULL_TRANSFER_STARTED'],
    [1861, 'FULL_TRANSFER_COMPLETE'],
    [1862, reported('INCRE_TRANSFER_STARTED', { lagMs: 580_000 })],
    [4000, reported('INCRE_TRANSFER_STARTED', { lagMs: 3_000 })],
    [4001, 'PAUSING'],
    [4121, reported('INCRE_TRANSFER_STARTED', { lagMs: 2_000 })],
    [8881, reported('INCRE_TRANSFER_STARTED', { lagMs: 0 })],
    [8882, 'RELEASE_RESOURCE_COMPLETE'],
  ),
  'told-ended-disaster-recovery': toldOf(drJob, {}, replicating, [7, 'RELEASE_RESOURCE_COMPLETE']),
  'told-gone-deleted': told(replicating, [6, 'DELETED']),
  'told-gone-unknown-to-drs': told(replicating, [6, NO_SUCH_JOB], [7, NO_SUCH_JOB], [12, NO_SUCH_JOB]),
  'told-failed-with-cause': toldOf(job, { cause: DUPLICATE }, replicating, [8641, 'INCRE_TRANSFER_FAILED']),
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
  'told-failed-and-recovered': toldOf(job, { cause: DUPLICATE, recoveredAt: START + 8_700 * MINUTE }, replicating, [
    8641,
    'INCRE_TRANSFER_FAILED',
  ]),
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
    [9, reported('INCRE_TRANSFER_FAILED', { subJob: { jobId: BILLING, name: 'orders-shard-3', of: 12 } })],
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
  'announced-subscription': announced({
    kind: 'subscribed',
    by: 'U1',
    jobs: [job, { ...job, jobId: BILLING, name: 'billing' }],
  }),
  'announced-subscription-in-a-dm': announced({ kind: 'subscribed', by: 'U1', jobs: [job] }, 'D1'),
  'announced-end-of-subscription': announced({ kind: 'unsubscribed', by: 'U1', jobs: [job] }),
  'announced-end-of-subscription-in-a-dm': announced({ kind: 'unsubscribed', by: 'U1', jobs: [job] }, 'D1'),
  'announced-language': announced({ kind: 'language', by: 'U1', language: 'zh' }),
  'announced-hello': announced({ kind: 'hello', by: 'U1' }),
  'announced-pause': announced({ kind: 'paused', channelId: 'C9', reason: 'not_in_channel', jobs: [job] }, 'U1'),
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
  'signal-credentials-refused': signalled({
    kind: 'credentials_refused',
    why: explanation('keys_wrong', { label: 'APIGW.0301' }),
  }),
  'signal-credentials-accepted': signalled({ kind: 'credentials_accepted', since: START, until: START + 3 * HOUR }),
  'signal-posts-refused': signalled({
    kind: 'posts_refused',
    posts: [
      { channelId: 'C9', reason: 'invalid_blocks', jobs: [job] },
      { channelId: 'D9', reason: 'msg_too_long', jobs: [] },
    ],
  }),
  'signal-disk-low': signalled({ kind: 'disk_low', freeBytes: 150 * MB, leastBytes: 200 * MB }),
  'signal-disk-enough': signalled({ kind: 'disk_enough', since: START, until: START + 12 * MINUTE }),
  'signal-disk-full': signalled({ kind: 'disk_full' }),
  'signal-disk-writable': signalled({ kind: 'disk_writable', since: START, until: START + 12 * MINUTE }),
  'disk-full': diskFullMessage,
  'status-not-started': shown([0, 'CONFIGURATION']),
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
  'status-unknown': shown(replicating, [6, TIMEOUT], [48, TIMEOUT]),
  'status-ended': shown([0, 'RELEASE_RESOURCE_COMPLETE']),
  'status-gone': shown(replicating, [6, NO_SUCH_JOB], [7, NO_SUCH_JOB], [12, NO_SUCH_JOB]),
  'status-parent': shownOf({}, { subJobs: 12 }, replicating),
  'status-parent-worst-sub-job': shownOf({}, { subJobs: 12 }, [
    0,
    reported('INCRE_TRANSFER_FAILED', { subJob: { jobId: BILLING, name: 'orders-shard-3', of: 12 } }),
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
  'status-of-an-unknown-job': (voice) =>
    statusMessage(
      voice,
      {
        jobs: [status(aJob(), { look: { kind: 'no_such_job', jobId: ORDERS, name: null, code: 'DRS.M00289' } })],
        problems: [],
      },
      { ...VIEW, now: START },
    ),
  'status-without-an-answer': (voice) =>
    statusMessage(
      voice,
      {
        jobs: [
          status(aJob(), { look: { kind: 'no_report', jobId: ORDERS, name: 'orders', why: explanation('timeout') } }),
        ],
        problems: [],
      },
      { ...VIEW, now: START },
    ),
  'status-shared': (voice) => {
    const { state, now } = read(replicating);
    const jobs = [status(aJob({ name: 'orders' }, state))];
    return statusMessage(voice, { jobs, problems: [] }, { channelId: 'C1', now, isPrivate: false, sharedBy: 'U1' });
  },
  'status-of-two-jobs-and-a-mistake': (voice) => {
    const { state, now } = read(replicating);
    const other = aJob({ jobId: BILLING }, { ...state, report: aReport({ jobId: BILLING, status: 'PAUSING' }) });
    const jobs = [status(aJob({}, state), { subscribed: true }), status(other)];
    const problems: readonly ReferenceProblem[] = [
      { kind: 'none', reference: '<!channel>', lookAlike: null, nearest: [], listedAt: null, listFailure: null },
    ];
    return statusMessage(voice, { jobs, problems }, { ...VIEW, now });
  },
  'name-several': problem({
    kind: 'several',
    reference: 'orders',
    matches: [listed(1), listed(2, { status: 'RELEASE_RESOURCE_COMPLETE' })],
    more: 3,
  }),
  'name-none': problem({
    kind: 'none',
    reference: 'x',
    lookAlike: null,
    nearest: [],
    listedAt: null,
    listFailure: null,
  }),
  'name-nearest': problem({
    kind: 'none',
    reference: 'odrers',
    lookAlike: null,
    nearest: [listed(1)],
    listedAt: START,
    listFailure: null,
  }),
  'name-look-alike': problem({
    kind: 'none',
    reference: 'оrders-1',
    lookAlike: listed(1),
    nearest: [],
    listedAt: null,
    listFailure: null,
  }),
  'name-list-unreadable': problem({
    kind: 'none',
    reference: 'orders',
    lookAlike: null,
    nearest: [],
    listedAt: null,
    listFailure: explanation('not_offered', { label: 'APIGW.0101' }),
  }),
  'name-address-without-id': problem({ kind: 'address', reference: 'https://console.example/#/drs/list' }),
  'subscribed-with-problems': subscribed({
    ...OUTCOME,
    subscribed: [aJob({ name: 'orders' }, read(replicating).state)],
    unknown: [{ jobId: BILLING, name: 'billing', code: 'DRS.M00289' }],
    unanswered: [{ jobId: BILLING, name: null, why: explanation('timeout') }],
    problems: [{ kind: 'none', reference: 'x', lookAlike: null, nearest: [], listedAt: null, listFailure: null }],
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
  unsubscribed: (voice) =>
    unsubscribeAnswer(voice, { ended: [subscription(UNSEEN_JOB)], notSubscribed: [], problems: [] }, 'C1'),
  'unsubscribed-not': (voice) =>
    unsubscribeAnswer(
      voice,
      {
        ended: [],
        notSubscribed: [ORDERS],
        problems: [
          {
            kind: 'none',
            reference: 'billing',
            lookAlike: null,
            nearest: [listed(1)],
            listedAt: START,
            listFailure: null,
          },
        ],
      },
      'C1',
    ),
  'unsubscribe-all-asks': (voice) => confirmUnsubscribeAll(voice, 2),
  'unsubscribe-the-only-one-asks': (voice) => confirmUnsubscribeAll(voice, 1),
  'unsubscribed-all': (voice) => unsubscribedAll(voice, [subscription(UNSEEN_JOB), subscription(UNSEEN_JOB)]),
  'unsubscribed-nothing': (voice) => unsubscribedAll(voice, []),
  'kept-all': (voice) => keptAll(voice),
  list: (voice) => {
    const { state } = read(replicating);
    const pause = { reason: 'is_archived', since: START + HOUR, waiting: 2 };
    const subscriptions = [
      subscription(state),
      subscription(UNSEEN_JOB),
      subscription(read(replicating, [6, TIMEOUT]).state),
    ];
    return listMessage(voice, { subscriptions, pause });
  },
  'list-shared': (voice) =>
    listMessage(voice, { subscriptions: [subscription(read(replicating).state)], pause: null }, 'U1'),
  'list-all': (voice) => {
    const { state } = read(replicating);
    return workspaceListMessage(voice, {
      channels: [
        { channelId: 'C1', subscriptions: [subscription(state)] },
        { channelId: 'C2', subscriptions: [subscription(state, { jobName: 'billing' })] },
        { channelId: 'D1', subscriptions: [subscription(state)] },
      ],
      hidden: { channels: 1, jobs: 3 },
    });
  },
  'list-all-nothing': (voice) => workspaceListMessage(voice, { channels: [], hidden: { channels: 0, jobs: 0 } }),
  jobs: page({
    total: 25,
    offset: 10,
    previous: 0,
    next: 20,
    jobs: [
      { ...listed(1), subscribed: false },
      { ...listed(2, { jobType: 'sync', subJobs: 12 }), subscribed: true },
      { ...listed(3, { jobType: 'cloudDataGuard', status: 'FULL_TRANSFER_STARTED' }), subscribed: false },
      { ...listed(4, { status: 'INCRE_TRANSFER_FAILED' }), subscribed: false },
      { ...listed(5, { status: 'RELEASE_RESOURCE_COMPLETE' }), subscribed: false },
      { ...listed(6, { status: null, name: null }), subscribed: false },
    ],
  }),
  'jobs-matching': page({ total: 1, text: 'orders', jobs: [{ ...listed(1), subscribed: false }] }),
  'jobs-none': page({}),
  'jobs-none-matching': page({ text: 'x' }),
  'jobs-unreadable': page({ listedAt: null, failure: explanation('not_offered', { label: 'APIGW.0101' }) }),
  settings: (voice) => settingsMessage(voice, 'zh'),
  'settings-changed': (voice) => languageChosen(voice, 'zh', true),
  'settings-same': (voice) => languageChosen(voice, 'en', false),
  help: (voice) => helpMessage(voice, null),
  ...Object.fromEntries(HELP_TOPICS.map((topic) => [`help-${topic}`, (voice: Voice) => helpMessage(voice, topic)])),
  'help-on-nothing': (voice) => helpMessage(voice, 'weather'),
  'usage-unclosed-quote': usage({ kind: 'unclosed_quote', text: '"x' }),
  'usage-jobs-missing': usage({ kind: 'jobs_missing', verb: 'subscribe' }),
  'usage-too-many-jobs': usage({ kind: 'too_many_jobs', verb: 'status', count: 11, most: 10 }),
  'usage-unknown-option': usage({ kind: 'unknown_option', option: 'lag:2m', verb: 'subscribe' }),
  'usage-all-with-jobs': usage({ kind: 'all_with_jobs' }),
  'usage-unexpected-words': usage({ kind: 'unexpected_words', verb: 'list', words: ['now'] }),
  'usage-misspelt-verb': usage({ kind: 'misspelt_verb', word: 'subscrbe', meant: 'subscribe' }),
  'usage-unknown-setting': usage({ kind: 'unknown_setting', setting: 'color:red' }),
  'usage-unknown-language': usage({ kind: 'unknown_language', language: 'fr' }),
  'stale-button': (voice) => staleButtonMessage(voice),
  fault: (voice) => faultMessage(voice, '1234abcd'),
  /** Why DRS cannot be asked: one sentence each. */
  'every-explanation': (voice) =>
    lines(
      ...EXPLANATIONS.map((key) =>
        voice.explain(
          explanation(key, {
            label: 'APIGW.0301',
            host: 'drs.example',
            reason: 'ECONNREFUSED',
            seconds: 30,
            minutes: 42,
            direction: 'behind',
            region: 'ap-southeast-1',
            text: ': strange',
          }),
        ),
      ),
    ),
};

describe.each(LANGUAGES)('the message in %s', (language) => {
  const voice = voiceIn(language);
  const entries = Object.entries(MESSAGES);

  test.each(entries)('%s reads as recorded, and Slack takes it', async (name, render) => {
    const message = render(voice);
    expectValid(message);
    await expect(written(message)).toMatchFileSnapshot(`./messages/${language}/${name}.txt`);
  });

  test.each(entries.filter(([name]) => name.startsWith('told')))(
    '%s has its news in the first line and at most five lines of it',
    (_name, render) => {
      const shownLines = render(voice)
        .text.split('\n')
        .filter((line) => !/^(?:Now|现在)/.test(line));
      expect(shownLines.length).toBeLessThanOrEqual(5);
      expect(shownLines[0]).toMatch(/^(🔵|🟢|⚪|⏸️|🔴|✅|⏹️|⚫) /u);
    },
  );
});

describe('whatever DRS sends', () => {
  const nasty = fc.oneof(
    fc.string({ maxLength: 5_000 }),
    fc.constantFrom('<!channel>', '<@U1>', '&amp;', '<https://x|y>', '*bold*', '`', '\u0000', '😀'.repeat(2_000)),
  );
  const report = fc.record({
    status: nasty.filter((text) => text !== ''),
    taskMode: fc.option(nasty),
    parts: fc.array(
      fc.record({
        name: nasty,
        percent: fc.option(fc.double({ min: 0, max: 100, noNaN: true })),
        remainingTime: fc.option(nasty),
      }),
      { maxLength: 20 },
    ),
    errorCode: fc.option(nasty),
    remainingTime: fc.option(nasty),
    lagMs: fc.option(fc.double({ min: 0, max: 1e15, noNaN: true })),
  });

  test.each(LANGUAGES)(
    'the messages in %s are valid Block Kit, and nothing in them becomes a mention or a link',
    (language) => {
      const voice = voiceIn(language);
      fc.assert(
        fc.property(report, nasty, (fields, name) => {
          const state: JobState = { ...UNSEEN_JOB, report: aReport(fields), checkedAt: START, statusSince: START };
          const event: JobEvent = {
            kind: 'status_changed',
            from: 'A',
            to: fields.status,
            at: START,
            report: aReport(fields),
            previous: null,
            lastLag: null,
          };
          const facts: DeliveryFacts = {
            kind: 'event',
            job: { ...job, name: name === '' ? null : name },
            eventNumber: 1,
            event,
            aftermath: { cause: { code: name, text: name }, recoveredAt: START, firstMessageTs: null },
          };
          for (const message of [
            postMessage(voice, { id: 'P', channelId: 'C1', facts: [facts] }),
            statusMessage(
              voice,
              {
                jobs: [status(aJob({ name }, state), { cause: { code: name, text: name } })],
                problems: [
                  {
                    kind: 'none',
                    reference: name,
                    lookAlike: listed(1, { name }),
                    nearest: [],
                    listedAt: START,
                    listFailure: explanation('refused', { label: name, text: name }),
                  },
                  { kind: 'several', reference: name, matches: [listed(2, { name, status: name })], more: 1 },
                ],
              },
              { ...VIEW, now: START },
            ),
            jobsMessage(
              voice,
              { ...PAGE, text: name, total: 1, jobs: [{ ...listed(1, { name, status: name }), subscribed: false }] },
              'C1',
            ),
          ]) {
            expectValid(message);
            const shownText = JSON.stringify(message, (key, value: unknown) => (key === 'value' ? '' : value));
            const tokens = shownText.replace(/<!date\^\d+\^[^|>]*\|[^>]*>/g, '');
            expect(tokens).not.toMatch(/<[!@#]|<https?:/);
          }
        }),
        { numRuns: 200 },
      );
    },
  );

  test('forty and more subscriptions still fit into one list', () => {
    const { state } = read(replicating);
    const subscriptions = Array.from({ length: 60 }, (_, number) =>
      subscription(state, { id: number, jobId: simulatedJobId(number), jobName: null }),
    );
    const message = listMessage(voiceIn('en'), { subscriptions, pause: null });
    expectValid(message);
    expect(JSON.stringify(message.blocks)).toContain('+20 more');
  });
});
