import { endsWithin } from '../../domain/base/ends-within.ts';
import { holdFailure } from '../../domain/base/hold-failure.ts';
import type { Language } from '../../domain/base/language.ts';
import { SECOND } from '../../domain/base/time.ts';
import { explanation } from '../../domain/job/explanation.ts';
import type { JobId } from '../../domain/job/job-id.ts';
import type { LogLine } from '../../domain/job/log-line.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DrsClient, Insight } from '../../ports/drs.ts';
import type { JobStore } from '../../ports/store/jobs.ts';
import { failureOf } from '../../domain/job/progress-answer.ts';

/** How long somebody waits for the log, in ms. */
const MAX_LOG_WAIT_MS = 10 * SECOND;
/** Lines shown: the newest. */
const MAX_LINES = 8;

/** What showing the log of a job takes. */
export interface ShowLogDeps {
  readonly store: JobStore;
  readonly drs: DrsClient;
  readonly clock: Clock;
  readonly connectionId: string;
}

/** The last lines of DRS's log of a job, oldest first. */
export interface JobLog {
  readonly jobId: JobId;
  readonly name: string | null;
  readonly log: Insight<readonly LogLine[]>;
}

/** The last lines that DRS logged of a job, errors if there are any. */
export async function showLog(
  { store, drs, clock, connectionId }: ShowLogDeps,
  jobId: JobId,
  language: Language,
): Promise<JobLog> {
  const job = await store.findJob({ connectionId, jobId });
  const asking = holdFailure(drs.fetchLog(jobId, language));
  const isInTime = await endsWithin(MAX_LOG_WAIT_MS, asking, clock);
  const log: JobLog['log'] = isInTime
    ? await asking
    : { kind: 'failed', failure: failureOf('timeout', explanation('timeout')) };
  const name = job?.name ?? null;
  return { jobId, name, log: log.kind === 'read' ? { ...log, value: log.value.slice(-MAX_LINES) } : log };
}
