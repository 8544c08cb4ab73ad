import type { ReadBack } from '../domain/read-back.ts';
import type { ChannelKey } from '../domain/subscription.ts';
import type { EpochMs } from '../domain/time.ts';
import { findStillLoops } from '../domain/vital-signs.ts';
import type { DrsReach, StillLoop } from '../domain/vital-signs.ts';
import type { StoreFigures } from '../ports.ts';
import type { Context } from './context.ts';

/** How the bot is, for whoever asks: numbers over everything, and nothing about any other channel. */
export interface HealthReport {
  readonly drs: DrsReach;
  readonly lastTickAt: EpochMs | null;
  /** When DRS is asked next, if the schedule pauses until then. */
  readonly pausedUntil: EpochMs | null;
  /** What should turn and does not. */
  readonly stillLoops: readonly StillLoop[];
  readonly figures: StoreFigures;
  /** Something has waited its turn for longer than anything should. */
  readonly isLate: boolean;
  /** Whether each message to this channel is told exactly once, or at least once, and why. */
  readonly delivery: ReadBack;
}

/** How the bot is, as seen from `channel`. */
export async function showHealth(context: Context, channel: ChannelKey): Promise<HealthReport> {
  const { store, vitals, clock, polling, durations, workspaceId, connectionId } = context;
  const signs = vitals.signs();
  const now = clock.now();
  const { intervalMs } = polling;
  const { stillMs } = durations;
  const [figures, delivery] = await Promise.all([
    store.readFigures({ workspaceId, connectionId }),
    store.findReadBack(channel),
  ]);
  const { oldestAt } = figures.queued;
  return {
    drs: signs.drs,
    lastTickAt: signs.lastTickAt,
    pausedUntil: signs.poll.pausedUntil,
    stillLoops: findStillLoops(signs, now, { intervalMs, stillMs }),
    figures,
    isLate: oldestAt !== null && now - oldestAt > stillMs,
    delivery,
  };
}
