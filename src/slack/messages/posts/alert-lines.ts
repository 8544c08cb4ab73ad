import { isDirectMessage } from '../../../domain/conversation.ts';
import type { OperatorAlert, RefusedPost } from '../../../domain/post/operator-alert.ts';
import { jobNames } from '../kit/job-names.ts';
import { code, escapeMrkdwn } from '../kit/mrkdwn.ts';
import type { Voice } from '../kit/texts.ts';

/** What the operator of the bot hears, line by line: what is wrong, and what to do. */
export function alertLines(voice: Voice, alert: OperatorAlert): readonly string[] {
  switch (alert.kind) {
    case 'credentials_refused':
      return [
        voice.say('alert.credentials_refused'),
        voice.explain(alert.why),
        voice.say('alert.credentials_refused_note'),
      ];
    case 'drs_silent':
      return [
        voice.say('alert.drs_silent', { duration: voice.duration(alert.until - alert.since) }),
        voice.explain(alert.why),
      ];
    case 'posts_refused':
      return [
        voice.say('alert.posts_refused', { count: alert.posts.length }),
        ...alert.posts.map((post) => refusedPost(voice, post)),
        voice.say('alert.posts_refused_note', { status: voice.typed('status <job>') }),
      ];
    case 'database_new':
      return [voice.say('alert.database_new', { path: code(alert.path) }), voice.say('alert.database_new_note')];
    case 'database_displaced':
      return [
        voice.say(`alert.database_${alert.how}`, { path: code(alert.path) }),
        alert.savedAs === null
          ? voice.say('alert.database_not_saved_note')
          : voice.say('alert.database_saved_note', { copy: code(alert.savedAs), path: code(alert.path) }),
      ];
    case 'rows_set_aside':
      return [
        voice.say('alert.rows_set_aside', { count: alert.count }),
        ...alert.rows.map(({ what, key }) => `${escapeMrkdwn(what)} ${code(key)}`),
        voice.say('alert.rows_set_aside_note'),
      ];
    case 'other':
      return [voice.say('announced.other', { name: escapeMrkdwn(alert.name) })];
    case 'drs_answers':
    case 'credentials_accepted':
    case 'database_in_place':
      return [voice.say(`alert.${alert.kind}`, { duration: voice.duration(alert.until - alert.since) })];
  }
}

function refusedPost(voice: Voice, { channelId, reason, jobs }: RefusedPost): string {
  const id = escapeMrkdwn(channelId);
  return voice.say('alert.post_refused', {
    channel: isDirectMessage(channelId) ? code(channelId) : `<#${id}>`,
    what:
      jobs.length === 0
        ? voice.say('alert.post_about_nothing')
        : voice.say('alert.post_about_jobs', { jobs: jobNames(voice, jobs) }),
    reason: code(reason),
  });
}
