import { explanation } from '../../domain/job/explanation.ts';
import type { Explanation } from '../../domain/job/explanation.ts';
import type { BlindEpisode, BlindRules } from '../../domain/poll/blind-episode.ts';
import { MAX_MISSED_POLLS } from '../../domain/job/verdict-rules.ts';
import { pollMsOf } from './ask-and-commit.ts';
import { isRefusal } from '../../domain/post/operator-alert.ts';
import { SECOND } from '../../domain/base/time.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import type { Context } from '../context.ts';
import { endGoneJobs } from './judge-absence.ts';
import { pollDueJobs } from './poll-due-jobs.ts';
import type { PollReport } from './poll-due-jobs.ts';

/**
 * One tick with what it means beyond the jobs: some may be gone; the bot is alive; channels hear of a time in which nothing was to be seen, or nobody looked; the operator
 * hears when the cloud refuses the bot, and when it no longer does.
 */
export async function tick(context: Context, signal?: AbortSignal): Promise<PollReport> {
  await noteAlive(context);
  const report = await pollDueJobs(context, signal);
  if (signal?.aborted === true) return report;
  await noteSight(context, report);
  await endGoneJobs(context, signal);
  await tellSight(context);
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

/** Whether the connection saw anything in this pass: where nothing was asked, nothing is known. */
async function noteSight(context: Context, report: PollReport): Promise<void> {
  const { store, connectionId, vitals, log, wakeDispatcher } = context;
  if (report.batches === 0 && !report.throttled) return;
  const why = report.reports > 0 ? null : (report.why ?? whyNotAsked(context));
  vitals.noteSight(why === null);
  const sight = { at: report.beganAt, why };
  const nextTryAt = vitals.signs().poll.pausedUntil;
  const { channels, episode } = await store.noteSight({ connectionId, sight, nextTryAt, rules: blindRules(context) });
  if (channels > 0) {
    log.warn({ channels, why: why?.key }, 'DRS gives no usable answer: every channel is told, once');
    wakeDispatcher();
  }
  await tellOfSilence(context, episode, why);
}

/** DRS wanted no request at all in this pass, and has said so before. */
function whyNotAsked({ drs }: Context): Explanation {
  return explanation('throttled_for', { seconds: Math.ceil(drs.allowance().waitMs / SECOND) });
}

/** Tells the end of a time without sight as soon as every job was asked about again. */
async function tellSight(context: Context): Promise<void> {
  const { store, connectionId, clock, log, wakeDispatcher } = context;
  const told = await store.tellSight({ connectionId, now: clock.now(), rules: blindRules(context) });
  if (told.channels === 0) return;
  const { channels, episode } = told;
  log.info(
    { channels, after: episode?.kind },
    'the connection sees again: every channel is told what changed meanwhile',
  );
  wakeDispatcher();
}

function blindRules(context: Context): BlindRules {
  const { downMs } = context.durations;
  return { pollMs: pollMsOf(context), polls: MAX_MISSED_POLLS, leastMs: downMs, patienceMs: downMs };
}

/** The operator hears of it with the channels, unless they know already that the cloud refuses the bot. */
async function tellOfSilence(context: Context, episode: BlindEpisode | null, why: Explanation | null): Promise<void> {
  const { store, connectionId, clock, opsChannel: channel, wakeDispatcher } = context;
  if (channel === null) return;
  const now = clock.now();
  const request = { connectionId, channel, kind: 'drs' as const, now };
  const isTold =
    why === null
      ? await store.clearAlert({ ...request, alert: (since) => ({ kind: 'drs_answers', since, until: now }) })
      : episode !== null && episode.toldAt !== null && !isRefusal(why)
        ? await store.raiseAlert({
            ...request,
            now: episode.since,
            alert: { kind: 'drs_silent', since: episode.since, until: now, why },
          })
        : false;
  if (isTold) wakeDispatcher();
}

async function tellOfAccess(context: Context, { stoppedBy, answered }: PollReport): Promise<void> {
  const { store, connectionId, clock, opsChannel: channel, wakeDispatcher } = context;
  if (channel === null) return;
  const now = clock.now();
  const request = { connectionId, channel, kind: 'credentials' as const, now };
  const told =
    stoppedBy !== null && isRefusal(stoppedBy)
      ? await store.raiseAlert({ ...request, alert: { kind: 'credentials_refused', why: stoppedBy } })
      : answered > 0 &&
        (await store.clearAlert({
          ...request,
          alert: (since) => ({ kind: 'credentials_accepted', since, until: now }),
        }));
  if (told) wakeDispatcher();
}
