import {
  endAsGone,
  isBlindTo,
  judgeAbsence,
  longMissing,
  nextPollOfGone,
  wantsList,
} from '../../domain/poll/absence.ts';
import type { AbsenceVerdict, ConnectionAbsence, Suspect } from '../../domain/poll/absence.ts';
import type { JobId } from '../../domain/job/job-id.ts';
import { statusGroup } from '../../domain/job/job-status.ts';
import type { PollBudget } from '../../domain/poll/poll-budget.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DrsClient } from '../../ports/drs.ts';
import type { Log } from '../../ports/log.ts';
import type { NewId } from '../../ports/new-id.ts';
import type { JobStore } from '../../ports/store/jobs.ts';
import type { JobList } from '../showing/refresh-job-list.ts';
import type { AskTimes } from './ask-and-commit.ts';

/** What judging absence takes. */
export interface EndGoneJobsDeps {
  readonly store: JobStore;
  readonly drs: DrsClient;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly log: Log;
  readonly durations: Pick<AskTimes, 'jobLeaseMs'>;
  readonly connectionId: string;
  readonly polling: PollBudget;
  readonly jobList: JobList;
  readonly wakeLoops: () => void;
}

/**
 * Ends the watched jobs that are gone, judged over the whole connection. Where that takes DRS's list of jobs, it is read
 * anew, within its own pace, and batch detail is asked; nearly always nothing is missing and nothing is asked. Returns how
 * many jobs were found to be gone.
 */
export async function endGoneJobs(deps: EndGoneJobsDeps, signal?: AbortSignal): Promise<number> {
  const now = deps.clock.now();
  const { connection, deletedIds } = await seeAbsence(deps, now);
  if (signal?.aborted === true) return 0;
  let gone = 0;
  for (const suspect of connection.suspects) {
    const verdict = judgeAbsence(suspect, connection, now, deletedIds.has(suspect.jobId));
    if (verdict !== 'unknown' && (await endJob(deps, suspect, verdict))) gone += 1;
  }
  if (gone > 0) deps.wakeLoops();
  return gone;
}

/** What is known of the connection, after finding out what can be found out. */
async function seeAbsence(
  deps: EndGoneJobsDeps,
  now: number,
): Promise<{ readonly connection: ConnectionAbsence; readonly deletedIds: ReadonlySet<JobId> }> {
  const { store, connectionId, jobList } = deps;
  const known = await store.findAbsence({ connectionId, now });
  if (!wantsList(known, now)) return { connection: known, deletedIds: new Set() };
  await jobList.refresh();
  const connection = await store.findAbsence({ connectionId, now });
  return { connection, deletedIds: await findDeleted(deps, connection, now) };
}

/** Those that batch detail calls deleted. In a connection that sees nothing it is not asked. */
async function findDeleted(
  { drs, polling }: EndGoneJobsDeps,
  connection: ConnectionAbsence,
  now: number,
): Promise<ReadonlySet<JobId>> {
  const jobIds = longMissing(connection, now).map(({ jobId }) => jobId);
  if (jobIds.length === 0 || isBlindTo(connection)) return new Set();
  const { found } = await drs.fetchDetails(jobIds.slice(0, polling.batchSize), 'en');
  return new Set(
    [...found.values()].flatMap(({ jobId, status }) => (statusGroup(status ?? '') === 'gone' ? [jobId] : [])),
  );
}

/** False when the job has answered meanwhile, or somebody is asking about it right now. */
async function endJob(
  { store, clock, newId, connectionId, durations, log }: EndGoneJobsDeps,
  { jobId, missing, unknownSince }: Suspect,
  verdict: Exclude<AbsenceVerdict, 'unknown'>,
): Promise<boolean> {
  const now = clock.now();
  const token = newId();
  const lease = { token, leaseMs: durations.jobLeaseMs };
  const claim = await store.claimJob({ ...lease, connectionId, jobId, now, maxAgeMs: 0 });
  if (claim.kind !== 'claimed') return false;
  const { state } = claim.job;
  const isStillAbsent = state.unknown?.since === unknownSince && state.missing?.since === missing?.since;
  if (!isStillAbsent || state.report === null || state.over !== null) {
    await store.releaseJobs(token);
    return false;
  }
  const ending = { jobId, ...endAsGone(claim.job, verdict, now), askAlone: claim.job.askAlone, refusals: 0 };
  const results = [{ ...ending, nextPollAt: nextPollOfGone(now, now) }];
  const { committed } = await store.commitPoll({ token, connectionId, now, results });
  log.info({ jobId, verdict }, 'a job is gone');
  return committed.length > 0;
}
