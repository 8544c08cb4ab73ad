import { alarmLevelOf } from '../rules/subscription-rules.ts';
import type { SubscriptionRules } from '../rules/subscription-rules.ts';
import type { JobState } from './job-state.ts';
import { standingByList, standingOf } from './standing.ts';
import type { Standing } from './standing.ts';

/** What is known of a job: as it was looked at last, by the rules of whoever watches it; or only what DRS's list says. */
export type SeenJob =
  | { readonly state: JobState; readonly rules: SubscriptionRules }
  | { readonly state: null; readonly status: string | null };

/** How a job stands where it is shown. */
export function standingOfSeen(job: SeenJob): Standing {
  return job.state === null ? standingByList(job.status) : standingOf(job.state, alarmLevelOf(job.rules));
}
