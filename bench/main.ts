/**
 * `npm run bench [-- tick|growth|rules|commands|start-up|memory …]`: what the bot costs against the least that could do its work, measured
 * within one run. Ends well also when a limit is missed; the last lines say which.
 */
import { measureCommands } from './commands.ts';
import { measureGrowth } from './growth.ts';
import type { Measured } from './measure.ts';
import { measureMemory } from './memory.ts';
import { startStandIns } from './processes.ts';
import type { StandIns } from './processes.ts';
import { measureRules } from './rules.ts';
import { seedDatabase } from './seed.ts';
import { measureStartUp } from './start-up.ts';
import { tableOf, verdictOf } from './table.ts';
import { measureTick } from './tick.ts';

const MEASURES: Readonly<Record<string, (standIns: StandIns, seed: string) => Promise<readonly Measured[]>>> = {
  tick: measureTick,
  growth: measureGrowth,
  rules: async (standIns, seed) => [await measureRules(standIns, seed)],
  commands: measureCommands,
  'start-up': async (standIns, seed) => [await measureStartUp(standIns, seed)],
  memory: async (standIns, seed) => [await measureMemory(standIns, seed)],
};

const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(MEASURES);
const seed = await seedDatabase();
const standIns = await startStandIns();
const measured: Measured[] = [];
try {
  for (const name of wanted) {
    const measure = MEASURES[name];
    if (measure === undefined) throw new TypeError(`There is no measure ${name}: ${Object.keys(MEASURES).join(', ')}.`);
    console.error(`measuring ${name} …`);
    measured.push(...(await measure(standIns, seed)));
  }
} finally {
  await standIns.stop();
}
console.log(tableOf(measured));
console.log(`\n${measured.map(({ measure, how }) => `${measure}: ${how}.`).join('\n')}`);
console.log(`\n${verdictOf(measured)}`);
