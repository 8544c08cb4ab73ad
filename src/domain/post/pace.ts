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
export function consumePace(pacedTo: number, now: number, pace: Pace): number | null {
  if (msUntilPace(pacedTo, now, pace) > 0) return null;
  return Math.max(pacedTo, now) + pace.everyMs;
}

/** How long until the next turn, in ms. */
export function msUntilPace(pacedTo: number, now: number, pace: Pace): number {
  return Math.max(0, pacedTo - now - (pace.burst - 1) * pace.everyMs);
}
