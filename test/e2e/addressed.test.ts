import { describe, expect, test } from 'vitest';

import type { EphemeralMessage } from '../../demo/slack-workspace/workspace.ts';
import { startWorld } from '../support/world.ts';
import type { World, WorldOptions } from '../support/world.ts';

/** A channel with the bot, and a job that is fine. */
async function worldWith(options: WorldOptions = {}): Promise<World> {
  const world = await startWorld(options);
  world.slack.addGuest('gus');
  world.slack.addChannel('ops', { withBot: true });
  world.drs.addJob('INCRE_TRANSFER_STARTED', {}, { name: 'orders' });
  return world;
}

/** The next line that only `user` sees there, after `act`. */
async function privately(world: World, user: string, act: () => Promise<unknown>): Promise<EphemeralMessage> {
  const known = world.slack.ephemerals('#ops', user).length;
  await act();
  return await world.slack.waitFor('a private line', () => world.slack.ephemerals('#ops', user)[known]);
}

describe('somebody who mentions the bot', () => {
  test.each(['socket', 'http'] as const)('is answered alone, where they asked, in %s mode', async (mode) => {
    await using world = await worldWith({ mode });
    const { people } = world.slack;
    for (const words of ['@drs orders', 'orders @drs', '@drs: status orders', '@drs orders?']) {
      const answer = await privately(world, 'ana', () => people.mention('ana', '#ops', words));
      expect(answer.text).toMatch(/^🟢 .*orders/u);
      expect(answer.threadTs).toBeNull();
    }
    expect(world.texts('#ops')).toEqual([]);
  });

  test('in a thread is answered in it, and so is who presses a button there', async () => {
    await using world = await worldWith();
    const { people } = world.slack;
    await world.ask('ana', '#ops', '/drs subscribe orders');
    const first = await world.nextMessage('#ops', 0);
    const answer = await privately(world, 'ben', () => people.mention('ben', '#ops', '@drs orders', first));
    expect(answer).toMatchObject({ threadTs: first.ts });
    expect(answer.text).toContain('orders');
    await people.click('ben', answer, 'Share');
    expect(await world.nextMessage('#ops', 1)).toMatchObject({ threadTs: first.ts });
    await people.mention('ben', '#ops', '@drs status orders public', first);
    expect(await world.nextMessage('#ops', 2)).toMatchObject({ threadTs: first.ts });
  });

  test('with a command means it, and without words is told what there is', async () => {
    await using world = await worldWith();
    const { people } = world.slack;
    const done = await privately(world, 'ana', () => people.mention('ana', '#ops', '@drs subscribe orders'));
    expect(done.text).toContain('Subscribed to *orders*');
    expect((await world.nextMessage('#ops', 0)).text).toContain('orders');
    const help = await privately(world, 'ana', () => people.mention('ana', '#ops', '@drs'));
    expect(help.text).toContain('/drs');
  });

  test('is refused as with a command, and a bot is not answered', async () => {
    await using world = await worldWith();
    const { people, state } = world.slack;
    const refusal = await privately(world, 'gus', () => people.mention('gus', '#ops', '@drs orders'));
    expect(refusal.text).toContain('you are a guest');
    const event = { type: 'app_mention', channel: state.findChannel('ops')?.id, text: 'orders', ts: '1.1' };
    for (const who of [{ user: state.findUser('ana')?.id, bot_id: 'B0OTHER' }, { user: state.bot.id }])
      await people.send('events_api', { type: 'event_callback', event: { ...event, ...who } });
    await privately(world, 'ana', () => people.mention('ana', '#ops', '@drs version'));
    expect(state.ephemerals).toHaveLength(2);
  });

  test('is answered in direct messages where Slack shows no private line', async () => {
    await using world = await worldWith();
    world.slack.faults.next('chat.postEphemeral', { kind: 'error', error: 'user_not_in_channel' });
    await world.slack.people.mention('ana', '#ops', '@drs orders');
    expect((await world.nextMessage('dm-ana', 0)).text).toContain('orders');
  });
});

describe('somebody who writes to the bot alone', () => {
  test('is answered when they correct what they wrote, and in the thread they reply in', async () => {
    await using world = await worldWith();
    const { people } = world.slack;
    await people.correct('ana', 'ordesr', 'orders');
    const first = await world.nextMessage('dm-ana', 0);
    expect(first.text).toContain('orders');
    await people.write('ana', 'version', {}, first);
    expect(await world.nextMessage('dm-ana', 1)).toMatchObject({ threadTs: first.ts });
  });

  test('is told what there is when they send a picture without a word', async () => {
    await using world = await worldWith();
    await world.slack.people.write('ana', '', { subtype: 'file_share', files: [{ id: 'F1', mimetype: 'image/png' }] });
    expect((await world.nextMessage('dm-ana', 0)).text).toContain('/drs orders');
  });
});
