import { isUnwell, STANDINGS, worstFirst } from '../../../domain/job/standing.ts';
import type { Standing } from '../../../domain/job/standing.ts';
import type { StandingJob } from '../../../domain/post/post.ts';
import { DAY } from '../../../domain/base/time.ts';
import { causeLine, MOST_TOLD, shortCause } from './cause-text.ts';
import { daysUntilEnd } from '../posts/event-text.ts';
import { boldName } from '../kit/job-names.ts';
import { dateAndTime, day } from '../kit/mrkdwn.ts';
import type { Voice } from '../kit/texts.ts';

/** The emoji of each standing: one table for everything that counts jobs. */
export const STANDING_EMOJI: Readonly<Record<Standing, string>> = {
  failed: '🔴',
  gone: '🔴',
  unknown: '⚫',
  flapping: '🟠',
  lag_high: '🟠',
  paused: '⏸️',
  ended: '⏹️',
  passing: '⚪',
  copying: '🔵',
  in_sync: '🟢',
  copied: '✅',
};

/** Jobs named for one standing, standings whose jobs are named, and failures told with their cause. */
const MOST_NAMES = 2;
const MOST_NAMED = 2;
const MOST_FAILURES = 1;

/** `🔴 1 FAILED: wave-12 · 🟢 11`; nothing when all are well, or when nobody wrote down how they were. */
export function standingsPart(voice: Voice, jobs: readonly StandingJob[]): readonly string[] {
  const known = jobs.filter(({ standing }) => standing !== null);
  if (!known.some(({ standing }) => standing !== null && isUnwell(standing))) return [];
  const groups = STANDINGS.map((standing) => ({ standing, jobs: known.filter((job) => job.standing === standing) }));
  const said = groups
    .filter((group) => group.jobs.length > 0)
    .map((group, index) => oneStanding(voice, group, { all: jobs.length, isNamed: index < MOST_NAMED }));
  return [said.join(' · ')];
}

function oneStanding(
  voice: Voice,
  { standing, jobs }: { readonly standing: Standing; readonly jobs: readonly StandingJob[] },
  { all, isNamed }: { readonly all: number; readonly isNamed: boolean },
): string {
  const emoji = STANDING_EMOJI[standing];
  if (!isUnwell(standing) || !isNamed) return `${emoji} ${jobs.length}`;
  const state = voice.say(`standing.${wordOf(standing)}`);
  if (all === 1) return `${emoji} ${state}`;
  const more = jobs.length - MOST_NAMES;
  const names = [
    ...jobs.slice(0, MOST_NAMES).map(boldName),
    ...(more > 0 ? [voice.say('names.more', { count: more })] : []),
  ];
  return voice.say('standing.named', { emoji, count: jobs.length, state, names: names.join(', ') });
}

/** Only what is not well is put into words. */
function wordOf(standing: Standing): 'failed' | 'gone' | 'unknown' | 'flapping' | 'lag_high' | 'paused' {
  switch (standing) {
    case 'failed':
    case 'gone':
    case 'flapping':
    case 'lag_high':
    case 'paused':
      return standing;
    default:
      return 'unknown';
  }
}

/** Why those have failed that no post of its own tells of, and until when DRS keeps them. */
export function failureLines(voice: Voice, jobs: readonly StandingJob[]): readonly string[] {
  const failed = worstFirst(jobs, ({ standing }) => standing ?? 'passing').filter(({ failure }) => failure !== null);
  return failed.slice(0, MOST_FAILURES).flatMap((job) => {
    const { failure, cause } = job;
    if (failure === null) return [];
    if (failed.length > 1) return [`> ${boldName(job)}: ${shortCause(voice, cause, null)}`];
    const since = dateAndTime(failure.since);
    const begun = voice.say(failure.startSeen ? 'standing.failed_since' : 'standing.failed_before', { since });
    const ends = voice.say('standing.ends_by', { day: day(failure.since + daysUntilEnd(failure.status) * DAY) });
    return [`> ${causeLine(voice, cause, null, MOST_TOLD)}`, `${begun} · ${ends}`];
  });
}
