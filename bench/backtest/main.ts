/**
 * How good the rules and the estimate are: replays curves that tools of this trade reported, and simulated ones, and prints
 * tables in Markdown. `npm run backtest -- --curves FOLDER` takes other files of the same form.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { readCurves } from './curve.ts';
import type { Curve } from './curve.ts';
import { judgeEstimates } from './judge-estimates.ts';
import type { Judged } from './judge-estimates.ts';
import { judgeLag } from './judge-lags.ts';
import { judgeStalls } from './judge-stalls.ts';
import { simulateCurves } from './simulate.ts';
import { simulateLags } from './simulate-lag.ts';
import { estimateTable, lagTable, stallTable } from './tables.ts';

const { values } = parseArgs({
  options: { curves: { type: 'string', default: fileURLToPath(new URL('curves', import.meta.url)) } },
});
const curves = readCurves(values.curves);
const copies = curves.filter(({ kind, finishedAt }) => kind === 'progress' && finishedAt !== null);

console.log('What is left of a copy:\n');
console.log(estimateTable(judgeByClass([...copies, ...simulateCurves()])));
console.log('\nStalls:\n');
console.log(stallTable(judgeStalls(copies)));
console.log('\nLag:\n');
console.log(
  lagTable([
    ...curves.filter(({ kind }) => kind === 'lag').map((curve) => ({ ...judgeLag(curve), isHealthy: null })),
    ...simulateLags().map(({ curve, isHealthy }) => ({ ...judgeLag(curve), isHealthy })),
  ]),
);

function judgeByClass(all: readonly Curve[]): ReadonlyMap<string, readonly Judged[]> {
  const classes = new Map<string, readonly Judged[]>();
  for (const curve of all) {
    const judged = [...(classes.get(curve.group) ?? []), ...judgeEstimates(curve)];
    if (judged.length > 0) classes.set(curve.group, judged);
  }
  return classes;
}
