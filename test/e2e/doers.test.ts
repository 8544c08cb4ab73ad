import { describe, expect, test } from 'vitest';

import { QUICK_VERDICTS } from '../support/quick-durations.ts';
import { startWorld } from '../support/world.ts';
import type { World } from '../support/world.ts';

const FAST = { eventReadRetryMs: 50, eventReadGiveUpMs: 5_000, causeRetryMs: 20, verdicts: QUICK_VERDICTS };

async function watching(durations: Partial<typeof FAST> = {}) {
  const world = await startWorld({ overrides: { durations: { ...FAST, ...durations } } });
  world.slack.addChannel('migrations');
  const job = world.drs.addJob('INCRE_TRANSFER_STARTED', {}, { name: 'orders' });
  await world.ask('ana', '#migrations', '/drs subscribe orders');
  await world.nextMessage('#migrations', 0);
  return { world, job };
}

const edited = (world: World, words: RegExp) =>
  world.slack.waitFor(String(words), () =>
    world.slack.messages('#migrations').find((message) => message.edited && words.test(message.text)),
  );

const by = (name: string, userName: string) => ({ name, status: 'success' as const, at: Date.now(), userName });

describe('who did it', () => {
  test('is edited into the message of a pause, a resumption and an end, from the timeline of DRS', async () => {
    const { world, job } = await watching();
    await using _ = world;
    job.becomes('PAUSING');
    await world.bot().tick();
    const paused = await world.nextMessage('#migrations', 1);
    expect(paused.text).not.toContain('aused by');
    job.operations.push(by('PAUSE', 'ada'));
    expect((await edited(world, /\nPaused by ada at /)).ts).toBe(paused.ts);

    job.operations.push(by('RESUME', 'ben'));
    job.becomes('INCRE_TRANSFER_STARTED');
    await world.bot().tick();
    await edited(world, /esumed by ben at /);

    job.operations.push(by('FREE_RESOURCE', 'ada@acme.com'));
    job.becomes('RELEASE_RESOURCE_COMPLETE');
    await world.bot().tick();
    await world.bot().tick();
    await edited(world, /\nEnded by ••• at /);
    expect(world.texts('#migrations')).toHaveLength(4);
    expect(world.texts('#migrations').join()).not.toContain('acme');
  });

  test('is still looked for after a restart', async () => {
    const { world, job } = await watching();
    await using _ = world;
    world.drs.faults.always('timeline', { kind: 'status', status: 503, body: '' });
    job.operations.push(by('PAUSE', 'ada'));
    job.becomes('PAUSING');
    await world.bot().tick();
    await world.nextMessage('#migrations', 1);
    await world.stop();
    world.drs.faults.clear();
    await world.start();
    const known = await edited(world, /\nPaused by ada at /);
    expect(world.slack.messages('#migrations').indexOf(known)).toBe(1);
  });

  test('costs no edit where nobody is named, and few requests', async () => {
    const { world, job } = await watching({ eventReadGiveUpMs: 150 });
    await using _ = world;
    job.becomes('PAUSING');
    await world.bot().tick();
    await world.nextMessage('#migrations', 1);
    await expect.poll(() => world.drs.count('timeline')).toBe(3);
    job.operations.push(by('PAUSE', 'ada'));
    await world.ask('ana', '#migrations', '/drs orders');
    expect(world.drs.count('timeline')).toBe(3);
    expect(world.slack.messages('#migrations').some((message) => message.edited)).toBe(false);
  });

  test('is not readable in some regions: no message says so, and health does', async () => {
    const { world, job } = await watching();
    await using _ = world;
    world.drs.setHabits({ insights: ['log'] });
    expect((await world.ask('ana', '#migrations', '/drs health')).text).not.toContain('Not readable here');
    job.becomes('PAUSING');
    await world.bot().tick();
    await world.nextMessage('#migrations', 1);
    await expect
      .poll(async () => (await world.ask('ana', '#migrations', '/drs health')).text)
      .toContain('who paused, resumed or ended a job, when DRS ends a failed job');
    job.becomes('INCRE_TRANSFER_STARTED');
    await world.bot().tick();
    await world.nextMessage('#migrations', 2);
    expect(world.drs.count('timeline')).toBe(1);
    expect(world.texts('#migrations').join()).not.toContain('eadable');
  });
});

test.each([
  ['at the time that it says of this job', { expiredDays: '30' }, /\nBilled until DRS ends it by [^(]*$/m],
  [
    'never where it is paid for in advance',
    { chargingMode: 'period' },
    /\nPaid in advance: DRS does not end it by itself$/m,
  ],
])('DRS ends a failed job %s', async (_when, terms, words) => {
  const { world, job } = await watching();
  await using _ = world;
  job.terms = { ...job.terms, ...terms };
  job.becomes('INCRE_TRANSFER_FAILED');
  await world.bot().tick();
  const told = await world.nextMessage('#migrations', 1);
  expect((await edited(world, words)).ts).toBe(told.ts);
});

test('a job that had failed before it was subscribed is said to be ended when DRS says so of it', async () => {
  await using world = await startWorld({ overrides: { durations: FAST } });
  world.slack.addChannel('migrations');
  const job = world.drs.addJob('INCRE_TRANSFER_FAILED', {}, { name: 'orders' });
  job.terms = { ...job.terms, expiredDays: '30' };
  world.drs.addJob('INCRE_TRANSFER_STARTED', {}, { name: 'billing' });
  await world.ask('ana', '#migrations', '/drs subscribe orders billing');
  const said = await world.nextMessage('#migrations', 0);
  expect(said.text).toMatch(/DRS ends it by /);
  expect(said.text).not.toContain('not confirmed');
  expect(world.drs.count('job_detail')).toBe(1);
});
