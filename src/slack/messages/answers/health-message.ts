import type { Quota } from '../../../domain/poll/poll-budget.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../../domain/base/time.ts';
import type { HealthReport } from '../../../use-cases/showing/show-health.ts';
import type { VersionReport } from '../../../use-cases/showing/show-version.ts';
import { deliveryPromise } from './list-message.ts';
import type { SlackMessage } from '../kit/message.ts';
import { message } from '../kit/message.ts';
import { ago, code, dateAndTime } from '../kit/mrkdwn.ts';
import { pauseLines } from './pause-lines.ts';
import type { Voice } from '../kit/texts.ts';

/**
 * How the bot is: the worst first in its headline, then what it is made of.
 *
 * @param otherSockets of other processes with the same app token, each of which takes a part of all commands
 */
export function healthMessage(voice: Voice, report: HealthReport, otherSockets = 0): SlackMessage {
  const { lastTickAt, figures, delivery } = report;
  const { watchedJobs, pausedChannels, workspaceRefusal } = figures;
  return message([
    {
      kind: 'news',
      headline: headline(voice, report),
      lines: [
        ...reachLines(voice, report),
        lastTickAt === null ? voice.say('health.no_tick') : voice.say('health.tick', { ago: ago(lastTickAt) }),
        ...pauseLines(voice, report.pausedUntil),
        voice.say('health.watched', { jobs: watchedJobs }),
        ...(figures.unreadableJobs === 0 ? [] : [voice.say('health.unreadable', { count: figures.unreadableJobs })]),
        ...askingLines(voice, report),
        queueLine(voice, report),
        ...lookedForLines(voice, report),
        ...(otherSockets === 0 ? [] : [voice.say('health.other_sockets', { others: otherSockets })]),
        ...(pausedChannels === 0 && workspaceRefusal === null ? [] : [pausedLine(voice, report)]),
      ],
    },
    { kind: 'footer', line: deliveryPromise(voice, delivery) },
  ]);
}

function headline(voice: Voice, { drs, blind, asking, figures, stillLoops, isLate, lookedFor }: HealthReport): string {
  if (stillLoops.length > 0) return voice.say('health.headline.still');
  if (figures.workspaceRefusal !== null) return voice.say('health.headline.refused');
  if (blind !== null) return voice.say('health.headline.blind');
  if (isLate || lookedFor !== null) return voice.say('health.headline.late');
  if (asking.isLate && figures.watchedJobs > 0) return voice.say('health.headline.asked_late');
  if (figures.pausedChannels > 0) return voice.say('health.headline.paused');
  return voice.say(drs.kind === 'not_asked' ? 'health.headline.not_asked' : 'health.headline.well');
}

/** Whether DRS answers; when it does not: since when, why, the last good answer, and when it is asked again. */
function reachLines(voice: Voice, { drs, blind }: HealthReport): readonly string[] {
  if (blind !== null) {
    const at = dateAndTime(blind.nextTryAt);
    return [
      voice.say('health.drs.silent', { since: dateAndTime(blind.since), why: voice.explain(blind.why) }),
      blind.lastReportAt === null
        ? voice.say('health.drs.no_report', { at })
        : voice.say('health.drs.last_report', { ago: ago(blind.lastReportAt), at }),
    ];
  }
  return drs.kind === 'answers'
    ? [voice.say('health.drs.answers', { ago: ago(drs.lastAt), since: dateAndTime(drs.since) })]
    : [voice.say('health.drs.not_asked')];
}

/** How often jobs are asked about, and why; nothing where that is simply as often as wanted. */
function askingLines(voice: Voice, { asking, figures }: HealthReport): readonly string[] {
  const { stretch, quota, closedMs, longestWaitMs, isLate } = asking;
  if (figures.watchedJobs === 0 || (quota === null && !isLate)) return [];
  const wait = voice.duration(longestWaitMs);
  if (closedMs > 0) return [voice.say('health.asking.closed', { pause: voice.duration(closedMs), wait })];
  const allowed = quota === null ? {} : { quota: describeQuota(voice, quota) };
  if (stretch === null)
    return [voice.say(quota === null ? 'health.asking.late' : 'health.asking.within_quota', { ...allowed, wait })];
  const pace = { every: voice.duration(stretch.everyMs), wanted: voice.duration(stretch.wantedMs), wait };
  return [voice.say(`health.asking.${stretch.isByQuota ? 'by_quota' : 'by_setting'}`, { ...allowed, ...pace })];
}

function describeQuota(voice: Voice, { limit, windowMs }: Quota): string {
  return voice.say('health.quota', { limit, unit: QUOTA_UNITS[windowMs] ?? 'other', window: voice.duration(windowMs) });
}

const QUOTA_UNITS: Readonly<Record<number, string>> = {
  [SECOND]: 'second',
  [MINUTE]: 'minute',
  [HOUR]: 'hour',
  [DAY]: 'day',
};

function queueLine(voice: Voice, { figures: { queued } }: HealthReport): string {
  const { count, oldestAt } = queued;
  return oldestAt === null
    ? voice.say('health.queue.empty')
    : voice.say('health.queue.waiting', { count, since: dateAndTime(oldestAt) });
}

/** What waits for Slack to let the bot read; nothing while that takes as long as it always does. */
function lookedForLines(voice: Voice, { lookedFor }: HealthReport): readonly string[] {
  if (lookedFor === null) return [];
  return [voice.say('health.looked_for', { count: lookedFor.count, since: dateAndTime(lookedFor.since) })];
}

function pausedLine(voice: Voice, { figures: { pausedChannels, held, workspaceRefusal } }: HealthReport): string {
  if (workspaceRefusal !== null) return voice.say('health.refused', { reason: code(workspaceRefusal), held });
  return voice.say('health.paused', { count: pausedChannels, held, list: voice.typed('list') });
}

/** What runs, in one breath, as a report of a fault needs it. */
export function versionMessage(voice: Voice, { program, node, schema, startedAt }: VersionReport): SlackMessage {
  return message([
    {
      kind: 'news',
      headline: voice.say('version.headline', { version: program }),
      lines: [
        voice.say('version.made_of', { node: code(node), schema: code(schema) }),
        voice.say('version.since', { at: dateAndTime(startedAt), ago: ago(startedAt) }),
      ],
    },
  ]);
}
