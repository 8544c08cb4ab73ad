import { parseJobIdPrefix, shortId } from '../../../domain/job/job-id.ts';
import { jobName } from '../../../domain/job/job-name.ts';
import type { ListedJob } from '../../../domain/names/listed-job.ts';
import { MAX_COUNTED } from '../../../use-cases/naming/resolve-jobs.ts';
import type { Guess, OldNames, ReferenceProblem } from '../../../use-cases/naming/resolve-jobs.ts';
import { ACTIONS, encodeJobs } from '../kit/button-value.ts';
import { subscribeLabel } from '../kit/job-buttons.ts';
import type { ButtonSpec, Part } from '../kit/message.ts';
import { ago, code, safeName } from '../kit/mrkdwn.ts';
import { statusName } from '../jobs/status-words.ts';
import type { Voice } from '../kit/texts.ts';

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
    case 'several':
      return severalParts(voice, problem, wanted, channelId);
    case 'none':
      return noneParts(voice, problem, wanted, channelId);
  }
}

/** A job that only a part of its name was typed of: nothing is changed before somebody says that it is meant. */
export function guessParts(
  voice: Voice,
  { reference, job }: Guess,
  wanted: Wanted,
  channelId: string,
): readonly Part[] {
  return [
    { kind: 'lines', lines: [voice.say('name.guess', { typed: code(reference) })] },
    candidate(voice, job, wanted, channelId),
  ];
}

/** How old the names are that had to be used; nothing where they were read a moment ago. */
export function oldNamesParts(voice: Voice, old: OldNames | null): readonly Part[] {
  if (old === null) return [];
  const said = old.namedAt === null ? voice.say('name.old_unknown') : voice.say('name.old', { ago: ago(old.namedAt) });
  return [footer(voice.sentences(said, ...(old.why === null ? [] : [voice.explain(old.why)])))];
}

function severalParts(
  voice: Voice,
  { reference, matches, more }: Extract<ReferenceProblem, { readonly kind: 'several' }>,
  wanted: Wanted,
  channelId: string,
): readonly Part[] {
  const typed = code(reference);
  const question =
    more === null
      ? voice.say('name.many', { typed, count: MAX_COUNTED })
      : voice.say('name.several', { typed, count: matches.length + more });
  const rest = more === null ? voice.say('name.many_more') : voice.say('name.several_more', { count: more });
  return [
    { kind: 'lines', lines: [question] },
    ...matches.map((job) => candidate(voice, job, wanted, channelId)),
    ...(more === 0 ? [] : [footer(rest)]),
  ];
}

type NoneFits = Extract<ReferenceProblem, { readonly kind: 'none' }>;

function noneParts(voice: Voice, problem: NoneFits, wanted: Wanted, channelId: string): readonly Part[] {
  const { nearest, listedAt, isListPending } = problem;
  return [
    { kind: 'lines', lines: noneLines(voice, problem, wanted) },
    ...nearest.map((job) => candidate(voice, job, wanted, channelId)),
    ...(listedAt === null || isListPending ? [] : [footer(voice.say('name.listed', { ago: ago(listedAt) }))]),
  ];
}

/** What is wrong, the nearest names, and why the list of jobs is of no help where it is not. */
function noneLines(voice: Voice, problem: NoneFits, wanted: Wanted): readonly string[] {
  const { nearest, listFailure } = problem;
  const question = nearest.length === 0 ? [] : [voice.say('name.nearest', { names: namesOf(nearest) })];
  return [
    voice.sentences(...whatIsWrong(voice, problem, wanted), ...question),
    ...(listFailure === null ? [] : [voice.say('name.list_failed'), voice.explain(listFailure)]),
  ];
}

/** "There is none" is said only by who has seen the list. */
function whatIsWrong(
  voice: Voice,
  { reference, listFailure, isListPending }: NoneFits,
  wanted: Wanted,
): readonly string[] {
  const typed = code(reference);
  if (wanted === 'unsubscribe') return [voice.say('name.none_here', { typed, list: voice.typed('list') })];
  if (wanted === 'audit') return [voice.say('name.none_audited', { typed, audit: voice.typed('audit') })];
  if (isListPending) return [voice.say('name.list_pending', { typed })];
  if (listFailure !== null) return [voice.say('name.not_known', { typed })];
  return [
    voice.say(isShortOfId(reference) ? 'name.none_short' : 'name.none', { typed }),
    voice.say('name.list_hint', { jobs: voice.typed('jobs') }),
  ];
}

/** What was typed could begin an id, but too many begin so. */
function isShortOfId(reference: string): boolean {
  return /^[0-9a-f]{2,3}$/i.test(reference.trim()) && parseJobIdPrefix(reference) === null;
}

function namesOf(jobs: readonly ListedJob[]): string {
  const names = new Set(jobs.map((job) => `*${safeName(jobName(job))}*`));
  return [...names].join(', ');
}

/** One job that may have been meant: name, status and beginning of the id, because names repeat. */
function candidate(voice: Voice, job: ListedJob, wanted: Wanted, channelId: string): Part {
  const { emoji, state } = statusName(voice, job.status, job.jobType);
  return {
    kind: 'row',
    line: `${emoji} *${safeName(jobName(job))}* – ${state} · ${shortId(job.jobId)}`,
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
