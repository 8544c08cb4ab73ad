import type { Explanation } from '../job/explanation.ts';
import { MINUTE } from '../base/time.ts';
import type { EpochMs } from '../base/time.ts';
import { MAX_MISSED_POLLS, maxGapMs } from '../job/verdict-rules.ts';

/**
 * A stretch of time in which a connection gave no usable answer: DRS did not answer (`blind`), or nobody asked (`down`). A
 * connection has at most one at a time, and all there is to know of it is here: whoever takes over goes on where the one
 * before stopped.
 */
export interface BlindEpisode {
  readonly kind: 'blind' | 'down';
  /** The first poll without a usable answer, or the end of the last sign of life. */
  readonly since: EpochMs;
  /** What changed from here on was not seen to change: the first of those polls, or the bot's return. */
  readonly newsSince: EpochMs;
  /** Polls in a row without a usable answer. */
  readonly polls: number;
  /** The last of them, or the moment of the return. */
  readonly polledAt: EpochMs;
  /** How long nothing usable was to be had while somebody asked, in ms: a clock that is set adds nothing to it. */
  readonly blindMs: number;
  /** Why the last poll gave nothing; null while nobody has asked. */
  readonly why: Explanation | null;
  /** When channels were told that nothing is known; null while they were not. */
  readonly toldAt: EpochMs | null;
  /** When the bot came back last; null when it was not down. */
  readonly returnedAt: EpochMs | null;
  /** The first usable answer after it; null while there is none. */
  readonly seeingAt: EpochMs | null;
}

/** How long is too long. */
export interface BlindRules {
  /** The usual time between two polls, in ms. */
  readonly pollMs: number;
  /** Polls that must be missed, */
  readonly polls: number;
  /** and for how long, in ms, before it is told. */
  readonly leastMs: number;
  /** How long, in ms, the first pass after it may take before what is known is told. */
  readonly maxPassMs: number;
}

export const DEFAULT_BLIND_RULES: BlindRules = {
  pollMs: MINUTE,
  polls: MAX_MISSED_POLLS,
  leastMs: 10 * MINUTE,
  maxPassMs: 10 * MINUTE,
};

/** What a poll of everything that was due came to. */
export interface PollSight {
  /** When it began. */
  readonly at: EpochMs;
  /** Why there was not one report; null when there was one. */
  readonly why: Explanation | null;
}

/** What became of a connection's sight. */
export interface SightChange {
  readonly episode: BlindEpisode | null;
  /** Why nothing is told; null: its channels are to be told that nothing is known. */
  readonly silence: SightSilence | null;
}

/** Why channels are not told of a connection's sight. */
export type SightSilence =
  /** All is well. */
  | 'sees'
  /** Not for long enough. */
  | 'not_lasting'
  /** It was over before it was told. */
  | 'was_short'
  /** Told already. */
  | 'told'
  /** It sees again: what changed is told as soon as every job was asked about. */
  | 'looking_around';

/** What one more poll means. */
export function notePoll(
  episode: BlindEpisode | null,
  { at, why }: PollSight,
  rules: BlindRules = DEFAULT_BLIND_RULES,
): SightChange {
  if (why === null) return seeAgain(episode, at);
  const blind = missPoll(episode, { at, why }, rules);
  if (blind.toldAt !== null) return { episode: blind, silence: 'told' };
  if (blind.polls < rules.polls || blind.blindMs < rules.leastMs) return { episode: blind, silence: 'not_lasting' };
  return { episode: { ...blind, kind: 'blind', toldAt: at }, silence: null };
}

function seeAgain(episode: BlindEpisode | null, at: EpochMs): SightChange {
  if (episode === null) return { episode, silence: 'sees' };
  if (!isNews(episode)) return { episode: null, silence: 'was_short' };
  return { episode: { ...episode, seeingAt: episode.seeingAt ?? at }, silence: 'looking_around' };
}

/** Its end is to be told: its beginning was, or the bot was down. */
function isNews({ kind, toldAt }: BlindEpisode): boolean {
  return kind === 'down' || toldAt !== null;
}

function missPoll(
  episode: BlindEpisode | null,
  { at, why }: { readonly at: EpochMs; readonly why: Explanation },
  rules: BlindRules,
): BlindEpisode {
  const began = episode ?? {
    kind: 'blind',
    since: at,
    newsSince: at,
    polls: 0,
    polledAt: at,
    blindMs: 0,
    toldAt: null,
    returnedAt: null,
  };
  // A longer step is a clock that was set, or a time in which nobody asked.
  const stepMs = Math.min(Math.max(0, at - began.polledAt), maxGapMs(rules));
  return {
    ...began,
    since: Math.min(began.since, at),
    polls: began.polls + 1,
    polledAt: at,
    blindMs: began.blindMs + stepMs,
    why,
    seeingAt: null,
  };
}

/**
 * The bot is back at `at`, and nobody asked since `from`. An episode that channels were told of goes on, and so does one that
 * they were not: people missed both at a stretch.
 */
export function noteDownTime(episode: BlindEpisode | null, from: EpochMs, at: EpochMs): BlindEpisode {
  if (episode?.toldAt !== undefined && episode.toldAt !== null) return { ...episode, returnedAt: at, seeingAt: null };
  return {
    kind: 'down',
    since: Math.min(episode?.since ?? from, from),
    newsSince: Math.min(episode?.newsSince ?? at, at),
    polls: 0,
    polledAt: at,
    blindMs: 0,
    why: null,
    toldAt: null,
    returnedAt: at,
    seeingAt: null,
  };
}

/** Until when the time lasted that its end tells of: until DRS answered, or until the bot was back. */
export function endOf({ kind, returnedAt, seeingAt }: BlindEpisode, now: EpochMs): EpochMs {
  return (kind === 'down' ? returnedAt : seeingAt) ?? now;
}

/**
 * Whether the end of the episode is to be told now: it sees again, and every job was asked about since, or that takes too
 * long.
 */
export function isEndDue(
  { seeingAt }: BlindEpisode,
  { now, isPassComplete }: { readonly now: EpochMs; readonly isPassComplete: boolean },
  { maxPassMs }: BlindRules = DEFAULT_BLIND_RULES,
): boolean {
  return seeingAt !== null && (isPassComplete || now < seeingAt || now - seeingAt >= maxPassMs);
}
