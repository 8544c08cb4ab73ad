import type { Curve, CurvePoint } from './curve.ts';

/** A day of lag, one figure a minute. */
const MINUTES = 1_440;

/** A simulated lag, and whether anything is wrong with it at all. */
export interface SimulatedLag {
  readonly curve: Curve;
  readonly isHealthy: boolean;
}

/** What lags look like, in seconds over the minutes of a day. */
export function simulateLags(): readonly SimulatedLag[] {
  return [
    lag('steady 1 s', true, () => 1),
    lag('exactly 0', true, () => 0),
    lag('breathing up to 100 s', true, (minute) => 50 + 50 * Math.sin(minute / 4)),
    lag('odd peaks', true, (minute) => (minute % 97 === 13 ? 400 : 2)),
    lag('heartbeat every 10 min', true, (minute) => 60 * (minute % 10)),
    lag('heartbeat every 30 min', true, (minute) => 60 * (minute % 30)),
    lag('idle at night', true, (minute) => (minute % 1_440 < 600 ? 60 * minute : 2)),
    lag('high for an hour', false, (minute) => (minute >= 300 && minute < 360 ? 300 + (minute % 7) : 3)),
    lag('cannot keep up', false, (minute) => (minute < 300 ? 2 : 2 + 12 * (minute - 300))),
    lag('blocked for 3 h', false, (minute) =>
      minute < 300 ? 2 : minute < 480 ? 60 * (minute - 300) : Math.max(2, 10_800 - 600 * (minute - 480)),
    ),
    lag('jumps', false, (minute) => (minute % 2 === 0 ? 0 : 2_000)),
    lag('stands still', false, (minute) => (minute < 300 ? 2 : 5_400)),
    lag('waves of an hour', false, (minute) => 240 + 240 * Math.sin(minute / 19)),
  ];
}

function lag(name: string, isHealthy: boolean, seconds: (minute: number) => number): SimulatedLag {
  const points: readonly CurvePoint[] = Array.from({ length: MINUTES }, (_, minute) => ({
    at: 60 * minute,
    value: Math.round(seconds(minute)),
  }));
  const curve: Curve = {
    name: `simulated: ${name}`,
    group: 'simulated',
    kind: 'lag',
    points,
    finishedAt: null,
    reportedRemaining: [],
  };
  return { curve, isHealthy };
}
