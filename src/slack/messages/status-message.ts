import type { JobId } from '../../domain/job-id.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { Look } from '../../use-cases/look-at-jobs.ts';
import type { JobStatus, StatusAnswer } from '../../use-cases/show-status.ts';
import { ACTIONS, encodeJobs } from '../actions/button-value.ts';
import { describeJob } from './job-details.ts';
import type { ButtonSpec, Part, SlackMessage } from './message.ts';
import { message } from './message.ts';
import { code, escapeMrkdwn } from './mrkdwn.ts';
import { referenceProblem } from './reference-problem.ts';

/** The answer to a status command, and what Refresh makes of it. */
export function statusMessage(answer: StatusAnswer, command: string, now: EpochMs): SlackMessage {
  const shown = answer.jobs.map(({ look }) => jobIdOf(look));
  const single = answer.jobs.length === 1;
  const jobs = answer.jobs.flatMap((status) => jobParts(status, shown, single, command, now));
  const problems: readonly Part[] = answer.problems.map((problem) => ({
    kind: 'lines',
    lines: [referenceProblem(problem, command)],
  }));
  return message([...jobs, ...problems, ...buttonParts(answer.jobs, shown)]);
}

function jobParts(
  status: JobStatus,
  shown: readonly JobId[],
  single: boolean,
  command: string,
  now: EpochMs,
): readonly Part[] {
  const { look } = status;
  if (look.kind === 'no_such_job') return [{ kind: 'lines', lines: [noSuchJob(look.jobId, look.code)] }];
  if (look.kind === 'no_report') return [{ kind: 'lines', lines: [noReport(look.jobId, look.sentence, command)] }];
  const { report } = look.job.state;
  if (report === null) return [];
  const { headline, lines, footer } = describeJob(look.job, report, now);
  const button = single ? null : subscriptionButton(status, shown);
  return [
    { kind: 'news', headline, lines, ...(button === null ? {} : { button }) },
    { kind: 'footer', line: footer },
  ];
}

function buttonParts(jobs: readonly JobStatus[], shown: readonly JobId[]): readonly Part[] {
  const [first, ...others] = jobs;
  if (first === undefined || !jobs.some(({ look }) => look.kind !== 'no_such_job')) return [];
  const refresh: ButtonSpec = { text: 'Refresh', actionId: ACTIONS.refreshStatus, value: encodeJobs({ jobs: shown }) };
  const change = others.length === 0 ? subscriptionButton(first, shown) : null;
  return [{ kind: 'buttons', buttons: change === null ? [refresh] : [refresh, change] }];
}

/** *Unsubscribe* or *Subscribe channel*; nothing for a job that is over. */
function subscriptionButton({ look, subscribed }: JobStatus, shown: readonly JobId[]): ButtonSpec | null {
  if (look.kind !== 'known') return null;
  const value = encodeJobs({ jobs: shown, target: look.job.jobId });
  if (subscribed) return { text: 'Unsubscribe', actionId: ACTIONS.unsubscribe, value };
  return look.job.state.over === null ? { text: 'Subscribe channel', actionId: ACTIONS.subscribe, value } : null;
}

/** DRS does not know this id. */
export function noSuchJob(jobId: JobId, errorCode: string): string {
  return `⚪ DRS knows no job ${code(jobId)} (${escapeMrkdwn(errorCode)}). Check the id in the DRS console, and that the job is in this bot's project.`;
}

/** DRS gave no report about a job that was never seen before. */
export function noReport(jobId: JobId, sentence: string, command: string): string {
  return `⚪ No answer about ${code(jobId)}: ${escapeMrkdwn(sentence)} Try again with ${code(`${command} status ${jobId}`)}.`;
}

function jobIdOf(look: Look): JobId {
  return look.kind === 'known' ? look.job.jobId : look.jobId;
}
