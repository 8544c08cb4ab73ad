import cron from 'node-cron';

import { MINUTE } from '../domain/time.ts';
import type { Log } from '../ports.ts';

/** Whether node-cron understands a pattern. */
export function isSchedule(pattern: string): boolean {
  return cron.validate(pattern);
}

/** The shortest time between two of the next runs of a pattern, in ms. */
export function intervalOf(pattern: string): number {
  const task = cron.createTask(pattern, () => undefined);
  const runs = task.getNextRuns(5).map((run) => run.getTime());
  void task.destroy();
  const gaps = runs.slice(1).map((run, index) => run - (runs[index] ?? run));
  return gaps.length === 0 ? MINUTE : Math.min(...gaps);
}

/** Fires at the times of a pattern, never while the last run is still going. */
export interface Cron {
  start(): void;
  stop(): Promise<void>;
}

/** @param run one tick; what it throws is logged */
export function createCron(pattern: string, run: () => Promise<void>, log: Log): Cron {
  const guarded = async () => {
    await run().catch((error: unknown) => log.error({ err: error }, 'a tick failed'));
  };
  const ignore = () => undefined;
  const quiet = { info: ignore, debug: ignore, warn: ignore, error: ignore };
  const task = cron.createTask(pattern, guarded, { noOverlap: true, logger: quiet });
  task.on('execution:overlap', () => log.debug({}, 'a tick was left out: the last pass is still running'));
  return {
    start: () => void task.start(),
    async stop() {
      await task.destroy();
    },
  };
}
