import type { EpochMs } from '../base/time.ts';
import type { Timetable } from './timetable.ts';

/** One moment on both clocks of a process. */
export interface Moment {
  /** The time of day, which can be set. */
  readonly now: EpochMs;
  /** Milliseconds that never go back. */
  readonly monotonic: number;
}

/** The next run of a timetable, as it was planned at one moment. */
export interface PlannedRun {
  /** By the time of day, */
  readonly at: EpochMs;
  /** and by the monotonic clock. */
  readonly dueAt: number;
  readonly plannedAt: Moment;
}

/** Clocks that differ by less than this, in ms, were not set: they run at slightly different paces. */
const MIN_JUMP_MS = 500;

/** Plans the run after `moment`. */
export function planRun(timetable: Timetable, moment: Moment): PlannedRun {
  const at = timetable.nextAfter(moment.now);
  return { at, dueAt: moment.monotonic + at - moment.now, plannedAt: moment };
}

/**
 * Whether a run is due for at least `lateMs`, by either clock: one that was set back cannot put a run off, and one that
 * was set ahead has passed it.
 */
export function isDue({ at, dueAt }: PlannedRun, { now, monotonic }: Moment, lateMs = 0): boolean {
  return now >= at + lateMs || monotonic >= dueAt + lateMs;
}

/** Whether the time of day was set, either way, since a run was planned. */
export function isClockSet({ plannedAt }: PlannedRun, moment: Moment): boolean {
  const passedMs = moment.monotonic - plannedAt.monotonic;
  return Math.abs(moment.now - plannedAt.now - passedMs) >= MIN_JUMP_MS;
}

/**
 * Plans the same run anew after the time of day was set. One that is due already stays due. A timetable of a zone follows
 * the new time of day; elapsed time never waits longer than it would have.
 */
export function planAnew(timetable: Timetable, plan: PlannedRun, moment: Moment): PlannedRun {
  if (isDue(plan, moment)) return plan;
  const anew = planRun(timetable, moment);
  if (timetable.zone !== null || anew.dueAt <= plan.dueAt) return anew;
  return { ...anew, at: moment.now + plan.dueAt - moment.monotonic, dueAt: plan.dueAt };
}
