/**
 * What a DRS status means to a person. The values are the union of all documented lists (DRS API Reference,
 * "Task Statuses", v3 and v5); any other value is `unknown`, or `failed` by its ending, and is shown verbatim.
 */
export const STATUS_GROUPS = [
  'setting_up',
  'starting',
  'full_copy',
  'full_copy_done',
  'replicating',
  'paused',
  'failed',
  'maintenance',
  'sub_task',
  'ending',
  'ended',
  'gone',
  'unknown',
] as const;
export type StatusGroup = (typeof STATUS_GROUPS)[number];

const GROUPS: Readonly<Record<string, StatusGroup>> = {
  CREATING: 'setting_up',
  CONFIGURATION: 'setting_up',
  WAITING_FOR_START: 'starting',
  STARTJOBING: 'starting',
  FULL_TRANSFER_STARTED: 'full_copy',
  FULL_TRANSFER_COMPLETE: 'full_copy_done',
  INCRE_TRANSFER_STARTED: 'replicating',
  // PAUSING is the resting state; there is no PAUSED. One English page misspells it.
  PAUSING: 'paused',
  PAUSEING: 'paused',
  CREATE_FAILED: 'failed',
  START_JOB_FAILED: 'failed',
  FULL_TRANSFER_FAILED: 'failed',
  INCRE_TRANSFER_FAILED: 'failed',
  RELEASE_RESOURCE_FAILED: 'failed',
  CHANGE_JOB_FAILED: 'failed',
  CHILD_TRANSFER_FAILED: 'failed',
  REBUILD_NODE_FAILED: 'failed',
  NODE_UPGRADE_FAILED: 'failed',
  CHANGE_JOB_STARTED: 'maintenance',
  REBUILD_NODE_STARTED: 'maintenance',
  NODE_UPGRADE_START: 'maintenance',
  NODE_UPGRADE_COMPLETE: 'maintenance',
  CHILD_TRANSFER_STARTING: 'sub_task',
  CHILD_TRANSFER_STARTED: 'sub_task',
  CHILD_TRANSFER_COMPLETE: 'sub_task',
  RELEASE_CHILD_TRANSFER_STARTED: 'sub_task',
  RELEASE_RESOURCE_STARTED: 'ending',
  RELEASE_RESOURCE_COMPLETE: 'ended',
  RELEASE_CHILD_TRANSFER_COMPLETE: 'ended',
  DELETED: 'gone',
};

/** Every documented status that means failure. */
export const FAILED_STATUSES: readonly string[] = Object.keys(GROUPS).filter((status) => GROUPS[status] === 'failed');

/** The group of a status as DRS sent it. Whatever ends in FAILED is a failure, also one that DRS invents tomorrow. */
export function statusGroup(status: string): StatusGroup {
  const known = Object.hasOwn(GROUPS, status) ? GROUPS[status] : undefined;
  return known ?? (status.endsWith('FAILED') ? 'failed' : 'unknown');
}

/** The job stands still because of something: what is said of its lag is of the time before. */
export function isBroken(group: StatusGroup): boolean {
  return group === 'paused' || group === 'failed';
}

/** The job moves data, or has just moved all of it: what a failed job must reach to have recovered. */
export function isWorking(group: StatusGroup): boolean {
  return group === 'full_copy' || group === 'full_copy_done' || group === 'replicating';
}

/** A phase that people are told of by itself. Any other status passes, or is one that this version does not know. */
export function isPhase(group: StatusGroup): boolean {
  return isWorking(group) || isBroken(group) || isOver(group);
}

/** Nothing more will come of this job, so it is not polled. */
export function isOver(group: StatusGroup): boolean {
  return group === 'ended' || group === 'gone';
}

/** `FULL_TRANSFER_COMPLETE` of a copy without replication: the work is done, the job waits to be released. */
export function isFinishedCopy(status: string, taskMode: string | null): boolean {
  return statusGroup(status) === 'full_copy_done' && taskMode === 'FULL_TRANS';
}
