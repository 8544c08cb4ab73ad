import type { Job } from '../../../domain/job/job.ts';
import type { JobId } from '../../../domain/job/job-id.ts';
import { jobName } from '../../../domain/job/job-name.ts';
import type { JobReading } from '../../../use-cases/polling/read-jobs.ts';
import { safeName } from './mrkdwn.ts';
import type { Texts } from './texts.ts';

/** Jobs named in one line. */
const MAX_NAMES = 10;

type Named = Pick<Job, 'jobId' | 'name'>;

/** What a job is called, safe in mrkdwn. */
export function plainName(job: Named): string {
  return safeName(jobName(job));
}

/** The same in bold. */
export function boldName(job: Named): string {
  return `*${plainName(job)}*`;
}

/** `a`, or `3 jobs: a, b, c`, cut with `+N more`. */
export function jobNames(texts: Texts, jobs: readonly Named[]): string {
  return nameAll(texts, jobs, boldName);
}

/** The same list with another name for each. */
export function nameAll<J>(texts: Texts, jobs: readonly J[], nameOf: (job: J) => string): string {
  const names = withMore(texts, jobs.map(nameOf), MAX_NAMES).join(', ');
  return jobs.length === 1 ? names : texts.get('names.several', { count: jobs.length, names });
}

/** The first `max` of them, and how many more there are. */
export function withMore(texts: Texts, all: readonly string[], max: number): readonly string[] {
  const more = all.length - max;
  return more > 0 ? [...all.slice(0, max), texts.get('names.more', { count: more })] : all;
}

/** The id of a job that was asked about. */
export function askedJobId(reading: JobReading): JobId {
  return reading.kind === 'known' ? reading.job.jobId : reading.jobId;
}
