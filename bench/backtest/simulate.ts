import type { Curve, CurvePoint } from './curve.ts';

/** Seconds of a simulated copy's day, and of one of its steps. */
const DAY_S = 86_400;
const STEP_S = 60;
const CURVES_OF_A_KIND = 8;
/** No simulated copy takes longer, in seconds. */
const MAX_S = 40 * DAY_S;

/** How fast a copy is at a time, in percent a day: `done` is its percent. */
type Pace = (at: number, done: number) => number;

/** Copies of which it is known how they went, whole percents as DRS counts them: eight of each kind, always the same. */
export function simulateCurves(): readonly Curve[] {
  const kinds: Readonly<Record<string, (random: () => number) => readonly CurvePoint[]>> = {
    steady: (random) => run(noisy(random, () => 100 / days(random))),
    slowing: (random) => {
      const first = 200 / days(random);
      const last = first * (0.1 + 0.4 * random());
      return run(noisy(random, (_, done) => first + ((last - first) * done) / 100));
    },
    stepwise: (random) => runTables(random),
    restarted: (random) => {
      const pace = noisy(random, () => 100 / days(random));
      const first = run(pace).filter(({ value }) => value < 15 + 60 * random());
      const restartAt = (first.at(-1)?.at ?? 0) + STEP_S;
      return [...first, ...run(pace).map(({ at, value }) => ({ at: restartAt + at, value }))];
    },
    'nightly dips': (random) => {
      const day = 100 / days(random);
      const night = day * 0.5 * random();
      const from = random() * DAY_S;
      return run(noisy(random, (at) => ((at + from) % DAY_S < DAY_S / 3 ? night : day)));
    },
  };
  return Object.entries(kinds).flatMap(([kind, make], number) =>
    Array.from({ length: CURVES_OF_A_KIND }, (_, index) =>
      simulated(kind, index, make(randomFrom(100 * number + index))),
    ),
  );
}

function simulated(kind: string, index: number, points: readonly CurvePoint[]): Curve {
  const last = points.at(-1);
  const finishedAt = last === undefined ? null : last.at;
  const name = `simulated ${kind} ${index + 1}`;
  return { name, group: `simulated: ${kind}`, kind: 'progress', points, finishedAt, reportedRemaining: [] };
}

/** Between half a day and a week. */
function days(random: () => number): number {
  return 0.5 * 14 ** random();
}

/** A pace that wavers by a third from hour to hour. */
function noisy(random: () => number, pace: Pace): Pace {
  const byHour = new Map<number, number>();
  return (at, done) => {
    const hour = Math.floor(at / 3_600);
    const waver = byHour.get(hour) ?? 0.67 + 0.66 * random();
    byHour.set(hour, waver);
    return pace(at, done) * waver;
  };
}

function run(pace: Pace): readonly CurvePoint[] {
  const points: CurvePoint[] = [{ at: 0, value: 0 }];
  let done = 0;
  for (let at = STEP_S; done < 100 && at < MAX_S; at += STEP_S) {
    done = Math.min(100, done + (pace(at, done) * STEP_S) / DAY_S);
    if (Math.floor(done) > (points.at(-1)?.value ?? 0)) points.push({ at, value: Math.floor(done) });
  }
  return points;
}

/** Tables of very unequal size, eight at a time; the percent counts tables, as DRS counts objects. */
function runTables(random: () => number): readonly CurvePoint[] {
  const count = 50 + Math.floor(400 * random());
  const sizes = Array.from({ length: count }, () => Math.exp(1.2 * normal(random)));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const lanes = Array.from({ length: 8 }, () => 0);
  const scale = (8 * days(random) * DAY_S) / total;
  const ends = sizes.map((size) => {
    const lane = lanes.indexOf(Math.min(...lanes));
    lanes[lane] = (lanes[lane] ?? 0) + size * scale;
    return lanes[lane] ?? 0;
  });
  return ends
    .toSorted((one, other) => one - other)
    .map((at, index) => ({ at, value: Math.floor((100 * (index + 1)) / count) }));
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** The same numbers for the same seed, from 0 to 1. */
function randomFrom(seed: number): () => number {
  let state = (seed * 2_654_435_761 + 1) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
