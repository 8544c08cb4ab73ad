import { parseJobId, parseJobIdPrefix } from '../domain/job-id.ts';
import type { JobId } from '../domain/job-id.ts';
import type { Context } from './context.ts';

/** Matches listed when a prefix fits several jobs. */
const MOST_MATCHES = 5;

/** Why a job reference could not be resolved. */
export type ReferenceProblem =
  /** Neither an id nor the beginning of one. */
  | { readonly kind: 'not_an_id'; readonly reference: string }
  /** The beginning of no watched job's id. */
  | { readonly kind: 'no_match'; readonly reference: string }
  | {
      readonly kind: 'ambiguous';
      readonly reference: string;
      readonly matches: readonly JobId[];
      readonly more: boolean;
    };

/** What was typed, sorted into jobs (each once, in order) and problems. */
export interface ResolvedJobs {
  readonly jobIds: readonly JobId[];
  readonly problems: readonly ReferenceProblem[];
}

/** Turns what people type into job ids: a full id, else a prefix (≥ 6 characters) that exactly one watched job has. */
export async function resolveJobs(context: Context, references: readonly string[]): Promise<ResolvedJobs> {
  const jobIds = new Set<JobId>();
  const problems: ReferenceProblem[] = [];
  for (const reference of references) {
    const resolved = parseJobId(reference) ?? (await resolvePrefix(context, reference));
    if (typeof resolved === 'string') jobIds.add(resolved);
    else problems.push(resolved);
  }
  return { jobIds: [...jobIds], problems };
}

async function resolvePrefix(context: Context, reference: string): Promise<JobId | ReferenceProblem> {
  const prefix = parseJobIdPrefix(reference);
  if (prefix === null) return { kind: 'not_an_id', reference };
  const found = await context.store.findWatchedJobsByPrefix(context.connectionId, prefix, MOST_MATCHES + 1);
  return pickOne(
    reference,
    found.map((job) => job.jobId),
  );
}

/** The one match, or the problem that there are none or several. */
export function pickOne(reference: string, matches: readonly JobId[]): JobId | ReferenceProblem {
  const [only, ...others] = matches;
  if (only === undefined) return { kind: 'no_match', reference };
  if (others.length === 0) return only;
  return { kind: 'ambiguous', reference, matches: matches.slice(0, MOST_MATCHES), more: matches.length > MOST_MATCHES };
}
