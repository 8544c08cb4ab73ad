import { HOUR } from '../base/time.ts';
import type { EpochMs } from '../base/time.ts';
import type { RuleEvent } from '../job/rule-event.ts';
import type { Measured } from './holds.ts';
import type { RuleInput } from './rule-input.ts';

/** A lag that is not fine, until it is: each kind is told once; none, while it is as before. */
export interface LagEpisode {
  readonly since: EpochMs;
  readonly peakMs: number;
  readonly told: readonly LagAlarm['kind'][];
}

/** The lag that is not fine now, and the last ones that were not, oldest first. */
export interface LagEpisodes {
  readonly open: LagEpisode | null;
  readonly past: readonly PastEpisode[];
}

/** A lag that was not fine. */
export interface PastEpisode {
  readonly clearedAt: EpochMs;
  readonly peakMs: number;
  readonly lengthMs: number;
  /** The lag was in sync since for as long as one that has caught up. */
  readonly isCalm: boolean;
}

export const NO_EPISODES: LagEpisodes = { open: null, past: [] };

export const LAG_ALARMS = [
  'lag_high',
  'nothing_newer',
  'cannot_keep_up',
  'stands_still',
  'catch_up_not_gaining',
] as const;
export type LagAlarm = Extract<RuleEvent, { kind: (typeof LAG_ALARMS)[number] }>;

/** Episodes that were cleared less than so long ago, in ms, make a lag that comes and goes; so many are remembered. */
const PAST_MS = 6 * HOUR;
const MAX_PAST = 2;
/** A further one is told only when it is so many times as high or as long as they were; */
const WORSE = 2;
/** after a single one, when it lasts so long, in ms: one long night does not hide the next; at once when it was in sync between. */
const LONG_MS = HOUR;

/** The episodes that still count. */
export function recentEpisodes(past: LagEpisodes['past'], now: EpochMs): LagEpisodes['past'] {
  return past.filter(({ clearedAt }) => clearedAt <= now && now - clearedAt < PAST_MS);
}

/** A lag that came and went in the last hours does so again, no worse than before. */
export function isAsBefore({ open, past }: LagEpisodes, { now, sample }: RuleInput): boolean {
  if (past.length === 0 || isTold(open)) return false;
  if (past.length < MAX_PAST && past.every(({ isCalm }) => isCalm)) return false;
  const mostMs = WORSE * Math.max(...past.map(({ peakMs }) => peakMs));
  const longestMs = WORSE * Math.max(...past.map(({ lengthMs }) => lengthMs));
  const quietMs = past.length < MAX_PAST ? Math.min(longestMs, LONG_MS) : longestMs;
  return (sample.lagMs ?? 0) <= mostMs && (open === null || now - open.since <= quietMs);
}

/** Whether anything was told of an episode, of these kinds if any are given. */
export function isTold(open: LagEpisode | null, kinds: readonly LagAlarm['kind'][] | null = null): boolean {
  return open !== null && open.told.some((kind) => kinds === null || kinds.includes(kind));
}

/** The episodes with one more alarm about the open one, or about a new one. */
export function openEpisode({ open, past }: LagEpisodes, alarm: LagAlarm, measured: readonly Measured[]): LagEpisodes {
  const ofIt = measured.filter(({ at }) => at >= alarm.since).map(({ lagMs }) => lagMs);
  const since = Math.min(open?.since ?? alarm.since, alarm.since);
  const peakMs = Math.max(open?.peakMs ?? 0, ...ofIt);
  return { open: { since, peakMs, told: [...(open?.told ?? []), alarm.kind] }, past };
}

/** The episodes after the open one is over. */
export function closeEpisode({ since, peakMs }: LagEpisode, past: LagEpisodes['past'], now: EpochMs): LagEpisodes {
  return {
    open: null,
    past: [...past, { clearedAt: now, peakMs, lengthMs: now - since, isCalm: false }].slice(-MAX_PAST),
  };
}
