import type { JobDetail } from '../../domain/job/job-detail.ts';
import type { JobId } from '../../domain/job/job-id.ts';
import type { Language } from '../../domain/base/language.ts';
import type { FoundCause, WantedCause } from '../../ports/store/details.ts';
import type { Context } from '../context.ts';
import { fetchDetails } from './fetch-details.ts';

/** What one turn did. */
export interface CauseReport {
  readonly wanted: number;
  readonly found: number;
}

/**
 * One turn: asks for the details of newly failed jobs, one request per batch and language, and keeps the causes; the
 * messages that told of the failures are edited later. A failure whose cause DRS does not give within minutes is let go.
 */
export async function findCauses(context: Context): Promise<CauseReport> {
  const { store, newId, durations, connectionId, polling } = context;
  const token = newId();
  const request = { connectionId, limit: polling.batchSize, token, leaseMs: durations.jobLeaseMs };
  const wanted = await store.claimWantedCauses(request);
  if (wanted.length === 0) return { wanted: 0, found: 0 };
  const found = await ask(context, wanted);
  const isFound = (one: WantedCause) =>
    found.some((cause) => cause.jobId === one.jobId && cause.eventNumber === one.eventNumber);
  const maxTries = Math.ceil(durations.causeGiveUpMs / durations.causeRetryMs);
  const givenUp = wanted.filter((one) => !isFound(one) && one.tries + 1 >= maxTries);
  await store.saveCauses({ connectionId, token, found, givenUp, retryAfterMs: durations.causeRetryMs });
  if (found.length > 0) context.wakeDispatcher();
  return { wanted: wanted.length, found: found.length };
}

async function ask(context: Context, wanted: readonly WantedCause[]): Promise<readonly FoundCause[]> {
  const found: FoundCause[] = [];
  for (const language of new Set(wanted.flatMap((one) => one.languages))) {
    const meant = wanted.filter((one) => one.languages.includes(language));
    const jobIds = [...new Set(meant.map((one) => one.jobId))];
    const details = await fetchDetails(context, jobIds, language);
    found.push(...meant.flatMap((one) => causeOf(one, language, details)));
  }
  return found;
}

function causeOf(
  { jobId, eventNumber }: WantedCause,
  language: Language,
  details: ReadonlyMap<JobId, JobDetail>,
): readonly FoundCause[] {
  const cause = details.get(jobId)?.cause ?? null;
  return cause === null ? [] : [{ jobId, eventNumber, language, cause }];
}
