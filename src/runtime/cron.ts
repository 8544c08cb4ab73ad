import cron from 'node-cron';
import type { ScheduledTask } from 'node-cron';

import { MINUTE } from '../domain/time.ts';
import type { Log } from '../ports.ts';

/** Whether node-cron understands a pattern. */
export function isSchedule(pattern: string): boolean {
  return cron.validate(pattern);
}

/** Fires at the times of a pattern, never while the last run is still going. */
export interface Cron {
  /** The shortest time between two of the next runs, in ms. */
  readonly intervalMs: number;
  start(): void;
  stop(): Promise<void>;
}

/**
 * @param run one tick; what it throws is logged
 * @param skipped called when a tick was due while the last one was still running
 */
export function createCron(pattern: string, run: () => Promise<void>, skipped: () => void, log: Log): Cron {
  const quiet = { info: () => undefined, debug: () => undefined, warn: () => undefined, error: () => undefined };
  const guarded = async () => {
    await run().catch((error: unknown) => log.error({ err: error }, 'a tick failed'));
  };
  const task = cron.createTask(pattern, guarded, { noOverlap: true, logger: quiet });
  task.on('execution:overlap', skipped);
  return {
    intervalMs: shortestInterval(task),
    start: () => void task.start(),
    stop: async () => void (await task.destroy()),
  };
}

function shortestInterval(task: ScheduledTask): number {
  const runs = task.getNextRuns(5).map((run) => run.getTime());
  const gaps = runs.slice(1).map((run, index) => run - (runs[index] ?? run));
  return gaps.length === 0 ? MINUTE : Math.min(...gaps);
}
