import { isUnwell, STANDINGS, worstFirst } from '../../../domain/job/standing.ts';
import type { Standing } from '../../../domain/job/standing.ts';
import { expiryOf } from '../../../domain/rules/expiry.ts';
import type { StandingJob } from '../../../domain/post/post.ts';
import { isMessageKey } from '../../../words/plain-texts.ts';
import { boldName, withMore } from '../kit/job-names.ts';
import { dateAndTime } from '../kit/mrkdwn.ts';
import type { Texts } from '../kit/texts.ts';
import { endText } from './deadline.ts';
import { causeLine, MAX_TOLD_TEXT, shortCause } from './cause-text.ts';

/** The emoji of each standing: one table for everything that counts jobs. */
export const STANDING_EMOJI: Readonly<Record<Standing, string>> = {
  failed: '🔴',
  gone: '🔴',
  unknown: '⚫',
  flapping: '🟠',
  sub_jobs_failed: '🟠',
  lag_high: '🟠',
  stalled: '🟠',
  paused: '⏸️',
  ended: '⏹️',
  passing: '⚪',
  copying: '🔵',
  in_sync: '🟢',
  caught_up: '🏁',
  copied: '✅',
};

/** Jobs named for one standing, and standings whose jobs are named. */
const MAX_NAMES = 2;
const MAX_NAMED = 2;

/** `🔴 1 FAILED: wave-12 · 🟢 11`; nothing when all are well, or when nobody wrote down how they were. */
export function standingsPart(texts: Texts, jobs: readonly StandingJob[]): readonly string[] {
  const groups = STANDINGS.map((standing) => ({ standing, jobs: jobs.filter((job) => job.standing === standing) }));
  const present = groups.filter((group) => group.jobs.length > 0);
  if (!present.some(({ standing }) => isUnwell(standing))) return [];
  const said = present.map(({ standing, jobs: those }, index) => {
    const emoji = STANDING_EMOJI[standing];
    if (!isUnwell(standing) || index >= MAX_NAMED) return `${emoji} ${those.length}`;
    const key = `standing.${standing}`;
    const state = texts.get(isMessageKey(key) ? key : 'standing.unknown');
    if (jobs.length === 1) return `${emoji} ${state}`;
    const names = withMore(texts, those.map(boldName), MAX_NAMES).join(', ');
    return texts.get('standing.named', { emoji, count: those.length, state, names });
  });
  return [said.join(' · ')];
}

/** Why the worst job has failed that no post of its own tells of, and until when DRS keeps it. */
export function failureLines(texts: Texts, jobs: readonly StandingJob[]): readonly string[] {
  const failed = worstFirst(jobs, ({ standing }) => standing ?? 'passing').filter(({ failure }) => failure !== null);
  const [job] = failed;
  if (job === undefined || job.failure === null) return [];
  const { failure, cause, terms } = job;
  if (failed.length > 1) return [`> ${boldName(job)}: ${shortCause(texts, cause, null)}`];
  const since = dateAndTime(failure.since);
  const begun = texts.get(failure.startSeen ? 'standing.failed_since' : 'standing.failed_before', { since });
  const expiry = expiryOf(failure.status, terms);
  const ends = expiry === null ? texts.get('told.paid_in_advance') : endText(texts, expiry, failure.since);
  return [`> ${causeLine(texts, cause, null, MAX_TOLD_TEXT)}`, `${begun} · ${ends}`];
}
