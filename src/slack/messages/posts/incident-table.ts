import type { Job } from '../../../domain/job/job.ts';
import type { EventFacts } from './event-facts.ts';

/** What an incident tells. */
export interface Incident {
  /** Its own, and those of the posts that it shows. */
  readonly facts: readonly EventFacts[];
  /** The jobs as they are now; empty when it is sent first. */
  readonly jobs: readonly Job[];
  /** How many jobs the channel watches. */
  readonly watched: number;
}

/** Rows that leave the buttons on a phone; a table in full has as many as Slack takes. */
export const MAX_ROWS = 6;
export const MAX_ROWS_IN_FULL = 98;

/** The rows to be shown, and how many more there are: a last one that would be left out alone is shown. */
export function shownRows<R>(rows: readonly R[], max: number): { readonly shown: readonly R[]; readonly more: number } {
  const shown = rows.slice(0, rows.length <= max + 1 ? max + 1 : max);
  return { shown, more: rows.length - shown.length };
}
