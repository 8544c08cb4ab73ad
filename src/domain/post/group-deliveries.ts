import type { DeliveryFacts } from './post.ts';

/**
 * How many of the oldest pending deliveries of a channel go into its next post: the first, and those directly after it
 * that tell of the same job at the same moment.
 *
 * @param pending oldest first
 */
export function nextGroupSize(pending: readonly DeliveryFacts[]): number {
  const [first, ...others] = pending;
  if (first === undefined) return 0;
  const stranger = others.findIndex((other) => !belongTogether(first, other));
  return stranger === -1 ? pending.length : stranger + 1;
}

function belongTogether(one: DeliveryFacts, other: DeliveryFacts): boolean {
  return (
    one.kind === 'event' &&
    other.kind === 'event' &&
    one.job.connectionId === other.job.connectionId &&
    one.job.jobId === other.job.jobId &&
    one.event.at === other.event.at
  );
}
