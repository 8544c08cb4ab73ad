import { HOUR, MINUTE } from '../base/time.ts';
import type { EpochMs } from '../base/time.ts';
import { isJumping } from '../job/readings.ts';
import { keepSilent, tell } from './decision.ts';
import type { Step } from './decision.ts';
import { readingsOf } from './holds.ts';
import type { Measured } from './holds.ts';
import { hasLeft, whyUnjudged } from './rule-input.ts';
import type { RuleInput } from './rule-input.ts';

/** A figure that jumps was told. */
export interface Jumping {
  /** When it was last seen to. */
  readonly lastAt: EpochMs;
  /** What was told of it still stands. */
  readonly isOpen: boolean;
}

/** Jumps within so long make a figure that jumps, in ms; where polls are seldom, within so many of them. */
const LOOK_BACK_MS = 15 * MINUTE;
const LOOK_BACK_POLLS = 6;
/** It no longer jumps when it did not for so long, in ms, */
const OVER_MS = HOUR;
/** and is told anew when it did not for so long. */
const QUIET_MS = 6 * HOUR;

/** The readings of a figure that jumps, from in sync to above the alarm level and back, faster than time goes by; null else. */
export function findJump({ measured, rules }: Pick<RuleInput, 'measured' | 'rules'>): readonly Measured[] | null {
  const judged = readingsOf(measured, Math.max(LOOK_BACK_MS, LOOK_BACK_POLLS * rules.pollMs));
  return isJumping(judged) ? judged : null;
}

/** "A figure that jumps (0, 2000, 0, 2002) is said to jump and is never in sync." */
export function stepJumping(before: Jumping | null, input: RuleInput): Step<Jumping | null> {
  const { now } = input;
  if (input.rules.lag === null) return keepSilent(null, 'off');
  const isKnown = before !== null && now >= before.lastAt && (before.isOpen || now - before.lastAt < QUIET_MS);
  const known = isKnown ? before : null;
  if (hasLeft('replicating', input))
    return keepSilent(known === null ? null : { ...known, isOpen: false }, 'other_status');
  const unjudged = whyUnjudged(input);
  if (unjudged !== null) return keepSilent(known, unjudged);
  const judged = findJump(input);
  if (judged === null) return judgeOver(known, input);
  if (known !== null) return keepSilent({ ...known, lastAt: now }, 'told');
  const lags = judged.map(({ lagMs }) => lagMs);
  return tell(
    { lastAt: now, isOpen: true },
    { kind: 'jumping', since: judged[0]?.at ?? now, leastMs: Math.min(...lags), mostMs: Math.max(...lags) },
  );
}

/** Whether what was told of a figure that jumps is over: it was seen for long enough, and did not. */
function judgeOver(known: Jumping | null, { now, measured, sample, rules }: RuleInput): Step<Jumping | null> {
  const from = measured[0]?.at ?? now;
  const isSeen = now - from >= Math.max(LOOK_BACK_MS, LOOK_BACK_POLLS * rules.pollMs);
  if (known?.isOpen !== true || now - known.lastAt < OVER_MS || !isSeen) return keepSilent(known, 'not_so');
  const ended = { ...known, isOpen: false };
  return tell(ended, { kind: 'over', of: 'jumping', since: known.lastAt, lagMs: sample.lagMs ?? 0 });
}
