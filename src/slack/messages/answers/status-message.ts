import type { Explanation } from '../../../domain/job/explanation.ts';
import type { JobId } from '../../../domain/job/job-id.ts';
import type { EpochMs } from '../../../domain/base/time.ts';
import type { JobReading } from '../../../use-cases/polling/read-jobs.ts';
import type { JobStatus, StatusAnswer } from '../../../use-cases/showing/show-status.ts';
import { ACTIONS, encodeJobs } from '../kit/button-value.ts';
import { mention } from '../posts/announcement.ts';
import { consoleButton, shareButton, subscribeLabel } from '../kit/job-buttons.ts';
import { describeJob } from '../jobs/job-details.ts';
import type { ButtonSpec, Part, SlackMessage } from '../kit/message.ts';
import { message } from '../kit/message.ts';
import { code, escapeMrkdwn, safeName } from '../kit/mrkdwn.ts';
import { pauseLines } from './pause-lines.ts';
import { oldNamesParts, problemParts } from './reference-problem.ts';
import type { Voice } from '../kit/texts.ts';

/** Who sees a status, where, and when. */
export interface StatusView {
  readonly channelId: string;
  readonly now: EpochMs;
  /** Only one person sees it, and may want to show it to everybody. */
  readonly isPrivate: boolean;
  /** Who showed it to everybody; null when nobody did. */
  readonly sharedBy?: string;
  /** When DRS is asked next by itself, if the schedule pauses until then. */
  readonly pausedUntil?: EpochMs | null;
}

/** The answer to a status command, and what Refresh makes of it. */
export function statusMessage(voice: Voice, answer: StatusAnswer, view: StatusView): SlackMessage {
  const shown = answer.jobs.map(({ reading }) => jobIdOf(reading));
  const single = answer.jobs.length === 1;
  const jobs = answer.jobs.flatMap((status) => jobParts(voice, status, shown, single, view));
  const problems = answer.problems.flatMap((problem) => problemParts(voice, problem, 'status', view.channelId));
  const shared: readonly Part[] =
    view.sharedBy === undefined
      ? []
      : [{ kind: 'footer', line: voice.say('answer.shared', { who: mention(view.sharedBy) }) }];
  const old = oldNamesParts(voice, answer.oldNames ?? null);
  return message([
    ...jobs,
    ...pauseParts(voice, answer.jobs, view),
    ...problems,
    ...old,
    ...shared,
    ...buttonParts(voice, answer.jobs, shown, view),
  ]);
}

/** Nobody asks about a job that is over, so that the next reading says nothing about it. */
function pauseParts(voice: Voice, jobs: readonly JobStatus[], { pausedUntil }: StatusView): readonly Part[] {
  const isAsked = jobs.some(({ reading }) => reading.kind === 'known' && reading.job.state.over === null);
  return isAsked ? pauseLines(voice, pausedUntil ?? null).map((line) => ({ kind: 'footer', line })) : [];
}

function jobParts(
  voice: Voice,
  status: JobStatus,
  shown: readonly JobId[],
  single: boolean,
  view: StatusView,
): readonly Part[] {
  const { reading } = status;
  if (reading.kind === 'no_such_job') return [{ kind: 'lines', lines: [noSuchJob(voice, reading, reading.code)] }];
  if (reading.kind === 'no_report') return [{ kind: 'lines', lines: [noReport(voice, reading, reading.why)] }];
  const { report } = reading.job.state;
  if (report === null) return [];
  const { headline, lines, footer } = describeJob(voice, reading.job, report, view.now, status);
  const button = single ? null : subscriptionButton(voice, status, shown, view.channelId);
  return [
    { kind: 'news', headline, lines, ...(button === null ? {} : { button }) },
    { kind: 'footer', line: footer },
  ];
}

function buttonParts(
  voice: Voice,
  jobs: readonly JobStatus[],
  shown: readonly JobId[],
  view: StatusView,
): readonly Part[] {
  const [first, ...others] = jobs;
  if (first === undefined || !jobs.some(({ reading }) => reading.kind !== 'no_such_job')) return [];
  const value = encodeJobs({ jobs: shown });
  const refresh: ButtonSpec = { text: voice.say('button.refresh'), actionId: ACTIONS.refreshStatus, value };
  const change = others.length === 0 ? subscriptionButton(voice, first, shown, view.channelId) : null;
  const console = others.length === 0 && first.reading.kind === 'known' ? consoleButton(voice, first.reading.job) : [];
  const buttons = [
    refresh,
    ...(change === null ? [] : [change]),
    ...(view.isPrivate ? shareButton(voice, view.channelId, { actionId: ACTIONS.shareStatus, value }) : []),
    ...console,
  ];
  return [{ kind: 'buttons', buttons }];
}

/** *Unsubscribe* or *Subscribe channel*; nothing for a job that is over. */
function subscriptionButton(
  voice: Voice,
  { reading, subscribed }: JobStatus,
  shown: readonly JobId[],
  channelId: string,
): ButtonSpec | null {
  if (reading.kind !== 'known') return null;
  const value = encodeJobs({ jobs: shown, target: reading.job.jobId });
  if (subscribed) return { text: voice.say('button.unsubscribe'), actionId: ACTIONS.unsubscribe, value };
  return reading.job.state.over === null
    ? { text: subscribeLabel(voice, channelId), actionId: ACTIONS.subscribe, value }
    : null;
}

/** A job of which nothing but what it is called is known. */
interface Stranger {
  readonly jobId: JobId;
  readonly name: string | null;
}

/** DRS does not know this id. */
export function noSuchJob(voice: Voice, stranger: Stranger, errorCode: string): string {
  return voice.say('answer.no_such_job', { job: called(stranger), code: escapeMrkdwn(errorCode) });
}

/** DRS gave no report about a job that was never seen before. */
export function noReport(voice: Voice, stranger: Stranger, why: Explanation): string {
  const command = voice.typed(`status ${stranger.jobId}`);
  return voice.say('answer.no_report', { job: called(stranger), why: voice.explain(why), command });
}

function called({ jobId, name }: Stranger): string {
  return name === null ? code(jobId) : `*${safeName(name)}*`;
}

function jobIdOf(reading: JobReading): JobId {
  return reading.kind === 'known' ? reading.job.jobId : reading.jobId;
}
