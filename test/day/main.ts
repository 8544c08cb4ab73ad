import { parseArgs } from 'node:util';
import { liveDay } from './day.ts';
const { values } = parseArgs({
  options: {
    hours: { type: 'string', default: '24' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
const t = performance.now();
const day = await liveDay(
  { hours: Number(values.hours), settledHours: Math.ceil(Number(values.hours) / 6), seed: Number(values.seed) },
  (l) => console.log(l, Math.round((performance.now() - t) / 1000)),
);
console.log(
  day.ledger,
  day.pauses,
  day.heap,
  day.starts,
  day.toll.changes,
  day.toll.archived,
  new Set(day.toll.drsFaults).size,
  new Set(day.toll.slackFaults).size,
);
if (process.env['SHOWLOG']) console.log(day.log);
