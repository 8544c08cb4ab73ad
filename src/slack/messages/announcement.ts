import { isDirectMessage } from '../../domain/conversation.ts';
import type { Announcement } from '../../domain/post.ts';
import { DAY } from '../../domain/time.ts';
import type { EpochMs } from '../../domain/time.ts';
import { jobNames } from './job-names.ts';
import { meanwhileLine } from './meanwhile-line.ts';
import { code, dateAndTime, escapeMrkdwn, timeOfDay } from './mrkdwn.ts';
import { remedyElsewhere } from './refusal-text.ts';
import { signalLines } from './signal-lines.ts';
import type { Voice } from './voice.ts';

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
        voice.say('announced.paused', { channel: `<#${escapeMrkdwn(said.channelId)}>`, reason: code(said.reason) }),
        voice.say('announced.paused_jobs', { count: said.jobs.length, jobs: jobNames(voice, said.jobs) }),
        remedyElsewhere(voice, said.reason),
      ];
    case 'back':
      return [backLine(voice, said.from, said.until), meanwhileLine(voice, said.meanwhile)];
    case 'signal':
      return signalLines(voice, said.signal);
  }
}

/** The day matters only when it may be another one. */
function backLine(voice: Voice, from: EpochMs, until: EpochMs): string {
  const at = until - from < DAY / 2 ? timeOfDay : dateAndTime;
  return voice.say('back.down', { duration: voice.duration(until - from), from: at(from), to: at(until) });
}

/** The public line that says who changed what a channel watches. */
function changeLine(
  voice: Voice,
  { kind, by, jobs }: Extract<Announcement, { readonly kind: 'subscribed' | 'unsubscribed' }>,
  channelId: string,
): string {
  const names = jobNames(voice, jobs);
  if (isDirectMessage(channelId))
    return voice.say(kind === 'subscribed' ? 'announced.subscribed_dm' : 'announced.unsubscribed_dm', { jobs: names });
  return voice.say(kind === 'subscribed' ? 'announced.subscribed' : 'announced.unsubscribed', {
    who: mention(by),
    jobs: names,
  });
}

export function mention(userId: string): string {
  return `<@${escapeMrkdwn(userId)}>`;
}
