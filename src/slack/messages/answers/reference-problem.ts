import { parseJobIdPrefix } from '../../../domain/job/job-id.ts';
import type { ListedJob } from '../../../domain/names/listed-job.ts';
import { tellApart } from '../../../domain/names/tell-apart.ts';
import { MAX_COUNTED } from '../../../use-cases/naming/resolve-jobs.ts';
import type { Guess, OldNames, ReferenceProblem } from '../../../use-cases/naming/resolve-jobs.ts';
import { statusName } from '../jobs/status-words.ts';
import { ACTIONS, CHART_VALUE, JOBS_VALUE } from '../kit/button-value.ts';
import { subscribeLabel } from '../kit/job-buttons.ts';
import { boldName, withMore } from '../kit/job-names.ts';
import { footer, linesPart } from '../kit/message.ts';
import type { ButtonSpec, Part } from '../kit/message.ts';
import { ago, code, escapeMrkdwn } from '../kit/mrkdwn.ts';
import type { Texts } from '../kit/texts.ts';

/** What was going to be done with the job; for a subscription, with these rules, as they are typed. */
export type Wanted = 'status' | 'ready' | 'unsubscribe' | 'audit' | 'chart' | 'why' | { readonly subscribe: string };

/** Names that did not lead to a job, or not surely, and how old the names are that were looked through. */
interface Unresolved {
  readonly problems: readonly ReferenceProblem[];
  readonly guesses?: readonly Guess[];
  readonly oldNames?: OldNames | null;
}

/** Wrong words that are repeated, of each kind; the rest is counted. */
const MAX_WORDS = 5;
/** Jobs that get a button. */
const MAX_CANDIDATES = 10;

/**
 * What is to be said about names that people typed, in one line however many were wrong: guesses, problems, and a button for
 * each job that may have been meant, then how old the known names are.
 */
export function unresolvedParts(
  texts: Texts,
  unresolved: Unresolved,
  wanted: Wanted,
  channelId: string,
): readonly Part[] {
  const { problems, guesses = [], oldNames = null } = unresolved;
  const candidates = candidatesOf(problems, guesses);
  const said = [...guessed(texts, guesses), ...problemLines(texts, problems, wanted)];
  const shown = candidates.slice(0, MAX_CANDIDATES);
  const apart = tellApart(shown);
  return [
    ...(said.length === 0 ? [] : [linesPart([texts.joinSentences(...said), ...listFailed(texts, problems)])]),
    ...shown.map((job) => candidate(texts, job, apart.get(job.jobId) ?? [], wanted, channelId)),
    ...restFooter(texts, problems, candidates.length - shown.length),
    ...listedFooter(texts, problems),
    ...oldNamesParts(texts, oldNames),
  ];
}

/** Jobs that may have been meant, each once, in the order of what was typed. */
function candidatesOf(problems: readonly ReferenceProblem[], guesses: readonly Guess[]): readonly ListedJob[] {
  const jobs = [
    ...guesses.map(({ job }) => job),
    ...problems.flatMap((problem) =>
      problem.kind === 'address' ? [] : problem.kind === 'none' ? problem.nearest : problem.matches,
    ),
  ];
  return [...new Map(jobs.map((job) => [job.jobId, job])).values()];
}

/** Only a part of a name was typed: nothing is changed before somebody says that it is meant. */
function guessed(texts: Texts, guesses: readonly Guess[]): readonly string[] {
  if (guesses.length === 0) return [];
  const typed = wordsOf(texts, guesses);
  return [texts.get('name.guess', { typed, count: guesses.length })];
}

function problemLines(texts: Texts, problems: readonly ReferenceProblem[], wanted: Wanted): readonly string[] {
  const addresses = problems.filter((problem) => problem.kind === 'address');
  const none = problems.filter((problem) => problem.kind === 'none');
  const several = problems.filter((problem) => problem.kind === 'several');
  return [
    ...(addresses.length === 0 ? [] : [texts.get('name.url_without_id', { typed: wordsOf(texts, addresses) })]),
    ...noneLines(texts, none, wanted),
    ...severalLines(texts, several),
  ];
}

function wordsOf(texts: Texts, typed: readonly { readonly reference: string }[]): string {
  const words = [...new Set(typed.map(({ reference }) => code(reference)))];
  return withMore(texts, words, MAX_WORDS).join(', ');
}

type NoneFits = Extract<ReferenceProblem, { readonly kind: 'none' }>;
type SeveralFit = Extract<ReferenceProblem, { readonly kind: 'several' }>;

