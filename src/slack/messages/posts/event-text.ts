import type { Job } from '../../../domain/job/job.ts';
import type { JobEvent } from '../../../domain/job/job-event.ts';
import type { NamedJob } from '../../../domain/post/post.ts';
import { stateOnly, stateWithEmoji, statusWords } from '../jobs/status-words.ts';
import { plainName } from '../kit/job-names.ts';
import type { News } from '../kit/message.ts';
import { code, dateAndTime, escapeMrkdwn, safeName } from '../kit/mrkdwn.ts';
import type { Texts } from '../kit/texts.ts';
import { closedFailure } from './closed-failure.ts';
import { ended } from './ended-text.ts';
import type { EventFacts } from './event-facts.ts';
import { flapping, settled } from './flapping-text.ts';
import { recovered } from './recovered-text.ts';
import { ruleFound } from './rule-text.ts';
import { statusChanged } from './status-changed-text.ts';

/** Failed parts named in one message. */
const MAX_SUB_JOBS = 10;

type Of<Kind extends JobEvent['kind']> = Extract<JobEvent, { readonly kind: Kind }>;

/**
 * Puts an event into words.
 *
 * @param facts with what became known since
 * @param channelId the channel it is told in
 * @param current how the job is now; null when nobody looked
 */
export function describeEvent(
  texts: Texts,
  { job, event, aftermath }: Pick<EventFacts, 'job' | 'event' | 'aftermath'>,
  channelId: string,
  current: Job | null = null,
): News {
  const { alarmMs } = aftermath;
  switch (event.kind) {
    case 'status_changed': {
      const { closed } = aftermath;
      return closed === null
        ? statusChanged(texts, job, event, aftermath)
        : closedFailure(texts, job, { event, aftermath, closed }, current);
    }
    case 'status_lasting':
      return statusLasting(texts, job, event);
    case 'recovered': {
      const ts = aftermath.firstMessageTs;
      const firstMessageUrl = ts === null ? null : texts.messageUrl(channelId, ts);
      return recovered(texts, job, event, { alarmMs, firstMessageUrl, doer: aftermath.doer });
    }
    case 'unreadable':
      return unreadable(texts, job, event, current);
    case 'readable_again':
      return readableAgain(texts, job, event, alarmMs);
    case 'flapping':
      return flapping(texts, job, event, current);
    case 'settled':
      return settled(texts, job, event, alarmMs);
    case 'renamed': {
      const names = { from: safeName(event.from), to: safeName(event.to) };
      return { headline: `🔔 ${texts.get('told.renamed', names)}`, lines: [] };
    }
    case 'ended':
      return ended(texts, job, event, aftermath.doer);
    case 'gone':
      return gone(texts, job, event);
    case 'sub_jobs_failed': {
      const { failed, of } = event;
      const said = { count: failed.length, of, name: plainName(job) };
      const names = failed.slice(0, MAX_SUB_JOBS).map(plainName).join(', ');
      return { headline: `🔴 ${texts.get('told.sub_jobs_failed', said)}`, lines: [names] };
    }
    case 'rule':
      return ruleFound(texts, job, event, aftermath);
    case 'other':
      return other(texts, job, event);
  }
}

/** Another version of the bot noticed something that this one has no words for. */
function other(texts: Texts, job: NamedJob, { name, report }: Of<'other'>): News {
  const happened = texts.get('told.other', { job: plainName(job), name: escapeMrkdwn(name) });
  const lines = report === null ? [] : [texts.get('told.other_status', { status: code(report.status) })];
  return { headline: `⚪ ${happened}`, lines };
}

function statusLasting(texts: Texts, job: NamedJob, { status, report, since, at }: Of<'status_lasting'>): News {
  const state = report === null ? escapeMrkdwn(status) : statusWords(texts, report, job.jobType).state;
  const said = { state, duration: texts.duration(at - since), name: plainName(job) };
  const lines = [texts.get('told.lasting_note', { since: dateAndTime(since) })];
  return { headline: `⚪ ${texts.get('told.lasting', said)}`, lines };
}

/** Once it can be read again the message says so. */
function unreadable(texts: Texts, job: NamedJob, event: Of<'unreadable'>, current: Job | null): News {
  const { since, why, at, report, lagNote } = event;
  const name = plainName(job);
  if (current !== null && current.state.alone === null)
    return { headline: `⚪ ${texts.get('told.read_again', { name })}`, lines: [] };
  const said = [texts.explain(why)];
  if (report !== null)
    said.push(texts.get('told.unreadable_last', { state: stateOnly(texts, report, job.jobType, lagNote) }));
  return {
    headline: `⚫ ${texts.get('told.unreadable', { name, duration: texts.duration(at - since) })}`,
    lines: [texts.joinSentences(...said)],
  };
}

function readableAgain(
  texts: Texts,
  job: NamedJob,
  { since, at, report, lagNote }: Of<'readable_again'>,
  alarmMs: number,
): News {
  const said = { name: plainName(job), duration: texts.duration(at - since) };
  return {
    headline: `⚪ ${texts.get('told.readable_again', said)}`,
    lines: report === null ? [] : [stateWithEmoji(texts, report, job.jobType, lagNote, alarmMs)],
  };
}

function gone(texts: Texts, job: NamedJob, { code: errorCode, previous, report }: Of<'gone'>): News {
  const how =
    errorCode === null
      ? texts.get('told.gone_deleted')
      : texts.get('told.gone_unknown', { code: escapeMrkdwn(errorCode) });
  const last =
    errorCode !== null && report !== null
      ? texts.get('detail.last_seen', { ago: '', state: stateOnly(texts, report, job.jobType) })
      : previous === null
        ? null
        : texts.get('told.before_status', { status: code(previous.status) });
  return {
    headline: `🔴 ${texts.get('told.gone', { name: plainName(job), how })}`,
    lines: [...(last === null ? [] : [last]), texts.get('told.gone_closing')],
  };
}
