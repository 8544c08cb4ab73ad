import { DAY, HOUR, MINUTE, SECOND } from '../base/time.ts';
import { ALARM_LAG_MS, IN_SYNC_LAG_MS } from '../job/verdict-rules.ts';

/** A level, and for how long the lag must be beyond it: `lag:2m/10m`. */
export interface HoldRule {
  readonly levelMs: number;
  readonly holdMs: number;
}

/** What somebody wants to be told of one job, and how often it is asked about. */
export interface RuleSettings {
  /** The usual time between two polls of the job, in ms. */
  readonly pollMs: number;
  /** Null: nothing is told of the lag, but that it has caught up, or no longer has. */
  readonly lag: HoldRule | null;
  /** Null: that it has caught up is not told. */
  readonly ready: HoldRule | null;
  readonly isStallTold: boolean;
}

export const DEFAULT_LAG_RULE: HoldRule = { levelMs: ALARM_LAG_MS, holdMs: 10 * MINUTE };
export const DEFAULT_READY_RULE: HoldRule = { levelMs: IN_SYNC_LAG_MS, holdMs: 15 * MINUTE };

/** For a job of type migration; others get no `ready` unless somebody asks for it. */
export const DEFAULT_RULES: RuleSettings = {
  pollMs: MINUTE,
  lag: DEFAULT_LAG_RULE,
  ready: DEFAULT_READY_RULE,
  isStallTold: true,
};

/** A verdict needs so many readings at least. */
export const MIN_READINGS = 3;
/** Readings are kept for the longest hold, and those are bounded. */
const MAX_HOLD_MS = 6 * HOUR;
/** DRS's figures are whole seconds on some clouds: a lag of 0 and one below a second are the same there. */
const MIN_LEVEL_MS = SECOND;
/** A level above any lag that is believed can never be passed. */
const MAX_LEVEL_MS = 30 * DAY;

/** A hold as it is kept on a schedule: at least three polls. */
export function stretchedHoldMs(holdMs: number, { pollMs }: Pick<RuleSettings, 'pollMs'>): number {
  return Math.max(holdMs, MIN_READINGS * pollMs);
}

/** What becomes of a level and hold that somebody typed; `leastMs` and `mostMs` are what would do, in ms. */
export type HoldCheck =
  | { readonly kind: 'fits' }
  | { readonly kind: 'stretched'; readonly holdMs: number }
  | { readonly kind: 'hold_too_short'; readonly leastMs: number }
  | { readonly kind: 'hold_too_long'; readonly mostMs: number }
  | { readonly kind: 'always_so'; readonly leastMs: number }
  | { readonly kind: 'never_so'; readonly mostMs: number };

/**
 * Holds stretch to three polls where the schedule is slower, and the answer says so; a hold shorter than two polls is refused,
 * and so is a rule that can never fire or always would.
 */
export function checkHoldRule({ levelMs, holdMs }: HoldRule, schedule: Pick<RuleSettings, 'pollMs'>): HoldCheck {
  const leastMs = 2 * schedule.pollMs;
  if (levelMs < MIN_LEVEL_MS) return { kind: 'always_so', leastMs: MIN_LEVEL_MS };
  if (levelMs > MAX_LEVEL_MS) return { kind: 'never_so', mostMs: MAX_LEVEL_MS };
  if (holdMs < leastMs) return { kind: 'hold_too_short', leastMs };
  if (holdMs > MAX_HOLD_MS) return { kind: 'hold_too_long', mostMs: MAX_HOLD_MS };
  const keptMs = stretchedHoldMs(holdMs, schedule);
  return keptMs > holdMs ? { kind: 'stretched', holdMs: keptMs } : { kind: 'fits' };
}

/** The level that nothing green is shown above, also where a high lag is not told. */
export function alarmLevelMs({ lag }: RuleSettings): number {
  return (lag ?? DEFAULT_LAG_RULE).levelMs;
}
