import { HOUR } from '../../domain/base/time.ts';
import type { Language } from '../../domain/base/language.ts';
import type { Cause } from '../../domain/job/job-detail.ts';
import type { JobId } from '../../domain/job/job-id.ts';
import type { Job } from '../../domain/job/job.ts';
import type { Sample } from '../../domain/rules/sample.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DetailStore } from '../../ports/store/details.ts';
import type { JobStore } from '../../ports/store/jobs.ts';
import type { SampleStore } from '../../ports/store/samples.ts';

/** Readings shown: the newest, as long as each of them is kept. */
const MAX_POLLS = 10;
const POLLS_OF_MS = 2 * HOUR;

/** What showing what DRS said takes. */
export interface ShowRawDeps {
  readonly store: Pick<JobStore, 'findJob'> & SampleStore & DetailStore;
  readonly clock: Clock;
  readonly connectionId: string;
}

/** Everything that DRS said of a job when it was last asked, private parts masked. */
export interface RawJob {
  readonly jobId: JobId;
  /** As it is known; null when nobody has asked about it yet. */
  readonly job: Job | null;
  readonly cause: Cause | null;
  /** What was read in the last polls, oldest first. */
  readonly polls: readonly Sample[];
}

/** What is kept of DRS's last answers about a job; DRS is not asked. */
export async function showRaw(
  { store, clock, connectionId }: ShowRawDeps,
  jobId: JobId,
  language: Language,
): Promise<RawJob> {
  const key = { connectionId, jobId };
  const [job, cause, samples] = await Promise.all([
    store.findJob(key),
    store.findCause(key, language),
    store.readSamples(key, clock.now() - POLLS_OF_MS),
  ]);
  return { jobId, job, cause, polls: samples.slice(-MAX_POLLS) };
}
