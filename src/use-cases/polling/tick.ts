import { explanation } from '../../domain/job/explanation.ts';
import type { Explanation } from '../../domain/job/explanation.ts';
import type { BlindEpisode, BlindRules } from '../../domain/poll/blind-episode.ts';
import { MAX_MISSED_POLLS } from '../../domain/job/verdict-rules.ts';
import { isRefusal } from '../../domain/post/operator-alert.ts';
import { MINUTE, SECOND } from '../../domain/base/time.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { SightStore } from '../../ports/store/sight.ts';
import { clearAlert, raiseAlert } from '../upkeep/alert-operator.ts';
import type { AlertDeps } from '../upkeep/alert-operator.ts';
import type { Vitals } from '../upkeep/vitals.ts';
import { pollMsOf } from './ask-and-commit.ts';
import { endGoneJobs } from './judge-absence.ts';
import type { EndGoneJobsDeps } from './judge-absence.ts';
import { pollDueJobs } from './poll-due-jobs.ts';
import type { PollDueJobsDeps, PollReport } from './poll-due-jobs.ts';

/** In ms. */
export interface TickTimes {
  /** While anything is watched, DRS's list is not read less often than this: so old may the name of a watched job be. */
  readonly namesEveryMs: number;
  /** The bot was down when nobody was alive for this; people are told. */
  readonly downMs: number;
}

/** What they are unless somebody says otherwise. */
export const TICK_TIMES: TickTimes = {
  // Renaming is rare, and a list of ten thousand jobs takes a dozen requests: 1 % of the budget of companion reads.
  namesEveryMs: 10 * MINUTE,
  downMs: 10 * MINUTE,
};

/** What noting that the bot is alive takes. */
export interface NoteAliveDeps {
  readonly store: SightStore;
  readonly connectionId: string;
  readonly clock: Clock;
  readonly durations: Pick<TickTimes, 'downMs'>;
  readonly vitals: Vitals;
}

/** What a tick takes. */
export type TickDeps = PollDueJobsDeps &
  EndGoneJobsDeps &
  AlertDeps &
  NoteAliveDeps & { readonly store: SightStore; readonly durations: TickTimes };

/**
 * One tick with what it means beyond the jobs: some may be gone; the bot is alive; channels hear of a time in which nothing
 * was to be seen, or nobody looked; the operator hears when the cloud refuses the bot, and when it no longer does.
 */
export async function tick(deps: TickDeps, signal?: AbortSignal): Promise<PollReport> {
  await noteAlive(deps);
  const report = await pollDueJobs(deps, signal);
  if (signal?.aborted === true) return report;
  await noteSight(deps, report);
  await endGoneJobs(deps, signal);
  await tellSight(deps);
  await tellOfAccess(deps, report);
  rereadNames(deps, report);
  return report;
}

/**
 * While something is watched, DRS's list is read every now and then for the names of it; no tick waits for that. Where nothing
 * was due there is nothing to name, or it is named at the next tick.
 */
function rereadNames({ jobList, durations }: TickDeps, { due }: PollReport): void {
  if (due > 0) void jobList.refresh({ everyMs: durations.namesEveryMs });
}

/** To be called before anything is asked, at the start too: what changes from then on changed while the bot was down. */
export async function noteAlive({ store, connectionId, clock, durations, vitals }: NoteAliveDeps): Promise<void> {
  const findDownTime = (lastAliveAt: EpochMs) => vitals.findDownTime(lastAliveAt, durations.downMs);
  await store.noteAlive({ connectionId, now: clock.now(), findDownTime });
  vitals.notedAlive();
}

/** Whether the connection saw anything in this pass: where nothing was asked, nothing is known. */
async function noteSight(deps: TickDeps, report: PollReport): Promise<void> {
  const { store, connectionId, vitals, log, wakeLoops } = deps;
  if (report.batches === 0 && !report.throttled) return;
  const why = report.reports > 0 ? null : (report.why ?? whyNotAsked(deps));
  vitals.noteSight(why === null);
  const sight = { at: report.beganAt, why };
  const nextTryAt = vitals.signs().poll.pausedUntil;
  const { channels, episode } = await store.noteSight({ connectionId, sight, nextTryAt, rules: blindRules(deps) });
  if (channels > 0) {
    log.warn({ channels, why: why?.key }, 'DRS gives no usable answer: every channel is told, once');
    wakeLoops();
  }
  await tellOfSilence(deps, episode, why);
}

/** DRS wanted no request at all in this pass, and has said so before. */
function whyNotAsked({ drs }: TickDeps): Explanation {
  return explanation('throttled_for', { seconds: Math.ceil(drs.allowance().waitMs / SECOND) });
}

/** Tells the end of a time without sight as soon as every job was asked about again. */
async function tellSight(deps: TickDeps): Promise<void> {
  const { store, connectionId, clock, log, wakeLoops } = deps;
  const { channels, episode } = await store.tellSight({ connectionId, now: clock.now(), rules: blindRules(deps) });
  if (channels === 0) return;
  log.info(
    { channels, after: episode?.kind },
    'the connection sees again: every channel is told what changed meanwhile',
  );
  wakeLoops();
}

function blindRules(deps: TickDeps): BlindRules {
  const { downMs } = deps.durations;
  return { pollMs: pollMsOf(deps), polls: MAX_MISSED_POLLS, leastMs: downMs, maxPassMs: downMs };
}

/** The operator hears of it with the channels, unless they know already that the cloud refuses the bot. */
async function tellOfSilence(deps: TickDeps, episode: BlindEpisode | null, why: Explanation | null): Promise<void> {
  const until = deps.clock.now();
  if (why === null) return await clearAlert(deps, 'drs', until, (since) => ({ kind: 'drs_answers', since, until }));
  if (episode === null || episode.toldAt === null || isRefusal(why)) return;
  const { since } = episode;
  await raiseAlert(deps, 'drs', since, { kind: 'drs_silent', since, until, why });
}

async function tellOfAccess(deps: TickDeps, { stoppedBy, answered }: PollReport): Promise<void> {
  const until = deps.clock.now();
  if (stoppedBy !== null && isRefusal(stoppedBy))
    await raiseAlert(deps, 'credentials', until, { kind: 'credentials_refused', why: stoppedBy });
  else if (answered > 0)
    await clearAlert(deps, 'credentials', until, (since) => ({ kind: 'credentials_accepted', since, until }));
}
