/** How often something may be done: one every `everyMs` on average, and up to `burst` at once after a rest. */
export interface Pace {
  readonly everyMs: number;
  readonly burst: number;
}

/**
 * Takes the next turn of a pace. `pacedTo` is the moment (ms) up to which turns have been used; 0 when none ever was.
 *
 * @returns the new `pacedTo`, or null when it is too early
 */
export function takeTurn(pacedTo: number, now: number, pace: Pace): number | null {
  if (msUntilTurn(pacedTo, now, pace) > 0) return null;
  return (isImpossible(pacedTo, now, pace) ? now : Math.max(pacedTo, now)) + pace.everyMs;
}

/**
 * How long until the next turn, in ms. Turns used further ahead than any burst reaches were used by a clock that has
 * since jumped back, and count for nothing.
 */
export function msUntilTurn(pacedTo: number, now: number, pace: Pace): number {
  if (isImpossible(pacedTo, now, pace)) return 0;
  return Math.max(0, pacedTo - now - (pace.burst - 1) * pace.everyMs);
}

function isImpossible(pacedTo: number, now: number, { everyMs, burst }: Pace): boolean {
  return pacedTo - now > (burst + 1) * everyMs;
}
