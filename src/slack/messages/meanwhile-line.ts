import { jobName } from '../../domain/job/job-name.ts';
import type { ChangedJob, Meanwhile } from '../../domain/poll/meanwhile.ts';
import { escapeMrkdwn } from './mrkdwn.ts';
import { statusName } from './status-words.ts';
import type { Voice } from './voice.ts';

/** Changes named in the line. */
const MOST_CHANGES = 10;

/** What became of the jobs of a channel while nobody looked: `Changed meanwhile: orders FAILED … · 11 unchanged`. */
export function meanwhileLine(voice: Voice, { changed, unchanged, unknown }: Meanwhile): string {
  const rest = [
    ...(unchanged > 0 ? [voice.say('meanwhile.unchanged', { count: unchanged })] : []),
    ...(unknown > 0 ? [voice.say('meanwhile.unknown', { count: unknown })] : []),
  ];
  if (changed.length === 0 && unknown === 0) return voice.say('meanwhile.nothing', { count: unchanged });
  if (changed.length === 0) return voice.say('meanwhile.not_seen', { rest: rest.join(' · ') });
  const named = changed.slice(0, MOST_CHANGES).map((one) => change(voice, one));
  const more = changed.length - named.length;
  const changes = [...named, ...(more > 0 ? [voice.say('names.more', { count: more })] : []), ...rest];
  return voice.say('meanwhile.changed', { changes: changes.join(' · ') });
}

function change(voice: Voice, { job, status }: ChangedJob): string {
  const { emoji, state } = statusName(voice, status, job.jobType);
  return `${emoji} *${escapeMrkdwn(jobName(job))}* ${state}`;
}
