import { jobName } from '../../domain/job-name.ts';
import type { NamedJob } from '../../domain/post.ts';
import { escapeMrkdwn } from './mrkdwn.ts';
import type { Voice } from './voice.ts';

/** Jobs named in one line. */
const MOST_NAMES = 10;

/** `a`, or `3 jobs: a, b, c`, cut with `+N more`. */
export function jobNames(voice: Voice, jobs: readonly Pick<NamedJob, 'jobId' | 'name'>[]): string {
  const names = jobs.slice(0, MOST_NAMES).map((job) => `*${escapeMrkdwn(jobName(job))}*`);
  const more = jobs.length - names.length;
  const listed = [...names, ...(more > 0 ? [voice.say('names.more', { count: more })] : [])].join(', ');
  return jobs.length === 1 ? listed : voice.say('names.several', { count: jobs.length, names: listed });
}
