import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

/** A file of figures that a tool reported; `at` in seconds since the start. */
const CURVE_FILE = z.object({
  name: z.string(),
  source: z.string(),
  kind: z.enum(['progress', 'lag']),
  unit: z.string(),
  at: z.array(z.number()).optional(),
  everySeconds: z.number().optional(),
  values: z.array(z.number()).min(1),
  finishedAt: z.number().optional(),
  reportedRemaining: z.record(z.string(), z.number()).optional(),
});

/** A figure over time. Times in seconds since the start; values in percent of a copy, or a lag in seconds. */
export interface Curve {
  readonly name: string;
  /** What curves it is summed up with. */
  readonly group: string;
  readonly kind: 'progress' | 'lag';
  readonly points: readonly CurvePoint[];
  /** When the copy really ended; null where nobody knows. */
  readonly finishedAt: number | null;
  /** What the tool itself said was left at some of the times, read as seconds. */
  readonly reportedRemaining: readonly CurvePoint[];
}

export interface CurvePoint {
  readonly at: number;
  readonly value: number;
}

/** All curves of a folder, by name. */
export function readCurves(folder: string): readonly Curve[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .toSorted()
    .map((file) => parseCurve(JSON.parse(readFileSync(join(folder, file), 'utf8'))));
}

function parseCurve(file: unknown): Curve {
  const { name, kind, unit, at, everySeconds, values, finishedAt, reportedRemaining } = CURVE_FILE.parse(file);
  const points = values.map((value, index) => ({ at: at?.[index] ?? index * (everySeconds ?? 1), value }));
  const isPercent = kind === 'lag' || unit.includes('percent');
  return {
    name,
    group: groupOf(name),
    kind,
    points,
    // Counts without a total say nothing of how far a copy is.
    finishedAt: isPercent ? (finishedAt ?? null) : null,
    reportedRemaining: Object.entries(reportedRemaining ?? {}).map(([second, value]) => ({
      at: Number(second),
      value,
    })),
  };
}

/** The first word of the name; bulk jobs by what they did. */
function groupOf(name: string): string {
  const [first = name] = name.split('-');
  const phase = /-(blocks|features)-/.exec(name)?.[1];
  return phase === undefined ? first : `${first} ${phase}`;
}

/** What a curve shows at a time: its last figure until then; null before the first. */
export function valueAt({ points }: Pick<Curve, 'points'>, at: number): number | null {
  let low = 0;
  let high = points.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle]?.at ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return points[low - 1]?.value ?? null;
}
