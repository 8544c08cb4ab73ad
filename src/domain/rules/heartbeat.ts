import { DAY, HOUR, MINUTE } from '../base/time.ts';
import type { EpochMs } from '../base/time.ts';
import { ALARM_LAG_MS, IN_SYNC_LAG_MS } from '../job/verdict-rules.ts';
import { stepsOf } from './holds.ts';
import type { Measured } from './holds.ts';
import type { RuleInput } from './rule-input.ts';

/** What is known of a source that writes a heartbeat every so often. */
export interface Heartbeat {
  /** Since when the lag climbs as a clock goes on; null when it does not. */
  readonly climbingSince: EpochMs | null;
  /** The last teeth that were long enough to matter, oldest first. */
  readonly teeth: readonly { readonly at: EpochMs; readonly lengthMs: number }[];
}

/** Whether the newest sample ended a tooth: what climbed is over, whatever it was. */
export function hasToothEnded({ teeth }: Heartbeat, now: EpochMs): boolean {
  return teeth.at(-1)?.at === now;
}

export const NO_HEARTBEAT: Heartbeat = { climbingSince: null, teeth: [] };

/** A lag cannot rise faster than a second a second; a step that is steeper than this is a jump. */
export const MAX_SLOPE = 1.3;
/** Nothing newer arrives in a step that is at least so steep. */
export const MIN_CLIMB = 0.5;
/** A heartbeat written between two polls may have climbed again so far by the second, in ms; nothing above is a fall to nothing. */
const MAX_FRESH_LAG_MS = ALARM_LAG_MS / 2;
/** Shorter teeth alarm nobody, in ms. */
const MIN_TOOTH_MS = 5 * MINUTE;
/** So many are remembered, so that one long night does not dull the rules for good, */
const MAX_TEETH = 10;
/** for so long, in ms. */
const MAX_TOOTH_AGE_MS = 7 * DAY;
/** A high lag is told after this long, in ms, whatever the teeth: a source that writes so seldom is not watched by its lag. */
const MAX_QUIET_CLIMB_MS = HOUR;

/**
 * What one more sample says of heartbeats.
 *
 * "A source that writes a heartbeat every so often draws teeth (climbs, then falls to ≤ 10 s in one poll): after one such tooth
 * of over 5 min, climbs of up to twice its length say nothing."
 *
 * A heartbeat written between two polls has climbed again by the second, so a fall is also one to no more than that time.
 */
export function followHeartbeat(before: Heartbeat, { now, measured, sample, course }: RuleInput): Heartbeat {
  const teeth = before.teeth.filter(({ at }) => at <= now && now - at <= MAX_TOOTH_AGE_MS);
  if (course.group !== 'replicating') return { climbingSince: null, teeth };
  if (sample.lagMs === null) return { ...before, teeth };
  const [step] = stepsOf(measured.slice(-2));
  if (step === undefined) return { climbingSince: null, teeth };
  const { from, to, slope } = step;
  if (isLow(to, from)) {
    const lengthMs = before.climbingSince === null ? 0 : from.at - before.climbingSince;
    const isTooth = lengthMs > MIN_TOOTH_MS && to.lagMs < from.lagMs;
    return { climbingSince: now, teeth: isTooth ? [...teeth, { at: now, lengthMs }].slice(-MAX_TEETH) : teeth };
  }
  return { climbingSince: slope >= MIN_CLIMB && slope <= MAX_SLOPE ? before.climbingSince : null, teeth };
}

/** Whether a lag is as small as one can be whose source wrote since the reading before. */
function isLow(to: Measured, from: Measured): boolean {
  return to.lagMs <= Math.max(IN_SYNC_LAG_MS, Math.min(MAX_FRESH_LAG_MS, to.at - from.at));
}

/** Whether a lag that climbs is one more tooth, as far as anybody can know. */
export function isTooth({ climbingSince, teeth }: Heartbeat, now: EpochMs): boolean {
  const longestMs = Math.max(0, ...teeth.map(({ lengthMs }) => lengthMs));
  return climbingSince !== null && climbingSince < now && now - climbingSince <= 2 * longestMs;
}

/** The same, for a lag that is high. */
export function isQuietTooth(heartbeat: Heartbeat, now: EpochMs): boolean {
  const { climbingSince } = heartbeat;
  return climbingSince !== null && now - climbingSince <= MAX_QUIET_CLIMB_MS && isTooth(heartbeat, now);
}
