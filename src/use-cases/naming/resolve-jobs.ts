import { chooseJob, findNearestJobs } from '../../domain/names/choose-job.ts';
import type { MatchedBy } from '../../domain/names/choose-job.ts';
import { findFitting, isPattern } from '../../domain/names/pattern.ts';
import type { Explanation } from '../../domain/job/explanation.ts';
import { isAddress, jobIdInAddress, parseJobId } from '../../domain/job/job-id.ts';
import type { JobId } from '../../domain/job/job-id.ts';
import type { ListedJob, NameCandidate } from '../../domain/names/listed-job.ts';
import { SECOND } from '../../domain/base/time.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { JobListState, JobListStore } from '../../ports/store/job-list.ts';
import type { JobList, JobListTimes } from '../showing/refresh-job-list.ts';

/** Matches that are counted; the better ones come first. */
export const MAX_COUNTED = 200;
/** Matches shown when a name fits several jobs. */
const MAX_MATCHES = 5;

/** In ms. */
export interface ResolveTimes {
  /** How long a person waits for DRS's list where a job of just that name is known already. */
  readonly listRecheckMs: number;
}

/** What they are unless somebody says otherwise. */
export const RESOLVE_TIMES: ResolveTimes = { listRecheckMs: 3 * SECOND };

/** What finding out which jobs are meant takes. */
export interface ResolveDeps {
  readonly store: JobListStore;
  readonly clock: Clock;
  readonly connectionId: string;
  readonly jobList: JobList;
  readonly durations: ResolveTimes & JobListTimes;
}

/** Why a job reference could not be resolved. */
export type ReferenceProblem =
  /** An address without a job id in it. */
  | { readonly kind: 'address'; readonly reference: string }
  /** Nothing is called so. */
  | {
      readonly kind: 'none';
      readonly reference: string;
      readonly nearest: readonly ListedJob[];
      /** The list of jobs is not there yet, so nothing can be said of names. */
      readonly isListPending: boolean;
      /** When DRS's list was read; a job made since then is not on it. Null where no list was looked at. */
      readonly listedAt: EpochMs | null;
      /** Why DRS's list could not be read, if it could not. */
      readonly listFailure: Explanation | null;
    }
  | {
      readonly kind: 'several';
      readonly reference: string;
      readonly matches: readonly ListedJob[];
      /** How many more there are; null when they were not counted to the end. */
      readonly more: number | null;
    };

/** A job that was found by the beginning or a part of its name. */
export interface Guess {
  readonly reference: string;
  readonly job: ListedJob;
}

/** What a pattern such as `orders-*` stands for: several jobs, and nobody has named one of them. */
export interface PatternMatch<J extends ListedJob = ListedJob> {
  readonly reference: string;
  /** At least one. */
  readonly jobs: readonly J[];
}

/** Names that had to be taken as they were known, because DRS's list could not be read now. */
export interface OldNames {
  /** When DRS last said the oldest of them; null when that is not known. */
  readonly namedAt: EpochMs | null;
  /** Why its list could not be read; null while it is being read, or where it was not tried again so soon. */
  readonly why: Explanation | null;
}

/** What was typed, sorted into jobs (each once, in order) and problems. */
export interface ResolvedJobs {
  readonly jobIds: readonly JobId[];
  /** Those of them that nothing but a part of their name stands for: not good enough to change something. */
  readonly guesses: readonly Guess[];
  /** What patterns stand for; these are not among the jobs. */
  readonly patterns: readonly PatternMatch[];
  readonly problems: readonly ReferenceProblem[];
  /** Null when every name was read a moment ago, or none was needed. */
  readonly oldNames: OldNames | null;
}

/** What one reference means, as far as is known. */
export type Resolved<J extends ListedJob = ListedJob> =
  | { readonly kind: 'id'; readonly jobId: JobId }
  | { readonly kind: 'hit'; readonly reference: string; readonly job: J; readonly by: MatchedBy }
  | ({ readonly kind: 'pattern' } & PatternMatch<J>)
  | { readonly kind: 'problem'; readonly problem: ReferenceProblem }
  | { readonly kind: 'nothing'; readonly reference: string };

/**
 * Turns what people type into job ids: a full id, a console address with one in it, or a name or beginning as
 * domain/names/choose-job.ts decides. Only an id, or the whole name of a job as DRS listed it within the last minute, is
 * believed at once; for anything else DRS's list is read again first, as far as that is allowed now.
 */
