import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { parseBlocks } from '../../demo/slack-workspace/validate-blocks.ts';
import { simulatedJobId } from '../../demo/drs-simulator/jobs.ts';
import type { AccessDenial } from '../../src/domain/access.ts';
import { assess } from '../../src/domain/poll/assess.ts';
import { NO_TIMES } from '../../src/domain/job/phases.ts';
import { endAsGone } from '../../src/domain/poll/absence.ts';
import type { AuditedChange, AuditEntry } from '../../src/domain/audit.ts';
import type { JobEvent } from '../../src/domain/job/job-event.ts';
import { FAILED_STATUSES } from '../../src/domain/job/job-status.ts';
import { UNSEEN_JOB } from '../../src/domain/job/job-state.ts';
import type { JobState } from '../../src/domain/job/job-state.ts';
import type { ChangesSince } from '../../src/domain/poll/changes-since.ts';
import type { OperatorAlert } from '../../src/domain/post/operator-alert.ts';
import { CLOSINGS } from '../../src/domain/post/closing.ts';
import type { Cause } from '../../src/domain/job/job-detail.ts';
import { LANGUAGES } from '../../src/domain/base/language.ts';
import type { Language } from '../../src/domain/base/language.ts';
import type { ListedJob } from '../../src/domain/names/listed-job.ts';
import { NO_AFTERMATH, NOTHING_AROUND } from '../../src/domain/post/post.ts';
import type { Standing } from '../../src/domain/job/standing.ts';
import type { Aftermath, Announcement, DeliveryFacts, NamedJob, StandingJob } from '../../src/domain/post/post.ts';
import { failureOf } from '../../src/domain/job/progress-answer.ts';
import type { DrsFailureReason, ProgressAnswer } from '../../src/domain/job/progress-answer.ts';
import { durationParts } from '../../src/domain/base/duration.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/domain/base/time.ts';
import { explanation, EXPLANATIONS } from '../../src/domain/job/explanation.ts';
import type { Explanation, ExplanationKey } from '../../src/domain/job/explanation.ts';
import { chunks } from '../../src/drs/drs-requests.ts';
import { consoleLink } from '../../src/domain/console-link.ts';
import { notOpenlyMessage, refusalMessage } from '../../src/slack/messages/answers/access-refusal.ts';
import { auditMessage, auditProblem } from '../../src/slack/messages/answers/audit-message.ts';
import { healthMessage, versionMessage } from '../../src/slack/messages/answers/health-message.ts';
import type { StoreFigures } from '../../src/ports/store/upkeep.ts';
import type { HealthReport } from '../../src/use-cases/showing/show-health.ts';
import {
  diskFullMessage,
  faultMessage,
  HELP_TOPICS,
  helpMessage,
  staleButtonMessage,
  usageMessage,
} from '../../src/slack/messages/answers/help-message.ts';
import { causeLine } from '../../src/slack/messages/jobs/cause-text.ts';
import { jobsMessage } from '../../src/slack/messages/answers/jobs-message.ts';
import { listMessage } from '../../src/slack/messages/answers/list-message.ts';
import type { SlackMessage } from '../../src/slack/messages/kit/message.ts';
import { fullPostMessage, postMessage } from '../../src/slack/messages/posts/post-message.ts';
import { languageChosen, settingsMessage } from '../../src/slack/messages/answers/settings-message.ts';
import { statusMessage } from '../../src/slack/messages/answers/status-message.ts';
import {
  confirmUnsubscribeAll,
  kept,
  subscribeAnswer,
  unsubscribeAnswer,
  unsubscribedAll,
} from '../../src/slack/messages/answers/subscribe-answer.ts';
import { createVoice, inPublic } from '../../src/slack/messages/kit/texts.ts';
import type { Voice } from '../../src/slack/messages/kit/texts.ts';
import { workspaceListMessage } from '../../src/slack/messages/answers/workspace-list-message.ts';
import { lines } from '../../src/slack/messages/kit/message.ts';
import { safeName } from '../../src/slack/messages/kit/mrkdwn.ts';
import { nameKey } from '../../src/domain/names/name-key.ts';
import type { UsageError } from '../../src/slack/parsing/parse-command.ts';
import type { Job } from '../../src/domain/job/job.ts';
import type { JobReading } from '../../src/use-cases/polling/read-jobs.ts';
import type { JobStatus } from '../../src/use-cases/showing/show-status.ts';
import type { JobPage } from '../../src/use-cases/showing/list-jobs.ts';
import type { ReferenceProblem } from '../../src/use-cases/naming/resolve-jobs.ts';
import type { AuditPage } from '../../src/use-cases/showing/show-audit.ts';
import type { SubscribeOutcome } from '../../src/use-cases/subscribing/subscribe.ts';
import { en } from '../../src/words/en.ts';
import type { UnsubscribeOutcome } from '../../src/use-cases/subscribing/unsubscribe.ts';
import { aJob, aReport, BILLING, ORDERS, reported } from '../support/reports.ts';

const START = Date.parse('2026-11-23T02:10:00Z');
const job: NamedJob = { connectionId: 'prod', jobId: ORDERS, name: 'orders', jobType: 'migration' };
const drJob: NamedJob = { ...job, jobType: 'cloudDataGuard' };
const A_POST = { kind: 'news', around: NOTHING_AROUND, askedAt: null } as const;
/** Somebody asked how its jobs are. */
const ASKED = { ...A_POST, askedAt: START } as const;
const parts = [
  { name: 'struct', percent: 100, remainingTime: null },
  { name: 'data', percent: 63, remainingTime: null },
  { name: 'index', percent: 0, remainingTime: null },
];

/** The bot has judged the job to be gone. */
const JUDGED_GONE = 'judged gone';
type Step = readonly [minutes: number, answer: ProgressAnswer | string];

/** Reads answers at the given minutes after the start, and the last one again every minute between; the state at the end, and every event. */
function read(...steps: readonly Step[]): {
  readonly state: JobState;
  readonly events: readonly JobEvent[];
  readonly now: number;
} {
  let state = UNSEEN_JOB;
  const events: JobEvent[] = [];
  let now = START;
  let last: Step[1] | null = null;
  const look = (answer: Step[1], at: number) => {
    now = at;
    const result =
      answer === JUDGED_GONE
        ? endAsGone({ state, times: NO_TIMES }, 'gone', now)
        : assess(state, typeof answer === 'string' ? reported(answer) : answer, now);
    state = result.state;
    events.push(...result.events);
  };
  for (const [minutes, answer] of steps) {
    const at = START + minutes * MINUTE;
    if (last !== null) for (let between = now + MINUTE; between < at; between += MINUTE) look(last, between);
    last = answer;
    look(answer, at);
  }
  return { state, events, now };
}

