import { endsSubscriptions } from '../job/job-event.ts';
import type { Job } from '../job/job.ts';
import type { DeliveryFacts, Post } from './post.ts';

/**
 * Whether all that a post tells is over: nobody misses it when its message was deleted, and said anew it would be untrue.
 *
 * @param jobs the post's jobs as they are known now
 */
export function isOver({ facts }: Pick<Post, 'facts'>, jobs: readonly Job[]): boolean {
  return facts.every((one) => one.kind === 'announcement' || isPast(one, jobs));
}

function isPast(
  { job, event, aftermath }: Extract<DeliveryFacts, { readonly kind: 'event' }>,
  jobs: readonly Job[],
): boolean {
  if (endsSubscriptions(event)) return false;
  if (aftermath.closed !== null || aftermath.endedBy !== null || aftermath.letGo !== null) return true;
  const known = jobs.find((one) => one.jobId === job.jobId && one.connectionId === job.connectionId);
  if (known === undefined) return false;
  if (known.state.over !== null) return true;
  const [then, now] = [event.report?.status, known.state.report?.status];
  return then !== undefined && now !== undefined && then !== now;
}
