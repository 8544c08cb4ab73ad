import { isDirectMessage } from '../../../domain/conversation.ts';
import type { RefusedPost, Signal } from '../../../domain/post/signal.ts';
import { jobNames } from '../kit/job-names.ts';
import { channelLink, code, escapeMrkdwn } from '../kit/mrkdwn.ts';
import type { Texts } from '../kit/texts.ts';

const BYTES_IN_MB = 1024 * 1024;

/** What the operator of the bot hears, line by line: what is wrong, and what to do. */
export function signalLines(texts: Texts, signal: Signal): readonly string[] {
  switch (signal.kind) {
    case 'credentials_refused':
      return [
        texts.get('signal.credentials_refused'),
        texts.explain(signal.why),
        texts.get('signal.credentials_refused_note'),
      ];
    case 'drs_silent':
      return [
        texts.get('signal.drs_silent', { duration: texts.duration(signal.until - signal.since) }),
        texts.explain(signal.why),
      ];
    case 'posts_refused':
      return [
        texts.get('signal.posts_refused', { count: signal.posts.length }),
        ...signal.posts.map((post) => refusedPost(texts, post)),
        texts.get('signal.posts_refused_note', { status: texts.command('status <job>') }),
      ];
    case 'disk_low':
      return [
        texts.get('signal.disk_low', { free: megabytes(signal.freeBytes) }),
        texts.get('signal.disk_low_note', { least: megabytes(signal.leastBytes) }),
      ];
    case 'disk_full':
      return [texts.get('signal.disk_full'), texts.get('signal.disk_full_note')];
    case 'database_new':
      return [texts.get('signal.database_new', { path: code(signal.path) }), texts.get('signal.database_new_note')];
    case 'database_displaced':
      return [
        texts.get(`signal.database_${signal.how}`, { path: code(signal.path) }),
        signal.savedAs === null
          ? texts.get('signal.database_not_saved_note')
          : texts.get('signal.database_saved_note', { copy: code(signal.savedAs), path: code(signal.path) }),
      ];
    case 'rows_set_aside':
      return [
        texts.get('signal.rows_set_aside', { count: signal.count }),
        ...signal.rows.map(({ what, key }) => `${escapeMrkdwn(what)} ${code(key)}`),
        texts.get('signal.rows_set_aside_note'),
      ];
    case 'other':
      return [texts.get('announced.other', { name: escapeMrkdwn(signal.name) })];
    case 'drs_answers':
    case 'credentials_accepted':
    case 'disk_enough':
    case 'disk_writable':
    case 'database_in_place':
      return [texts.get(`signal.${signal.kind}`, { duration: texts.duration(signal.until - signal.since) })];
  }
}

function refusedPost(texts: Texts, { channelId, reason, jobs }: RefusedPost): string {
  return texts.get('signal.post_refused', {
    channel: isDirectMessage(channelId) ? code(channelId) : channelLink(channelId),
    what:
      jobs.length === 0
        ? texts.get('signal.post_about_nothing')
        : texts.get('signal.post_about_jobs', { jobs: jobNames(texts, jobs) }),
    reason: code(reason),
  });
}

function megabytes(bytes: number): string {
  return String(Math.floor(bytes / BYTES_IN_MB));
}
