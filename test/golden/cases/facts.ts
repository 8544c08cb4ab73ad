import { simulatedJobId } from '../../../demo/drs-simulator/jobs.ts';
import { HOUR, MINUTE } from '../../../src/domain/base/time.ts';
import { explanation } from '../../../src/domain/job/explanation.ts';
import type { Explanation } from '../../../src/domain/job/explanation.ts';
import type { Cause } from '../../../src/domain/job/job-detail.ts';
import type { JobEvent } from '../../../src/domain/job/job-event.ts';
import { UNSEEN_JOB } from '../../../src/domain/job/job-state.ts';
import type { JobState } from '../../../src/domain/job/job-state.ts';
import type { Job } from '../../../src/domain/job/job.ts';
import { NO_TIMES } from '../../../src/domain/job/phases.ts';
import { failureOf } from '../../../src/domain/job/progress-answer.ts';
import type { DrsFailureReason, ProgressAnswer } from '../../../src/domain/job/progress-answer.ts';
import type { Standing } from '../../../src/domain/job/standing.ts';
import type { ListedJob } from '../../../src/domain/names/listed-job.ts';
import { endAsGone } from '../../../src/domain/poll/absence.ts';
import { assess } from '../../../src/domain/poll/assess.ts';
import { NO_TERMS } from '../../../src/domain/job/job-terms.ts';
import { sampleOf } from '../../../src/domain/rules/sample.ts';
import type { Sample } from '../../../src/domain/rules/sample.ts';
import { NOTHING_AROUND, NO_AFTERMATH } from '../../../src/domain/post/post.ts';
import type { Aftermath, Announcement, DeliveryFacts, NamedJob, StandingJob } from '../../../src/domain/post/post.ts';
import { statusMessage } from '../../../src/slack/messages/answers/status-message.ts';
import type { SlackMessage } from '../../../src/slack/messages/kit/message.ts';
import type { Texts } from '../../../src/slack/messages/kit/texts.ts';
import { postMessage } from '../../../src/slack/messages/posts/post-message.ts';
import type { ReferenceProblem } from '../../../src/use-cases/naming/resolve-jobs.ts';
import type { JobPage } from '../../../src/use-cases/showing/list-jobs.ts';
import type { JobStatus } from '../../../src/use-cases/showing/show-status.ts';
import { en } from '../../../src/words/en.ts';
import { ORDERS, aJob, aReport, reported } from '../../support/reports.ts';

export const START = Date.parse('2026-11-23T02:10:00Z');

export const job: NamedJob = { connectionId: 'prod', jobId: ORDERS, name: 'orders', jobType: 'migration' };

export const drJob: NamedJob = { ...job, jobType: 'cloudDataGuard' };

export const A_POST = { kind: 'news', around: NOTHING_AROUND, askedAt: null } as const;

/** Somebody asked how its jobs are. */
export const ASKED = { ...A_POST, askedAt: START } as const;

export const parts = [
  { name: 'struct', percent: 100, remainingTime: null },
  { name: 'data', percent: 63, remainingTime: null },
  { name: 'index', percent: 0, remainingTime: null },
];

/** The bot has judged the job to be gone. */
export const JUDGED_GONE = 'judged gone';

export type Step = readonly [minutes: number, answer: ProgressAnswer | string];