const voiceIn = (language: Language): Voice =>
  createVoice(language, {
    command: '/drs',
    botName: 'drs',
    teamUrl: 'https://acme.slack.example/',
    tellsOperator: true,
    projects: () => ({ asked: 'ap-southeast-1 (p1)', others: '' }),
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

/** The last answer for some minutes more: an end or a recovery is not told on one reading. */
function stays(steps: readonly Step[]): readonly Step[] {
  const last = steps.at(-1);
  return last === undefined ? [] : [[last[0] + 5, last[1]]];
}

const lagging = (lagMs: number, seconds = 0): ProgressAnswer =>
  reported('INCRE_TRANSFER_STARTED', { lagMs: lagMs + seconds * 1_000 });

/** The end of a job that replicated, after ten days in which nobody looked. */
const unseen =
  (status: string): Said =>
  (voice) => {
    const before = read(replicating, [20, replicating[1]]);
    const at = before.now + 10 * DAY;
    const first = assess(before.state, reported(status), at);
    const [event] = assess(first.state, reported(status), at + MINUTE).events;
    if (event === undefined) throw new Error('nothing was told');
    return happened(event)(voice);
  };

const anEvent = {
  at: START,
  report: aReport(),
  previous: null,
  lastLag: null,
  lagNote: 'settled' as const,
  percentBefore: null,
};
const happened =
  (event: JobEvent): Said =>
  (voice) =>
    postMessage(voice, {
      ...A_POST,
      id: 'POST',
      channelId: 'C1',
      facts: [{ kind: 'event', job, eventNumber: 1, event, aftermath: NO_AFTERMATH }],
    });

const toldOf =
  (about: NamedJob, aftermath: Partial<Aftermath>, ...steps: readonly Step[]): Said =>
  (voice) => {
    const event = read(...steps, ...stays(steps)).events.at(-1);
    if (event === undefined) throw new Error('nothing was told');
    const facts: DeliveryFacts = {
      kind: 'event',
      job: about,
      eventNumber: 1,
      event,
      aftermath: { ...NO_AFTERMATH, ...aftermath },
    };
    return postMessage(voice, { ...A_POST, id: 'POST', channelId: 'C1', facts: [facts] });
  };
const told = (...steps: readonly Step[]): Said => toldOf(job, {}, ...steps);

/** A job that got another name, and how it is now. */
const renamed =
  (now: readonly JobReading[]): Said =>
  (voice) => {
    const moment = {
      at: START,
      report: null,
      previous: null,
      lastLag: null,
      lagNote: 'settled' as const,
      percentBefore: null,
    };
    const event: JobEvent = { kind: 'renamed', from: 'orders', to: 'orders_v2', ...moment };
    const about = { ...job, name: 'orders_v2' };
    const facts: DeliveryFacts = { kind: 'event', job: about, eventNumber: 1, event, aftermath: NO_AFTERMATH };
    return postMessage(voice, { ...ASKED, id: 'POST', channelId: 'C1', facts: [facts] }, now);
  };

const announced =
  (announcement: Announcement, channelId = 'C1'): Said =>
  (voice) =>
    postMessage(voice, { ...A_POST, id: 'POST', channelId, facts: [{ kind: 'announcement', announcement }] });

const billing: NamedJob = { ...job, jobId: BILLING, name: 'billing' };
/** A job that a channel begins to watch. */
const begun = (standing: Standing | null, changes: Partial<StandingJob> = {}): StandingJob => ({
  ...job,
  standing,
  failure: null,
  cause: null,
  ...changes,
});
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
const alerted = (signal: OperatorAlert) => announced({ kind: 'signal', signal }, 'COPS');

const VIEW = { channelId: 'C1', isPrivate: true };
const status = (known: Job, changes: Partial<JobStatus> = {}): JobStatus => ({
  reading: { kind: 'known', job: known },
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
const none = (
  changes: Partial<Extract<ReferenceProblem, { kind: 'none' }>>,
): Extract<ReferenceProblem, { kind: 'none' }> => ({
  kind: 'none',
  reference: 'x',
  nearest: [],
  isListPending: false,
  listedAt: null,
  listFailure: null,
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
const watching = (state: JobState) => ({ subscriptions: [subscription(state)], pause: null });
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
  (voice) =>
    subscribeAnswer(voice, outcome, { channelId, now: START });
const UNSUBSCRIBED: UnsubscribeOutcome = {
  ended: [],
  toConfirm: [],
  guesses: [],
  notSubscribed: [],
  problems: [],
  oldNames: null,
};
const audited = (id: number, change: AuditedChange, changes: Partial<AuditEntry> = {}): AuditEntry => ({
  id,
  at: START + id * MINUTE,
  by: 'U1',
  job: { jobId: ORDERS, name: 'orders' },
  change,
  ...changes,
});
const AUDITED: readonly AuditEntry[] = [
  audited(39, { kind: 'unsubscribed', madeBy: 'U2', reason: 'unsubscribed' }),
  audited(38, { kind: 'unsubscribed', madeBy: 'U2', reason: 'job_ended' }, { by: null }),
  audited(37, { kind: 'unsubscribed', madeBy: null, reason: 'job_gone' }, { by: null }),
  audited(36, { kind: 'unsubscribed', madeBy: 'U1', reason: 'cannot_post' }),
  audited(35, { kind: 'unsubscribed', madeBy: 'U1', reason: 'invented' }),
  audited(34, { kind: 'subscribed' }, { job: { jobId: BILLING, name: null } }),
  audited(34, { kind: 'resubscribed' }, { by: null }),
  audited(33, { kind: 'language', from: 'en', to: 'zh' }, { job: null }),
  audited(32, { kind: 'resumed', reason: 'is_archived' }, { job: null }),
  audited(31, { kind: 'paused', reason: 'is_archived' }, { job: null, by: null }),
  audited(30, { kind: 'other', action: 'snooze' }, { job: null }),
];
const audit =
  (changes: Partial<AuditPage>): Said =>
  (voice) =>
    auditMessage(voice, { entries: [], older: 0, jobId: null, before: null, ...changes });
const REFUSALS: readonly AccessDenial[] = [
  'stranger',
  'guest',
  'nobody',
  'person_not_told',
  'person_withheld',
  'person_not_allowed',
  'channel_shared',
  'channel_not_told',
  'channel_not_allowed',
];
const PAGE: JobPage = {
  listedAt: START,
  failure: null,
  text: null,
  offset: 0,
  total: 0,
  isListPending: false,
  jobs: [],
  previous: null,
  next: null,
};
const page =
  (changes: Partial<JobPage>): Said =>
  (voice) =>
    jobsMessage(voice, { ...PAGE, ...changes }, 'C1');
const explained =
  (keys: readonly ExplanationKey[]): Said =>
  (voice) =>
    lines(
      ...keys.map((key) =>
        voice.explain(
          explanation(key, {
            label: 'APIGW.0301',
            service: 'IAM',
            host: 'drs.example',
            proxy: 'proxy.example:3128',
            project: 'ap-southeast-1',
            projects: 'ap-southeast-1_prod (a1b2c3)',
            reason: 'ECONNREFUSED',
            seconds: 30,
            minutes: 42,
            megabytes: 16,
            direction: 'behind',
            region: 'ap-southeast-1',
            text: ': strange',
          }),
        ),
      ),
    );
const usage =
  (error: UsageError): Said =>
  (voice) =>
    usageMessage(voice, error);
const FIGURES: StoreFigures = {
  watchedJobs: 12,
  subscriptions: 20,
  pausedChannels: 0,
  workspaceRefusal: null,
  queued: { count: 0, oldestAt: null },
  held: 0,
  heldFor: {},
  searching: { count: 0, oldestAt: null },
  waitingSince: null,
  episode: null,
  lastReportAt: START,
  unreadableJobs: 0,
};
const health =
  (changes: Partial<HealthReport>, otherSockets = 0): Said =>
  (voice) =>
    healthMessage(
      voice,
      {
        drs: { kind: 'answers', since: START, lastAt: START + HOUR },
        blind: null,
        lastTickAt: START + HOUR,
        pausedUntil: null,
        stillLoops: [],
        asking: { stretch: null, quota: null, closedMs: 0, longestWaitMs: 0, isLate: false },
        figures: FIGURES,
        isLate: false,
        lookedFor: null,
        delivery: { kind: 'proven', since: START },
        ...changes,
      },
      otherSockets,
    );
const DUPLICATE: Cause = { code: 'DRS.M05023', text: "Duplicate entry '•••' for key 'PRIMARY' in shop.orders" };

const SOURCE: Cause = { code: 'DRS.M05101', text: 'Cannot connect to the source database' };
const FLAPPING = { since: START, failures: 4, longestGapMs: HOUR, longestFailureMs: 0, quietSince: START };
type IncidentFacts = Extract<DeliveryFacts, { kind: 'event' }>;
const FAILURE: JobEvent = {
  kind: 'status_changed',
  from: 'INCRE_TRANSFER_STARTED',
  to: 'INCRE_TRANSFER_FAILED',
  ...anEvent,
  report: aReport({ status: 'INCRE_TRANSFER_FAILED' }),
};
const failures = (
  count: number,
  cause: Cause | null,
  from = 0,
  aftermath: Partial<Aftermath> = {},
): readonly IncidentFacts[] =>
  Array.from({ length: count }, (_, n) => ({
    kind: 'event',
    job: { ...job, jobId: simulatedJobId(from + n), name: `tenant-${String(from + n + 1).padStart(2, '0')}` },
    eventNumber: 1,
    event: { ...FAILURE, lastLag: { ms: (31 - ((from + n) % 31)) * 1_000, at: START } },
    aftermath: { ...NO_AFTERMATH, cause, ...aftermath },
  }));
const recoveries = (count: number): readonly IncidentFacts[] =>
  failures(count, null).map((one, n) => ({
    ...one,
    event: {
      kind: 'recovered',
      from: 'INCRE_TRANSFER_FAILED',
      failedAt: START,
      startSeen: true,
      workingAt: START + n * MINUTE,
      ...anEvent,
    },
  }));
const incident =
  (facts: readonly IncidentFacts[], jobs: readonly Job[] = []): Said =>
  (voice) =>
    postMessage(
      voice,
      { ...ASKED, id: 'POST', channelId: 'C1', kind: 'incident', facts, around: { ...NOTHING_AROUND, watched: 60 } },
      jobs.map((known) => ({ kind: 'known', job: known })),
    );
/** So many recoveries of an incident with 30 jobs, of which `closed` are closed: the others of those have ended. */
const recovered =
  (count: number, closed: number): Said =>
  (voice) => {
    const shown = [
      ...failures(count, SOURCE, 0, { closed: { how: 'recovered', at: START } }),
      ...failures(closed - count, SOURCE, count, { closed: { how: 'ended', at: START } }),
      ...failures(30 - closed, SOURCE, closed),
    ];
    const around = { ...NOTHING_AROUND, shown, watched: 60 };
    const post = {
      ...A_POST,
      id: 'POST',
      channelId: 'C1',
      kind: 'recoveries',
      facts: recoveries(count),
      around,
    } as const;
    return postMessage(voice, post);
  };
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
/** The bot was down, and a job failed meanwhile. */
const meanwhileFailed =
  (aftermath: Partial<Aftermath>): Said =>
  (voice) => {
    const facts = [
      ...failures(1, DUPLICATE, 0, aftermath),
      backOf([{ job: { ...job, jobId: simulatedJobId(0) }, status: 'INCRE_TRANSFER_FAILED' }]),
    ];
    return postMessage(voice, { ...A_POST, id: 'POST', channelId: 'C1', facts });
  };
/** A flapping job's message some hours later. */
const flappingNow =
  (flapping: JobState['flapping']): Said =>
  (voice) => {
    const event: JobEvent = { kind: 'flapping', flapping: FLAPPING, ...anEvent };
    const facts: DeliveryFacts = { kind: 'event', job, eventNumber: 1, event, aftermath: NO_AFTERMATH };
    const now: JobReading = {
      kind: 'known',
      job: aJob({ name: 'orders' }, { report: aReport(), checkedAt: START, flapping }),
    };
    return postMessage(voice, { ...A_POST, id: 'POST', channelId: 'C1', facts: [facts] }, [now]);
  };
const backlog =
  (...steps: readonly Step[]): Said =>
  (voice) => {
    const facts = read(...steps, ...stays(steps)).events.map((event, n): DeliveryFacts => ({
      kind: 'event',
      job,
      eventNumber: n + 1,
      event,
      aftermath: NO_AFTERMATH,
    }));
    return postMessage(voice, { ...A_POST, id: 'POST', channelId: 'C1', facts });
  };

/** Text first, because that is what is read aloud and pushed; then the blocks. */
const written = ({ text, blocks }: SlackMessage) => `${text}\n\n${JSON.stringify(blocks, null, 2)}\n`;

function expectValid(message: SlackMessage): void {
  const parsed = parseBlocks(message.blocks);
  expect('errors' in parsed ? parsed.errors : []).toEqual([]);
  expect(message.text.length).toBeLessThanOrEqual(3_000);
}

const NO_SUCH_JOB: ProgressAnswer = { kind: 'item_error', code: 'DRS.M00289', message: null };
const unanswered = (reason: DrsFailureReason, why: Explanation): ProgressAnswer => ({
  kind: 'unanswered',
  failure: failureOf(reason, why),
});
const TIMEOUT = unanswered('timeout', explanation('host_timeout', { host: 'drs.example' }));
const LOCKED = unanswered('credentials_rejected', explanation('keys_locked', { label: 'APIGW.0301' }));
const NO_PROJECT = unanswered('project_unknown', explanation('project_unknown', { label: 'APIGW.0106' }));
const NOT_OFFERED = unanswered('not_found', explanation('not_offered', { label: 'APIGW.0101' }));
const replicating: Step = [5, reported('INCRE_TRANSFER_STARTED', { lagMs: 3_000 })];

/** A message about a job that began to replicate, and how that job is now. */
const nowIs =
  (reading: JobReading): Said =>
  (voice) => {
    const event = read([0, 'FULL_TRANSFER_COMPLETE'], replicating).events.at(-1);
    if (event === undefined) throw new Error('nothing was told');
    const facts: DeliveryFacts = { kind: 'event', job, eventNumber: 1, event, aftermath: NO_AFTERMATH };
    return postMessage(voice, { ...ASKED, id: 'POST', channelId: 'C1', facts: [facts] }, [reading]);
  };
const pageOf = (statuses: readonly string[], jobType = 'migration'): Partial<JobPage> => ({
  total: statuses.length,
  jobs: statuses.map((one, number) => ({ ...listed(number, { status: one, jobType }), subscribed: false })),
});
const keysAfter = (prefix: string) =>
  Object.keys(en).flatMap((key) => (key.startsWith(prefix) ? [key.slice(prefix.length)] : []));
const ERROR_CODES = keysAfter('code.');
const PASSING_STATUSES = keysAfter('state.').filter((one) => /^[A-Z_]+$/.test(one));

const MESSAGES: Readonly<Record<string, Said>> = {
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
  'told-ended-in-sync': told(replicating, [20, 'RELEASE_RESOURCE_STARTED'], [21, 'RELEASE_RESOURCE_COMPLETE']),
  'told-ended-unsettled': told(replicating, [6, 'RELEASE_RESOURCE_COMPLETE']),
  'told-ended-after-an-odd-status': told(replicating, [20, 'FROZEN'], [21, 'RELEASE_RESOURCE_COMPLETE']),
  'told-ended-unseen': unseen('RELEASE_RESOURCE_COMPLETE'),
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
  'told-ended-copy-seen-once': told(
    [0, 'STARTJOBING'],
    [1, reported('FULL_TRANSFER_STARTED', { taskMode: 'FULL_TRANS' })],
    [91, reported('FULL_TRANSFER_COMPLETE', { taskMode: 'FULL_TRANS' })],
    [92, reported('RELEASE_RESOURCE_COMPLETE', { taskMode: 'FULL_TRANS' })],
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
  'told-other': happened({ kind: 'other', name: 'from_a_newer_version', ...anEvent }),
  'told-other-without-a-report': happened({ kind: 'other', name: 'new', ...anEvent, report: null }),
  'told-ended-other': happened({ kind: 'ended', verdict: 'other', summary: null, standing: null, ...anEvent }),
  'told-gone-with-a-namesake': toldOf(job, { namesake: { ...job, jobId: BILLING } }, replicating, [6, 'DELETED']),
  'told-ended-with-a-namesake': toldOf(
    job,
    { namesake: { ...job, jobId: BILLING } },
    replicating,
    [20, 'RELEASE_RESOURCE_STARTED'],
    [21, 'RELEASE_RESOURCE_COMPLETE'],
  ),
  'told-renamed': renamed([]),
  'told-renamed-now': renamed([{ kind: 'known', job: aJob({}, read(replicating).state) }]),
  'told-gone-unknown-to-drs': told(replicating, [6, NO_SUCH_JOB], [12, JUDGED_GONE]),
  'told-failed-with-cause': toldOf(job, { cause: DUPLICATE }, replicating, [8641, 'INCRE_TRANSFER_FAILED']),
  'told-failed-and-still-billed': toldOf(job, { cause: { ...DUPLICATE, prepaid: false } }, replicating, [
    8641,
    'INCRE_TRANSFER_FAILED',
  ]),
  'told-failed-and-paid-in-advance': toldOf(job, { cause: { ...DUPLICATE, prepaid: true } }, replicating, [
    8641,
    'INCRE_TRANSFER_FAILED',
  ]),
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
  'announced-subscription': announced({
    kind: 'subscribed',
    by: 'U1',
    jobs: [begun('in_sync'), begun('copying', { jobId: BILLING, name: 'billing' })],
  }),
  'announced-subscription-of-an-older-version': announced({ kind: 'subscribed', by: 'U1', jobs: [begun(null)] }),
  'announced-subscription-of-one-that-failed': announced({
    kind: 'subscribed',
    by: 'U1',
    jobs: [begun('failed', { failure: { ...FAILED_BEFORE, startSeen: false } })],
  }),
  'announced-subscription-with-one-that-failed': announced({
    kind: 'subscribed',
    by: 'U1',
    jobs: [begun('failed', { name: 'wave-12', failure: FAILED_BEFORE, cause: DUPLICATE }), ...wave('in_sync', 11)],
  }),
  'announced-subscription-with-much-that-is-not-well': announced({
    kind: 'subscribed',
    by: 'U1',
    jobs: [
      ...wave('failed', 5, { failure: FAILED_BEFORE, cause: DUPLICATE }),
      ...(['gone', 'unknown', 'flapping', 'lag_high', 'paused'] as const).map((standing) => begun(standing)),
      ...(['ended', 'passing', 'copying', 'in_sync', 'copied'] as const).map((standing) => begun(standing)),
    ],
  }),
  'announced-subscription-in-a-dm': announced({ kind: 'subscribed', by: 'U1', jobs: [begun('in_sync')] }, 'D1'),
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
  'announced-blind-for-a-key': (voice) =>
    blind({ why: explanation('keys_refused', { label: 'APIGW.0301' }) })(inPublic(voice)),
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
  'announced-back-with-several-failures': (voice) =>
    postMessage(voice, {
      ...A_POST,
      id: 'POST',
      channelId: 'C1',
      facts: [
        ...failures(3, SOURCE),
        backOf(failures(3, SOURCE).map(({ job: one }) => ({ job: one, status: 'INCRE_TRANSFER_FAILED' }))),
      ],
    }),
  'part-of-an-incident': (voice) =>
    postMessage(voice, {
      ...A_POST,
      id: 'POST',
      channelId: 'C1',
      facts: failures(1, SOURCE),
      around: { ...NOTHING_AROUND, partOfTs: '1700000000.000100' },
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
  'signal-credentials-refused': alerted({
    kind: 'credentials_refused',
    why: explanation('keys_wrong', { label: 'APIGW.0301' }),
  }),
  'signal-credentials-accepted': alerted({ kind: 'credentials_accepted', since: START, until: START + 3 * HOUR }),
  'signal-posts-refused': alerted({
    kind: 'posts_refused',
    posts: [
      { channelId: 'C9', reason: 'invalid_blocks', jobs: [job] },
      { channelId: 'D9', reason: 'msg_too_long', jobs: [] },
    ],
  }),
  'signal-drs-silent': alerted({
    kind: 'drs_silent',
    since: START,
    until: START + 10 * MINUTE,
    why: explanation('server_fault', { label: 'HTTP 503' }),
  }),
  'signal-drs-answers': alerted({ kind: 'drs_answers', since: START, until: START + 42 * MINUTE }),
  'signal-database-new': alerted({ kind: 'database_new', path: '/var/lib/drs-slack-bot/drs-bot.db' }),
  'signal-database-gone': alerted({
    kind: 'database_displaced',
    path: '/data/drs-bot.db',
    how: 'gone',
    savedAs: '/data/drs-bot.saved-20261124T030200Z.db',
  }),
  'signal-database-replaced': alerted({
    kind: 'database_displaced',
    path: '/data/drs-bot.db',
    how: 'replaced',
    savedAs: null,
  }),
  'signal-database-in-place': alerted({ kind: 'database_in_place', since: START, until: START + 12 * MINUTE }),
  'signal-rows-set-aside': alerted({
    kind: 'rows_set_aside',
    rows: [
      { what: 'job', key: ORDERS },
      { what: 'announcement', key: '17' },
    ],
    count: 2,
  }),
  'signal-other': alerted({ kind: 'other', name: 'from_a_newer_version' }),
  'announced-other': announced({ kind: 'other', name: 'from_a_newer_version' }),
  'disk-full': diskFullMessage,
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
  'status-unknown-for-everybody': (voice) => shown(replicating, [6, LOCKED], [48, LOCKED])(inPublic(voice)),
  'status-unknown-for-everybody-without-an-operators-channel': (voice) =>
    shown(
      replicating,
      [6, LOCKED],
      [48, LOCKED],
    )(inPublic({ ...voice, surroundings: { ...voice.surroundings, tellsOperator: false } })),
  'status-unknown-by-mistake-for-everybody': (voice) =>
    shown(replicating, [6, NOT_OFFERED], [48, NOT_OFFERED])(inPublic(voice)),
  'status-unknown-without-a-project-for-everybody': (voice) =>
    shown(replicating, [6, NO_PROJECT], [48, NO_PROJECT])(inPublic(voice)),
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
  'status-of-an-unknown-job': (voice) =>
    statusMessage(
      voice,
      {
        jobs: [status(aJob(), { reading: { kind: 'no_such_job', jobId: ORDERS, name: null, code: 'DRS.M00289' } })],
        problems: [],
      },
      { ...VIEW, now: START },
    ),
  'status-without-an-answer': (voice) =>
    statusMessage(
      voice,
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
  'status-shared': (voice) => {
    const { state, now } = read(replicating);
    const jobs = [status(aJob({ name: 'orders' }, state))];
    return statusMessage(voice, { jobs, problems: [] }, { channelId: 'C1', now, isPrivate: false, sharedBy: 'U1' });
  },
  'status-in-a-pause-by-schedule': (voice) => {
    const { state, now } = read(replicating);
    const jobs = [status(aJob({ name: 'orders' }, state))];
    return statusMessage(voice, { jobs, problems: [] }, { ...VIEW, now, pausedUntil: now + 14 * HOUR });
  },
  'status-of-two-jobs-and-a-mistake': (voice) => {
    const { state, now } = read(replicating);
    const other = aJob({ jobId: BILLING }, { ...state, report: aReport({ jobId: BILLING, status: 'PAUSING' }) });
    const jobs = [status(aJob({}, state), { subscribed: true }), status(other)];
    const problems: readonly ReferenceProblem[] = [none({ reference: '<!channel>' })];
    return statusMessage(voice, { jobs, problems }, { ...VIEW, now });
  },
  'name-several': problem({
    kind: 'several',
    reference: 'orders',
    matches: [listed(1), listed(2, { status: 'RELEASE_RESOURCE_COMPLETE' })],
    more: 3,
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
  'name-list-pending': problem(none({ reference: 'orders', isListPending: true })),
  'name-list-unreadable': problem(
    none({ reference: 'orders', listFailure: explanation('not_offered', { label: 'APIGW.0101' }) }),
  ),
  'name-address-without-id': problem({ kind: 'address', reference: 'https://console.example/#/drs/list' }),
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
  'unsubscribe-by-a-part-asks': (voice) =>
    unsubscribeAnswer(voice, { ...UNSUBSCRIBED, guesses: [{ reference: 'orders', job: listed(1) }] }, 'C1'),
  'unsubscribed-by-an-old-name': (voice) =>
    unsubscribeAnswer(
      voice,
      { ...UNSUBSCRIBED, ended: [subscription(UNSEEN_JOB)], oldNames: { namedAt: null, why: null } },
      'C1',
    ),
  'status-by-an-old-name': (voice) => {
    const { state, now } = read(replicating);
    const known = aJob({ name: 'orders', jobType: 'migration' }, state);
    const oldNames = { namedAt: START, why: explanation('host_timeout', { host: 'drs.example' }) };
    return statusMessage(voice, { jobs: [status(known)], problems: [], oldNames }, { ...VIEW, now });
  },
  'name-too-short-for-an-id': problem(none({ reference: '46b', listedAt: START })),
  unsubscribed: (voice) => unsubscribeAnswer(voice, { ...UNSUBSCRIBED, ended: [subscription(UNSEEN_JOB)] }, 'C1'),
  'unsubscribed-not': (voice) =>
    unsubscribeAnswer(
      voice,
      {
        ...UNSUBSCRIBED,
        notSubscribed: [ORDERS],
        problems: [none({ reference: 'billing', nearest: [listed(1)] })],
      },
      'C1',
    ),
  'unsubscribe-all-asks': (voice) => confirmUnsubscribeAll(voice, 2),
  'unsubscribe-the-only-one-asks': (voice) => confirmUnsubscribeAll(voice, 1),
  'unsubscribed-all': (voice) => unsubscribedAll(voice, [subscription(UNSEEN_JOB), subscription(UNSEEN_JOB)]),
  'unsubscribed-nothing': (voice) => unsubscribedAll(voice, []),
  'unsubscribe-anothers-asks': (voice) =>
    unsubscribeAnswer(
      voice,
      {
        ...UNSUBSCRIBED,
        ended: [subscription(UNSEEN_JOB, { jobName: 'billing' })],
        toConfirm: [subscription(UNSEEN_JOB)],
      },
      'C1',
    ),
  'unsubscribe-several-of-others-asks': (voice) =>
    unsubscribeAnswer(
      voice,
      {
        ...UNSUBSCRIBED,
        toConfirm: [subscription(UNSEEN_JOB), subscription(UNSEEN_JOB, { jobName: 'billing', createdBy: 'U2' })],
      },
      'C1',
    ),
  kept: (voice) => kept(voice),
  audit: audit({ entries: AUDITED, older: 7, before: 40 }),
  'audit-of-a-job': audit({ entries: AUDITED.slice(0, 2), jobId: ORDERS }),
  'audit-nothing': audit({}),
  'audit-nothing-about-a-job': audit({ jobId: ORDERS }),
  'audit-unknown-job': (voice) =>
    auditProblem(
      voice,
      {
        kind: 'none',
        reference: 'x',
        nearest: [listed(1)],
        isListPending: false,
        listedAt: null,
        listFailure: null,
      },
      'C1',
    ),
  'access-refused': (voice) =>
    lines(
      ...REFUSALS.map((why) => refusalMessage(voice, why, { workspaceId: 'T', channelId: 'C1', userId: 'U1' }).text),
    ),
  'access-not-openly': (voice) => notOpenlyMessage(voice),
  'announced-pause-shared': announced(
    { kind: 'paused', channelId: 'C2', reason: 'externally_shared', jobs: [job] },
    'U1',
  ),
  'announced-pause-not-allowed': announced(
    { kind: 'paused', channelId: 'C2', reason: 'channel_not_allowed', jobs: [job] },
    'U1',
  ),
  list: (voice) => {
    const { state } = read(replicating);
    const pause = { reason: 'is_archived', since: START + HOUR, waiting: 2 };
    const subscriptions = [
      subscription(state),
      subscription(UNSEEN_JOB),
      subscription(read(replicating, [6, TIMEOUT]).state),
    ];
    return listMessage(voice, { subscriptions, pause, readBack: { kind: 'untried' } });
  },
  'list-shared': (voice) =>
    listMessage(voice, { ...watching(read(replicating).state), readBack: { kind: 'proven', since: START } }, 'U1'),
  'list-without-history-scope': (voice) =>
    listMessage(voice, {
      ...watching(read(replicating).state),
      readBack: { kind: 'refused', reason: 'missing_scope' },
    }),
  'list-held-for-another-organisation': (voice) =>
    listMessage(voice, {
      ...watching(read(replicating).state),
      pause: { reason: 'externally_shared', since: START + HOUR, waiting: 2 },
      readBack: { kind: 'untried' },
    }),
  'list-held-by-the-operator': (voice) =>
    listMessage(voice, {
      ...watching(read(replicating).state),
      pause: { reason: 'channel_not_allowed', since: START + HOUR, waiting: 2 },
      readBack: { kind: 'untried' },
    }),
  'list-unreadable': (voice) =>
    listMessage(voice, {
      ...watching(read(replicating).state),
      readBack: { kind: 'refused', reason: 'ekm_access_denied' },
    }),
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
  'list-in-a-dm': (voice) =>
    listMessage(voice, {
      subscriptions: [subscription(read(replicating).state, { channelId: 'D1' })],
      pause: null,
      readBack: { kind: 'untried' },
    }),
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
  'jobs-being-read': page({ listedAt: null, isListPending: true }),
  'jobs-being-read-anew': page({ total: 1, isListPending: true, jobs: [{ ...listed(1), subscribed: false }] }),
  'jobs-none': page({}),
  'jobs-none-but-other-projects': (voice) =>
    page({})({
      ...voice,
      surroundings: {
        ...voice.surroundings,
        projects: () => ({ asked: 'ap-southeast-1 (p1)', others: 'ap-southeast-1_prod (p2)' }),
      },
    }),
  'jobs-none-matching': page({ text: 'x' }),
  'jobs-unreadable': page({ listedAt: null, failure: explanation('not_offered', { label: 'APIGW.0101' }) }),
  settings: (voice) => settingsMessage(voice, 'zh'),
  'settings-changed': (voice) => languageChosen(voice, 'zh', true),
  'settings-same': (voice) => languageChosen(voice, 'en', false),
  'health-well': health({}),
  'health-with-another-process': health({}, 1),
  'health-before-the-first-tick': health({
    drs: { kind: 'not_asked' },
    lastTickAt: null,
    delivery: { kind: 'untried' },
  }),
  'health-in-a-pause-by-schedule': health({ pausedUntil: START + 14 * HOUR }),
  'health-blind': health({
    drs: { kind: 'silent', since: START, forMs: MINUTE, why: explanation('read_denied', { label: 'DRS.M00102' }) },
    blind: {
      since: START,
      why: explanation('read_denied', { label: 'DRS.M00102' }),
      lastReportAt: START - MINUTE,
      nextTryAt: START + MINUTE,
    },
    figures: { ...FIGURES, queued: { count: 1, oldestAt: START } },
  }),
  'health-blind-since-before-the-start': health({
    drs: { kind: 'not_asked' },
    blind: { since: START, why: explanation('timeout'), lastReportAt: null, nextTryAt: START + MINUTE },
  }),
  'health-with-jobs-that-cannot-be-read': health({ figures: { ...FIGURES, unreadableJobs: 2 } }),
  'health-late': health({ figures: { ...FIGURES, queued: { count: 1, oldestAt: START } }, isLate: true }),
  'health-looking-slowly': health({ lookedFor: { count: 3, since: START } }),
  'health-asked-late-for-a-quota': health({
    asking: {
      stretch: { everyMs: 200 * SECOND, wantedMs: MINUTE, isByQuota: true },
      quota: { limit: 5, windowMs: MINUTE },
      closedMs: 0,
      longestWaitMs: 4 * MINUTE,
      isLate: true,
    },
  }),
  'health-asked-late-for-a-pause': health({
    asking: { stretch: null, quota: null, closedMs: 13 * MINUTE, longestWaitMs: 2 * MINUTE, isLate: true },
  }),
  'health-asked-late-for-a-setting': health({
    asking: {
      stretch: { everyMs: 200 * SECOND, wantedMs: MINUTE, isByQuota: false },
      quota: null,
      closedMs: 0,
      longestWaitMs: 2 * MINUTE,
      isLate: true,
    },
  }),
  'health-asked-late-after-a-rest': health({
    asking: { stretch: null, quota: null, closedMs: 0, longestWaitMs: 20 * MINUTE, isLate: true },
  }),
  'health-within-a-quota': health({
    asking: {
      stretch: null,
      quota: { limit: 100, windowMs: 5 * MINUTE },
      closedMs: 0,
      longestWaitMs: 0,
      isLate: false,
    },
  }),
  'health-with-a-still-loop': health({ stillLoops: [{ loop: 'poller', forMs: HOUR }], isLate: true }),
  'health-refused-everywhere': health({
    figures: { ...FIGURES, pausedChannels: 5, held: 1, workspaceRefusal: 'token_revoked' },
  }),
  'health-with-paused-channels': health({
    figures: { ...FIGURES, pausedChannels: 2, queued: { count: 3, oldestAt: START }, held: 7 },
  }),
  version: (voice) =>
    versionMessage(voice, {
      program: '1.2.3',
      node: '22.21.1',
      schema: '0002-names-and-causes',
      startedAt: START,
    }),
  help: (voice) => helpMessage(voice, null, 'C1'),
  ...Object.fromEntries(
    HELP_TOPICS.map((topic) => [`help-${topic}`, (voice: Voice) => helpMessage(voice, topic, 'C1')]),
  ),
  'help-shared': (voice) => helpMessage(voice, 'names', 'C1', 'U1'),
  'help-in-a-dm': (voice) => helpMessage(voice, 'names', 'D1'),
  'help-on-nothing': (voice) => helpMessage(voice, 'weather', 'C1'),
  'usage-too-long': usage({ kind: 'too_long', most: 4_000 }),
  'usage-unclosed-quote': usage({ kind: 'unclosed_quote', text: '"x' }),
  'usage-jobs-missing': usage({ kind: 'jobs_missing', verb: 'subscribe' }),
  'usage-jobs-missing-to-unsubscribe': usage({ kind: 'jobs_missing', verb: 'unsubscribe' }),
  'usage-too-many-jobs': usage({ kind: 'too_many_jobs', verb: 'status', count: 11, most: 10 }),
  'usage-unknown-option': usage({ kind: 'unknown_option', option: 'lag:2m', verb: 'subscribe' }),
  'usage-all-with-jobs': usage({ kind: 'all_with_jobs' }),
  'usage-unexpected-words': usage({ kind: 'unexpected_words', verb: 'list', words: ['now'] }),
  'usage-channel-named': usage({ kind: 'channel_named', channel: '#ops' }),
  'usage-person-named': usage({ kind: 'person_named', person: '@ana' }),
  'usage-misspelt-verb': usage({ kind: 'misspelt_verb', word: 'subscrbe', meant: 'subscribe' }),
  'usage-unknown-setting': usage({ kind: 'unknown_setting', setting: 'color:red' }),
  'usage-unknown-language': usage({ kind: 'unknown_language', language: 'fr' }),
  'stale-button': (voice) => staleButtonMessage(voice),
  fault: (voice) => faultMessage(voice, '1234abcd'),
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
  'told-recovered-somehow': (voice) => {
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
    return postMessage(voice, { ...A_POST, id: 'POST', channelId: 'C1', facts: [facts] });
  },
  ...Object.fromEntries(
    (['gone', 'unknown', 'flapping', 'lag_high', 'paused'] as const).map((standing) => [
      `announced-subscription-of-one-that-is-${standing}`,
      announced({ kind: 'subscribed', by: 'U1', jobs: [begun(standing)] }),
    ]),
  ),
  'announced-very-many-subscriptions': announced({
    kind: 'subscribed',
    by: 'U1',
    jobs: wave('in_sync', 12),
  }),
  'now-no-such-job': nowIs({ kind: 'no_such_job', jobId: ORDERS, name: 'orders', code: 'DRS.M00289' }),
  'now-no-report': nowIs({ kind: 'no_report', jobId: ORDERS, name: 'orders', why: explanation('timeout') }),
  'now-unknown': nowIs({ kind: 'known', job: aJob({}, read(replicating, [6, TIMEOUT], [10, TIMEOUT]).state) }),
  'now-asked-in-vain-once': nowIs({ kind: 'known', job: aJob({}, read(replicating, [6, TIMEOUT]).state) }),
  'status-dr-lag-unknown': shownOf({ jobType: 'cloudDataGuard' }, {}, [
    0,
    reported('INCRE_TRANSFER_STARTED', { lagMs: null }),
  ]),
  'told-unreadable': happened({
    kind: 'unreadable',
    since: START - 30 * MINUTE,
    why: explanation('item_error', { label: 'DRS.M01501' }),
    ...anEvent,
  }),
  'told-unreadable-over': (voice) => {
    const why = explanation('item_error', { label: 'DRS.M01501' });
    const event: JobEvent = { kind: 'unreadable', since: START - 30 * MINUTE, why, ...anEvent };
    const facts: DeliveryFacts = { kind: 'event', job, eventNumber: 1, event, aftermath: NO_AFTERMATH };
    const now: JobReading = { kind: 'known', job: aJob({ name: 'orders' }, { report: aReport(), checkedAt: START }) };
    return postMessage(voice, { ...A_POST, id: 'POST', channelId: 'C1', facts: [facts] }, [now]);
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
  'told-failed-and-recovered-days-later': (voice) => {
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
    return postMessage(voice, { ...A_POST, id: 'POST', channelId: 'C1', facts: [facts] }, [
      { kind: 'known', job: aJob({ name: 'orders', jobType: 'migration' }, state) },
    ]);
  },
  'backlog-of-one-job': backlog(
    replicating,
    [20, 'PAUSING'],
    [40, 'INCRE_TRANSFER_STARTED'],
    [60, 'INCRE_TRANSFER_FAILED'],
  ),
  'backlog-of-one-job-with-many-steps': backlog(
    replicating,
    ...[20, 40, 60, 80].flatMap((minute): readonly Step[] => [
      [minute, 'PAUSING'],
      [minute + 10, 'INCRE_TRANSFER_STARTED'],
    ]),
  ),
  'incident-one-cause': incident(failures(30, SOURCE)),
  'incident-no-cause-yet': incident(failures(4, null)),
  'incident-seven-fit': incident(failures(7, SOURCE)),
  'incident-two-causes': incident([...failures(24, SOURCE), ...failures(6, DUPLICATE, 24)]),
  'incident-five-causes': incident(
    [1, 2, 3, 4, 5]
      .flatMap((n) => failures(2, { code: `DRS.M0000${n}`, text: null }, n * 2))
      .concat(failures(1, null, 20)),
  ),
  'incident-of-different-kinds': incident([
    ...failures(3, SOURCE),
    ...failures(2, SOURCE, 3).map((one) => ({
      ...one,
      event: { ...FAILURE, to: 'FULL_TRANSFER_FAILED', report: aReport({ status: 'FULL_TRANSFER_FAILED' }) },
    })),
  ]),
  'incident-partly-recovered': incident([
    ...failures(6, SOURCE),
    ...failures(24, SOURCE, 6, { closed: { how: 'recovered', at: START + 12 * MINUTE } }),
  ]),
  'incident-all-recovered': incident(
    failures(30, SOURCE, 0, { closed: { how: 'recovered', at: START + 20 * MINUTE } }),
    [aJob({ jobId: simulatedJobId(0) }, { report: aReport(), checkedAt: START })],
  ),
  'incident-closed-in-every-way': incident(
    CLOSINGS.flatMap((how, n) => failures(1, SOURCE, n, { closed: { how, at: START + HOUR } })),
  ),
  'incident-in-full': (voice) =>
    fullPostMessage(voice, { ...A_POST, id: 'POST', channelId: 'C1', facts: failures(30, SOURCE) }, []),
  'incident-of-pauses': incident(
    failures(5, null).map((one) => ({
      ...one,
      event: { ...FAILURE, to: 'PAUSING', report: aReport({ status: 'PAUSING' }) },
    })),
  ),
  'incident-of-ends': incident(
    failures(5, null).map((one) => ({ ...one, event: { kind: 'gone', code: null, ...anEvent } })),
  ),
  'incident-of-several-things': incident([
    ...failures(2, null).map((one): IncidentFacts => ({
      ...one,
      event: { kind: 'ended', verdict: 'had_failed', summary: null, standing: null, ...anEvent },
    })),
    ...failures(2, null, 2).map((one): IncidentFacts => ({
      ...one,
      event: { kind: 'flapping', flapping: FLAPPING, ...anEvent },
    })),
  ]),
  'incident-of-recoveries': incident(recoveries(5)),
  'incident-without-reports': incident(
    failures(4, null).map((one) => ({ ...one, event: { ...FAILURE, report: null, lastLag: null } })),
  ),
  'recoveries-of-all': recovered(30, 30),
  'recoveries-with-others-ended': recovered(28, 30),
  'recoveries-so-far': recovered(24, 24),
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
  'status-paused-with-an-error': shown(replicating, [6, reported('PAUSING', { errorCode: 'DRS.M05023' })]),
  'status-in-a-dm': (voice) => {
    const { state, now } = read(replicating);
    return statusMessage(voice, { jobs: [status(aJob({}, state))], problems: [] }, { ...VIEW, channelId: 'D1', now });
  },
  'every-error-code': (voice) => lines(...ERROR_CODES.map((code) => causeLine(voice, { code, text: null }, null))),
  'jobs-in-every-passing-status': page(pageOf(PASSING_STATUSES)),
  'jobs-that-failed-in-every-way': page(pageOf(FAILED_STATUSES)),
  'jobs-for-disaster-recovery': page(
    pageOf(
      ['FULL_TRANSFER_STARTED', 'FULL_TRANSFER_COMPLETE', 'INCRE_TRANSFER_STARTED', 'FULL_TRANSFER_FAILED'],
      'cloudDataGuard',
    ),
  ),
  'jobs-for-migration': page(
    pageOf(['FULL_TRANSFER_STARTED', 'FULL_TRANSFER_COMPLETE', 'PAUSING', 'RELEASE_RESOURCE_COMPLETE', 'DELETED']),
  ),
  'list-paused-not-a-member': (voice) =>
    listMessage(voice, {
      subscriptions: [subscription(UNSEEN_JOB)],
      pause: { reason: 'not_in_channel', since: START, waiting: 1 },
      readBack: { kind: 'untried' },
    }),
  'list-very-long': (voice) =>
    listMessage(voice, {
      subscriptions: Array.from({ length: 42 }, (_, number) =>
        subscription(UNSEEN_JOB, { jobId: simulatedJobId(number), jobName: `orders-${number}` }),
      ),
      pause: null,
      readBack: { kind: 'untried' },
    }),
  'list-all-very-long': (voice) =>
    workspaceListMessage(voice, {
      channels: Array.from({ length: 42 }, (_, number) => ({
        channelId: `C${number}`,
        subscriptions: [subscription(UNSEEN_JOB)],
      })),
      hidden: { channels: 0, jobs: 0 },
    }),
  // Why DRS cannot be asked: one sentence each, in as many messages as they fit into.
  ...Object.fromEntries(
    chunks(EXPLANATIONS, 20).map((keys, number) => [`explanations-${number + 1}`, explained(keys)] as const),
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
    '%s has its news in the first line and at most six lines of it',
    (_name, render) => {
      const shownLines = render(voice)
        .text.split('\n')
        .filter((line) => !/^(?:As of|截至)/.test(line) && line !== ORDERS);
      expect(shownLines.length).toBeLessThanOrEqual(6);
      expect(shownLines[0]).toMatch(/^(🔵|🟢|🟠|⚪|⏸️|🔴|✅|⏹️|⚫|🔔) /u);
    },
  );
});

/** The same voice, and the keys of all it has said. */
function overheard(voice: Voice): { readonly voice: Voice; readonly keys: ReadonlySet<string> } {
  const keys = new Set<string>();
  const heard: Voice = {
    ...voice,
    say: (key, values) => {
      keys.add(key);
      return voice.say(key, values);
    },
    explain: (why) => {
      keys.add(`why.${why.key}`);
      return voice.explain(why);
    },
    duration: (ms) => {
      const parts = durationParts(ms).map(({ unit }) => unit);
      for (const unit of parts.length === 0 ? ['none'] : parts) keys.add(`unit.${unit}`);
      return voice.duration(ms);
    },
  };
  return { voice: heard, keys };
}

test.each(LANGUAGES)('every text in %s is in a message that is recorded here', (language) => {
  const { voice, keys } = overheard(voiceIn(language));
  for (const render of Object.values(MESSAGES)) render(voice);
  expect(Object.keys(en).filter((key) => !keys.has(key))).toEqual([]);
});

test('a text that no message has would be noticed', () => {
  const { voice, keys } = overheard(voiceIn('en'));
  helpMessage(voice, null, 'C1');
  expect(Object.keys(en).filter((key) => !keys.has(key))).toContain('told.ended');
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
            lagNote: 'settled',
            percentBefore: null,
          };
          const facts: DeliveryFacts = {
            kind: 'event',
            job: { ...job, name: name === '' ? null : name },
            eventNumber: 1,
            event,
            aftermath: { ...NO_AFTERMATH, cause: { code: name, text: name }, closed: { how: 'recovered', at: START } },
          };
          for (const message of [
            postMessage(voice, { ...A_POST, id: 'P', channelId: 'C1', facts: [facts] }),
            statusMessage(
              voice,
              {
                jobs: [status(aJob({ name }, state), { cause: { code: name, text: name } })],
                problems: [
                  none({
                    reference: name,
                    nearest: [listed(1, { name })],
                    listedAt: START,
                  }),
                  none({
                    reference: name,
                    nearest: [listed(1, { name })],
                    listFailure: explanation('refused', { label: name, text: name }),
                  }),
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
    const message = listMessage(voiceIn('en'), { subscriptions, pause: null, readBack: { kind: 'untried' } });
    expectValid(message);
    expect(JSON.stringify(message.blocks)).toContain('+20 more');
  });
});

test('a name with signs of formatting in it breaks nothing, and pasted it is the name again', () => {
  const name = '*or_ders*_`x`~';
  const shownName = safeName(name);
  expect(shownName).not.toMatch(/[*~`]|_$|^_/);
  expect(nameKey(shownName)).toBe(nameKey(name));
  expect(safeName('or_ders-2')).toBe('or_ders-2');
  for (const render of [toldOf({ ...job, name }, {}, replicating, [10, 'INCRE_TRANSFER_FAILED'])])
    expect(render(voiceIn('en')).text).toContain(shownName);
});