export async function resolveJobs(deps: ResolveDeps, references: readonly string[]): Promise<ResolvedJobs> {
  const { store, connectionId, clock } = deps;
  const now = clock.now();
  const lookUpAll = () => Promise.all(references.map((reference) => lookUp(deps, reference)));
  const known = await lookUpAll();
  const isBelieved = (one: Resolved<NameCandidate>) => one.kind !== 'hit' || isFresh(deps, one.job.namedAt, now);
  const reading = await readAgainFor(deps, known, isBelieved);
  const found = reading === null ? known : await lookUpAll();
  const old = found.flatMap((one) =>
    one.kind === 'hit' && !isBelieved(one) && !one.job.isOffList ? [one.job.namedAt] : [],
  );
  return {
    ...(await sortOut(deps, found, reading?.isReading ?? false)),
    oldNames: old.length === 0 ? null : describeOld(old, await store.findJobListState(connectionId)),
  };
}

/** What is known of one reference at the moment; DRS is not asked. */
async function lookUp({ store, connectionId }: ResolveDeps, reference: string): Promise<Resolved<NameCandidate>> {
  const plainly = resolvePlainly(reference);
  if (plainly !== null) return plainly;
  const named = choose(reference, await store.findJobsLike(connectionId, reference, MAX_COUNTED + 1));
  if (named.kind !== 'nothing' || !isPattern(reference)) return named;
  return fitPattern(reference, await store.findNamedJobs(connectionId));
}

function fitPattern<J extends ListedJob>(reference: string, candidates: readonly J[]): Resolved<J> {
  const jobs = findFitting(reference, candidates);
  return jobs.length === 0 ? { kind: 'nothing', reference } : { kind: 'pattern', reference, jobs };
}

/**
 * Reads DRS's list again where anything but ids and exact names that are believed was typed. People wait less for it where
 * jobs of just these names are known. Null when that was not needed.
 */
export async function readAgainFor<J extends ListedJob>(
  { jobList, durations }: ResolveDeps,
  found: readonly Resolved<J>[],
  isBelieved: (one: Resolved<J>) => boolean,
): Promise<{ readonly isReading: boolean } | null> {
  const open = found.filter((one) => !isId(one) && !(one.kind === 'hit' && one.by === 'name' && isBelieved(one)));
  if (open.length === 0) return null;
  const areExact = open.every((one) => one.kind === 'hit' && one.by === 'name');
  return await jobList.refresh(areExact ? { waitMs: durations.listRecheckMs } : {});
}

/** An id, or an address, which is one or is none. */
function isId(one: Resolved): boolean {
  return one.kind === 'id' || (one.kind === 'problem' && one.problem.kind === 'address');
}

/** Said by DRS no longer ago than its list is read at most. */
export function isFresh({ durations, clock }: ResolveDeps, namedAt: EpochMs | null, since: EpochMs): boolean {
  if (namedAt === null) return false;
  return namedAt >= since ? namedAt <= clock.now() : since - namedAt < durations.listEveryMs;
}

/** How old the names are that had to be used, and why. */
export function describeOld(namedAt: readonly (EpochMs | null)[], state: JobListState): OldNames {
  const times = namedAt.flatMap((at) => at ?? []);
  return { namedAt: times.length < namedAt.length ? null : Math.min(...times), why: state.failure };
}

async function sortOut(
  deps: ResolveDeps,
  found: readonly Resolved<NameCandidate>[],
  isReading: boolean,
): Promise<Omit<ResolvedJobs, 'oldNames'>> {
  const problems: ReferenceProblem[] = [];
  for (const one of found) {
    if (one.kind === 'problem') problems.push(one.problem);
    if (one.kind === 'nothing') problems.push(await explainNone(deps, one.reference, isReading));
  }
  return { jobIds: jobIdsOf(found), guesses: guessesAmong(found), patterns: patternsAmong(found), problems };
}

/** The jobs that were found, each once, in order. */
export function jobIdsOf(found: readonly Resolved[]): readonly JobId[] {
  return [
    ...new Set(found.flatMap((one) => (one.kind === 'id' ? [one.jobId] : one.kind === 'hit' ? [one.job.jobId] : []))),
  ];
}

/** Jobs that nothing but the beginning or a part of their name stands for, each once. */
export function guessesAmong(found: readonly Resolved[]): readonly Guess[] {
  const sure = new Set(
    found.flatMap((one) =>
      one.kind === 'id' ? [one.jobId] : one.kind === 'hit' && !isGuess(one) ? [one.job.jobId] : [],
    ),
  );
  const guesses = found.flatMap((one) => (one.kind === 'hit' && isGuess(one) && !sure.has(one.job.jobId) ? [one] : []));
  return [...new Map(guesses.map(({ reference, job }) => [job.jobId, { reference, job }])).values()];
}

