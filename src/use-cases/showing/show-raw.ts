import { endsWithin } from '../../domain/base/ends-within.ts';
import { holdFailure } from '../../domain/base/hold-failure.ts';
import { HOUR, SECOND } from '../../domain/base/time.ts';
import type { Language } from '../../domain/base/language.ts';
import { explanation } from '../../domain/job/explanation.ts';
import { failureOf } from '../../domain/job/progress-answer.ts';
import type { Cause } from '../../domain/job/job-detail.ts';
import type { JobId } from '../../domain/job/job-id.ts';
import type { Job } from '../../domain/job/job.ts';
import type { Sample } from '../../domain/rules/sample.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DrsClient, Insight } from '../../ports/drs.ts';
import type { DetailStore } from '../../ports/store/details.ts';
import type { JobStore } from '../../ports/store/jobs.ts';
import type { SampleStore } from '../../ports/store/samples.ts';

/** Readings shown: the newest, as long as each of them is kept. */
const MAX_POLLS = 10;
const POLLS_OF_MS = 2 * HOUR;
/** How long somebody waits for DRS, in ms. */
const MAX_RAW_WAIT_MS = 10 * SECOND;

/** What showing what DRS said takes. */
export interface ShowRawDeps {
  readonly drs: Pick<DrsClient, 'fetchRaw'>;
  readonly store: Pick<JobStore, 'findJob'> & SampleStore & DetailStore;
  readonly clock: Clock;
  readonly connectionId: string;
}

/** What DRS says of a job, and what is kept of its last answers; private parts masked. */
export interface RawJob {
  readonly jobId: JobId;
  /** As it is known; null when nobody has asked about it yet. */
  readonly job: Job | null;
  readonly cause: Cause | null;
  /** Field by field as it came for whoever asks now. */
  readonly asked: Insight<readonly string[]>;
  /** What was read in the last polls, oldest first. */
  readonly polls: readonly Sample[];
}

/** Asks DRS anew; what is kept of its last answers stands in where it does not answer in time. */
export async function showRaw(
  { store, drs, clock, connectionId }: ShowRawDeps,
  jobId: JobId,
  language: Language,
): Promise<RawJob> {
  const key = { connectionId, jobId };
  const asking = holdFailure(drs.fetchRaw(jobId));
  const [job, cause, samples] = await Promise.all([
    store.findJob(key),
    store.findCause(key, language),
    store.readSamples(key, clock.now() - POLLS_OF_MS),
  ]);
  const asked: RawJob['asked'] = (await endsWithin(MAX_RAW_WAIT_MS, asking, clock))
    ? await asking
    : { kind: 'failed', failure: failureOf('timeout', explanation('timeout')) };
  return { jobId, job, cause, asked, polls: samples.slice(-MAX_POLLS) };
}
