import { parseArgs } from 'node:util';

import { liveDay } from './day.ts';
import { describeDay, isKept } from './verdict.ts';

const { values } = parseArgs({
  options: {
    hours: { type: 'string', default: '24' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
const number = (name: 'hours' | 'seed') => {
  const value = Number(values[name]);
  if (!(value > 0)) throw new Error(`--${name} is ${values[name]}: expected a number above 0`);
  return value;
};

const options = { hours: number('hours'), seed: number('seed') };
console.log(`seed ${options.seed}`);
const startedAt = performance.now();
const day = await liveDay(options, (line) => console.log(line));
console.log(describeDay(day));
const minutes = ((performance.now() - startedAt) / 60_000).toFixed(1);
console.log(`${options.hours} hours in ${minutes} min. ${isKept(day) ? 'Kept' : 'BROKE'} what was promised.`);
if (!isKept(day)) console.log([...day.ledger.lost, day.log].join('\n'));
process.exitCode = isKept(day) ? 0 : 1;
