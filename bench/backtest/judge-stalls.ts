import { DAY, HOUR, MINUTE, SECOND } from '../../src/domain/base/time.ts';
import { DEFAULT_RULES } from '../../src/domain/rules/rule-settings.ts';
import type { Curve } from './curve.ts';
import { countReferenceStalls } from './reference-stall.ts';
import { copySamples, replay } from './replay.ts';

/** Finished copies are stretched to so many days. */
const STALL_DAYS = [1, 3, 7, 14] as const;
/** A copy of which nobody knows when it ended tells nothing false. */
const POLL_MS = 5 * MINUTE;
/** A copy that really stalls does so after this share of its time. */
const FROZEN_SHARES = [0.3, 0.6] as const;
/** It is watched for so many times its length. */
const FROZEN_LENGTHS = 4;

/** How often finished copies were called stalled, and how soon those were that really stood still. */
export interface JudgedStalls {
  readonly days: number;
  readonly curves: number;
  /** Copies that were called stalled although they ended, by the rules and by the rule they are held against. */
  readonly falseStalls: number;
  readonly reference: number;
  readonly names: readonly string[];
  /** From the standstill to the message, in hours: the middle one and the longest. */
  readonly medianDelayH: number;
  readonly longestDelayH: number;
}

const RULES = { ...DEFAULT_RULES, pollMs: POLL_MS };

export function judgeStalls(curves: readonly Curve[]): readonly JudgedStalls[] {
  const finished = curves.filter((curve) => curve.finishedAt !== null);
  return STALL_DAYS.map((days) => {
    const untilMs = days * DAY;
    const stretchOf = (curve: Curve) => untilMs / ((curve.finishedAt ?? 1) * SECOND);
    const stalls = finished.map((curve) => {
      const samples = () => copySamples(curve, { stretch: stretchOf(curve), pollMs: POLL_MS, untilMs });
      const ours = replay(samples(), RULES).filter(({ event }) => event.kind === 'stalled').length;
      return { name: curve.name, ours, reference: countReferenceStalls(samples(), POLL_MS) };
    });
    const delays = finished
      .flatMap((curve) => FROZEN_SHARES.map((share) => delayOf(curve, stretchOf(curve), untilMs, share)))
      .toSorted((one, other) => one - other);
    return {
      days,
      curves: finished.length,
      falseStalls: stalls.reduce((sum, { ours }) => sum + ours, 0),
      reference: stalls.reduce((sum, { reference }) => sum + reference, 0),
      names: stalls.filter(({ ours }) => ours > 0).map(({ name, ours }) => (ours > 1 ? `${name} (${ours})` : name)),
      medianDelayH: (delays[Math.floor(delays.length / 2)] ?? 0) / HOUR,
      longestDelayH: (delays.at(-1) ?? 0) / HOUR,
    };
  });
}

function delayOf(curve: Curve, stretch: number, lengthMs: number, share: number): number {
  const frozenMs = share * lengthMs;
  const samples = copySamples(curve, { stretch, pollMs: POLL_MS, untilMs: FROZEN_LENGTHS * lengthMs, frozenMs });
  const told = replay(samples, RULES).filter(({ event }) => event.kind === 'stalled' || event.kind === 'moving_again');
  const isToldBefore = told.findLast(({ at }) => at <= frozenMs)?.event.kind === 'stalled';
  const toldAt = isToldBefore ? frozenMs : told.find(({ at }) => at > frozenMs)?.at;
  return (toldAt ?? FROZEN_LENGTHS * lengthMs) - frozenMs;
}
