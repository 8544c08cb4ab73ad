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
import type { Context } from '../context.ts';

/**
 * Ends the watched jobs that are gone, judged over the whole connection. Where that takes DRS's list of jobs, it is read
 * anew, within its own pace, and batch detail is asked; nearly always nothing is missing and nothing is asked. Returns how
 * many jobs were found to be gone.
 */
export async function endGoneJobs(context: Context, signal?: AbortSignal): Promise<number> {
  const now = context.clock.now();
  const { connection, deletedIds } = await seeAbsence(context, now);
  if (signal?.aborted === true) return 0;
  let gone = 0;
  for (const suspect of connection.suspects) {
    const verdict = judgeAbsence(suspect, connection, now, deletedIds.has(suspect.jobId));
    if (verdict !== 'unknown' && (await endJob(context, suspect, verdict))) gone += 1;
  }
  if (gone > 0) context.wakeDispatcher();
  return gone;
}

/** What is known of the connection, after finding out what can be found out. */
async function seeAbsence(
  context: Context,
  now: number,
): Promise<{ readonly connection: ConnectionAbsence; readonly deletedIds: ReadonlySet<JobId> }> {
  const { store, connectionId, jobList } = context;
  const known = await store.findAbsence({ connectionId, now });
  if (!wantsList(known, now)) return { connection: known, deletedIds: new Set() };
  await jobList.refresh();
  const connection = await store.findAbsence({ connectionId, now });
  return { connection, deletedIds: await findDeleted(context, connection, now) };
}

/** Those that batch detail calls deleted. In a connection that sees nothing it is not asked. */
async function findDeleted(
  { drs, polling }: Context,
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
  { store, clock, newId, connectionId, durations, log }: Context,
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
