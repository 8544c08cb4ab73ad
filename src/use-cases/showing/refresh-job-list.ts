import { endsWithin } from '../../domain/base/ends-within.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DrsClient } from '../../ports/drs.ts';
import type { Log } from '../../ports/log.ts';
import type { Store } from '../../ports/store/store.ts';
import type { Durations, JobList } from '../context.ts';

/**
 * Keeps DRS's list of jobs in the store: read at most once a minute over all processes, by one reader at a time. Whoever
 * waits for it waits for a while only; the reading goes on and serves the next.
 */
export function createJobList(options: {
  readonly store: Store;
  readonly drs: DrsClient;
  readonly clock: Clock;
  readonly log: Log;
  readonly connectionId: string;
  readonly durations: Durations;
  /** The list said something that channels are to be told. */
  readonly wakeDispatcher: () => void;
}): JobList {
  const { store, drs, clock, log, connectionId, durations, wakeDispatcher } = options;
  let reading: Promise<void> | null = null;

  async function read(everyMs: number): Promise<void> {
    const beganAt = clock.now();
    const mine = await store.claimJobListRefresh({ connectionId, now: beganAt, everyMs });
    if (!mine) return;
    const listing = await drs.listJobs();
    if ((await store.saveJobList({ connectionId, listing, now: beganAt })) > 0) wakeDispatcher();
    const jobs = listing.parts.reduce((sum, part) => sum + part.entries.length, 0);
    log.info({ jobs, reason: listing.failure?.reason ?? null }, 'read the list of jobs');
  }

  return {
    async refresh({ everyMs = durations.listEveryMs, waitMs = durations.listWaitMs } = {}) {
      reading ??= read(everyMs)
        // Names are a comfort: without them ids still work.
        .catch((error: unknown) => log.warn({ err: error }, 'the list of jobs could not be read'))
        .finally(() => {
          reading = null;
        });
      return { isReading: !(await endsWithin(waitMs, reading, clock)) };
    },
    idle: () => reading ?? Promise.resolve(),
  };
}
