import { expect, test } from 'vitest';

import { runSoak } from '../soak/soak.ts';

const SILENTLY = () => undefined;

test('a minute of kills, lost answers, limits, restarts and incidents: nothing is lost, doubled or out of order', async () => {
  const ledger = await runSoak({ troubleMs: 60_000, jobs: 40, channels: 6, withHistory: true, seed: 1 }, SILENTLY);
  expect(ledger).toMatchObject({ lost: [], doubled: 0, outOfOrder: 0 });
  expect(ledger.kills).toBeGreaterThan(3);
  expect(ledger.events).toBeGreaterThan(20);
  expect(ledger.incidents).toBeGreaterThan(0);
}, 240_000);

test('the same for a moment where the bot may not read: nothing is lost, and doubles are no more than doubts', async () => {
  const ledger = await runSoak({ troubleMs: 15_000, jobs: 20, channels: 4, withHistory: false, seed: 2 }, SILENTLY);
  expect(ledger.lost).toEqual([]);
  expect(ledger.doubled).toBeLessThanOrEqual(ledger.kills + ledger.uncertain);
}, 180_000);
