import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

import { z } from 'zod';

import { DRS_FAULTS } from './drs-faults.ts';
import { isNotYet } from './not-yet.ts';
import { SLACK_FAULTS } from './slack-faults.ts';
import type { DrsRow, SlackRow } from './stage.ts';

/** Cells that one process plays at a time: most of a cell is waiting for the loopback. */
const AT_ONCE = 3;

/** How many cells go by before a word about them. */
const SAID_EVERY = 100;

interface Cell {
  readonly drs: DrsRow | null;
  readonly slack: SlackRow | null;
}

const result = z.object({
  drs: z.string().nullable(),
  slack: z.string().nullable(),
  complaints: z.array(z.string()),
});

const { values } = parseArgs({
  options: { rows: { type: 'string', default: '' }, columns: { type: 'string', default: '' } },
});
const rows = [null, ...DRS_FAULTS].filter((row) => nameOf(row).includes(values.rows));
const columns = [null, ...SLACK_FAULTS].filter((column) => nameOf(column).includes(values.columns));
const cells = columns.flatMap((slack) => rows.filter((drs) => isPlayed({ drs, slack })).map((drs) => ({ drs, slack })));
const complaints = new Map<string, readonly string[]>();
const startedAt = performance.now();

console.log(`${cells.length} cells: ${rows.length} faults of DRS and ${columns.length} of Slack, none included`);
const waiting = [...cells];
await Promise.all(Array.from({ length: availableParallelism() }, () => work()));
showMatrix();
const failures = cells.filter((cell) => markOf(cell) === '!');
for (const cell of failures)
  console.log(`${keyOf(cell)}: ${complaints.get(keyOf(cell))?.join('; ').slice(0, 600) ?? ''}`);
const leftOut = rows.length * columns.length - cells.length;
const minutes = ((performance.now() - startedAt) / 60_000).toFixed(1);
console.log(
  `${cells.length} cells in ${minutes} min: ${failures.length} failed, ${count('x')} do not hold yet, ${count('+')} hold that were not to. ${leftOut} were left out: their column does not hold alone yet.`,
);
process.exitCode = failures.length === 0 ? 0 : 1;

function nameOf(row: DrsRow | SlackRow | null): string {
  return row?.name ?? 'nothing';
}

/** What does not hold alone is played alone only. */
function isPlayed({ drs, slack }: Cell): boolean {
  return drs === null || !isNotYet(slack);
}

function keyOf({ drs, slack }: Cell): string {
  return `${nameOf(drs)} × ${nameOf(slack)}`;
}

/** Plays cells in a process of its own until none is left; a process that ends is a fault of what it played. */
async function work(): Promise<void> {
  while (waiting.length > 0) await playInProcess(fork(new URL('player.ts', import.meta.url)));
}

function playInProcess(player: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    const playing = new Map<string, Cell>();
    const next = () => {
      const cell = waiting.shift();
      if (cell !== undefined) {
        playing.set(keyOf(cell), cell);
        player.send({ drs: cell.drs?.name ?? null, slack: cell.slack?.name ?? null });
      } else if (playing.size === 0) player.kill();
    };
    player.on('message', (message) => {
      const { drs, slack, complaints: found } = result.parse(message);
      const key = `${drs ?? 'nothing'} × ${slack ?? 'nothing'}`;
      playing.delete(key);
      complaints.set(key, found);
      if (complaints.size % SAID_EVERY === 0) console.log(`${complaints.size} of ${cells.length}`);
      next();
    });
    player.once('exit', () => {
      for (const key of playing.keys()) complaints.set(key, ['the process ended']);
      resolve();
    });
    for (let index = 0; index < AT_ONCE; index++) next();
  });
}

/** `.` holds, `!` does not, `x` is known not to, `+` holds although it was not to, a blank was left out. */
function markOf(cell: Cell): string {
  const found = complaints.get(keyOf(cell));
  if (found === undefined) return ' ';
  if (isNotYet(cell.slack)) return found.length === 0 ? '+' : 'x';
  return found.length === 0 ? '.' : '!';
}

function count(mark: string): number {
  return cells.filter((cell) => markOf(cell) === mark).length;
}

function showMatrix(): void {
  const width = Math.max(...rows.map((row) => nameOf(row).length));
  const numbers = columns.map((_column, index) => String(index).padStart(2));
  for (const digit of [0, 1]) console.log(`${' '.repeat(width)} ${numbers.map((number) => number[digit]).join('')}`);
  for (const drs of rows)
    console.log(`${nameOf(drs).padEnd(width)} ${columns.map((slack) => markOf({ drs, slack })).join('')}`);
  console.log(columns.map((column, index) => `${numbers[index]} ${nameOf(column)}`).join(' · '));
}
