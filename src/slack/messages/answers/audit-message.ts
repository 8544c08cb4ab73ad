import { SECOND } from '../../../domain/base/time.ts';
import type { AuditedChange, AuditEntry } from '../../../domain/audit.ts';
import type { ReferenceProblem } from '../../../use-cases/naming/resolve-jobs.ts';
import type { AuditPage } from '../../../use-cases/showing/show-audit.ts';
import { isMessageKey } from '../../../words/plain-texts.ts';
import { ACTIONS, AUDIT_VALUE } from '../kit/button-value.ts';
import { boldName, jobNames } from '../kit/job-names.ts';
import type { ButtonSpec, SlackMessage } from '../kit/message.ts';
import { footer, lines, linesPart, message } from '../kit/message.ts';
import { code, dateAndTime, mention } from '../kit/mrkdwn.ts';
import { changeWords } from '../kit/rule-words.ts';
import { unresolvedParts } from './reference-problem.ts';
import type { Texts } from '../kit/texts.ts';

/** What was done in a channel, newest first: when, who, what, before and after. The newest stands above the buttons. */
export function auditMessage(texts: Texts, page: AuditPage): SlackMessage {
  const { entries, jobId, before, older } = page;
  if (entries.length === 0 && before === null) return lines(nothing(texts, jobId));
  const job = jobId === null ? null : boldName({ jobId, name: entries[0]?.job?.name ?? null });
  const commands = commandsIn(texts, entries).map((those) => entryLine(texts, those));
  const small = [
    ...(job === null ? [] : [texts.get('audit.about', { job })]),
    ...(older > 0 ? [texts.get('audit.older', { count: older })] : []),
  ];
  return message([
    linesPart(commands.slice(0, 1)),
    { kind: 'buttons', buttons: buttons(texts, page) },
    linesPart(commands.slice(1)),
    ...(small.length === 0 ? [] : [footer(small.join(' · '))]),
  ]);
}

/** A name that fits no job, or several, that something was done about here. */
export function auditProblem(texts: Texts, problem: ReferenceProblem, channelId: string): SlackMessage {
  return message(unresolvedParts(texts, { problems: [problem] }, 'audit', channelId));
}

function nothing(texts: Texts, jobId: AuditPage['jobId']): string {
  if (jobId === null) return texts.get('audit.none');
  return texts.get('audit.none_about', { job: code(jobId), audit: texts.command('audit') });
}

function buttons(texts: Texts, { entries, jobId, before, older }: AuditPage): readonly ButtonSpec[] {
  const last = entries.at(-1);
  const page = (
    to: 'newest' | 'older',
    from: number | null,
    label: 'newest' | 'older' | 'refresh' = to,
  ): ButtonSpec => ({
    text: texts.get(`button.${label}`),
    actionId: `${ACTIONS.pageAudit}:${to}`,
    value: AUDIT_VALUE.encode({ jobId, before: from }),
  });
  return [
    ...(older > 0 && last !== undefined ? [page('older', last.id)] : []),
    page('newest', null, before === null ? 'refresh' : 'newest'),
  ];
}

/** Entries that came of one command, as far as that shows: the same was done by the same person to several jobs at once. */
function commandsIn(texts: Texts, entries: readonly AuditEntry[]): readonly (readonly [AuditEntry, ...AuditEntry[]])[] {
  const commands: [AuditEntry, ...AuditEntry[]][] = [];
  for (const entry of entries) {
    const current = commands.at(-1);
    if (current !== undefined && isOfOne(texts, current[0], entry)) current.push(entry);
    else commands.push([entry]);
  }
  return commands;
}

/** Between the first and the last job of one command, in ms. */
const ONE_COMMAND_MS = 5 * SECOND;

function isOfOne(texts: Texts, newer: AuditEntry, older: AuditEntry): boolean {
  return (
    newer.job !== null &&
    older.job !== null &&
    newer.job.jobId !== older.job.jobId &&
    newer.by === older.by &&
    newer.at - older.at <= ONE_COMMAND_MS &&
    describe(texts, newer.change) === describe(texts, older.change)
  );
}

function entryLine(texts: Texts, entries: readonly [AuditEntry, ...AuditEntry[]]): string {
  const [{ at, by, job, change }] = entries;
  const jobs = entries.flatMap((entry) => entry.job ?? []);
  const what = job === null ? texts.get(subjectOf(change)) : jobNames(texts, jobs);
  return texts.get('audit.entry', {
    at: dateAndTime(at),
    who: by === null ? texts.get('audit.bot') : mention(by),
    what,
    change: describe(texts, change),
  });
}

function subjectOf({ kind }: AuditedChange): 'audit.language' | 'audit.rules' | 'audit.posts' | 'audit.channel' {
  if (kind === 'rules') return 'audit.rules';
  if (kind === 'language') return 'audit.language';
  return kind === 'paused' || kind === 'resumed' ? 'audit.posts' : 'audit.channel';
}

/** Before and after. */
function describe(texts: Texts, change: AuditedChange): string {
  switch (change.kind) {
    case 'subscribed':
    case 'resubscribed':
      return texts.get(`audit.${change.kind}`);
    case 'unsubscribed':
      return ended(texts, change);
    case 'language':
      return `${texts.get(`language.${change.from}`)} → ${texts.get(`language.${change.to}`)}`;
    case 'rules':
      return changeWords(texts, change.from, change.to);
    case 'paused':
    case 'resumed':
      return texts.get(`audit.${change.kind}`, { reason: code(change.reason) });
    case 'moved':
      return texts.get('audit.moved');
    case 'other':
      return code(change.action);
  }
}

function ended(texts: Texts, { madeBy, reason }: Extract<AuditedChange, { readonly kind: 'unsubscribed' }>): string {
  const change =
    madeBy === null ? texts.get('audit.unsubscribed') : texts.get('audit.unsubscribed_from', { who: mention(madeBy) });
  if (reason === 'unsubscribed') return change;
  const key = `audit.why.${reason}`;
  return texts.get('audit.because', { change, why: isMessageKey(key) ? texts.get(key) : code(reason) });
}
