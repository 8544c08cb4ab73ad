import { jobName } from '../../../domain/job/job-name.ts';
import type { ChangedJob, ChangesSince } from '../../../domain/poll/changes-since.ts';
import type { LastSeen } from '../../../domain/poll/last-seen.ts';
import { statusGroup } from '../../../domain/job/job-status.ts';
import { causeLine, MOST_TOLD, shortCause } from '../jobs/cause-text.ts';
import { causeKey } from '../../../domain/post/cause-key.ts';
import { DAY } from '../../../domain/base/time.ts';
import type { EpochMs } from '../../../domain/base/time.ts';
import type { Announcement, DeliveryFacts } from '../../../domain/post/post.ts';
import { dateAndTime, safeName, timeOfDay } from '../kit/mrkdwn.ts';
import { STANDING_EMOJI } from '../jobs/standings.ts';
import { statusName } from '../jobs/status-words.ts';
import type { Voice } from '../kit/texts.ts';

type Of<Kind extends Announcement['kind']> = Extract<Announcement, { readonly kind: Kind }>;

type EventFacts = Extract<DeliveryFacts, { readonly kind: 'event' }>;

/** Failures whose cause is told below the line. */
const MOST_CAUSES = 2;
/** Changes named in the line. */
const MOST_CHANGES = 3;

/** DRS gives no answer: since when, why, and how the jobs stood last. Once it answers again the message says so. */
export function blindLines(
  voice: Voice,
  { since, at, why, jobs, last, nextTryAt, endedAt }: Of<'blind'>,
): readonly string[] {
  const duration = voice.duration((endedAt ?? at) - since);
  if (endedAt !== null)
    return [
      voice.say('blind.over', { duration }),
      voice.say('blind.over_note', { since: dateAndTime(since), until: dateAndTime(endedAt) }),
    ];
  return [
    voice.say('blind.headline', { duration, jobs }),
    voice.sentences(
      voice.explain(why),
      ...(nextTryAt === null
        ? last === null
          ? []
          : [lastSeenLine(voice, last, at)]
        : [voice.say('blind.next_at', { at: dateAndTime(nextTryAt) })]),
    ),
  ];
}

function lastSeenLine(voice: Voice, { at, standings, worstLagMs }: LastSeen, now: EpochMs): string {
  const counts = standings.map(({ standing, count }) => `${STANDING_EMOJI[standing]} ${count}`).join(' · ');
  const said = { at: now - at < DAY / 2 ? timeOfDay(at) : dateAndTime(at), counts };
  return worstLagMs === null
    ? voice.say('blind.last_seen', said)
    : voice.say('blind.last_seen_lag', { ...said, lag: voice.duration(worstLagMs) });
}

/** DRS answers again, or the bot is back: for how long nobody saw anything, and what changed meanwhile. */
export function backLines(
  voice: Voice,
  { after, from, until, meanwhile }: Of<'back'>,
  told: readonly EventFacts[] = [],
): readonly string[] {
  const duration = voice.duration(until - from);
  const failed = told.filter(({ event }) => event.kind === 'status_changed' && statusGroup(event.to) === 'failed');
  return [
    voice.say(`back.${after}`, { duration }),
    meanwhileLine(voice, meanwhile, failed),
    ...causesBelow(
      voice,
      failed.filter(({ aftermath }) => aftermath.closed === null),
      failed.length > 1,
    ),
  ];
}

/** Why they failed, a cause that several share once; of one alone also how it stood before. */
function causesBelow(voice: Voice, open: readonly EventFacts[], isNamed: boolean): readonly string[] {
  const [only, ...others] = open;
  if (only === undefined) return [];
  const { event, aftermath } = only;
  const keys = new Set(open.map((one) => causeKey(one.aftermath.cause, one.event.report?.errorCode ?? null)));
  if (others.length > 0 && keys.size > 1) return open.slice(0, MOST_CAUSES).map((one) => namedCause(voice, one));
  if (isNamed && others.length === 0) return [namedCause(voice, only)];
  const cause = `> ${causeLine(voice, aftermath.cause, event.report?.errorCode ?? null, MOST_TOLD)}`;
  if (event.lastLag === null || isNamed) return [cause];
  const last = { lag: voice.duration(event.lastLag.ms), at: dateAndTime(event.lastLag.at) };
  return [cause, voice.say('back.failed_after', last)];
}

function namedCause(voice: Voice, { job, event, aftermath }: EventFacts): string {
  return `> *${safeName(jobName(job))}*: ${shortCause(voice, aftermath.cause, event.report?.errorCode ?? null)}`;
}

/** What became of the jobs of a channel while nobody looked: `Meanwhile: orders FAILED … · 11 unchanged`. */
function meanwhileLine(
  voice: Voice,
  { changed, unchanged, unknown }: ChangesSince,
  failed: readonly EventFacts[],
): string {
  const rest = [
    ...(unchanged > 0 ? [voice.say('meanwhile.unchanged', { count: unchanged })] : []),
    ...(unknown > 0 ? [voice.say('meanwhile.unknown', { count: unknown })] : []),
  ];
  if (changed.length === 0 && unknown === 0) return voice.say('meanwhile.nothing', { count: unchanged });
  if (changed.length === 0) return voice.say('meanwhile.not_seen', { rest: rest.join(' · ') });
  const named = changed.slice(0, MOST_CHANGES).map((one) => change(voice, one, failed));
  const more = changed.length - named.length;
  const changes = [...named, ...(more > 0 ? [voice.say('names.more', { count: more })] : []), ...rest];
  return voice.say('meanwhile.changed', { changes: changes.join(' · ') });
}

function change(voice: Voice, { job, status }: ChangedJob, failed: readonly EventFacts[]): string {
  const spoken = statusName(voice, status, job.jobType);
  const { emoji } = spoken;
  // Of several that failed each says no more than that.
  const isOneOfMany = failed.length > 1 && statusGroup(status) === 'failed';
  const state = isOneOfMany ? voice.say('state.failed') : spoken.state;
  const closed = failed.find((one) => one.job.jobId === job.jobId)?.aftermath.closed ?? null;
  const name = `*${safeName(jobName(job))}*`;
  return closed === null
    ? `${emoji} ${name} ${state}`
    : `~${emoji} ${voice.say('state.failed')}~ ${name} ${voice.say(`incident.row_${closed.how}`)}`;
}
