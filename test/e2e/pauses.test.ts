import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { startWorld } from '../support/world.ts';
import type { World, WorldOptions } from '../support/world.ts';

/** The pauses between trials, a hundredth as long; people hear of a refusal that has lasted half a second. */
const QUICK = { trialsMs: [50, 300, 60_000], pauseSayMs: 200, watchEveryMs: 20 };

/** A private channel that watches a job, for ana. */
async function watched(options: WorldOptions = {}, kind: 'public' | 'private' = 'private') {
  const world = await startWorld({ overrides: { durations: QUICK }, ...options });
  const channel = world.slack.addChannel('secret', { kind, withBot: true });
  const job = world.drs.addJob('INCRE_TRANSFER_STARTED', {}, { name: 'billing' });
  await world.ask('ana', '#secret', '/drs subscribe billing');
  await world.nextMessage('#secret', 0);
  /** The job has another status, of which the channel is to be told. */
  const becomes = async (status: string) => {
    job.becomes(status);
    await world.bot().tick();
  };
  return { world, channel, job, becomes };
}

const told = (world: World, text: string) =>
  world.slack.waitFor(text, () => world.texts('#secret').find((one) => one.includes(text)));

describe('a channel that Slack refuses', () => {
  test.each(['not_in_channel', 'restricted_action', 'invalid_auth', 'a_new_name', 'invalid_blocks'])(
    'for a moment (%s) is told once, and nobody hears of the moment',
    async (error) => {
      const { world, becomes } = await watched();
      await using _ = world;
      world.slack.faults.always('chat.postMessage', { kind: 'error', error }, { ms: 100 });
      await becomes('PAUSING');
      await told(world, 'paused');
      expect(world.texts('#secret').filter((text) => text.includes('paused'))).toHaveLength(1);
      expect(world.texts('dm-ana')).toEqual([]);
    },
  );

  test('goes on at once when it is unarchived', async () => {
    const { world, becomes } = await watched();
    await using _ = world;
    await world.slack.people.archive('ana', '#secret');
    await becomes('PAUSING');
    await world.nextMessage('dm-ana', 0);
    expect(world.texts('dm-ana')[0]).toContain('Unarchive it, and they go on.');
    await world.slack.people.unarchive('ana', '#secret');
    expect(await told(world, 'paused')).toContain('billing');
  });

  test('goes on when the bot is let in while Slack still refuses for a moment', async () => {
    const { world, channel, becomes } = await watched();
    await using _ = world;
    channel.members.delete(world.slack.state.bot.id);
    await becomes('PAUSING');
    await world.nextMessage('dm-ana', 0);
    const refused = { kind: 'error', error: 'not_in_channel' } as const;
    world.slack.faults.always('chat.postMessage', refused, { channel: channel.id, ms: 200 });
    await world.slack.people.invite('ana', '#secret');
    expect(await told(world, 'paused')).toContain('billing');
  });

  test.each(['has left', 'is a guest', 'is not allowed'] as const)(
    'goes on, and is told of to the next person who used it, where its owner %s',
    async (change) => {
      const { world, channel, becomes } = await watched();
      await using _ = world;
      const other = world.drs.addJob('INCRE_TRANSFER_STARTED', {}, { name: 'orders' });
      await world.ask('ben', '#secret', `/drs subscribe ${other.id}`);
      const ana = world.slack.state.findUser('ana');
      if (ana !== undefined && change !== 'is not allowed')
        ana.standing = change === 'is a guest' ? 'restricted' : 'deactivated';
      await world.stop();
      const ben = world.slack.state.findUser('ben')?.id ?? '';
      await world.start(change === 'is not allowed' ? { ALLOWED_USERS: ben } : {});
      await becomes('PAUSING');
      await told(world, 'paused');
      channel.members.delete(world.slack.state.bot.id);
      await becomes('INCRE_TRANSFER_FAILED');
      expect((await world.nextMessage('dm-ben', 0)).text).toContain('*billing*');
      expect(world.texts('dm-ana')).toEqual([]);
    },
  );
});

describe('a channel that was deleted', () => {
  test('ends what it watched; who subscribed and the operator hear of it', async () => {
    const ops = { id: '' };
    const { world } = await watched({
      stage: (slack) => {
        ops.id = slack.addChannel('ops', { withBot: true }).id;
        return { OPS_CHANNEL: ops.id };
      },
    });
    await using _ = world;
    await world.slack.people.deleteChannel('#secret');
    const heard = (channel: string) =>
      world.slack.waitFor('the end of it', () => world.texts(channel).find((text) => text.includes('was deleted')));
    expect(await heard('dm-ana')).toContain('It no longer hears about *billing*.');
    await heard('#ops');
  });
});

describe('a conversation whose id changes', () => {
  test('takes everything with it when Slack says so', async () => {
    const { world, becomes } = await watched();
    await using _ = world;
    await world.slack.people.changeId('#secret');
    await becomes('PAUSING');
    await told(world, 'paused');
    expect((await world.ask('ana', '#secret', '/drs list')).text).toContain('billing');
    const audit = (await world.ask('ana', '#secret', '/drs audit')).text;
    expect(audit).toContain('subscribed');
    expect(audit).toContain('has another id in Slack; everything followed');
  });

  test('takes everything with it when somebody presses a button of ours there', async () => {
    const { world, becomes } = await watched();
    await using _ = world;
    await becomes('PAUSING');
    const message = await world.nextMessage('#secret', 1);
    await world.slack.people.changeId('#secret', false);
    await becomes('INCRE_TRANSFER_STARTED');
    await world.nextMessage('dm-ana', 0);
    const moved = world.slack.messages('#secret').find(({ ts }) => ts === message.ts);
    if (moved === undefined) throw new Error('the message is not there');
    await world.slack.people.click('ana', moved, 'Refresh');
    await told(world, 'replicating');
    expect((await world.ask('ana', '#secret', '/drs list')).text).toContain('billing');
  });
});

test('a token that is replaced in its file counts without a restart', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'drs-token-'));
  const file = join(folder, 'token');
  await writeFile(file, 'xoxb-demo-bot-token');
  const { world, becomes } = await watched({ env: { SLACK_BOT_TOKEN: '', SLACK_BOT_TOKEN_FILE: file } });
  await using _ = world;
  world.slack.replaceBotToken('xoxb-demo-second-token');
  await becomes('PAUSING');
  await world.slack.waitFor('a refusal', () =>
    world.slack.calls.find(({ result }) => result?.['error'] === 'invalid_auth'),
  );
  await writeFile(file, 'xoxb-demo-second-token');
  expect(await told(world, 'paused')).toContain('billing');
});
