import { isDirectMessage } from '../../../domain/conversation.ts';
import type { OperatorAlert, RefusedPost } from '../../../domain/post/operator-alert.ts';
import { jobNames } from '../kit/job-names.ts';
import { channelLink, code, escapeMrkdwn } from '../kit/mrkdwn.ts';
import type { Texts } from '../kit/texts.ts';

/** What the operator of the bot hears, line by line: what is wrong, and what to do. */
export function alertLines(texts: Texts, alert: OperatorAlert): readonly string[] {
  switch (alert.kind) {
    case 'credentials_refused':
      return [
        texts.get('alert.credentials_refused'),
        texts.explain(alert.why),
        texts.get('alert.credentials_refused_note'),
      ];
    case 'drs_silent':
      return [
        texts.get('alert.drs_silent', { duration: texts.duration(alert.until - alert.since) }),
        texts.explain(alert.why),
      ];
    case 'posts_refused':
      return [
        texts.get('alert.posts_refused', { count: alert.posts.length }),
        ...alert.posts.map((post) => refusedPost(texts, post)),
        texts.get('alert.posts_refused_note', { status: texts.command('status <job>') }),
      ];
    case 'database_new':
      return [texts.get('alert.database_new', { path: code(alert.path) }), texts.get('alert.database_new_note')];
    case 'database_displaced':
      return [
        texts.get(`alert.database_${alert.how}`, { path: code(alert.path) }),
        alert.savedAs === null
          ? texts.get('alert.database_not_saved_note')
          : texts.get('alert.database_saved_note', { copy: code(alert.savedAs), path: code(alert.path) }),
      ];
    case 'rows_set_aside':
      return [
        texts.get('alert.rows_set_aside', { count: alert.count }),
        ...alert.rows.map(({ what, key }) => `${escapeMrkdwn(what)} ${code(key)}`),
        texts.get('alert.rows_set_aside_note'),
      ];
    case 'other':
      return [texts.get('announced.other', { name: escapeMrkdwn(alert.name) })];
    case 'drs_answers':
    case 'credentials_accepted':
    case 'database_in_place':
      return [texts.get(`alert.${alert.kind}`, { duration: texts.duration(alert.until - alert.since) })];
  }
}

function refusedPost(texts: Texts, { channelId, reason, jobs }: RefusedPost): string {
  return texts.get('alert.post_refused', {
    channel: isDirectMessage(channelId) ? code(channelId) : channelLink(channelId),
    what:
      jobs.length === 0
        ? texts.get('alert.post_about_nothing')
        : texts.get('alert.post_about_jobs', { jobs: jobNames(texts, jobs) }),
    reason: code(reason),
  });
}
