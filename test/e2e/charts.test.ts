import { describe, expect, test } from 'vitest';

import type { EphemeralMessage } from '../../demo/slack-workspace/workspace.ts';
import { DAY, MINUTE } from '../../src/domain/base/time.ts';
import { movableClock } from '../support/fast-clock.ts';
import { startWorld } from '../support/world.ts';
import type { WorldOptions } from '../support/world.ts';

/** A bot whose clock can be moved, watching orders in #migrations, and its lag for some minutes, in seconds. */
async function watchingOrders(mode: NonNullable<WorldOptions['mode']> = 'socket') {
  const clock = movableClock();
  const world = await startWorld({ mode, overrides: { clock, durations: { downMs: 1_000 * DAY } } });
  world.slack.addChannel('migrations');
  world.slack.addChannel('elsewhere');
  const job = world.drs.addJob('INCRE_TRANSFER_STARTED', {}, { name: 'orders' });
  await world.ask('ana', '#migrations', `/drs subscribe ${job.id}`);
  const minutes = async (...lags: readonly number[]) => {
    for (const seconds of lags) {
      job.set({ incre_trans_delay: String(seconds), incre_trans_delay_millis: String(seconds * 1_000) });
      clock.advance(MINUTE);
      await world.bot().tick();
    }
  };
  return { world, job, minutes, clock };
}

const kinds = ({ blocks }: Pick<EphemeralMessage, 'blocks'>) => blocks.map(({ type }) => type);
const LAGS = [2, 3, 41, 3, 2, 1];

describe.each(['socket', 'http'] as const)('a chart in %s mode', (mode) => {
  test('is drawn by Slack, with its figures in words, refreshed and shared', async () => {
    await using watched = await opened(mode);
    const { world, minutes } = watched;
    // Slack signs with its own clock, which may be five minutes behind at most.
    await minutes(2, 41, 1);
    const answer = await world.ask('ana', '#elsewhere', '/drs chart orders');
    expect(kinds(answer)).toContain('data_visualization');
    expect(answer.text).toMatch(/Newest lag 1 s · max 41 s \(.*\) · min 1 s/);

    await minutes(55);
    await world.slack.people.click('ana', answer, 'Refresh');
    await world.slack.waitFor('the new figure', () =>
      world.slack.ephemerals('#elsewhere', 'ana').find(({ text }) => text.includes('Newest lag 55 s · max 55 s')),
    );
    await world.slack.people.click('ana', answer, 'Share');
    const shared = await world.nextMessage('#elsewhere', 0);
    expect(kinds(shared)).toContain('data_visualization');
    expect(shared.text).toContain('Shared by <@U00000001>');
  });
});

/** Closes the world with the test. */
async function opened(mode: NonNullable<WorldOptions['mode']> = 'socket') {
  const watched = await watchingOrders(mode);
  return { ...watched, [Symbol.asyncDispose]: () => watched.world[Symbol.asyncDispose]() };
}

describe('a chart', () => {
  test('is in the status of a single job, and in no status of several', async () => {
    await using watched = await opened();
    const { world, minutes } = watched;
    world.drs.addJob('INCRE_TRANSFER_STARTED', {}, { name: 'billing' });
    await minutes(...LAGS);
    expect(kinds(await world.ask('ana', '#migrations', '/drs orders'))).toContain('data_visualization');
    expect(kinds(await world.ask('ana', '#migrations', '/drs orders billing'))).not.toContain('data_visualization');
  });

  test('is said in words where the workspace refuses charts, which is asked once and again after a start', async () => {
    await using watched = await opened();
    const { world, minutes } = watched;
    await minutes(...LAGS);
    world.slack.state.refusedBlocks.add('data_visualization');
    for (const line of ['/drs chart orders', '/drs orders']) {
      const answer = await world.ask('ana', '#migrations', line);
      expect(kinds(answer)).not.toContain('data_visualization');
      expect(JSON.stringify(answer.blocks)).toMatch(/[▁▂▃▄▅▆▇█]{4}/);
      expect(answer.text).toContain('max 41 s');
    }
    world.slack.state.refusedBlocks.clear();
    expect(kinds(await world.ask('ana', '#migrations', '/drs chart orders'))).not.toContain('data_visualization');
    await world.stop();
    await world.start();
    expect(kinds(await world.ask('ana', '#migrations', '/drs chart orders'))).toContain('data_visualization');
  });

  test('of a job that nobody watches says that nothing is kept of it', async () => {
    await using watched = await opened();
    watched.world.drs.addJob('INCRE_TRANSFER_STARTED', {}, { name: 'billing' });
    const answer = await watched.world.ask('ana', '#migrations', '/drs chart billing 1h');
    expect(answer.text).toContain('No lag was measured in the last 1 h.');
  });
});

describe('why', () => {
  test('says what was told where, with a link, and what the rules made of the last figures', async () => {
    await using watched = await opened();
    const { world, job, minutes } = watched;
    await minutes(...LAGS);
    job.becomes('PAUSING');
    await minutes(0);
    const told = await world.slack.waitFor('the pause to be told', () =>
      world.slack.messages('#migrations').find(({ text }) => /paused/i.test(text)),
    );
    const answer = await world.ask('ana', '#migrations', '/drs why orders');
    expect(answer.text).toContain('nothing more was told here since');
    expect(answer.text).toContain(`p${told.ts.replace('.', '')}|told`);
    expect(kinds(answer)).toContain('table');
  });

  test('explains the rules that are in force where somebody asks', async () => {
    await using watched = await opened();
    const { world, minutes } = watched;
    await world.ask('ana', '#migrations', '/drs settings min:warning');
    await world.ask('ana', '#migrations', '/drs subscribe orders lag:off');
    await minutes(...LAGS);
    const lines = (await world.ask('ana', '#migrations', '/drs why orders')).text.split('\n');
    expect(lines).toContain('Chosen here for it: lag alarm: off');
    expect(lines).toContain('Defaults of this channel: what is told: only warnings and what is critical');
  });

  test('shows nobody the name of a private channel that they are not in', async () => {
    await using watched = await opened();
    const { world, job, minutes } = watched;
    const secret = world.slack.addChannel('secret', { kind: 'private', withBot: true });
    const ben = world.slack.state.findUser('ben');
    if (ben !== undefined) secret.members.delete(ben.id);
    await world.ask('ana', '#secret', '/drs subscribe orders');
    await minutes(1);
    job.becomes('PAUSING');
    await minutes(0);
    await world.slack.waitFor('the pause to be told there', () =>
      world.slack.messages('#secret').find(({ text }) => /paused/i.test(text)),
    );
    const toBen = await world.ask('ben', '#migrations', '/drs why orders');
    expect(toBen.text).not.toContain(secret.id);
    expect(toBen.text).toContain('1 channel that you are not in');
    expect((await world.ask('ana', '#migrations', '/drs why orders')).text).toContain(secret.id);
  });

  test('says that a channel watches it not', async () => {
    await using watched = await opened();
    const answer = await watched.world.ask('ana', '#elsewhere', '/drs why orders');
    expect(answer.text.split('\n')[0]).toBe('orders – nothing is told here: it is not watched here');
  });
});
