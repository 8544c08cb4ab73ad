import { statusGroup } from '../../../domain/job/job-status.ts';
import type { JobId } from '../../../domain/job/job-id.ts';
import type { EpochMs } from '../../../domain/base/time.ts';
import type { JobStatus, StatusAnswer } from '../../../use-cases/showing/show-status.ts';
import { chartPart } from '../jobs/chart-part.ts';
import { describeJob } from '../jobs/job-details.ts';
import { noReport, noSuchJob } from '../jobs/unknown-job.ts';
import { ACTIONS, JOBS_VALUE } from '../kit/button-value.ts';
import { consoleButton, logButton, sharedByPart, shareButton, subscribeLabel } from '../kit/job-buttons.ts';
import { askedJobId } from '../kit/job-names.ts';
import { footer, linesPart, message } from '../kit/message.ts';
import type { ButtonSpec, Part, SlackMessage } from '../kit/message.ts';
import type { Texts } from '../kit/texts.ts';
import { pauseLines } from './pause-lines.ts';
import { unresolvedParts } from './reference-problem.ts';

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
export function statusMessage(texts: Texts, answer: StatusAnswer, view: StatusView): SlackMessage {
  const { jobs } = answer;
  // Nobody asks about a job that is over, so that the next reading says nothing about it.
  const isAsked = jobs.some(({ reading }) => reading.kind === 'known' && reading.job.state.over === null);
  const pause = isAsked ? pauseLines(texts, view.pausedUntil ?? null) : [];
  return message([
    ...jobs.flatMap((status) => jobParts(texts, status, jobs, view)),
    ...pause.map(footer),
    ...unresolvedParts(texts, answer, 'status', view.channelId),
    ...(view.sharedBy === undefined ? [] : [sharedByPart(texts, view.sharedBy)]),
    ...buttonParts(texts, jobs, view),
  ]);
}

function jobParts(texts: Texts, status: JobStatus, all: readonly JobStatus[], view: StatusView): readonly Part[] {
  const { reading } = status;
  if (reading.kind === 'no_such_job') return [linesPart([noSuchJob(texts, reading)])];
  if (reading.kind === 'no_report') return [linesPart([noReport(texts, reading, 'status')])];
  const described = describeJob(texts, reading.job, view.now, status);
  if (described === null) return [];
  const { headline, lines, footer: small } = described;
  const button = all.length === 1 ? null : subscriptionButton(texts, status, all, view.channelId);
  const news = { kind: 'news' as const, headline, lines, ...(button === null ? {} : { button }) };
  return [news, ...chartParts(texts, status), footer(small)];
}

/** Fewer points say no more than the line above them. */
const LEAST_POINTS = 3;

/** How a single job came to be as it is. */
function chartParts(texts: Texts, { chart }: JobStatus): readonly Part[] {
  return chart === null || chart.points.length < LEAST_POINTS ? [] : chartPart(texts, chart);
}

function buttonParts(texts: Texts, jobs: readonly JobStatus[], view: StatusView): readonly Part[] {
  const [first, ...others] = jobs;
  if (first === undefined || jobs.every(({ reading }) => reading.kind === 'no_such_job')) return [];
  const value = JOBS_VALUE.encode({ jobs: jobIds(jobs) });
  const change = others.length === 0 ? subscriptionButton(texts, first, jobs, view.channelId) : null;
  const buttons = [
    { text: texts.get('button.refresh'), actionId: ACTIONS.refreshStatus, value },
    ...(change === null ? [] : [change]),
    ...(view.isPrivate ? shareButton(texts, view.channelId, { actionId: ACTIONS.shareStatus, value }) : []),
    ...(others.length === 0 ? logButtons(texts, first) : []),
    ...(others.length === 0 && first.reading.kind === 'known' ? consoleButton(texts, first.reading.job) : []),
  ];
  return [{ kind: 'buttons', buttons }];
}

function logButtons(texts: Texts, { reading }: JobStatus): readonly ButtonSpec[] {
  if (reading.kind !== 'known' || reading.job.state.over !== null) return [];
  const { report } = reading.job.state;
  if (report === null || statusGroup(report.status) !== 'failed') return [];
  return [logButton(texts, reading.job)];
}

/** *Unsubscribe* or *Subscribe channel*; nothing for a job that is over. */
function subscriptionButton(
  texts: Texts,
  { reading, subscribed }: JobStatus,
  shown: readonly JobStatus[],
  channelId: string,
): ButtonSpec | null {
  if (reading.kind !== 'known') return null;
  const value = JOBS_VALUE.encode({ jobs: jobIds(shown), target: reading.job.jobId });
  if (subscribed) return { text: texts.get('button.unsubscribe'), actionId: ACTIONS.unsubscribe, value };
  if (reading.job.state.over !== null) return null;
  return { text: subscribeLabel(texts, channelId), actionId: ACTIONS.subscribe, value };
}

function jobIds(jobs: readonly JobStatus[]): readonly JobId[] {
  return jobs.map(({ reading }) => askedJobId(reading));
}
