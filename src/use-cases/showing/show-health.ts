import { historyAccessNow } from '../../domain/post/history-access.ts';
import type { HistoryAccess } from '../../domain/post/history-access.ts';
import type { ChannelKey } from '../../domain/subscription.ts';
import { estimatePass } from '../../domain/poll/poll-budget.ts';
import type { Explanation } from '../../domain/job/explanation.ts';
import type { PollBudget, Quota } from '../../domain/poll/poll-budget.ts';
import { SECOND } from '../../domain/base/time.ts';
import type { EpochMs } from '../../domain/base/time.ts';
import { findStillLoops } from '../../domain/vital-signs.ts';
import type { DrsReach, InsightName, StillLoop, VitalSigns } from '../../domain/vital-signs.ts';
import type { StoreFigures, UpkeepStore } from '../../ports/store/upkeep.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DrsClient } from '../../ports/drs.ts';
import type { ChannelStore } from '../../ports/store/channels.ts';
import { SEARCH_SAY_MS } from '../telling/dispatch-deliveries.ts';
import type { TellTimes } from '../telling/dispatch-deliveries.ts';
import { MAX_STILL_MS } from '../upkeep/vitals.ts';
import type { Vitals } from '../upkeep/vitals.ts';

/** A shorter wait for the next request is the usual distance between two. */
const LONG_WAIT_MS = 5 * SECOND;

/** What showing the bot's health takes. */
export interface ShowHealthDeps {
  readonly store: UpkeepStore & ChannelStore;
  readonly drs: Pick<DrsClient, 'allowance'>;
  /** The app is known to have no right to read the conversation back. */
  readonly lacksHistory: (channelId: string) => boolean;
  readonly vitals: Vitals;
  readonly clock: Clock;
  readonly polling: PollBudget;
  readonly durations: Pick<TellTimes, 'reconcileAfterMs'>;
  readonly workspaceId: string;
  readonly connectionId: string;
}

/** How often jobs are asked about, and whether that is as often as wanted. */
export interface AskingReport {
  /** What the interval becomes, and whether a quota of DRS's or our own rate is why; null where it is as wanted. */
  readonly stretch: { readonly everyMs: number; readonly wantedMs: number; readonly isByQuota: boolean } | null;
  /** The quota that DRS has named lately; null when none is known. */
  readonly quota: Quota | null;
  /** DRS wants no requests for this many ms. 0: they are welcome. */
  readonly closedMs: number;
  /** How long the job that has waited longest is overdue, in ms. */
  readonly longestWaitMs: number;
  /** Jobs are asked about later than people expect. */
  readonly isLate: boolean;
}

/** DRS gives no usable answer. */
export interface BlindReport {
  readonly since: EpochMs;
  readonly why: Explanation;
  /** When a watched job was last reported of. */
  readonly lastReportAt: EpochMs | null;
  /** When DRS is asked again. */
  readonly nextTryAt: EpochMs;
}

/** How the bot is, for whoever asks: numbers over everything, and nothing about any other channel. */
export interface HealthReport {
  readonly drs: DrsReach;
  /** DRS gives no usable answer; null when it does. */
  readonly blind: BlindReport | null;
  readonly lastTickAt: EpochMs | null;
  /** When DRS is asked next, if the schedule pauses until then. */
  readonly pausedUntil: EpochMs | null;
  /** What should turn and does not. */
  readonly stillLoops: readonly StillLoop[];
  readonly asking: AskingReport;
  readonly figures: StoreFigures;
  /** Something has waited its turn for longer than anything should. */
  readonly isLate: boolean;
  /** Messages whose answer was lost and that are looked for longer than usual, and since when: their channels wait; null for none. */
  readonly lookedFor: { readonly count: number; readonly since: EpochMs } | null;
  /** What DRS does not let the bot read here, so that messages lack it. */
  readonly notHere: readonly InsightName[];
  /** Whether each message to this channel is told exactly once, or at least once, and why. */
  readonly delivery: HistoryAccess;
}

/** How the bot is, as seen from `channel`. */
export async function showHealth(deps: ShowHealthDeps, channel: ChannelKey): Promise<HealthReport> {
  const { store, vitals, clock, polling, durations, workspaceId, connectionId } = deps;
  const signs = vitals.signs();
  const now = clock.now();
  const { intervalMs } = polling;
  const [figures, delivery] = await Promise.all([
    store.readFigures({ workspaceId, connectionId }),
    store.findHistoryAccess(channel),
  ]);
  const { oldestAt } = figures.queued;
  const { count, oldestAt: since } = figures.searching;
  return {
    drs: signs.drs,
    blind: describeBlindness(signs, figures),
    lastTickAt: signs.lastTickAt,
    pausedUntil: signs.poll.pausedUntil,
    stillLoops: findStillLoops(signs, now, { intervalMs, stillMs: MAX_STILL_MS }),
    asking: describeAsking(deps, figures, now),
    figures,
    isLate: oldestAt !== null && now - oldestAt > MAX_STILL_MS,
    lookedFor: since !== null && now - since > SEARCH_SAY_MS + durations.reconcileAfterMs ? { count, since } : null,
    notHere: vitals.notHere,
    delivery: historyAccessNow(delivery, deps.lacksHistory(channel.channelId)),
  };
}

/** The episode knows of the time before this process; what this process has just heard is not in it yet. */
function describeBlindness({ drs, poll }: VitalSigns, { episode, lastReportAt }: StoreFigures): BlindReport | null {
  const rest = { lastReportAt, nextTryAt: poll.nextAt };
  if (episode !== null && episode.seeingAt === null && episode.why !== null)
    return { since: episode.since, why: episode.why, ...rest };
  return drs.kind === 'silent' ? { since: drs.since, why: drs.why, ...rest } : null;
}

/** Intervals that a job may wait before that is late. */
const PATIENT_INTERVALS = 3;

function describeAsking({ vitals, drs, polling }: ShowHealthDeps, figures: StoreFigures, now: EpochMs): AskingReport {
  const { intervalMs: wantedMs } = polling;
  const { waitMs, quota } = drs.allowance();
  const jobs = vitals.estimate?.jobs ?? 0;
  const estimate = estimatePass(jobs, polling, quota);
  const stretch = estimate.fits ? null : { everyMs: estimate.passMs, wantedMs, isByQuota: estimate.quota !== null };
  const longestWaitMs = figures.waitingSince === null ? 0 : Math.max(0, now - figures.waitingSince);
  const isOverdue = longestWaitMs > Math.max(PATIENT_INTERVALS * wantedMs, MAX_STILL_MS);
  // A quota that is used up for the moment is no pause: it is what the stretched interval is made of.
  const closedMs = quota === null && waitMs > LONG_WAIT_MS ? waitMs : 0;
  return { stretch, quota, closedMs, longestWaitMs, isLate: stretch !== null || closedMs > 0 || isOverdue };
}
