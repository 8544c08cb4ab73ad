import { chooseJob, suggestJobs } from '../domain/choose-job.ts';
import type { Explanation } from '../domain/explanation.ts';
import { isAddress, jobIdInAddress, parseJobId } from '../domain/job-id.ts';
import type { JobId } from '../domain/job-id.ts';
import type { ListedJob } from '../domain/listed-job.ts';
import type { EpochMs } from '../domain/time.ts';
import type { Context } from './context.ts';

/** Candidates looked at; the better ones come first. */
const MOST_CANDIDATES = 200;
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
      readonly lookAlike: ListedJob | null;
      readonly nearest: readonly ListedJob[];
      /** When DRS's list was read; a job made since then is not on it. Null where no list was looked at. */
      readonly listedAt: EpochMs | null;
      /** Why DRS's list could not be read, if it could not. */
      readonly listFailure: Explanation | null;
    }
  | {
      readonly kind: 'several';
      readonly reference: string;
      readonly matches: readonly ListedJob[];
      /** How many more there are. */
      readonly more: number;
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
  await context.jobList.refresh();
  return (await lookUp(context, reference)) ?? (await explainNone(context, reference));
}

/** What needs no list: an id, or an address. */
export function resolvePlainly(reference: string): JobId | ReferenceProblem | null {
  const jobId = parseJobId(reference);
  if (jobId !== null || !isAddress(reference)) return jobId;
  return jobIdInAddress(reference) ?? { kind: 'address', reference };
}

async function lookUp({ store, connectionId }: Context, reference: string): Promise<JobId | ReferenceProblem | null> {
  return pickOne(reference, await store.findJobsLike(connectionId, reference, MOST_CANDIDATES));
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
      return { kind: 'several', reference, matches, more: choice.jobs.length - matches.length };
    }
  }
}

async function explainNone({ store, connectionId }: Context, reference: string): Promise<ReferenceProblem> {
  const { failure, listedAt } = await store.findJobListState(connectionId);
  const suggestion = suggestJobs(reference, await store.findNamedJobs(connectionId));
  return { kind: 'none', reference, ...suggestion, listedAt, listFailure: failure };
}
