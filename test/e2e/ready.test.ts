import { describe, expect, test } from 'vitest';

import type { SimulatedComparison } from '../../demo/drs-simulator/insights.ts';
import { DAY, HOUR } from '../../src/domain/base/time.ts';
import { movableClock } from '../support/fast-clock.ts';
import { startWorld } from '../support/world.ts';

/** Once an hour, next in about five minutes: how often a job is asked about is known, and no run comes while a test runs. */
const hourly = () => `${(new Date().getMinutes() + 5) % 60} * * * *`;

/** Two jobs that #migrations watches, in sync for hours, and others that nobody does. */
async function twoJobs(...unwatched: readonly string[]) {
  const clock = movableClock();
  const durations = { downMs: 1_000 * DAY };
  const world = await startWorld({ env: { POLL_SCHEDULE: hourly() }, overrides: { clock, durations } });
  world.slack.addChannel('migrations');
  const orders = world.drs.addJob('INCRE_TRANSFER_STARTED', {}, { name: 'orders' });
  const billing = world.drs.addJob('INCRE_TRANSFER_STARTED', {}, { name: 'billing' });
  for (const name of unwatched) world.drs.addJob('INCRE_TRANSFER_STARTED', {}, { name });
  await world.ask('ana', '#migrations', '/drs subscribe orders billing');
  for (let tick = 0; tick < 6; tick++) {
    clock.advance(HOUR);
    await world.bot().tick();
  }
  return { world, clock, orders, billing };
}

const rows = (result: string): SimulatedComparison => ({
  id: 'c1',
  type: 'lines',
  status: 'SUCCESSFUL',
  isScheduled: false,
  startedAt: Date.now() - 2 * HOUR,
  endedAt: Date.now() - 2 * HOUR,
  tables: [{ database: 'shop', table: 'items', result }],
});

test('a failed job shows its last log lines to whoever presses the button, without what is private', async () => {
  const { world, orders } = await twoJobs();
  await using _ = world;
  orders.becomes('INCRE_TRANSFER_FAILED');
  orders.log.push({ level: 'Error', message: 'Connect to 10.0.0.4:3306 failed', at: Date.now() });
  const status = await world.ask('ana', '#migrations', '/drs status orders');
  await world.slack.people.click('ana', status, 'Last log lines');
  const log = await world.slack.waitFor('the log', () =>
    world.slack.ephemerals('#migrations', 'ana').find(({ text }) => text.includes('the log of DRS')),
  );
  expect(log.text).toMatch(/^orders – the last line of the log of DRS\n> .*Error: /);
  expect(log.text).not.toContain('10.0.0.4');
});

test('the message of a failure offers the log as well, until the job is paused', async () => {
  const { world, orders } = await twoJobs();
  await using _ = world;
  orders.log.push({ level: 'Error', message: 'Connect to 10.0.0.4:3306 failed', at: Date.now() });
  orders.becomes('INCRE_TRANSFER_FAILED');
  await world.bot().tick();
  const told = await world.slack.waitFor('the failure', () =>
    world.slack.messages('#migrations').find(({ text }) => text.startsWith('🔴 orders FAILED')),
  );
  await world.slack.people.click('ana', told, 'Last log lines');
  const log = await world.slack.waitFor('the log', () =>
    world.slack.ephemerals('#migrations', 'ana').find(({ text }) => text.includes('the log of DRS')),
  );
  expect(log.text).toMatch(/^orders – the last line of the log of DRS\n> .*Error: /);
  expect(log.text).not.toContain('10.0.0.4');
  orders.becomes('PAUSING');
  await world.bot().tick();
  await world.slack.waitFor('the button to go', () =>
    world.slack
      .messages('#migrations')
      .find(({ ts, blocks }) => ts === told.ts && !JSON.stringify(blocks).includes('Last log lines')),
  );
});

describe('/drs ready', () => {
  test('says so with what DRS compared, and takes it back by its button when the lag is high', async () => {
    const { world, orders } = await twoJobs();
    await using _ = world;
    orders.comparisons.push(rows('CONSISTENT'));
    const answer = await world.ask('ana', '#migrations', '/drs ready orders');
    expect(answer.text).toMatch(/^🏁 orders – ready for cut-over\n✔ replicating {2}✔ lag ≤ 10 s for 5 h/);
    expect(answer.text).toContain('DRS compared: row counts same');
    expect(answer.text).toContain('Not checked: writes stopped, sequences, events, accounts');
    orders.set({ incre_trans_delay: '48', incre_trans_delay_millis: '48000' });
    await world.slack.people.click('ana', answer, 'Refresh');
    const after = await world.slack.waitFor('the verdict to change', () =>
      world.slack.ephemerals('#migrations', 'ana').find(({ text }) => text.includes('not ready')),
    );
    expect(after.text).toMatch(/^🟠 orders – not ready: lag 48 s\n✘ lag ≤ 10 s for /);
  });

  test('is not ready where DRS found a difference, and neither is the status of that job', async () => {
    const { world, orders } = await twoJobs();
    await using _ = world;
    orders.comparisons.push(rows('INCONSISTENT'));
    const { text } = await world.ask('ana', '#migrations', '/drs ready orders');
    expect(text).toContain('🟠 orders – not ready: row counts differ (1)');
    expect(text).toContain('row counts differ: shop.items');
    const status = await world.ask('ana', '#migrations', '/drs status orders');
    expect(status.text).toContain('Not ready for cut-over: row counts differ (1)');
    const other = await world.ask('ana', '#migrations', '/drs status billing');
    expect(other.text).toContain('🏁 Ready for cut-over – lag ≤ 10 s for 5 h');
    expect(other.text).toContain('max 1 s in 24 h · alarm over 2 min for 10 min');
  });

  test('shows several in one table, the worst first, and says once what the region does not have', async () => {
    const { world, billing } = await twoJobs();
    await using _ = world;
    world.drs.setHabits({ insights: [] });
    world.drs.addJob('FULL_TRANSFER_STARTED', {}, { name: 'standby', type: 'cloudDataGuard' });
    billing.set({ incre_trans_delay: '48', incre_trans_delay_millis: '48000' });
    const { text } = await world.ask('ana', '#migrations', '/drs ready orders billing standby');
    expect(text).toMatch(/^🟠 1 of 2 ready; billing: lag 48 s\nbilling 🟠 lag 48 s –, orders 🏁 .* –, standby ⚪/);
    expect(text.match(/What DRS compared is not readable here/g)).toHaveLength(1);
  });

  test('of a job that nobody watches says what it takes', async () => {
    const { world } = await twoJobs('stranger');
    await using _ = world;
    const { text } = await world.ask('ana', '#migrations', '/drs ready stranger');
    expect(text).toContain('⚫ stranger – not known yet: 0 of 3 readings');
    expect(text).toContain('/drs subscribe stranger');
  });

  test('can be shown to everybody', async () => {
    const { world } = await twoJobs();
    await using _ = world;
    const answer = await world.ask('ana', '#migrations', '/drs ready orders');
    const known = world.texts('#migrations').length;
    await world.slack.people.click('ana', answer, 'Share');
    expect((await world.nextMessage('#migrations', known)).text).toContain('🏁 orders – ready for cut-over');
  });
});
