import { expect, test } from 'vitest';

import { runSoak } from './soak.ts';

/** Long enough for a kill and a restart of Slack; test/long/soak.test.ts goes on for a minute. */
test('some seconds of kills, lost answers, limits and restarts: nothing is lost, doubled or out of order', async () => {
  const options = { troubleMs: 8_000, jobs: 20, channels: 4, withHistory: true, seed: 1 };
  const ledger = await runSoak(options, () => undefined);
  expect(ledger).toMatchObject({ lost: [], doubled: 0, outOfOrder: 0 });
  expect(ledger.kills).toBeGreaterThan(0);
  expect(ledger.events).toBeGreaterThan(5);
}, 120_000);