/** What is meant by patterns. */
export function patternsAmong<J extends ListedJob>(found: readonly Resolved<J>[]): readonly PatternMatch<J>[] {
  return found.flatMap((one) => (one.kind === 'pattern' ? [{ reference: one.reference, jobs: one.jobs }] : []));
}

/** A pattern where one job is wanted, and several fit. */
export function asProblem({ reference, jobs }: PatternMatch): ReferenceProblem {
  const matches = jobs.slice(0, MAX_MATCHES);
  return { kind: 'several', reference, matches, more: jobs.length - matches.length };
}

/** Jobs that one answer shows. */
const MAX_SHOWN = 10;

/** What of a pattern one answer has no room for. */
export interface Unshown {
  readonly reference: string;
  /** How many jobs it fits. */
  readonly count: number;
  readonly unshown: readonly ListedJob[];
}

/** The jobs that an answer shows: those that were named, and as many that patterns fit as there is room for. */
export function shownOf({ jobIds, patterns }: Pick<ResolvedJobs, 'jobIds' | 'patterns'>): {
  readonly jobIds: readonly JobId[];
  readonly unshown: readonly Unshown[];
} {
  const all = [...new Set([...jobIds, ...patterns.flatMap(({ jobs }) => jobs.map(({ jobId }) => jobId))])];
  const shown = new Set(all.slice(0, Math.max(MAX_SHOWN, jobIds.length)));
  const unshown = patterns.flatMap(({ reference, jobs }) => {
    const rest = jobs.filter(({ jobId }) => !shown.has(jobId));
    return rest.length === 0 ? [] : [{ reference, count: jobs.length, unshown: rest }];
  });
  return { jobIds: [...shown], unshown };
}

/** The job that is meant where only one can be; null where none or several are, with the problem. */
export async function resolveJob(
  deps: ResolveDeps,
  reference: string,
): Promise<Pick<ResolvedJobs, 'problems' | 'oldNames'> & { readonly jobId: JobId | null }> {
  const { jobIds, patterns, problems, oldNames } = await resolveJobs(deps, [reference]);
  const { jobIds: fitting } = shownOf({ jobIds, patterns });
  const [only, ...others] = fitting;
  if (only !== undefined && others.length === 0) return { jobId: only, problems, oldNames };
  return { jobId: null, problems: [...problems, ...patterns.map(asProblem)], oldNames };
}

function isGuess({ by }: { readonly by: MatchedBy }): boolean {
  return by === 'beginning' || by === 'part';
}

/** What needs no list: an id, or an address; without its `https://` one is known by the id in it only. */
function resolvePlainly(reference: string): Resolved<never> | null {
  const jobId = parseJobId(reference) ?? (reference.includes('/') ? jobIdInAddress(reference) : null);
  if (jobId !== null) return { kind: 'id', jobId };
  return isAddress(reference) ? { kind: 'problem', problem: { kind: 'address', reference } } : null;
}

/** What is meant among some jobs: an id, the one that fits best, the problem that there are several, or nothing. */
export function resolveAmong<J extends ListedJob>(reference: string, jobs: readonly J[]): Resolved<J> {
  const found = resolvePlainly(reference) ?? choose(reference, jobs);
  return found.kind === 'nothing' && isPattern(reference) ? fitPattern(reference, jobs) : found;
}

function choose<J extends ListedJob>(reference: string, candidates: readonly J[]): Resolved<J> {
  const choice = chooseJob(reference, candidates);
  switch (choice.kind) {
    case 'none':
      return { kind: 'nothing', reference };
    case 'one':
      return { kind: 'hit', reference, job: choice.job, by: choice.by };
    case 'several': {
      const matches = choice.jobs.slice(0, MAX_MATCHES);
      const more = choice.jobs.length > MAX_COUNTED ? null : choice.jobs.length - matches.length;
      return { kind: 'problem', problem: { kind: 'several', reference, matches, more } };
    }
  }
}

/** The problem that none of these jobs, which are all that count, is called so. */
export function noneAmong(reference: string, jobs: readonly ListedJob[]): ReferenceProblem {
  const unlisted = { isListPending: false, listedAt: null, listFailure: null };
  return { kind: 'none', reference, nearest: findNearestJobs(reference, jobs), ...unlisted };
}

async function explainNone(
  { store, connectionId }: ResolveDeps,
  reference: string,
  isReading: boolean,
): Promise<ReferenceProblem> {
  const { failure, listedAt } = await store.findJobListState(connectionId);
  const nearest = findNearestJobs(reference, await store.findNamedJobs(connectionId));
  const isListPending = isReading || (listedAt === null && failure === null);
  return { kind: 'none', reference, nearest, isListPending, listedAt, listFailure: failure };
}
