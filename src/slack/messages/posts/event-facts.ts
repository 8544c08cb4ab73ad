import { statusGroup } from '../../../domain/job/job-status.ts';
import type { JobEvent } from '../../../domain/job/job-event.ts';
import type { DeliveryFacts } from '../../../domain/post/post.ts';

/** An event of a job that a post tells. */
export type EventFacts = Extract<DeliveryFacts, { readonly kind: 'event' }>;

/** The events among what a post tells. */
export function eventsOf(facts: readonly DeliveryFacts[]): readonly EventFacts[] {
  return facts.flatMap((one) => (one.kind === 'event' ? [one] : []));
}

/** Whether an event is a failure. */
export function isFailure(event: JobEvent): boolean {
  return event.kind === 'status_changed' && statusGroup(event.to) === 'failed';
}

/** The error code that came with the report of an event; null where there is none. */
export function errorCodeOf({ event }: Pick<EventFacts, 'event'>): string | null {
  return event.report?.errorCode ?? null;
}