/** Reads answers at the given minutes after the start, and the last one again every minute between; the state at the end, and every event. */
export function read(...steps: readonly Step[]): {
  readonly state: JobState;
  readonly events: readonly JobEvent[];
  readonly now: number;
} {
  let state = UNSEEN_JOB;
  const events: JobEvent[] = [];
  const samples: Sample[] = [];
  let now = START;
  let last: Step[1] | null = null;
  const look = (answer: Step[1], at: number) => {
    now = at;
    const result =
      answer === JUDGED_GONE
        ? endAsGone({ state, times: NO_TIMES }, 'gone', now)
        : assess(state, typeof answer === 'string' ? reported(answer) : answer, now, { samples });
    state = result.state;
    if (state.report !== null && state.checkedAt === now) samples.push(sampleOf(state.report, now));
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

/** A message in some language. */
export type Said = (texts: Texts) => SlackMessage;

/** The last answer for some minutes more: an end or a recovery is not told on one reading. */
export function stays(steps: readonly Step[]): readonly Step[] {
  const last = steps.at(-1);
  return last === undefined ? [] : [[last[0] + 5, last[1]]];
}

export const lagging = (lagMs: number, seconds = 0): ProgressAnswer =>
  reported('INCRE_TRANSFER_STARTED', { lagMs: lagMs + seconds * 1_000 });

export const anEvent = {
  at: START,
  report: aReport(),
  previous: null,
  lastLag: null,
  lagNote: 'settled' as const,
  percentBefore: null,
};

export const happened =
  (event: JobEvent): Said =>
  (texts) =>
    postMessage(texts, {
      ...A_POST,
      id: 'POST',
      channelId: 'C1',
      facts: [{ kind: 'event', job, eventNumber: 1, event, aftermath: NO_AFTERMATH }],
    });

export const toldOf =
  (about: NamedJob, aftermath: Partial<Aftermath>, ...steps: readonly Step[]): Said =>
  (texts) => {
    const event = read(...steps, ...stays(steps)).events.at(-1);
    if (event === undefined) throw new Error('nothing was told');
    const facts: DeliveryFacts = {
      kind: 'event',
      job: about,
      eventNumber: 1,
      event,
      aftermath: { ...NO_AFTERMATH, ...aftermath },
    };
    return postMessage(texts, { ...A_POST, id: 'POST', channelId: 'C1', facts: [facts] });
  };

export const told = (...steps: readonly Step[]): Said => toldOf(job, {}, ...steps);

export const announced =
  (announcement: Announcement, channelId = 'C1'): Said =>
  (texts) =>
    postMessage(texts, { ...A_POST, id: 'POST', channelId, facts: [{ kind: 'announcement', announcement }] });

/** A job that a channel begins to watch. */
export const begun = (standing: Standing | null, changes: Partial<StandingJob> = {}): StandingJob => ({
  ...job,
  standing,
  failure: null,
  terms: NO_TERMS,
  cause: null,
  ...changes,
});

export const VIEW = { channelId: 'C1', isPrivate: true };

export const status = (known: Job, changes: Partial<JobStatus> = {}): JobStatus => ({
  reading: { kind: 'known', job: known },
  subscribed: false,
  cause: null,
  recovery: null,
  subJobs: 0,
  chart: null,
  outlook: null,
  ended: null,
  ...changes,
});

export const shownOf =
  (about: Partial<Job>, extras: Partial<JobStatus>, ...steps: readonly Step[]): Said =>
  (texts) => {
    const { state, now } = read(...steps);
    const known = aJob({ name: 'orders', jobType: 'migration', ...about }, state);
    return statusMessage(texts, { jobs: [status(known, extras)], problems: [] }, { ...VIEW, now });
  };

export const shown = (...steps: readonly Step[]): Said => shownOf({}, {}, ...steps);

export const listed = (number: number, changes: Partial<ListedJob> = {}): ListedJob => ({
  jobId: simulatedJobId(number),
  name: `orders-${number}`,
  status: 'INCRE_TRANSFER_STARTED',
  jobType: 'migration',
  engines: 'mysql',
  subJobs: 0,
  ...changes,
});

export const none = (
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

export const subscription = (state: JobState, changes: object = {}) => ({
  id: 1,
  workspaceId: 'T',
  channelId: 'C1',
  connectionId: 'prod',
  jobId: ORDERS,
  createdBy: 'U1',
  createdAt: START,
  jobName: 'orders',
  jobType: 'migration',
  engines: 'mysql',
  chosen: {},
  rules: {},
  state,
  ...changes,
});

export const PAGE: JobPage = {
  listedAt: START,
  failure: null,
  text: null,
  offset: 0,
  standings: [],
  isListPending: false,
  jobs: [],
  previous: null,
  next: null,
};

export const DUPLICATE: Cause = { code: 'DRS.M05023', text: "Duplicate entry '•••' for key 'PRIMARY' in shop.orders" };

export const SOURCE: Cause = { code: 'DRS.M05101', text: 'Cannot connect to the source database' };

export const FLAPPING = { since: START, failures: 4, longestGapMs: HOUR, longestFailureMs: 0, quietSince: START };

export type IncidentFacts = Extract<DeliveryFacts, { kind: 'event' }>;

export const FAILURE: JobEvent = {
  kind: 'status_changed',
  from: 'INCRE_TRANSFER_STARTED',
  to: 'INCRE_TRANSFER_FAILED',
  ...anEvent,
  report: aReport({ status: 'INCRE_TRANSFER_FAILED' }),
};

export const failures = (
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

export const NO_SUCH_JOB: ProgressAnswer = { kind: 'item_error', code: 'DRS.M00289', message: null };

export const unanswered = (reason: DrsFailureReason, why: Explanation): ProgressAnswer => ({
  kind: 'unanswered',
  failure: failureOf(reason, why),
});

export const TIMEOUT = unanswered('timeout', explanation('host_timeout', { host: 'drs.example' }));

export const replicating: Step = [5, reported('INCRE_TRANSFER_STARTED', { lagMs: 3_000 })];

export const keysAfter = (prefix: string) =>
  Object.keys(en).flatMap((key) => (key.startsWith(prefix) ? [key.slice(prefix.length)] : []));
