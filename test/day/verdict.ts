import type { Day } from './day.ts';

const MB = 1024 * 1024;
/** The memory in use may be so much larger at the end than it was when it had settled, in bytes: caches fill up. */
const GROWTH = 6 * MB;

/** Whether everything was told, once, nothing is held back any more, and the memory has not grown. */
export function isKept({ ledger, pauses, heap }: Day): boolean {
  return ledger.lost.length === 0 && ledger.doubled === 0 && pauses === 0 && heap.end - heap.settled <= GROWTH;
}

/** A short table. */
export function describeDay({ ledger, toll, pauses, heap, starts }: Day): string {
  const inMb = (bytes: number) => `${(bytes / MB).toFixed(1)} MB`;
  const kinds = (names: readonly string[]) => `${names.length} of ${new Set(names).size} kinds`;
  const rows: readonly (readonly [string, string | number])[] = [
    ['faults of DRS', kinds(toll.drsFaults)],
    ['faults of Slack', kinds(toll.slackFaults)],
    ['changes of jobs', toll.changes],
    ['channels archived', toll.archived],
    ['starts of the bot', starts],
    ['events', ledger.events],
    ['deliveries', ledger.deliveries],
    ['posts', ledger.posts],
    ['blind episodes', ledger.episodes],
    ['lost', ledger.lost.length],
    ['doubled', ledger.doubled],
    ['pauses left', pauses],
    ['memory when settled', inMb(heap.settled)],
    ['memory at the end', inMb(heap.end)],
  ];
  return rows.map(([name, value]) => `${name.padEnd(20)} ${String(value).padStart(16)}`).join('\n');
}
