import type { AuditedChange, AuditEntry } from '../../../domain/audit.ts';
import { jobName } from '../../../domain/job/job-name.ts';
import type { ReferenceProblem } from '../../../use-cases/naming/resolve-jobs.ts';
import type { AuditPage } from '../../../use-cases/showing/show-audit.ts';
import { ACTIONS, encodeAudit } from '../kit/button-value.ts';
import { mention } from '../posts/announcement.ts';
import type { ButtonSpec, SlackMessage } from '../kit/message.ts';
import { lines, message } from '../kit/message.ts';
import { code, dateAndTime, safeName } from '../kit/mrkdwn.ts';
import { problemParts } from './reference-problem.ts';
import type { Voice } from '../kit/texts.ts';

/** What was done in a channel, newest first: when, who, what, before and after. */
export function auditMessage(voice: Voice, page: AuditPage): SlackMessage {
  const { entries, jobId, before, older } = page;
  if (entries.length === 0 && before === null) return lines(nothing(voice, jobId));
  const name = jobId === null ? null : `*${safeName(jobName({ jobId, name: entries[0]?.job?.name ?? null }))}*`;
  return message([
    { kind: 'news', headline: voice.say('audit.headline') },
    ...(name === null ? [] : [{ kind: 'lines' as const, lines: [voice.say('audit.about', { job: name })] }]),
    { kind: 'lines', lines: entries.map((entry) => entryLine(voice, entry)) },
    ...(older > 0 ? [{ kind: 'footer' as const, line: voice.say('audit.older', { count: older }) }] : []),
    { kind: 'buttons', buttons: buttons(voice, page) },
  ]);
}

/** A name that fits no job, or several, that something was done about here. */
export function auditProblem(voice: Voice, problem: ReferenceProblem, channelId: string): SlackMessage {
  return message(problemParts(voice, problem, 'audit', channelId));
}

function nothing(voice: Voice, jobId: AuditPage['jobId']): string {
  if (jobId === null) return voice.say('audit.none');
  return voice.say('audit.none_about', { job: code(jobId), audit: voice.typed('audit') });
}

function buttons(voice: Voice, { entries, jobId, before, older }: AuditPage): readonly ButtonSpec[] {
  const last = entries.at(-1);
  const page = (label: 'button.newest' | 'button.older', actionId: string, from: number | null): ButtonSpec => ({
    text: voice.say(label),
    actionId,
    value: encodeAudit({ jobId, before: from }),
  });
  return [
    ...(before === null ? [] : [page('button.newest', `${ACTIONS.pageAudit}:newest`, null)]),
    ...(older > 0 && last !== undefined ? [page('button.older', `${ACTIONS.pageAudit}:older`, last.id)] : []),
  ];
}

function entryLine(voice: Voice, { at, by, job, change }: AuditEntry): string {
  const what = job === null ? voice.say(subjectOf(change)) : `*${safeName(jobName(job))}*`;
  return voice.say('audit.entry', {
    at: dateAndTime(at),
    who: by === null ? voice.say('audit.bot') : mention(by),
    what,
    change: changeWords(voice, change),
  });
}

function subjectOf({ kind }: AuditedChange): 'audit.language' | 'audit.posts' | 'audit.channel' {
  if (kind === 'language') return 'audit.language';
  return kind === 'paused' || kind === 'resumed' ? 'audit.posts' : 'audit.channel';
}

/** Before and after. */
function changeWords(voice: Voice, change: AuditedChange): string {
  switch (change.kind) {
    case 'subscribed':
      return voice.say('audit.subscribed');
    case 'resubscribed':
      return voice.say('audit.resubscribed');
    case 'unsubscribed':
      return ended(voice, change);
    case 'language':
      return `${voice.say(`language.${change.from}`)} → ${voice.say(`language.${change.to}`)}`;
    case 'paused':
      return voice.say('audit.paused', { reason: code(change.reason) });
    case 'resumed':
      return voice.say('audit.resumed', { reason: code(change.reason) });
    case 'other':
      return code(change.action);
  }
}

function ended(voice: Voice, { madeBy, reason }: Extract<AuditedChange, { readonly kind: 'unsubscribed' }>): string {
  const words =
    madeBy === null ? voice.say('audit.unsubscribed') : voice.say('audit.unsubscribed_from', { who: mention(madeBy) });
  return reason === 'unsubscribed'
    ? words
    : voice.say('audit.because', { change: words, why: reasonWords(voice, reason) });
}

function reasonWords(voice: Voice, reason: string): string {
  switch (reason) {
    case 'job_ended':
    case 'job_gone':
    case 'cannot_post':
      return voice.say(`audit.why.${reason}`);
    default:
      return code(reason);
  }
}
