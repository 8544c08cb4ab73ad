/** The kinds of jobs DRS lists, by its own words; one list call each (DRS API Reference, "Querying the Task List", v5). */
export const JOB_TYPES = ['migration', 'sync', 'cloudDataGuard'] as const;

/** A disaster recovery job: it initialises, then protects for ever; there is no cut-over. Unknown types are not. */
export function isDisasterRecovery(jobType: string | null): boolean {
  return jobType === 'cloudDataGuard';
}
