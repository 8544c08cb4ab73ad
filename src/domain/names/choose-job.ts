import { parseJobIdPrefix } from '../job/job-id.ts';
import { isListedAsOver } from './listed-job.ts';
import type { ListedJob, NameCandidate } from './listed-job.ts';
import { hasWord, nameKey } from './name-key.ts';
import { nearestFew } from './nearest.ts';

/** Names suggested for one that nothing has, */
const MAX_NAMES = 3;
/** and jobs with these names. */
const MAX_SUGGESTIONS = 5;

/** What of a job somebody typed: its whole name, the beginning of its id, the beginning or another part of its name. */
export type MatchedBy = 'name' | 'id' | 'beginning' | 'part';

/** Which job somebody means. */
export type Choice<J> =
  | { readonly kind: 'one'; readonly job: J; readonly by: MatchedBy }
  /** Equally good matches, running ones first. */
  | { readonly kind: 'several'; readonly jobs: readonly J[] }
  | { readonly kind: 'none' };

/** As much of a job as choosing needs; see `NameCandidate` for what is left out for most. */
type Nameable = Pick<ListedJob, 'jobId' | 'name' | 'status'> & Partial<Pick<NameCandidate, 'isSubJob' | 'isOffList'>>;

/**
 * The job meant by a piece of text that is not a full id: exact name, then beginning of an id (at least 4 characters),
 * then beginning of a name, then beginning of a word in a name. The first of these that fits anything decides; within it,
 * a job is preferred to a part of one, and a single running job wins over those that have ended or left DRS's list.
 */
export function chooseJob<J extends Nameable>(reference: string, candidates: readonly J[]): Choice<J> {
  const key = nameKey(reference);
  if (key === '') return { kind: 'none' };
  const idPrefix = parseJobIdPrefix(reference);
  const keyed = candidates.map((job) => ({ job, key: job.name === null ? null : nameKey(job.name) }));
  const tiers: readonly (readonly [by: MatchedBy, fits: (one: (typeof keyed)[number]) => boolean])[] = [
    ['name', ({ job }) => job.name === reference.trim()],
    ['name', (one) => one.key === key],
    ['id', ({ job }) => idPrefix !== null && job.jobId.startsWith(idPrefix)],
    ['beginning', (one) => one.key?.startsWith(key) === true && one.job.isSubJob !== true],
    ['part', (one) => one.key !== null && hasWord(one.key, key) && one.job.isSubJob !== true],
  ];
  for (const [by, fits] of tiers) {
    const matches = keyed.filter(fits).map(({ job }) => job);
    if (matches.length > 0) return pick(matches, by);
  }
  return { kind: 'none' };
}

function pick<J extends Nameable>(matches: readonly J[], by: MatchedBy): Choice<J> {
  const jobs = matches.filter((job) => job.isSubJob !== true);
  const meant = once(jobs.length > 0 ? jobs : matches);
  const running = meant.filter(isLive);
  const [only, ...others] = running.length > 0 ? running : meant;
  if (only !== undefined && others.length === 0) return { kind: 'one', job: only, by };
  return { kind: 'several', jobs: [...running, ...meant.filter((job) => !isLive(job))] };
}

/** A job may be there under several names, of several times. */
function once<J extends Nameable>(jobs: readonly J[]): readonly J[] {
  return [...new Map(jobs.map((job) => [job.jobId, job])).values()];
}

function isLive(job: Nameable): boolean {
  return !isListedAsOver(job) && job.isOffList !== true;
}

/** The jobs with the nearest names for a name that nothing has: best names first, running ones first within a name. */
export function findNearestJobs<J extends Nameable>(reference: string, candidates: readonly J[]): readonly J[] {
  const named = candidates.toSorted((one, other) => Number(isListedAsOver(one)) - Number(isListedAsOver(other)));
  const names = new Set(named.flatMap(({ name }) => name ?? []));
  return nearestFew(nameKey(reference), [...names], MAX_NAMES)
    .flatMap((name) => named.filter((job) => job.name === name))
    .slice(0, MAX_SUGGESTIONS);
}
