import { describe, expect, test } from 'vitest';

import { startWorld } from '../support/world.ts';

describe.each(['socket', 'http'] as const)('the main line in %s mode', (mode) => {
  test('tells a subscribed channel about each status change once, in order, and closes with the end', async () => {
    await using world = await startWorld({ mode });
    const { slack, drs, bot } = world;
    slack.addChannel('migrations');
    const job = drs.addJob('FULL_TRANSFER_STARTED', { progress_map: { data: { completed: '12%' } } });

    const answer = await world.ask('ana', '#migrations', `/drs subscribe ${job.id}`);
    expect(answer.text).toContain(`Subscribed to *${job.id.slice(0, 8)}*`);
    expect(answer.text).toContain('full copy 12 %');
    expect(world.texts('#migrations')).toEqual([`🔔 <@U00000001> subscribed this channel to *${job.id.slice(0, 8)}*`]);

    for (const status of [
      'FULL_TRANSFER_COMPLETE',
      'INCRE_TRANSFER_STARTED',
      'PAUSING',
      'INCRE_TRANSFER_STARTED',
      'RELEASE_RESOURCE_COMPLETE',
    ]) {
      const known = slack.messages('#migrations').length;
      job.becomes(status);
      await bot().tick();
      // An end is told when it has been read twice.
      if (status === 'RELEASE_RESOURCE_COMPLETE') await bot().tick();
      await world.nextMessage('#migrations', known);
      await bot().tick();
    }
    const headlines = world
      .texts('#migrations')
      .slice(1)
      .map((text) => text.split('\n')[0]);
    const name = job.id.slice(0, 8);
    expect(headlines).toEqual([
      `🔵 Full copy complete – ${name}`,
      `🟢 Replicating, lag 1 s – ${name}`,
      `⏸️ Paused – ${name}`,
      `🟢 Replicating again, lag 1 s – ${name}`,
      `✅ ENDED – ${name}: stopped in sync, last lag 1 s`,
    ]);
    expect((await world.ask('ana', '#migrations', '/drs list')).text).toContain('No job is watched here');
  });
});
