import { expect, test } from 'vitest';

import { liveDay } from '../day/day.ts';
import { isKept } from '../day/verdict.ts';

const SILENTLY = () => undefined;

test('two hours of random faults of both sides: nothing is lost or doubled, no pause is left, and the memory is flat', async () => {
  const day = await liveDay({ hours: 2, seed: 1 }, SILENTLY);
  expect(day).toMatchObject({ ledger: { lost: [], doubled: 0 }, pauses: 0 });
  expect(isKept(day), `${day.heap.settled} bytes in use, then ${day.heap.end}`).toBe(true);
  expect(day.ledger.events).toBeGreaterThan(30);
}, 600_000);
