import { quietMs } from '../../../domain/job/flapping.ts';
import type { Job } from '../../../domain/job/job.ts';
import type { JobEvent } from '../../../domain/job/job-event.ts';
import type { NamedJob } from '../../../domain/post/post.ts';
import { statusName, statusWords } from '../jobs/status-words.ts';
import { plainName } from '../kit/job-names.ts';
import type { News } from '../kit/message.ts';
import { dateAndTime } from '../kit/mrkdwn.ts';
import type { Texts } from '../kit/texts.ts';

type Of<Kind extends JobEvent['kind']> = Extract<JobEvent, { readonly kind: Kind }>;

/** A job that fails again and again, kept current: how often by now, and how it is; once it no longer flaps, that. */
export function flapping(texts: Texts, job: NamedJob, event: Of<'flapping'>, current: Job | null): News {
  const name = plainName(job);
  const told = current === null ? event.flapping : current.state.flapping;
  if (told === null) {
    const { failures: count, since } = event.flapping;
    return { headline: `⚪ ${texts.get('told.flapped', { name, count, since: dateAndTime(since) })}`, lines: [] };
  }
  const at = current === null ? event.at : (told.quietSince ?? event.at);
  const report = current?.state.report ?? event.report;
  const said = {
    name,
    count: told.failures,
    duration: texts.duration(at - told.since),
    state: statusName(texts, report?.status ?? null, job.jobType).state,
  };
  const next = { every: texts.duration(told.longestGapMs), quiet: texts.duration(quietMs(told)) };
  return { headline: `🟠 ${texts.get('told.flapping', said)}`, lines: [texts.get('told.flapping_next', next)] };
}

/** A job that no longer flaps: how it has settled, and since when it is quiet. */
export function settled(texts: Texts, job: NamedJob, event: Of<'settled'>, alarmMs: number): News {
  const { flapping: told, quietMs: ms, at, report } = event;
  const words = report === null ? null : statusWords(texts, report, job.jobType, event.lagNote, alarmMs);
  const state = words?.state ?? texts.get('now.unknown');
  const said = {
    quiet: texts.duration(ms),
    count: told.failures,
    duration: texts.duration(at - ms - told.since),
  };
  return {
    headline: `${words?.emoji ?? '⚫'} ${texts.get('told.settled', { name: plainName(job), state })}`,
    lines: [texts.get('told.settled_quiet', said)],
  };
}
