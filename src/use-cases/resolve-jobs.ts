import { chooseJob, suggestJobs } from '../domain/choose-job.ts';
import type { Suggestion } from '../domain/choose-job.ts';
import type { Explanation } from '../domain/explanation.ts';
import { isAddress, jobIdInAddress, parseJobId } from '../domain/job-id.ts';
import type { JobId } from '../domain/job-id.ts';
import type { ListedJob } from '../domain/listed-job.ts';
import type { EpochMs } from '../domain/time.ts';
import type { Context } from './context.ts';

/** Matches that are counted; the better ones come first. */
export const MOST_COUNTED = 200;
/** Matches shown when a name fits several jobs. */
const MOST_MATCHES = 5;

/** Why a job reference could not be resolved. */
export type ReferenceProblem =
  /** An address without a job id in it. */
  | { readonly kind: 'address'; readonly reference: string }
  /** Nothing is called so. */
  | {
      readonly kind: 'none';
      readonly reference: string;
      readonly lookAlike: Suggestion<ListedJob>['lookAlike'];
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

/** What was typed, sorted into jobs (each once, in order) and problems. */
export interface ResolvedJobs {
  readonly jobIds: readonly JobId[];
  readonly problems: readonly ReferenceProblem[];
}

/**
 * Turns what people type into job ids: a full id, a console address with one in it, or a name or beginning as
 * domain/choose-job.ts decides. Names come from the stored list; only when nothing fits is DRS's list read again.
 */
export async function resolveJobs(context: Context, references: readonly string[]): Promise<ResolvedJobs> {
  const jobIds = new Set<JobId>();
  const problems: ReferenceProblem[] = [];
  for (const reference of references) {
    const resolved = await resolve(context, reference);
    if (typeof resolved === 'string') jobIds.add(resolved);
    else problems.push(resolved);
  }
  return { jobIds: [...jobIds], problems };
}

async function resolve(context: Context, reference: string): Promise<JobId | ReferenceProblem> {
  const plain = resolvePlainly(reference);
  if (plain !== null) return plain;
  const found = await lookUp(context, reference);
  if (found !== null) return found;
  const { isReading } = await context.jobList.refresh();
  return (await lookUp(context, reference)) ?? (await explainNone(context, reference, isReading));
}

/** What needs no list: an id, or an address; without its `https://` one is known by the id in it only. */
export function resolvePlainly(reference: string): JobId | ReferenceProblem | null {
  const jobId = parseJobId(reference);
  if (jobId !== null || !reference.includes('/')) return jobId;
  return jobIdInAddress(reference) ?? (isAddress(reference) ? { kind: 'address', reference } : null);
}

async function lookUp({ store, connectionId }: Context, reference: string): Promise<JobId | ReferenceProblem | null> {
  return pickOne(reference, await store.findJobsLike(connectionId, reference, MOST_COUNTED + 1));
}

/** The job meant, the problem that there are several, or null when nothing fits. */
export function pickOne(reference: string, candidates: readonly ListedJob[]): JobId | ReferenceProblem | null {
  const choice = chooseJob(reference, candidates);
  switch (choice.kind) {
    case 'none':
      return null;
    case 'one':
      return choice.job.jobId;
    case 'several': {
      const matches = choice.jobs.slice(0, MOST_MATCHES);
      const more = choice.jobs.length > MOST_COUNTED ? null : choice.jobs.length - matches.length;
      return { kind: 'several', reference, matches, more };
    }
  }
}

async function explainNone(
  { store, connectionId }: Context,
  reference: string,
  isReading: boolean,
): Promise<ReferenceProblem> {
  const { failure, listedAt } = await store.findJobListState(connectionId);
  const suggestion = suggestJobs(reference, await store.findNamedJobs(connectionId));
  const isListPending = isReading || (listedAt === null && failure === null);
  return { kind: 'none', reference, ...suggestion, isListPending, listedAt, listFailure: failure };
}
