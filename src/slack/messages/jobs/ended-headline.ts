import { isSuccess } from '../../../domain/job/job-event.ts';
import type { JobEvent } from '../../../domain/job/job-event.ts';
import { isDisasterRecovery } from '../../../domain/job/job-type.ts';
import type { NamedJob } from '../../../domain/post/post.ts';
import { plainName } from '../kit/job-names.ts';
import type { Texts } from '../kit/texts.ts';
import { statusName } from './status-words.ts';

type Ended = Extract<JobEvent, { readonly kind: 'ended' }>;

/**
 * `✅ orders is done – stopped in sync, last lag < 1 s`, or `⏹️ orders ended – while paused`; the same when it is told and when
 * it is asked for. A disaster recovery that is stopped is neither a success nor none.
 */
export function endedHeadline(texts: Texts, job: NamedJob, event: Ended): string {
  const { verdict, lastLag, standing, at } = event;
  const name = plainName(job);
  if (isDisasterRecovery(job.jobType) && verdict !== 'had_failed')
    return `⏹️ ${texts.get('told.ended', { name, how: texts.get('ended.disaster_recovery') })}`;
  const how = texts.get(`ended.${verdict}`, {
    lag: texts.duration(lastLag?.ms ?? 0),
    unseen: standing === null ? '' : texts.duration(at - standing.at),
    status: standing === null ? '' : statusName(texts, standing.status, job.jobType).state,
  });
  return isSuccess(verdict)
    ? `✅ ${texts.get('told.done', { name, how })}`
    : `⏹️ ${texts.get('told.ended', { name, how })}`;
}
