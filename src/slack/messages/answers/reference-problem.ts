import { parseJobIdPrefix, shortId } from '../../../domain/job/job-id.ts';
import type { ListedJob } from '../../../domain/names/listed-job.ts';
import { MAX_COUNTED } from '../../../use-cases/naming/resolve-jobs.ts';
import type { Guess, OldNames, ReferenceProblem } from '../../../use-cases/naming/resolve-jobs.ts';
import { statusName } from '../jobs/status-words.ts';
import { ACTIONS, CHART_VALUE, JOBS_VALUE } from '../kit/button-value.ts';
import { subscribeLabel } from '../kit/job-buttons.ts';
import { boldName } from '../kit/job-names.ts';
import { footer, linesPart } from '../kit/message.ts';
import type { ButtonSpec, Part } from '../kit/message.ts';
import { ago, code } from '../kit/mrkdwn.ts';
import type { Texts } from '../kit/texts.ts';

/** What was going to be done with the job; for a subscription, with these rules, as they are typed. */
export type Wanted = 'status' | 'ready' | 'unsubscribe' | 'audit' | 'chart' | 'why' | { readonly subscribe: string };

/** Names that did not lead to a job, or not surely, and how old the names are that were looked through. */
interface Unresolved {
  readonly problems: readonly ReferenceProblem[];
  readonly guesses?: readonly Guess[];
  readonly oldNames?: OldNames | null;
}

/** What is to be said about names that people typed: guesses, problems, and how old the known names are. */
export function unresolvedParts(
  texts: Texts,
  { problems, guesses = [], oldNames = null }: Unresolved,
  wanted: Wanted,
  channelId: string,
): readonly Part[] {
  return [
    ...guesses.flatMap((guess) => guessParts(texts, guess, wanted, channelId)),
    ...problems.flatMap((problem) => problemParts(texts, problem, wanted, channelId)),
    ...oldNamesParts(texts, oldNames),
  ];
}

/**
 * A job reference that could not be resolved: what was wrong, what to do, and a button for each job that may have been
 * meant.
 */
export function problemParts(
  texts: Texts,
  problem: ReferenceProblem,
  wanted: Wanted,
  channelId: string,
): readonly Part[] {
  const typed = code(problem.reference);
  switch (problem.kind) {
    case 'address':
      return [linesPart([texts.get('name.url_without_id', { typed })])];
    case 'several':
      return severalParts(texts, problem, wanted, channelId);
    case 'none':
      return noneParts(texts, problem, wanted, channelId);
  }
}

/** A job that only a part of its name was typed of: nothing is changed before somebody says that it is meant. */
function guessParts(texts: Texts, { reference, job }: Guess, wanted: Wanted, channelId: string): readonly Part[] {
  const question = texts.get('name.guess', { typed: code(reference) });
  return [linesPart([question]), candidate(texts, job, wanted, channelId)];
}

/** How old the names are that had to be used; nothing where they were read a moment ago. */
function oldNamesParts(texts: Texts, old: OldNames | null): readonly Part[] {
  if (old === null) return [];
  const said = old.namedAt === null ? texts.get('name.old_unknown') : texts.get('name.old', { ago: ago(old.namedAt) });
  return [footer(texts.joinSentences(said, ...(old.why === null ? [] : [texts.explain(old.why)])))];
}

function severalParts(
  texts: Texts,
  { reference, matches, more }: Extract<ReferenceProblem, { readonly kind: 'several' }>,
  wanted: Wanted,
  channelId: string,
): readonly Part[] {
  const typed = code(reference);
  const question =
    more === null
      ? texts.get('name.many', { typed, count: MAX_COUNTED })
      : texts.get('name.several', { typed, count: matches.length + more });
  const rest = more === null ? texts.get('name.many_more') : texts.get('name.several_more', { count: more });
  return [
    linesPart([question]),
    ...matches.map((job) => candidate(texts, job, wanted, channelId)),
    ...(more === 0 ? [] : [footer(rest)]),
  ];
}