/** What fits how many jobs, and the question which. */
function severalLines(texts: Texts, several: readonly SeveralFit[]): readonly string[] {
  if (several.length === 0) return [];
  const fits = several.map(({ reference, matches, more }) =>
    more === null
      ? texts.get('name.fits_many', { typed: code(reference), count: MAX_COUNTED })
      : texts.get('name.fits', { typed: code(reference), count: matches.length + more }),
  );
  const words = withMore(texts, fits, MAX_WORDS).join(', ');
  return [texts.get('name.which', { fits: words, count: several.length })];
}

/** How many jobs fit that have no button. */
function restFooter(texts: Texts, problems: readonly ReferenceProblem[], without: number): readonly Part[] {
  const counts = problems.map((problem) => (problem.kind === 'several' ? problem.more : 0));
  if (counts.includes(null)) return [footer(texts.get('name.many_more'))];
  const count = counts.reduce<number>((sum, more) => sum + (more ?? 0), without);
  return count === 0 ? [] : [footer(texts.get('name.several_more', { count }))];
}

/** What is wrong, where to look, and the nearest names. */
function noneLines(texts: Texts, problems: readonly NoneFits[], wanted: Wanted): readonly string[] {
  if (problems.length === 0) return [];
  const nearest = problems.flatMap((problem) => problem.nearest);
  const question = nearest.length === 0 ? [] : [texts.get('name.nearest', { names: namesOf(texts, nearest) })];
  return [...whatIsWrong(texts, problems, wanted), ...question];
}

/** "There is none" is said only by who has seen the list. */
function whatIsWrong(texts: Texts, problems: readonly NoneFits[], wanted: Wanted): readonly string[] {
  const typed = wordsOf(texts, problems);
  const count = problems.length;
  if (wanted === 'unsubscribe') return [texts.get('name.none_here', { typed, list: texts.command('list') })];
  if (wanted === 'audit') return [texts.get('name.none_audited', { typed, audit: texts.command('audit') })];
  if (problems.some(({ isListPending }) => isListPending)) return [texts.get('name.list_pending', { typed, count })];
  if (problems.some(({ listFailure }) => listFailure !== null)) return [texts.get('name.not_known', { typed })];
  const areShort = problems.every(({ reference }) => isShortOfId(reference));
  return [
    texts.get(areShort ? 'name.none_short' : 'name.none', { typed, count }),
    texts.get('name.list_hint', { jobs: texts.command('jobs') }),
  ];
}

/** Why the list of jobs is of no help, where it is not. */
function listFailed(texts: Texts, problems: readonly ReferenceProblem[]): readonly string[] {
  const failure = problems.flatMap((problem) => (problem.kind === 'none' ? (problem.listFailure ?? []) : []))[0];
  return failure === undefined ? [] : [texts.get('name.list_failed'), texts.explain(failure)];
}

/** A job made since then is not on it. */
function listedFooter(texts: Texts, problems: readonly ReferenceProblem[]): readonly Part[] {
  const read = problems.flatMap((problem) =>
    problem.kind === 'none' && !problem.isListPending ? (problem.listedAt ?? []) : [],
  )[0];
  return read === undefined ? [] : [footer(texts.get('name.listed', { ago: ago(read) }))];
}

/** How old the names are that had to be used; nothing where they were read a moment ago. */
function oldNamesParts(texts: Texts, old: OldNames | null): readonly Part[] {
  if (old === null) return [];
  const said = old.namedAt === null ? texts.get('name.old_unknown') : texts.get('name.old', { ago: ago(old.namedAt) });
  return [footer(texts.joinSentences(said, ...(old.why === null ? [] : [texts.explain(old.why)])))];
}

/** What was typed could begin an id, but too many begin so. */
function isShortOfId(reference: string): boolean {
  return /^[0-9a-f]{2,3}$/i.test(reference.trim()) && parseJobIdPrefix(reference) === null;
}

function namesOf(texts: Texts, jobs: readonly ListedJob[]): string {
  return withMore(texts, [...new Set(jobs.map(boldName))], MAX_WORDS).join(', ');
}

/**
 * One job that may have been meant: name and status.
 *
 * @param differs what tells it from others of its name
 */
function candidate(texts: Texts, job: ListedJob, differs: readonly string[], wanted: Wanted, channelId: string): Part {
  const { emoji, state } = statusName(texts, job.status, job.jobType);
  return {
    kind: 'row',
    line: [`${emoji} ${boldName(job)} – ${state}`, ...differs.map(escapeMrkdwn)].join(' · '),
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
