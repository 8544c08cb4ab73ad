import type { Quota } from '../../../domain/poll/poll-budget.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../../domain/base/time.ts';
import type { BlindReport, HealthReport } from '../../../use-cases/showing/show-health.ts';
import { ACTIONS } from '../kit/button-value.ts';
import { deliveryPromise } from './delivery-promise.ts';
import type { ButtonSpec, SlackMessage } from '../kit/message.ts';
import { footer, message } from '../kit/message.ts';
import { ago, code, dateAndTime, timeOrDate } from '../kit/mrkdwn.ts';
import { pauseLines } from './pause-lines.ts';
import { hideOperatorMatters } from '../kit/texts.ts';
import type { Texts } from '../kit/texts.ts';

/** Columns of a reason that take two lines on a phone; a Chinese character takes two columns. */
const SHORT_WHY = 72;

/**
 * How the bot is: the worst first in its headline, then what it is made of. Where DRS gives no answer, that alone is shown,
 * and the rest on demand.
 *
 * @param otherSockets of other processes with the same app token, each of which takes a part of all commands
 */
export function healthMessage(
  texts: Texts,
  report: HealthReport,
  { otherSockets = 0, isWhole = false }: { readonly otherSockets?: number; readonly isWhole?: boolean } = {},
): SlackMessage {
  if (report.blind !== null && !isWhole) return blindMessage(texts, report, report.blind);
  const { lastTickAt, figures, lookedFor } = report;
  const lines = [
    ...reachLines(texts, report),
    lastTickAt === null ? texts.get('health.no_tick') : texts.get('health.tick', { ago: ago(lastTickAt) }),
    ...pauseLines(texts, report.pausedUntil),
    texts.get('health.watched', { jobs: figures.watchedJobs }),
    figures.unreadableJobs === 0 ? null : texts.get('health.unreadable', { count: figures.unreadableJobs }),
    notHereLine(texts, report),
    askingLine(texts, report),
    queueLine(texts, report),
    lookedFor === null
      ? null
      : texts.get('health.looked_for', { count: lookedFor.count, since: dateAndTime(lookedFor.since) }),
    otherSockets === 0 ? null : texts.get('health.other_sockets', { others: otherSockets }),
    pausedLine(texts, report),
  ];
  return message([
    { kind: 'news', headline: headline(texts, report), lines: lines.filter((line) => line !== null) },
    { kind: 'buttons', buttons: [button(texts, 'refresh', ACTIONS.wholeHealth)] },
    footer(deliveryPromise(texts, report.delivery)),
  ]);
}

/** Since when DRS gives no answer, why, the last good answer and the next try, in four lines of a phone. */
function blindMessage(texts: Texts, report: HealthReport, blind: BlindReport): SlackMessage {
  return message([
    {
      kind: 'news',
      headline: headline(texts, report),
      lines: blindLines(texts, report, blind, shortWhy(texts, blind)),
    },
    {
      kind: 'buttons',
      buttons: [button(texts, 'refresh', ACTIONS.showHealth), button(texts, 'more_health', ACTIONS.wholeHealth)],
    },
  ]);
}

function button(texts: Texts, what: 'refresh' | 'more_health', actionId: string): ButtonSpec {
  return { text: texts.get(`button.${what}`), actionId };
}

/** The reason if it is short, else what it begins with: what is wrong. What to do about it is in the whole health. */
function shortWhy(texts: Texts, { why }: BlindReport): string {
  const whole = texts.explain(why);
  if (columnsOf(whole) <= SHORT_WHY) return whole;
  const [clause = ''] = whole.split(CLAUSE_END);
  return columnsOf(clause) <= SHORT_WHY ? clause : hideOperatorMatters(texts).explain(why);
}

/** A sign that ends a clause, but for one within a number or a name. */
const CLAUSE_END = /[:;,.](?=\s)|[：；，。]/;

function columnsOf(text: string): number {
  return Array.from(text).reduce((sum, sign) => sum + (sign > '\u2e80' ? 2 : 1), 0);
}

/** Nothing worse is to be said than that DRS gives no answer. */
function isNewsOfBlindness({ figures, stillLoops }: HealthReport): boolean {
  return stillLoops.length === 0 && figures.workspaceRefusal === null;
}

