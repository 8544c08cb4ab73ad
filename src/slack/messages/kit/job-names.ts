import { jobName } from '../../../domain/job/job-name.ts';
import type { NamedJob } from '../../../domain/post/post.ts';
import { safeName } from './mrkdwn.ts';
import type { Voice } from './texts.ts';

/** Jobs named in one line. */
const MOST_NAMES = 10;

/** `a`, or `3 jobs: a, b, c`, cut with `+N more`. */
export function jobNames(voice: Voice, jobs: readonly Pick<NamedJob, 'jobId' | 'name'>[]): string {
  return nameAll(voice, jobs, boldName);
}

/** What a job is called, in bold. */
export function boldName(job: Pick<NamedJob, 'jobId' | 'name'>): string {
  return `*${safeName(jobName(job))}*`;
}

/** The same list with another name for each. */
export function nameAll<J>(voice: Voice, jobs: readonly J[], nameOf: (job: J) => string): string {
  const names = jobs.slice(0, MOST_NAMES).map(nameOf);
  const more = jobs.length - names.length;
  const listed = [...names, ...(more > 0 ? [voice.say('names.more', { count: more })] : [])].join(', ');
  return jobs.length === 1 ? listed : voice.say('names.several', { count: jobs.length, names: listed });
}
