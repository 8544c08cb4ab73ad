import { jobName } from '../../domain/job-name.ts';
import type { Announcement, NamedJob } from '../../domain/post.ts';
import { escapeMrkdwn } from './mrkdwn.ts';

/** Jobs named in one line. */
const MOST_NAMES = 10;

/** The public line that says who changed what a channel watches. */
export function announcementLine({ kind, by, jobs }: Announcement): string {
  const who = `<@${escapeMrkdwn(by)}>`;
  return kind === 'subscribed'
    ? `🔔 ${who} subscribed this channel to ${jobNames(jobs)}`
    : `🔕 ${who} unsubscribed this channel from ${jobNames(jobs)}`;
}

/** `a`, or `3 jobs: a, b, c`, cut with `+N more`. */
export function jobNames(jobs: readonly Pick<NamedJob, 'jobId' | 'name'>[]): string {
  const names = jobs.slice(0, MOST_NAMES).map((job) => `*${escapeMrkdwn(jobName(job))}*`);
  const more = jobs.length - names.length;
  const listed = [...names, ...(more > 0 ? [`+${more} more`] : [])].join(', ');
  return jobs.length === 1 ? listed : `${jobs.length} jobs: ${listed}`;
}
