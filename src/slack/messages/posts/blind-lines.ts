import type { LastSeen } from '../../../domain/poll/last-seen.ts';
import { statusGroup } from '../../../domain/job/job-status.ts';
import type { ChangedJob, ChangesSince } from '../../../domain/poll/changes-since.ts';
import type { EpochMs } from '../../../domain/base/time.ts';
import { causeKey } from '../../../domain/post/cause-key.ts';
import type { Announcement } from '../../../domain/post/post.ts';
import { causeLine, MAX_TOLD_TEXT, shortCause } from '../jobs/cause-text.ts';
import { STANDING_EMOJI } from '../jobs/standings.ts';
import { statusName } from '../jobs/status-words.ts';
import { boldName, withMore } from '../kit/job-names.ts';
import { dateAndTime, timeOrDate } from '../kit/mrkdwn.ts';
import type { Texts } from '../kit/texts.ts';
import { errorCodeOf, isFailure } from './event-facts.ts';
import type { EventFacts } from './event-facts.ts';

type Of<Kind extends Announcement['kind']> = Extract<Announcement, { readonly kind: Kind }>;

/** Failures whose cause is told below the line. */
const MAX_CAUSES = 2;
/** Changes named in the line. */
const MAX_CHANGES = 3;

/** DRS gives no answer: since when, why, and how the jobs stood last. Once it answers again the message says so. */
export function blindLines(texts: Texts, said: Of<'blind'>): readonly string[] {
  const { since, at, why, jobs, last, nextTryAt, endedAt } = said;
  const duration = texts.duration((endedAt ?? at) - since);
  if (endedAt !== null)
    return [
      texts.get('blind.over', { duration }),
      texts.get('blind.over_note', { since: dateAndTime(since), until: dateAndTime(endedAt) }),
    ];
  const more =
    nextTryAt !== null
      ? [texts.get('blind.next_at', { at: dateAndTime(nextTryAt) })]
      : last !== null
        ? [lastSeenLine(texts, last, at)]
        : [];
  return [texts.get('blind.headline', { duration, jobs }), texts.joinSentences(texts.explain(why), ...more)];
}

function lastSeenLine(texts: Texts, { at, standings, worstLagMs }: LastSeen, now: EpochMs): string {
  const counts = standings.map(({ standing, count }) => `${STANDING_EMOJI[standing]} ${count}`).join(' · ');
  const said = { at: timeOrDate(at, now), counts };
  return worstLagMs === null
    ? texts.get('blind.last_seen', said)
    : texts.get('blind.last_seen_lag', { ...said, lag: texts.duration(worstLagMs) });
}

/** DRS answers again, or the bot is back: for how long nobody saw anything, and what changed meanwhile. */
export function backLines(
  texts: Texts,
  { after, from, until, meanwhile }: Of<'back'>,
  told: readonly EventFacts[] = [],
): readonly string[] {
  const failed = told.filter(({ event }) => isFailure(event));
  return [
    texts.get(`back.${after}`, { duration: texts.duration(until - from) }),
    meanwhileLine(texts, meanwhile, failed),
    ...causesBelow(texts, failed),
  ];
}

/** Why those have failed that still are, a cause that several share once; of one alone also how it stood before. */
function causesBelow(texts: Texts, failed: readonly EventFacts[]): readonly string[] {
  const open = failed.filter(({ aftermath }) => aftermath.closed === null);
  const [first] = open;
  if (first === undefined) return [];
  const keys = new Set(open.map((one) => causeKey(one.aftermath.cause, errorCodeOf(one))));
  const isNamed = failed.length > 1;
  if (keys.size > 1 || (isNamed && open.length === 1))
    return open.slice(0, MAX_CAUSES).map((one) => {
      return `> ${boldName(one.job)}: ${shortCause(texts, one.aftermath.cause, errorCodeOf(one))}`;
    });
  const { lastLag } = first.event;
  const cause = `> ${causeLine(texts, first.aftermath.cause, errorCodeOf(first), MAX_TOLD_TEXT)}`;
  if (lastLag === null || isNamed) return [cause];
  return [cause, texts.get('back.failed_after', { lag: texts.duration(lastLag.ms), at: dateAndTime(lastLag.at) })];
}

/** What became of the jobs of a channel while nobody looked: `Meanwhile: orders FAILED … · 11 unchanged`. */
function meanwhileLine(
  texts: Texts,
  { changed, unchanged, unknown }: ChangesSince,
  failed: readonly EventFacts[],
): string {
  const rest = [
    ...(unchanged > 0 ? [texts.get('meanwhile.unchanged', { count: unchanged })] : []),
    ...(unknown > 0 ? [texts.get('meanwhile.unknown', { count: unknown })] : []),
  ];
  if (changed.length > 0) {
    const all = changed.map((one) => changeText(texts, one, failed));
    return texts.get('meanwhile.changed', { changes: [...withMore(texts, all, MAX_CHANGES), ...rest].join(' · ') });
  }
  return unknown === 0
    ? texts.get('meanwhile.nothing', { count: unchanged })
    : texts.get('meanwhile.not_seen', { rest: rest.join(' · ') });
}

function changeText(texts: Texts, { job, status }: ChangedJob, failed: readonly EventFacts[]): string {
  const { emoji, state } = statusName(texts, status, job.jobType);
  const closed = failed.find((one) => one.job.jobId === job.jobId)?.aftermath.closed ?? null;
  if (closed !== null)
    return `~${emoji} ${texts.get('state.failed')}~ ${boldName(job)} ${texts.get(`incident.row_${closed.how}`)}`;
  // Of several that failed each says no more than that.
  const isOneOfMany = failed.length > 1 && statusGroup(status) === 'failed';
  return `${emoji} ${boldName(job)} ${isOneOfMany ? texts.get('state.failed') : state}`;
}