function headline(texts: Texts, report: HealthReport): string {
  const { drs, blind, asking, figures, stillLoops, isLate, lookedFor } = report;
  if (stillLoops.length > 0) return texts.get('health.headline.still');
  if (figures.workspaceRefusal !== null) return texts.get('health.headline.refused');
  if (blind !== null) return texts.get('health.headline.blind', { since: dateAndTime(blind.since) });
  if (isLate || lookedFor !== null) return texts.get('health.headline.late');
  if (asking.isLate && figures.watchedJobs > 0) return texts.get('health.headline.asked_late');
  if (figures.pausedChannels > 0) return texts.get('health.headline.paused');
  return texts.get(drs.kind === 'not_asked' ? 'health.headline.not_asked' : 'health.headline.well');
}

/** Whether DRS answers; when it does not: since when, why, the last good answer, and when it is asked again. */
function reachLines(texts: Texts, report: HealthReport): readonly string[] {
  const { drs, blind } = report;
  if (blind !== null) return blindLines(texts, report, blind, texts.explain(blind.why));
  return drs.kind === 'answers'
    ? [texts.get('health.drs.answers', { ago: ago(drs.lastAt), since: dateAndTime(drs.since) })]
    : [texts.get('health.drs.not_asked')];
}

function blindLines(texts: Texts, report: HealthReport, blind: BlindReport, why: string): readonly string[] {
  const silent = texts.get('health.drs.silent', { since: dateAndTime(blind.since) });
  return [...(isNewsOfBlindness(report) ? [] : [silent]), why, lastAnswerLine(texts, report, blind)];
}

function lastAnswerLine(
  texts: Texts,
  { lastTickAt }: HealthReport,
  { since, lastReportAt, nextTryAt }: BlindReport,
): string {
  const at = timeOrDate(nextTryAt, lastTickAt ?? since);
  return lastReportAt === null
    ? texts.get('health.drs.no_report', { at })
    : texts.get('health.drs.last_report', { ago: ago(lastReportAt), at });
}

/** What messages lack because DRS does not offer it here. */
function notHereLine(texts: Texts, { notHere }: HealthReport): string | null {
  if (notHere.length === 0) return null;
  return texts.get('health.not_here', { what: notHere.map((name) => texts.get(`health.insight.${name}`)).join(', ') });
}

/** How often jobs are asked about, and why; null where that is simply as often as wanted. */
function askingLine(texts: Texts, { asking, figures }: HealthReport): string | null {
  const { stretch, quota, closedMs, longestWaitMs, isLate } = asking;
  if (figures.watchedJobs === 0 || (quota === null && !isLate)) return null;
  const wait = texts.duration(longestWaitMs);
  if (closedMs > 0) return texts.get('health.asking.closed', { pause: texts.duration(closedMs), wait });
  const allowed = quota === null ? {} : { quota: describeQuota(texts, quota) };
  if (stretch === null)
    return texts.get(quota === null ? 'health.asking.late' : 'health.asking.within_quota', { ...allowed, wait });
  const pace = { every: texts.duration(stretch.everyMs), wanted: texts.duration(stretch.wantedMs), wait };
  return texts.get(`health.asking.${stretch.isByQuota ? 'by_quota' : 'by_setting'}`, { ...allowed, ...pace });
}

function describeQuota(texts: Texts, { limit, windowMs }: Quota): string {
  return texts.get('health.quota', { limit, unit: QUOTA_UNITS[windowMs] ?? 'other', window: texts.duration(windowMs) });
}

const QUOTA_UNITS: Readonly<Record<number, string>> = {
  [SECOND]: 'second',
  [MINUTE]: 'minute',
  [HOUR]: 'hour',
  [DAY]: 'day',
};

/** Null where nothing waits but what Slack refuses, which has a line of its own. */
function queueLine(texts: Texts, { figures: { queued, held } }: HealthReport): string | null {
  const { count, oldestAt } = queued;
  if (oldestAt === null && held > 0) return null;
  return oldestAt === null
    ? texts.get('health.queue.empty')
    : texts.get('health.queue.waiting', { count, since: dateAndTime(oldestAt) });
}

/** What Slack refuses; null where that is nothing. */
function pausedLine(
  texts: Texts,
  { figures: { pausedChannels, held, workspaceRefusal } }: HealthReport,
): string | null {
  if (workspaceRefusal !== null) return texts.get('health.refused', { reason: code(workspaceRefusal), held });
  if (pausedChannels === 0) return null;
  return texts.get('health.paused', { count: pausedChannels, held, list: texts.command('list') });
}
