import { isRefusal } from '../../domain/post/signal.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import type { Context } from '../context.ts';
import { endGoneJobs } from './judge-absence.ts';
import { pollDueJobs } from './poll-due-jobs.ts';
import type { PollReport } from './poll-due-jobs.ts';

/**
 * One tick with what it means beyond the jobs: some may be gone; the bot is alive; channels hear of a time in which it was not; the operator
 * hears when the cloud refuses the bot, and when it no longer does.
 */
export async function tick(context: Context, signal?: AbortSignal): Promise<PollReport> {
  await noteAlive(context);
  const report = await pollDueJobs(context, signal);
  if (signal?.aborted === true) return report;
  await endGoneJobs(context, signal);
  await tellDownTime(context);
  await tellOfAccess(context, report);
  rereadNames(context, report);
  return report;
}

/**
 * While something is watched, DRS's list is read every now and then for the names of it; no tick waits for that. Where nothing
 * was due there is nothing to name, or it is named at the next tick.
 */
function rereadNames({ jobList, durations }: Context, { due }: PollReport): void {
  if (due > 0) void jobList.refresh({ everyMs: durations.namesEveryMs });
}

/** To be called before anything is asked, at the start too: what changes from then on changed while the bot was down. */
export async function noteAlive({ store, connectionId, clock, durations, vitals }: Context): Promise<void> {
  const findDownTime = (lastAliveAt: EpochMs) => vitals.findDownTime(lastAliveAt, durations.downMs);
  await store.noteAlive({ connectionId, now: clock.now(), findDownTime });
  vitals.notedAlive();
}

async function tellDownTime({ store, connectionId, clock, durations, log, wakeDispatcher }: Context): Promise<void> {
  const request = { connectionId, now: clock.now(), patienceMs: durations.downMs };
  const channels = await store.tellDownTime(request);
  if (channels === 0) return;
  log.info({ channels }, 'the bot was down: every channel is told what changed meanwhile');
  wakeDispatcher();
}

async function tellOfAccess(context: Context, { stoppedBy, answered }: PollReport): Promise<void> {
  const { store, connectionId, clock, opsChannel: channel, wakeDispatcher } = context;
  if (channel === null) return;
  const now = clock.now();
  const request = { connectionId, channel, kind: 'credentials' as const, now };
  const told =
    stoppedBy !== null && isRefusal(stoppedBy)
      ? await store.raiseSignal({ ...request, signal: { kind: 'credentials_refused', why: stoppedBy } })
      : answered > 0 &&
        (await store.clearSignal({
          ...request,
          signal: (since) => ({ kind: 'credentials_accepted', since, until: now }),
        }));
  if (told) wakeDispatcher();
}
