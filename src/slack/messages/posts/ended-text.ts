import type { EndVerdict, JobEvent } from '../../../domain/job/job-event.ts';
import { isDisasterRecovery } from '../../../domain/job/job-type.ts';
import type { Doer } from '../../../domain/job/timeline.ts';
import type { NamedJob } from '../../../domain/post/post.ts';
import { endedHeadline } from '../jobs/ended-headline.ts';
import { statusName } from '../jobs/status-words.ts';
import type { News } from '../kit/message.ts';
import { dateAndTime } from '../kit/mrkdwn.ts';
import type { Texts } from '../kit/texts.ts';
import { doerText } from './doer-text.ts';

type Ended = Extract<JobEvent, { readonly kind: 'ended' }>;

/** Verdicts that rest on what was seen some time before the end. */
const UNPROVEN: ReadonlySet<EndVerdict> = new Set<EndVerdict>(['not_seen', 'other_status', 'stopped_unsettled']);

/** A job that has ended: whether that is a success, and that nobody is told about it any more. Its life is a table below. */
export function ended(texts: Texts, job: NamedJob, event: Ended, doer: Doer | null): News {
  const { verdict, lastLag, summary, at } = event;
  const headline = endedHeadline(texts, job, event);
  const by = doerText(texts, 'told.ended_by', doer, at);
  const over = texts.get('told.subscription_ended');
  const closing = by === null ? over : `${by} · ${over}`;
  if (isDisasterRecovery(job.jobType) && verdict !== 'had_failed') return { headline, lines: [closing] };
  const lines = [
    UNPROVEN.has(verdict) ? lastSeenLine(texts, job, event) : null,
    // With a summary the headline or the table says it already.
    lastLag === null || summary !== null
      ? null
      : texts.get('told.last_lag', { lag: texts.duration(lastLag.ms), at: dateAndTime(lastLag.at) }),
    closing,
  ];
  return { headline, lines: lines.filter((line) => line !== null) };
}

/** What was last known of a job that nobody saw end, and how old that is. */
function lastSeenLine(texts: Texts, { jobType }: NamedJob, { standing, at }: Ended): string | null {
  if (standing === null) return null;
  return texts.get('told.last_standing', {
    state: statusName(texts, standing.status, jobType).state,
    lag: standing.lagMs === null ? '' : texts.get('told.standing_lag', { lag: texts.duration(standing.lagMs) }),
    at: dateAndTime(standing.at),
    before: texts.duration(at - standing.at),
  });
}
