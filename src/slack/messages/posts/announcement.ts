import { HELD_REASONS } from '../../../domain/access.ts';
import { isDirectMessage } from '../../../domain/conversation.ts';
import { isUnwell } from '../../../domain/job/standing.ts';
import type { Announcement, EndedJob, StandingJob } from '../../../domain/post/post.ts';
import { boldName, jobNames, nameAll } from '../kit/job-names.ts';
import { backLines, blindLines } from './blind-lines.ts';
import { code, escapeMrkdwn } from '../kit/mrkdwn.ts';
import { remedyElsewhere } from '../kit/refusal-text.ts';
import { failureLines, standingsPart } from '../jobs/standings.ts';
import { alertLines } from './alert-lines.ts';
import type { Voice } from '../kit/texts.ts';

/** What a conversation is told beside the events of jobs, line by line. */
export function announcementLines(voice: Voice, said: Announcement, channelId: string): readonly string[] {
  switch (said.kind) {
    case 'subscribed':
      return [
        [changeLine(voice, said, channelId), ...standingsPart(voice, said.jobs)].join(' – '),
        ...failureLines(voice, said.jobs),
      ];
    case 'unsubscribed':
      return [changeLine(voice, said, channelId)];
    case 'jobs_back': {
      const key = isDirectMessage(channelId) ? 'announced.jobs_back_dm' : 'announced.jobs_back';
      return [voice.say(key, { jobs: jobNames(voice, said.jobs), count: said.jobs.length })];
    }
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
    case 'blind':
      return blindLines(voice, said);
    case 'back':
      return backLines(voice, said);
    case 'signal':
      return alertLines(voice, said.signal);
    case 'other':
      return [voice.say('announced.other', { name: escapeMrkdwn(said.name) })];
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
    ? voice.say('announced.subscribed', { who, jobs: subscribedNames(voice, said.jobs) })
    : voice.say('announced.unsubscribed', { who, jobs: endedNames(voice, said.jobs) });
}

/** Those that are not well are named with how they are; the names of all others would hide them. */
function subscribedNames(voice: Voice, jobs: readonly StandingJob[]): string {
  const isAnyUnwell = jobs.some(({ standing }) => standing !== null && isUnwell(standing));
  return jobs.length > 1 && isAnyUnwell ? voice.say('names.count', { count: jobs.length }) : jobNames(voice, jobs);
}

/** The same as `jobNames`, with whose subscription each was. */
function endedNames(voice: Voice, jobs: readonly EndedJob[]): string {
  return nameAll(voice, jobs, (job) =>
    job.madeBy === null
      ? boldName(job)
      : voice.say('announced.made_by', { job: boldName(job), who: mention(job.madeBy) }),
  );
}

export function mention(userId: string): string {
  return `<@${escapeMrkdwn(userId)}>`;
}
