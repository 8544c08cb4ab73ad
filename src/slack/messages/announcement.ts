import { HELD_REASONS } from '../../domain/access.ts';
import { isDirectMessage } from '../../domain/conversation.ts';
import { jobName } from '../../domain/job-name.ts';
import type { Announcement, EndedJob, NamedJob } from '../../domain/post.ts';
import { code, escapeMrkdwn } from './mrkdwn.ts';
import { remedyElsewhere } from './refusal-text.ts';
import type { Voice } from './voice.ts';

/** Jobs named in one line. */
const MOST_NAMES = 10;

/** What a conversation is told beside the events of jobs, line by line. */
export function announcementLines(voice: Voice, said: Announcement, channelId: string): readonly string[] {
  switch (said.kind) {
    case 'subscribed':
    case 'unsubscribed':
      return [changeLine(voice, said, channelId)];
    case 'language':
      return [
        voice.say('announced.language', { who: mention(said.by), language: voice.say(`language.${said.language}`) }),
      ];
    case 'hello': {
      const [subscribe, jobs, help] = ['subscribe <job>', 'jobs', 'help'].map((words) => voice.typed(words));
      return [
        voice.say('announced.hello'),
        voice.say('announced.hello_start', { subscribe: subscribe ?? '', jobs: jobs ?? '', help: help ?? '' }),
      ];
    }
    case 'paused':
      return [
        voice.say(HELD_REASONS.includes(said.reason) ? 'announced.held' : 'announced.paused', {
          channel: `<#${escapeMrkdwn(said.channelId)}>`,
          reason: code(said.reason),
        }),
        voice.say('announced.paused_jobs', { count: said.jobs.length, jobs: jobNames(voice, said.jobs) }),
        remedyElsewhere(voice, said.reason),
      ];
  }
}

/** The public line that says who changed what a channel watches. */
function changeLine(
  voice: Voice,
  said: Extract<Announcement, { readonly kind: 'subscribed' | 'unsubscribed' }>,
  channelId: string,
): string {
  const { kind, by } = said;
  if (isDirectMessage(channelId)) {
    const jobs = jobNames(voice, said.jobs);
    return voice.say(kind === 'subscribed' ? 'announced.subscribed_dm' : 'announced.unsubscribed_dm', { jobs });
  }
  const who = mention(by);
  return said.kind === 'subscribed'
    ? voice.say('announced.subscribed', { who, jobs: jobNames(voice, said.jobs) })
    : voice.say('announced.unsubscribed', { who, jobs: endedNames(voice, said.jobs) });
}

/** The same as `jobNames`, with whose subscription each was. */
function endedNames(voice: Voice, jobs: readonly EndedJob[]): string {
  return nameAll(voice, jobs, (job) =>
    job.madeBy === null
      ? boldName(job)
      : voice.say('announced.made_by', { job: boldName(job), who: mention(job.madeBy) }),
  );
}

/** `a`, or `3 jobs: a, b, c`, cut with `+N more`. */
export function jobNames(voice: Voice, jobs: readonly Pick<NamedJob, 'jobId' | 'name'>[]): string {
  return nameAll(voice, jobs, boldName);
}

function boldName(job: Pick<NamedJob, 'jobId' | 'name'>): string {
  return `*${escapeMrkdwn(jobName(job))}*`;
}

function nameAll<J>(voice: Voice, jobs: readonly J[], nameOf: (job: J) => string): string {
  const names = jobs.slice(0, MOST_NAMES).map(nameOf);
  const more = jobs.length - names.length;
  const listed = [...names, ...(more > 0 ? [voice.say('names.more', { count: more })] : [])].join(', ');
  return jobs.length === 1 ? listed : voice.say('names.several', { count: jobs.length, names: listed });
}

export function mention(userId: string): string {
  return `<@${escapeMrkdwn(userId)}>`;
}
