import { parseArgs } from 'node:util';

import { runSoak } from './soak.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    jobs: { type: 'string', default: '300' },
    channels: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    'without-history': { type: 'boolean', default: false },
  },
});
const number = (name: 'minutes' | 'jobs' | 'channels' | 'seed') => {
  const value = Number(values[name]);
  if (!(value > 0)) throw new Error(`--${name} is ${values[name]}: expected a number above 0`);
  return value;
};

const withHistory = !values['without-history'];
const options = {
  troubleMs: number('minutes') * 60_000,
  jobs: number('jobs'),
  channels: number('channels'),
  seed: number('seed'),
  withHistory,
};
console.log(`seed ${options.seed}${withHistory ? '' : ', without the right to read channels back'}`);
const { lost, ...counts } = await runSoak(options, (line) => console.log(line));
console.log(
  Object.entries({ ...counts, lost: lost.length })
    .map(
      ([name, count]) =>
        `${name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).padEnd(20)}${String(count).padStart(8)}`,
    )
    .join('\n'),
);
for (const loss of lost) console.log(`lost: ${loss}`);
const { doubled, outOfOrder, kills, uncertain } = counts;
const kept = lost.length === 0 && (withHistory ? doubled === 0 && outOfOrder === 0 : doubled <= kills + uncertain);
console.log(kept ? 'Kept what was promised.' : 'BROKE what was promised.');
process.exitCode = kept ? 0 : 1;
