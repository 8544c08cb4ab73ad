import { jobName } from '../../domain/job/job-name.ts';
import type { ChangedJob, Meanwhile } from '../../domain/poll/meanwhile.ts';
import type { LastSeen } from '../../domain/poll/last-seen.ts';
import { statusGroup } from '../../domain/job/job-status.ts';
import { causeLine } from './cause-text.ts';
import type { Announcement, DeliveryFacts } from '../../domain/post/post.ts';
import { dateAndTime, escapeMrkdwn } from './mrkdwn.ts';
import { STANDING_EMOJI } from './standings.ts';
import { statusName } from './status-words.ts';
import type { Voice } from './voice.ts';

type Of<Kind extends Announcement['kind']> = Extract<Announcement, { readonly kind: Kind }>;

type EventFacts = Extract<DeliveryFacts, { readonly kind: 'event' }>;

/** Failures whose cause is told below the line. */
const MOST_CAUSES = 3;
/** Changes named in the line. */
const MOST_CHANGES = 5;

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
    voice.sentences(voice.explain(why), ...(last === null ? [] : [lastSeenLine(voice, last)])),
    nextTryAt === null ? voice.say('blind.next') : voice.say('blind.next_at', { at: dateAndTime(nextTryAt) }),
  ];
}

function lastSeenLine(voice: Voice, { at, standings, worstLagMs }: LastSeen): string {
  const counts = standings.map(({ standing, count }) => `${STANDING_EMOJI[standing]} ${count}`).join(' · ');
  const said = { at: dateAndTime(at), counts };
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
    ...failed.slice(0, MOST_CAUSES).flatMap((one) => failureLines(voice, one, failed.length > 1)),
  ];
}

/** Why it failed, and how it stood before; nothing any more once the failure is closed. */
function failureLines(voice: Voice, { job, event, aftermath }: EventFacts, isNamed: boolean): readonly string[] {
  if (aftermath.closed !== null) return [];
  const whose = isNamed ? `*${escapeMrkdwn(jobName(job))}*: ` : '';
  const cause = `> ${whose}${causeLine(voice, aftermath.cause, event.report?.errorCode ?? null)}`;
  if (event.lastLag === null || isNamed) return [cause];
  const last = { lag: voice.duration(event.lastLag.ms), at: dateAndTime(event.lastLag.at) };
  return [cause, voice.say('back.failed_after', last)];
}

/** What became of the jobs of a channel while nobody looked: `Meanwhile: orders FAILED … · 11 unchanged`. */
function meanwhileLine(
  voice: Voice,
  { changed, unchanged, unknown }: Meanwhile,
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
  const { emoji, state } = statusName(voice, status, job.jobType);
  const closed = failed.find((one) => one.job.jobId === job.jobId)?.aftermath.closed ?? null;
  const name = `*${escapeMrkdwn(jobName(job))}*`;
  return closed === null
    ? `${emoji} ${name} ${state}`
    : `~${emoji} ${voice.say('state.failed')}~ ${name} ${voice.say(`incident.row_${closed.how}`)}`;
}