type NoneFits = Extract<ReferenceProblem, { readonly kind: 'none' }>;

function noneParts(texts: Texts, problem: NoneFits, wanted: Wanted, channelId: string): readonly Part[] {
  const { nearest, listedAt, isListPending } = problem;
  return [
    linesPart(noneLines(texts, problem, wanted)),
    ...nearest.map((job) => candidate(texts, job, wanted, channelId)),
    ...(listedAt === null || isListPending ? [] : [footer(texts.get('name.listed', { ago: ago(listedAt) }))]),
  ];
}

/** What is wrong, the nearest names, and why the list of jobs is of no help where it is not. */
function noneLines(texts: Texts, problem: NoneFits, wanted: Wanted): readonly string[] {
  const { nearest, listFailure } = problem;
  const question = nearest.length === 0 ? [] : [texts.get('name.nearest', { names: namesOf(nearest) })];
  return [
    texts.joinSentences(...whatIsWrong(texts, problem, wanted), ...question),
    ...(listFailure === null ? [] : [texts.get('name.list_failed'), texts.explain(listFailure)]),
  ];
}

/** "There is none" is said only by who has seen the list. */
function whatIsWrong(
  texts: Texts,
  { reference, listFailure, isListPending }: NoneFits,
  wanted: Wanted,
): readonly string[] {
  const typed = code(reference);
  if (wanted === 'unsubscribe') return [texts.get('name.none_here', { typed, list: texts.command('list') })];
  if (wanted === 'audit') return [texts.get('name.none_audited', { typed, audit: texts.command('audit') })];
  if (isListPending) return [texts.get('name.list_pending', { typed })];
  if (listFailure !== null) return [texts.get('name.not_known', { typed })];
  return [
    texts.get(isShortOfId(reference) ? 'name.none_short' : 'name.none', { typed }),
    texts.get('name.list_hint', { jobs: texts.command('jobs') }),
  ];
}

/** What was typed could begin an id, but too many begin so. */
function isShortOfId(reference: string): boolean {
  return /^[0-9a-f]{2,3}$/i.test(reference.trim()) && parseJobIdPrefix(reference) === null;
}

function namesOf(jobs: readonly ListedJob[]): string {
  const names = new Set(jobs.map(boldName));
  return [...names].join(', ');
}

/** One job that may have been meant: name, status and beginning of the id, because names repeat. */
function candidate(texts: Texts, job: ListedJob, wanted: Wanted, channelId: string): Part {
  const { emoji, state } = statusName(texts, job.status, job.jobType);
  return {
    kind: 'row',
    line: `${emoji} ${boldName(job)} – ${state} · ${shortId(job.jobId)}`,
    button: candidateButton(texts, job, wanted, channelId),
  };
}

function candidateButton(texts: Texts, { jobId }: ListedJob, wanted: Wanted, channelId: string): ButtonSpec {
  const about = { jobs: [jobId], target: jobId };
  if (typeof wanted === 'object') {
    const value = JOBS_VALUE.encode(wanted.subscribe === '' ? about : { ...about, rules: wanted.subscribe });
    return { text: subscribeLabel(texts, channelId), actionId: ACTIONS.subscribeNamed, value };
  }
  const value = JOBS_VALUE.encode(about);
  switch (wanted) {
    case 'status':
      return { text: texts.get('button.status'), actionId: ACTIONS.showStatus, value };
    case 'ready':
      return { text: texts.get('button.ready'), actionId: ACTIONS.refreshReady, value };
    case 'unsubscribe':
      return { text: texts.get('button.unsubscribe'), actionId: ACTIONS.unsubscribeNamed, value };
    case 'chart': {
      const chart = CHART_VALUE.encode({ job: jobId, measure: null, span: null });
      return { text: texts.get('button.chart'), actionId: ACTIONS.refreshChart, value: chart };
    }
    case 'why':
      return { text: texts.get('button.why'), actionId: ACTIONS.refreshWhy, value };
    case 'audit':
      return { text: texts.get('button.audit'), actionId: ACTIONS.showAudit, value };
  }
}
