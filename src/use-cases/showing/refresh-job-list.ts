import { endsWithin } from '../../domain/base/ends-within.ts';
import { MINUTE, SECOND } from '../../domain/base/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DrsClient } from '../../ports/drs.ts';
import type { Log } from '../../ports/log.ts';
import type { JobListStore } from '../../ports/store/job-list.ts';

/** In ms. */
export interface JobListTimes {
  /** DRS's list of jobs is read at most once in this time. */
  readonly listEveryMs: number;
  /** How long a person waits for that list; what is known by then is used. */
  readonly listWaitMs: number;
}

/** What they are unless somebody says otherwise. */
export const JOB_LIST_TIMES: JobListTimes = { listEveryMs: MINUTE, listWaitMs: 15 * SECOND };

/** What keeping the list takes. */
export interface JobListDeps {
  readonly store: JobListStore;
  readonly drs: DrsClient;
  readonly clock: Clock;
  readonly log: Log;
  readonly connectionId: string;
  readonly durations: JobListTimes;
  /** The list said something that channels are to be told. */
  readonly wakeLoops: () => void;
}

/** DRS's list of jobs, as the store keeps it. */
export interface JobList {
  /**
   * Reads it anew unless that was tried within `everyMs` (a minute, and never less); ends when it has been read, or after
   * `waitMs` (15 s) without it: then it is still being read.
   */
  refresh(options?: { readonly everyMs?: number; readonly waitMs?: number }): Promise<{ readonly isReading: boolean }>;
  /** Resolves when no reading is under way, so that a stop can let it finish. */
  idle(): Promise<void>;
}

/**
 * Keeps DRS's list of jobs in the store: read at most once a minute over all processes, by one reader at a time. Whoever
 * waits for it waits for a while only; the reading goes on and serves the next.
 */
export function createJobList(deps: JobListDeps): JobList {
  const { store, drs, clock, log, connectionId, durations, wakeLoops } = deps;
  let reading: Promise<void> | null = null;

  async function read(everyMs: number): Promise<void> {
    const beganAt = clock.now();
    const mine = await store.claimJobListRefresh({ connectionId, now: beganAt, everyMs });
    if (!mine) return;
    const listing = await drs.listJobs();
    if ((await store.saveJobList({ connectionId, listing, now: beganAt })) > 0) wakeLoops();
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
