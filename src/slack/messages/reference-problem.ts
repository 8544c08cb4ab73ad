import { shortId } from '../../domain/job-id.ts';
import { jobName } from '../../domain/job-name.ts';
import type { ListedJob } from '../../domain/listed-job.ts';
import type { ReferenceProblem } from '../../use-cases/resolve-jobs.ts';
import { ACTIONS, encodeJobs } from '../actions/button-value.ts';
import { subscribeLabel } from './job-buttons.ts';
import type { ButtonSpec, Part } from './message.ts';
import { ago, code, escapeMrkdwn } from './mrkdwn.ts';
import type { Voice } from './voice.ts';

/** What was going to be done with the job. */
export type Wanted = 'status' | 'subscribe' | 'unsubscribe' | 'audit';

/**
 * A job reference that could not be resolved: what was wrong, what to do, and a button for each job that may have been
 * meant.
 */
export function problemParts(
  voice: Voice,
  problem: ReferenceProblem,
  wanted: Wanted,
  channelId: string,
): readonly Part[] {
  const typed = code(problem.reference);
  switch (problem.kind) {
    case 'address':
      return [{ kind: 'lines', lines: [voice.say('name.url_without_id', { typed })] }];
    case 'several': {
      const { matches, more } = problem;
      const parts = matches.map((job) => candidate(voice, job, wanted, channelId));
      return [
        { kind: 'lines', lines: [voice.say('name.several', { typed, count: matches.length + more })] },
        ...parts,
        ...(more > 0 ? [footer(voice.say('name.several_more', { count: more }))] : []),
      ];
    }
    case 'none':
      return noneParts(voice, problem, wanted, channelId);
  }
}

function noneParts(
  voice: Voice,
  problem: Extract<ReferenceProblem, { readonly kind: 'none' }>,
  wanted: Wanted,
  channelId: string,
): readonly Part[] {
  const { reference, lookAlike, nearest, listedAt, listFailure } = problem;
  const typed = code(reference);
  if (lookAlike !== null) {
    const name = `*${escapeMrkdwn(jobName(lookAlike))}*`;
    return [
      { kind: 'lines', lines: [voice.say('name.look_alike', { typed, name })] },
      candidate(voice, lookAlike, wanted, channelId),
    ];
  }
  const hint = hintFor(voice, typed, wanted);
  const names = nearest.map((job) => `*${escapeMrkdwn(jobName(job))}*`).join(', ');
  const lines = [
    nearest.length === 0 ? hint : `${hint} ${voice.say('name.nearest', { names })}`,
    ...(listFailure === null ? [] : [voice.say('name.list_failed', { why: voice.explain(listFailure) })]),
  ];
  return [
    { kind: 'lines', lines },
    ...nearest.map((job) => candidate(voice, job, wanted, channelId)),
    ...(listedAt === null ? [] : [footer(voice.say('name.listed', { ago: ago(listedAt) }))]),
  ];
}

function hintFor(voice: Voice, typed: string, wanted: Wanted): string {
  switch (wanted) {
    case 'unsubscribe':
      return voice.say('name.none_here', { typed, list: voice.typed('list') });
    case 'audit':
      return voice.say('name.none_audited', { typed, audit: voice.typed('audit') });
    default:
      return `${voice.say('name.none', { typed })} ${voice.say('name.list_hint', { jobs: voice.typed('jobs') })}`;
  }
}

/** One job that may have been meant: name, status and beginning of the id, because names repeat. */
function candidate(voice: Voice, job: ListedJob, wanted: Wanted, channelId: string): Part {
  return {
    kind: 'row',
    line: [
      `*${escapeMrkdwn(jobName(job))}*`,
      ...(job.status === null ? [] : [code(job.status)]),
      shortId(job.jobId),
    ].join(' · '),
    button: candidateButton(voice, job, wanted, channelId),
  };
}

function candidateButton(voice: Voice, { jobId }: ListedJob, wanted: Wanted, channelId: string): ButtonSpec {
  const value = encodeJobs({ jobs: [jobId], target: jobId });
  switch (wanted) {
    case 'status':
      return { text: voice.say('button.status'), actionId: ACTIONS.showStatus, value };
    case 'subscribe':
      return { text: subscribeLabel(voice, channelId), actionId: ACTIONS.subscribeNamed, value };
    case 'unsubscribe':
      return { text: voice.say('button.unsubscribe'), actionId: ACTIONS.unsubscribeNamed, value };
    case 'audit':
      return { text: voice.say('button.audit'), actionId: ACTIONS.showAudit, value };
  }
}

function footer(line: string): Part {
  return { kind: 'footer', line };
}
