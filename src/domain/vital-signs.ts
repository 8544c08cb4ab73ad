import type { Explanation } from './job/explanation.ts';
import type { EpochMs } from './base/time.ts';

/** What turns for as long as the bot lives. A closed list: it is also a metric label. */
export const LOOP_NAMES = ['poller', 'dispatcher', 'causes'] as const;
export type LoopName = (typeof LOOP_NAMES)[number];
/** What has turns: the loops, and each channel that the dispatcher gives a turn of its own. */
export const TURN_NAMES = [...LOOP_NAMES, 'channel'] as const;
export type TurnName = (typeof TURN_NAMES)[number];

/** What is read of single jobs by itself, and not to be had in every region and with every permission. */
export const INSIGHT_NAMES = ['timeline', 'terms'] as const;
export type InsightName = (typeof INSIGHT_NAMES)[number];

/** Whether DRS answers questions about progress. */
export type DrsReach =
  | { readonly kind: 'not_asked' }
  | { readonly kind: 'answers'; readonly since: EpochMs; readonly lastAt: EpochMs }
  /**
   * `since` the first question without an answer after the last one that had one; `forMs` counts only the time in which
   * it was to be asked.
   */
  | { readonly kind: 'silent'; readonly since: EpochMs; readonly forMs: number; readonly why: Explanation };

/** How the poller stands to its schedule. */
export interface PollSigns {
  /** For how long, in ms, it has not turned; a pause by schedule does not count. */
  readonly silentMs: number;
  /** For how long, in ms, the run planned next after its last turn is overdue; 0 when it is not. */
  readonly overdueMs: number;
  /** When it turns next. */
  readonly nextAt: EpochMs;
  /** The same, if the schedule pauses until then. */
  readonly pausedUntil: EpochMs | null;
}

/** How the bot is, as far as one process knows from its own work. Moments are in the time of day as it is now. */
export interface VitalSigns {
  readonly startedAt: EpochMs;
  /** When each loop last showed that it turns; the start if it has not yet. */
  readonly beats: Readonly<Record<LoopName, EpochMs>>;
  /** When a tick last came to its end; null before the first. */
  readonly lastTickAt: EpochMs | null;
  readonly poll: PollSigns;
  readonly drs: DrsReach;
  /** How long DRS gave no answer since the start, in ms, the present silence included. */
  readonly blindMs: number;
}

/** How long may pass before something counts as wrong, in ms. */
export interface Patience {
  /** Between two ticks of the poll schedule. */
  readonly intervalMs: number;
  /** No loop rests longer than this. */
  readonly stillMs: number;
}

/** A loop that should have turned. */
export interface StillLoop {
  readonly loop: LoopName;
  readonly forMs: number;
}

/** Intervals that may pass without a tick: one bad minute is no reason to wake anybody. */
const MAX_STILL_INTERVALS = 3;

/** The loops that have stopped turning. */
export function findStillLoops(signs: VitalSigns, now: EpochMs, patience: Patience): readonly StillLoop[] {
  return LOOP_NAMES.flatMap((loop) => {
    const [forMs, mostMs] =
      loop === 'poller' ? [signs.poll.silentMs, longestSilence(patience)] : [now - signs.beats[loop], patience.stillMs];
    return forMs > mostMs ? [{ loop, forMs }] : [];
  });
}

function longestSilence({ intervalMs, stillMs }: Patience): number {
  return Math.max(MAX_STILL_INTERVALS * intervalMs, stillMs);
}
