import { describe, expect, test } from 'vitest';

import type { Fault } from '../../demo/slack-workspace/faults.ts';
import { startWorld } from '../support/world.ts';

async function subscribed() {
  const world = await startWorld();
  world.slack.addChannel('migrations');
  world.slack.addChannel('other');
  const job = world.drs.addJob('FULL_TRANSFER_STARTED');
  for (const channel of ['#migrations', '#other']) await world.ask('ana', channel, `/drs subscribe ${job.id}`);
  const channelId = world.slack.state.findChannel('migrations')?.id ?? '';
  return { world, job, channelId };
}

describe('a message', () => {
  test.each<[string, Fault]>([
    ['429', { kind: 'rate_limited', retryAfterSeconds: 1 }],
    ['a reset connection', { kind: 'reset' }],
    ['HTTP 503', { kind: 'http', status: 503 }],
    ['an internal error of Slack', { kind: 'error', error: 'internal_error' }],
  ])('is told once after %s, and in order', async (_what, fault) => {
    const { world, job, channelId } = await subscribed();
    await using _ = world;
    world.slack.faults.next('chat.postMessage', fault, { channel: channelId });
    for (const status of ['FULL_TRANSFER_COMPLETE', 'INCRE_TRANSFER_STARTED', 'PAUSING']) {
      job.becomes(status);
      await world.bot().tick();
    }
    const steps = ['full copy complete', 'replicating, lag 1 s', 'paused'];
    const all = (channel: string) => world.texts(channel).slice(1).join('\n');
    // What had to wait is told together: the last step first, then those before it.
    const told = (step: string, channel: string) => all(channel).split(step).length - 1;
    await world.slack.waitFor('every step', () =>
      ['#migrations', '#other'].every((channel) => steps.every((step) => told(step, channel) > 0)) ? true : undefined,
    );
    for (const channel of ['#migrations', '#other'])
      expect(steps.map((step) => told(step, channel))).toEqual([1, 1, 1]);
  });

  test('that Slack finds malformed is told as plain text', async () => {
    const { world, job, channelId } = await subscribed();
    await using _ = world;
    world.slack.faults.next('chat.postMessage', { kind: 'error', error: 'invalid_blocks' }, { channel: channelId });
    job.becomes('INCRE_TRANSFER_FAILED');
    await world.bot().tick();
    const message = await world.nextMessage('#migrations', 1);
    expect(message.blocks).toEqual([]);
    expect(message.text).toMatch(/^🔴 \S+ FAILED/);
  });

  test('for a channel that refuses it waits, the list says so, and subscribing again sends it', async () => {
    const { world, job } = await subscribed();
    await using _ = world;
    const channel = world.slack.state.findChannel('migrations');
    channel?.members.delete(world.slack.state.bot.id);
    job.becomes('INCRE_TRANSFER_STARTED');
    await world.bot().tick();
    await world.nextMessage('#other', 1);
    const list = await world.ask('ana', '#migrations', '/drs list');
    expect(list.text).toContain(
      '⚠️ Posting here is paused\nI cannot post here: I am not a member of this channel. Type `/invite @drs` here.',
    );
    expect(list.text).toContain('1 message waits; it is not lost.');
    channel?.members.add(world.slack.state.bot.id);
    await world.ask('ana', '#migrations', `/drs subscribe ${job.id}`);
    expect((await world.nextMessage('#migrations', 1)).text).toMatch(/^🟢 \S+ – replicating/);
  });

  test('carries the id of its post in metadata and in a block id, and its whole content as text', async () => {
    const { world, job } = await subscribed();
    await using _ = world;
    job.becomes('INCRE_TRANSFER_FAILED', { error_code: 'DRS.M05023' });
    await world.bot().tick();
    const message = await world.nextMessage('#migrations', 1);
    const marker = message.blocks[0]?.block_id ?? '';
    expect(marker).toMatch(/^drs_post:[0-9a-f-]{36}$/);
    expect(message.metadata).toEqual({
      event_type: 'drs_post',
      event_payload: { post_id: marker.slice('drs_post:'.length) },
    });
    for (const words of [' FAILED – ', 'DRS error `DRS.M05023`']) expect(message.text).toContain(words);
  });
});

test('a bot token that Slack refuses ends the start with a sentence', async () => {
  await using world = await startWorld();
  await world.stop();
  world.slack.faults.next('auth.test', { kind: 'error', error: 'invalid_auth' });
  await expect(world.start()).rejects.toThrow(
    'Slack refuses SLACK_BOT_TOKEN (invalid_auth): copy the Bot User OAuth Token again',
  );
});

test('an app token that Slack refuses ends the start with a sentence', async () => {
  await using world = await startWorld();
  await world.stop();
  world.slack.faults.next('apps.connections.open', { kind: 'error', error: 'invalid_auth' });
  await expect(world.start()).rejects.toThrow(
    'Slack refuses SLACK_APP_TOKEN (invalid_auth): create an app-level token',
  );
});

test('a port in use ends the start with a sentence', async () => {
  await using world = await startWorld({ mode: 'http' });
  const port = world.bot().port;
  await expect(startWorld({ mode: 'http', env: { PORT: String(port) } })).rejects.toThrow(
    `Port ${port} on 127.0.0.1 cannot be opened (EADDRINUSE): stop what uses it, or set PORT and HOST.`,
  );
});

test('the socket is opened again when Slack recycles it, and commands work as before', async () => {
  await using world = await startWorld();
  const { slack } = world;
  slack.addChannel('migrations');
  const opened = () => slack.calls.filter((call) => call.method === 'apps.connections.open').length;
  const before = opened();
  slack.refreshConnections();
  await slack.waitFor('another socket', () => (opened() > before && slack.connected() ? true : undefined), 15_000);
  expect((await world.ask('ana', '#migrations', '/drs help')).text).toContain('*Ask*');
});

test('a request that Slack did not sign is refused', async () => {
  await using world = await startWorld({ mode: 'http' });
  const answer = await fetch(`http://127.0.0.1:${world.bot().port}/slack/events`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/x-www-form-urlencoded',
      'X-Slack-Request-Timestamp': String(Math.floor(Date.now() / 1000)),
      'X-Slack-Signature': 'v0=forged',
    },
    body: 'command=%2Fdrs&text=help',
  });
  expect(answer.status).toBe(401);
});

test('the slash command may have another name', async () => {
  await using world = await startWorld({
    env: { SLACK_COMMAND: '/replication' },
    workspace: { commands: ['/replication'] },
  });
  world.slack.addChannel('migrations');
  expect((await world.ask('ana', '#migrations', '/replication status')).text).toContain('`/replication status orders`');
});

test('a token revoked while the bot runs loses nothing: the posts go out after the next start', async () => {
  const { world, job } = await subscribed();
  await using _ = world;
  for (const _channel of [1, 2]) world.slack.faults.next('chat.postMessage', { kind: 'error', error: 'token_revoked' });
  job.becomes('INCRE_TRANSFER_STARTED');
  await world.bot().tick();
  await world.slack.waitFor('the refusal', () =>
    world.slack.calls.some((call) => call.method === 'chat.postMessage' && call.result === null) ? true : undefined,
  );
  await world.stop();
  world.slack.faults.clear();
  await world.start();
  for (const channel of ['#migrations', '#other'])
    expect((await world.nextMessage(channel, 1)).text).toMatch(/^🟢 \S+ – replicating/);
});
