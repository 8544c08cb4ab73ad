import { isSuccess } from '../../../domain/job/job-event.ts';
import type { JobEvent } from '../../../domain/job/job-event.ts';
import { isDisasterRecovery } from '../../../domain/job/job-type.ts';
import type { NamedJob } from '../../../domain/post/post.ts';
import { plainName } from '../kit/job-names.ts';
import type { Texts } from '../kit/texts.ts';
import { statusName } from './status-words.ts';

type Ended = Extract<JobEvent, { readonly kind: 'ended' }>;

/** `✅ orders is done – stopped in sync, last lag < 1 s`, or `⏹️ orders ended – while paused`; the same when it is told and when it is asked for. */
export function endedHeadline(texts: Texts, job: NamedJob, event: Ended): string {
  const said = { name: plainName(job), how: howItEnded(texts, job, event) };
  return isSuccess(event.verdict) ? `✅ ${texts.get('told.done', said)}` : `⏹️ ${texts.get('told.ended', said)}`;
}

function howItEnded(texts: Texts, { jobType }: NamedJob, { verdict, lastLag, standing, at }: Ended): string {
  if (isDisasterRecovery(jobType) && verdict !== 'had_failed') return texts.get('ended.disaster_recovery');
  return texts.get(`ended.${verdict}`, {
    lag: texts.duration(lastLag?.ms ?? 0),
    unseen: standing === null ? '' : texts.duration(at - standing.at),
    status: standing === null ? '' : statusName(texts, standing.status, jobType).state,
  });
}
