import type { JobDetail } from '../../domain/job/job-detail.ts';
import type { JobId } from '../../domain/job/job-id.ts';
import type { Language } from '../../domain/base/language.ts';
import { MINUTE, SECOND } from '../../domain/base/time.ts';
import type { PollBudget } from '../../domain/poll/poll-budget.ts';
import type { DetailStore, FoundCause, WantedCause } from '../../ports/store/details.ts';
import type { NewId } from '../../ports/new-id.ts';
import type { JobStore } from '../../ports/store/jobs.ts';
import type { AskTimes } from './ask-and-commit.ts';
import { fetchDetails } from './fetch-details.ts';
import type { FetchDetailsDeps } from './fetch-details.ts';

/** In ms. */
export interface CauseTimes {
  /** Between two tries to find out why a job failed, */
  readonly causeRetryMs: number;
  /** and how long that goes on. */
  readonly causeGiveUpMs: number;
}

/** What they are unless somebody says otherwise. */
export const CAUSE_TIMES: CauseTimes = { causeRetryMs: 15 * SECOND, causeGiveUpMs: 5 * MINUTE };

/** What finding causes takes. */
export interface FindCausesDeps extends FetchDetailsDeps {
  readonly store: DetailStore & JobStore;
  readonly newId: NewId;
  readonly durations: CauseTimes & Pick<AskTimes, 'jobLeaseMs'>;
  readonly connectionId: string;
  readonly polling: PollBudget;
  readonly wakeLoops: () => void;
}

/** What one turn did. */
export interface CauseReport {
  readonly wanted: number;
  readonly found: number;
}

/**
 * One turn: asks for the details of newly failed jobs, one request per batch and language, and keeps the causes; the
 * messages that told of the failures are edited later. A failure whose cause DRS does not give within minutes is let go.
 */
export async function findCauses(deps: FindCausesDeps): Promise<CauseReport> {
  const { store, newId, durations, connectionId, polling, wakeLoops } = deps;
  const token = newId();
  const request = { connectionId, limit: polling.batchSize, token, leaseMs: durations.jobLeaseMs };
  const wanted = await store.claimWantedCauses(request);
  if (wanted.length === 0) return { wanted: 0, found: 0 };
  const found = await askWhy(deps, wanted);
  const isFound = (one: WantedCause) =>
    found.some((cause) => cause.jobId === one.jobId && cause.eventNumber === one.eventNumber);
  const maxTries = Math.ceil(durations.causeGiveUpMs / durations.causeRetryMs);
  const givenUp = wanted.filter((one) => !isFound(one) && one.tries + 1 >= maxTries);
  await store.saveCauses({ connectionId, token, found, givenUp, retryAfterMs: durations.causeRetryMs });
  if (found.length > 0) wakeLoops();
  return { wanted: wanted.length, found: found.length };
}

async function askWhy(deps: FindCausesDeps, wanted: readonly WantedCause[]): Promise<readonly FoundCause[]> {
  const found: FoundCause[] = [];
  const jobs = await deps.store.findJobs(deps.connectionId, [...new Set(wanted.map(({ jobId }) => jobId))]);
  for (const language of new Set(wanted.flatMap((one) => one.languages))) {
    const meant = wanted.filter((one) => one.languages.includes(language));
    const failed = jobs.filter(({ jobId }) => meant.some((one) => one.jobId === jobId));
    const details = await fetchDetails(deps, failed, language);
    found.push(...meant.flatMap((one) => causeOf(one, language, details)));
  }
  return found;
}

function causeOf(
  { jobId, eventNumber }: WantedCause,
  language: Language,
  details: ReadonlyMap<JobId, JobDetail>,
): readonly FoundCause[] {
  const { cause = null, prepaid = null } = details.get(jobId) ?? {};
  return cause === null ? [] : [{ jobId, eventNumber, language, cause, prepaid }];
}
