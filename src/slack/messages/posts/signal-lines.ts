import { isDirectMessage } from '../../../domain/conversation.ts';
import type { RefusedPost, Signal } from '../../../domain/post/signal.ts';
import { jobNames } from '../kit/job-names.ts';
import { code, escapeMrkdwn } from '../kit/mrkdwn.ts';
import type { Voice } from '../kit/texts.ts';

const BYTES_IN_MB = 1024 * 1024;

/** What the operator of the bot hears, line by line: what is wrong, and what to do. */
export function signalLines(voice: Voice, signal: Signal): readonly string[] {
  switch (signal.kind) {
    case 'credentials_refused':
      return [
        voice.say('signal.credentials_refused'),
        voice.explain(signal.why),
        voice.say('signal.credentials_refused_note'),
      ];
    case 'drs_silent':
      return [
        voice.say('signal.drs_silent', { duration: voice.duration(signal.until - signal.since) }),
        voice.explain(signal.why),
      ];
    case 'posts_refused':
      return [
        voice.say('signal.posts_refused', { count: signal.posts.length }),
        ...signal.posts.map((post) => refusedPost(voice, post)),
        voice.say('signal.posts_refused_note', { status: voice.typed('status <job>') }),
      ];
    case 'disk_low':
      return [
        voice.say('signal.disk_low', { free: megabytes(signal.freeBytes) }),
        voice.say('signal.disk_low_note', { least: megabytes(signal.leastBytes) }),
      ];
    case 'disk_full':
      return [voice.say('signal.disk_full'), voice.say('signal.disk_full_note')];
    case 'database_new':
      return [voice.say('signal.database_new', { path: code(signal.path) }), voice.say('signal.database_new_note')];
    case 'database_displaced':
      return [
        voice.say(`signal.database_${signal.how}`, { path: code(signal.path) }),
        signal.savedAs === null
          ? voice.say('signal.database_not_saved_note')
          : voice.say('signal.database_saved_note', { copy: code(signal.savedAs), path: code(signal.path) }),
      ];
    case 'rows_set_aside':
      return [
        voice.say('signal.rows_set_aside', { count: signal.count }),
        ...signal.rows.map(({ what, key }) => `${escapeMrkdwn(what)} ${code(key)}`),
        voice.say('signal.rows_set_aside_note'),
      ];
    case 'other':
      return [voice.say('announced.other', { name: escapeMrkdwn(signal.name) })];
    case 'drs_answers':
    case 'credentials_accepted':
    case 'disk_enough':
    case 'disk_writable':
    case 'database_in_place':
      return [voice.say(`signal.${signal.kind}`, { duration: voice.duration(signal.until - signal.since) })];
  }
}

function refusedPost(voice: Voice, { channelId, reason, jobs }: RefusedPost): string {
  const id = escapeMrkdwn(channelId);
  return voice.say('signal.post_refused', {
    channel: isDirectMessage(channelId) ? code(channelId) : `<#${id}>`,
    what:
      jobs.length === 0
        ? voice.say('signal.post_about_nothing')
        : voice.say('signal.post_about_jobs', { jobs: jobNames(voice, jobs) }),
    reason: code(reason),
  });
}

function megabytes(bytes: number): string {
  return String(Math.floor(bytes / BYTES_IN_MB));
}
