import { statusGroup } from '../../../domain/job/job-status.ts';
import type { JobId } from '../../../domain/job/job-id.ts';
import type { Job } from '../../../domain/job/job.ts';
import type { EpochMs } from '../../../domain/base/time.ts';
import type { EndedEvent, JobStatus, StatusAnswer } from '../../../use-cases/showing/show-status.ts';
import { chartPart } from '../jobs/chart-part.ts';
import { describeJob } from '../jobs/job-details.ts';
import { endedHeadline } from '../jobs/ended-headline.ts';
import { lifePart } from '../jobs/life-table.ts';
import { noReport, noSuchJob } from '../jobs/unknown-job.ts';
import { ACTIONS, JOBS_VALUE } from '../kit/button-value.ts';
import { consoleButton, logButton, rawButton, sharedByPart, shareButton, subscribeLabel } from '../kit/job-buttons.ts';
import { askedJobId, plainName } from '../kit/job-names.ts';
import { dateAndTime } from '../kit/mrkdwn.ts';
import { footer, linesPart, message } from '../kit/message.ts';
import type { ButtonSpec, Part, SlackMessage } from '../kit/message.ts';
import type { Texts } from '../kit/texts.ts';
import { unshownParts } from './pattern-parts.ts';
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
  const names = jobs.map(({ reading }) => nameOf(reading));
  const shown = jobs.map((status, index) => {
    const isNamesake = names.some((name, other) => other !== index && name !== null && name === names[index]);
    return jobParts(texts, { ...status, isNamesake }, jobs, view);
  });
  return message([
    ...shown.flatMap(({ parts }) => parts),
    ...pause.map(footer),
    ...unshownParts(texts, answer.unshown ?? []),
    ...unresolvedParts(texts, answer, 'status', view.channelId),
    ...buttonParts(texts, jobs, view),
    ...shown.flatMap(({ checked }) => checked),
    ...(view.sharedBy === undefined ? [] : [sharedByPart(texts, view.sharedBy)]),
  ]);
}

function nameOf(reading: JobStatus['reading']): string | null {
  return reading.kind === 'known' ? reading.job.name : reading.name;
}

/** What is said of one job, and what stands below the buttons. */
interface JobParts {
  readonly parts: readonly Part[];
  readonly checked: readonly Part[];
}

function jobParts(
  texts: Texts,
  status: JobStatus & { readonly isNamesake: boolean },
  all: readonly JobStatus[],
  view: StatusView,
): JobParts {
  const { reading, ended } = status;
  if (reading.kind === 'no_such_job') return { parts: [linesPart([noSuchJob(texts, reading)])], checked: [] };
  if (reading.kind === 'no_report') return { parts: [linesPart([noReport(texts, reading, 'status')])], checked: [] };
  if (ended !== null && all.length === 1) return { parts: endedParts(texts, reading.job, ended), checked: [] };
  const described = describeJob(texts, reading.job, view.now, status);
  if (described === null) return { parts: [], checked: [] };
  const { headline, name, lines, small, footer: checked } = described;
  const button = all.length === 1 ? null : subscriptionButton(texts, status, all, view.channelId);
  const search: Part = { kind: 'search', line: reading.job.jobId };
  const news: Part = { kind: 'news', headline, bold: name, lines, ...(button === null ? {} : { button }) };
  // Of several jobs each keeps its small print beside it.
  if (all.length > 1)
    return { parts: [news, footer([small, checked].filter(isSaid).join(' · ')), search], checked: [] };
  return {
    parts: [news, ...chartParts(texts, status), ...(small === null ? [] : [footer(small)]), search],
    checked: [footer(checked)],
  };
}

function isSaid(text: string | null): text is string {
  return text !== null && text !== '';
}

/** What the message of its end said: a job's life, as long as it is remembered. */
function endedParts(texts: Texts, job: Job, event: EndedEvent): readonly Part[] {
  const { summary, at } = event;
  return [
    { kind: 'news', headline: endedHeadline(texts, job, event), bold: plainName(job) },
    ...(summary === null ? [] : [lifePart(texts, summary)]),
    footer(`${dateAndTime(at)} · ${texts.get('life.not_checked')}`),
    { kind: 'search', line: job.jobId },
  ];
}

/** Fewer points say no more than the line above them. */
const LEAST_POINTS = 3;

/** How a single job came to be as it is. */
function chartParts(texts: Texts, { chart }: JobStatus): readonly Part[] {
  return chart === null || chart.points.length < LEAST_POINTS ? [] : chartPart(texts, chart);
}

/** First what one would do next, and behind ⋯ what one rarely wants. */
function buttonParts(texts: Texts, jobs: readonly JobStatus[], view: StatusView): readonly Part[] {
  const [first, ...others] = jobs;
  if (first === undefined || jobs.every(({ reading }) => reading.kind === 'no_such_job')) return [];
  const value = JOBS_VALUE.encode({ jobs: jobIds(jobs) });
  const refresh = { text: texts.get('button.refresh'), actionId: ACTIONS.refreshStatus, value };
  const share = view.isPrivate ? shareButton(texts, view.channelId, { actionId: ACTIONS.shareStatus, value }) : [];
  if (others.length > 0) return [{ kind: 'buttons', buttons: [refresh, ...share] }];
  const change = subscriptionButton(texts, first, jobs, view.channelId);
  const watch: readonly ButtonSpec[] = change === null || first.subscribed ? [] : [{ ...change, style: 'primary' }];
  return [{ kind: 'buttons', buttons: [...watch, refresh, ...share], more: moreButtons(texts, first, change) }];
}

function moreButtons(
  texts: Texts,
  { reading, subscribed }: JobStatus,
  change: ButtonSpec | null,
): readonly ButtonSpec[] {
  if (reading.kind !== 'known') return [];
  const { job } = reading;
  const history = JOBS_VALUE.encode({ jobs: [job.jobId], target: job.jobId });
  return [
    ...(isFailed(job) ? [logButton(texts, job)] : []),
    ...consoleButton(texts, job),
    rawButton(texts, job),
    { text: texts.get('button.audit'), actionId: ACTIONS.showAudit, value: history },
    ...(subscribed && change !== null ? [change] : []),
  ];
}

function isFailed({ state: { report, over } }: Job): boolean {
  return over === null && report !== null && statusGroup(report.status) === 'failed';
}

/** *Unwatch* or *Watch here*; nothing for a job that is over. */
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
