import { describe, expect, test } from 'vitest';

import type { Fault } from '../../demo/slack-workspace/faults.ts';
import type { WorkspaceOptions } from '../../demo/slack-workspace/slack-workspace.ts';
import { firstWords } from '../support/first-words.ts';
import { startWorld } from '../support/world.ts';
import type { World } from '../support/world.ts';

const WITHOUT_HISTORY: WorkspaceOptions = {
  scopes: ['commands', 'chat:write', 'channels:read', 'groups:read', 'im:read', 'channels:join', 'users:read'],
};

/** A channel that watches a job. */
async function watching(workspace: WorkspaceOptions = {}) {
  const world = await startWorld({ workspace, overrides: { durations: { slackTimeoutMs: 400, channelLeaseMs: 800 } } });
  world.slack.addChannel('migrations');
  const job = world.drs.addJob('FULL_TRANSFER_STARTED');
  await world.ask('ana', '#migrations', `/drs subscribe ${job.id}`);
  const channelId = world.slack.state.findChannel('migrations')?.id ?? '';
  return { world, job, channelId };
}

const callsOf = ({ slack }: World, method: string) => slack.calls.filter((call) => call.method === method);
const toldIn = (world: World, channel = '#migrations') => world.texts(channel).map(firstWords);

describe('a message whose answer was lost', () => {
  test.each<[string, Fault]>([
    ['after Slack took it', { kind: 'accept_then_drop' }],
    ['before Slack took it', { kind: 'reset' }],
    ['with HTTP 503', { kind: 'http', status: 503 }],
    ['in silence', { kind: 'hang' }],
  ])('%s is in the channel exactly once, before what comes after it', async (_what, fault) => {
    const { world, job } = await watching();
    await using _ = world;
    world.slack.faults.next('chat.postMessage', fault);
    for (const status of ['FULL_TRANSFER_COMPLETE', 'INCRE_TRANSFER_STARTED']) {
      job.becomes(status);
      await world.bot().tick();
    }
    await world.nextMessage('#migrations', 2);
    expect(toldIn(world)).toEqual(['🔔', '🔵 full copy complete', '🟢 replicating']);
    expect(callsOf(world, 'chat.postMessage')).toHaveLength(fault.kind === 'accept_then_drop' ? 3 : 4);
  });

  test('is looked for only twice when it is not there, and in between nothing else is sent', async () => {
    const { world, job } = await watching();
    await using _ = world;
    const before = callsOf(world, 'conversations.history').length;
    world.slack.faults.next('chat.postMessage', { kind: 'reset' });
    job.becomes('FULL_TRANSFER_COMPLETE');
    await world.bot().tick();
    await world.nextMessage('#migrations', 1);
    expect(callsOf(world, 'conversations.history')).toHaveLength(before + 2);
  });

  test('is not sent again while Slack does not answer the question for it', async () => {
    const { world, job } = await watching();
    await using _ = world;
    world.slack.faults.next('chat.postMessage', { kind: 'accept_then_drop' });
    world.slack.faults.next('conversations.history', { kind: 'http', status: 500 }, { count: 2 });
    job.becomes('FULL_TRANSFER_COMPLETE');
    await world.bot().tick();
    const before = callsOf(world, 'conversations.history').length;
    await world.slack.waitFor('three looks', () => callsOf(world, 'conversations.history')[before + 2]);
    job.becomes('INCRE_TRANSFER_STARTED');
    await world.bot().tick();
    await world.nextMessage('#migrations', 2);
    expect(toldIn(world)).toEqual(['🔔', '🔵 full copy complete', '🟢 replicating']);
  });

  test('comes at least once where the bot may not read, and the list says so and what to do from the start', async () => {
    const { world, job } = await watching(WITHOUT_HISTORY);
    await using _ = world;
    expect((await world.ask('ana', '#migrations', '/drs list')).text).toContain('I may not read back what I posted.');
    expect((await world.ask('ana', '#migrations', '/drs health')).text).toContain('I may not read back what I posted.');
    world.slack.faults.next('chat.postMessage', { kind: 'accept_then_drop' });
    job.becomes('FULL_TRANSFER_COMPLETE');
    await world.bot().tick();
    await world.nextMessage('#migrations', 2);
    expect(toldIn(world)).toEqual(['🔔', '🔵 full copy complete', '🔵 full copy complete']);
    const list = await world.ask('ana', '#migrations', '/drs list');
    expect(list.text).toContain('Each message comes at least once, rarely twice: I may not read back what I posted.');
    expect(list.text).toContain('`channels:history groups:history im:history`');
  });
});

test('a channel that can be read says in its list that messages come exactly once', async () => {
  const { world, job } = await watching();
  await using _ = world;
  const list = await world.ask('ana', '#migrations', '/drs list');
  expect(list.text).toContain('Each message is to come exactly once');
  world.slack.faults.next('chat.postMessage', { kind: 'accept_then_drop' });
  for (const status of ['FULL_TRANSFER_COMPLETE', 'INCRE_TRANSFER_STARTED']) {
    job.becomes(status);
    await world.bot().tick();
  }
  await world.nextMessage('#migrations', 2);
  expect((await world.ask('ana', '#migrations', '/drs list')).text).toContain('✔ Each message comes exactly once');
});

test('a copy that came late is taken away, and the older message stays', async () => {
  const { world, job, channelId } = await watching();
  await using _ = world;
  world.slack.faults.next('chat.postMessage', { kind: 'accept_then_drop' });
  job.becomes('FULL_TRANSFER_COMPLETE');
  await world.bot().tick();
  const first = await world.nextMessage('#migrations', 1);
  world.slack.state.post(channelId, first, first.metadata);
  await world.slack.waitFor('one message less', () => (callsOf(world, 'chat.delete').length > 0 ? true : undefined));
  expect(world.slack.messages('#migrations').map((message) => message.ts)).toContain(first.ts);
  expect(toldIn(world)).toEqual(['🔔', '🔵 full copy complete']);
});

test('a channel that hangs and one that is told to wait delay no other', async () => {
  const world = await startWorld({ overrides: { durations: { slackTimeoutMs: 5_000, channelLeaseMs: 6_000 } } });
  await using _ = world;
  const names = Array.from({ length: 12 }, (_one, number) => `#c${number}`);
  const job = world.drs.addJob('FULL_TRANSFER_STARTED');
  for (const name of names) {
    world.slack.addChannel(name.slice(1));
    await world.ask('ana', name, `/drs subscribe ${job.id}`);
  }
  const id = (name: string) => world.slack.state.findChannel(name)?.id ?? '';
  for (const name of names.slice(0, 10))
    world.slack.faults.next('chat.postMessage', { kind: 'hang' }, { channel: id(name) });
  const limited = { kind: 'rate_limited', retryAfterSeconds: 30 } as const;
  world.slack.faults.next('chat.postMessage', limited, { channel: id('#c10') });
  job.becomes('FULL_TRANSFER_COMPLETE');
  await world.bot().tick();
  await world.slack.waitFor('the twelfth channel', () => world.slack.messages('#c11')[1], 2_000);
  expect(world.slack.messages('#c10')).toHaveLength(1);
  world.slack.faults.clear();
});

describe('an edit', () => {
  async function failed() {
    const { world, job } = await watching();
    job.becomes('INCRE_TRANSFER_FAILED');
    await world.bot().tick();
    const message = await world.nextMessage('#migrations', 1);
    return { world, job, message };
  }
  const shown = (world: World, at = 1) => world.slack.messages('#migrations')[at]?.text ?? '';

  test.each<[string, Fault]>([
    ['whose answer was lost', { kind: 'accept_then_drop' }],
    ['that never arrived', { kind: 'reset' }],
    ['that was told to wait', { kind: 'rate_limited', retryAfterSeconds: 1 }],
  ])('%s shows the newest state in the end', async (_what, fault) => {
    const { world, job, message } = await failed();
    await using _ = world;
    world.slack.faults.next('chat.update', fault);
    job.becomes('INCRE_TRANSFER_STARTED', { incre_trans_delay: '5' });
    await world.slack.people.click('ana', message, 'Refresh');
    job.becomes('PAUSING');
    await world.slack.people.click('ana', message, 'Refresh');
    await world.slack.waitFor('the newest state', () =>
      /^⏸️ .* is paused – it had FAILED/.test(shown(world)) ? true : undefined,
    );
    expect(world.texts('#migrations')).toHaveLength(3);
  });

  test('of a message that somebody deleted posts it once more, and never again', async () => {
    const { world, job, message } = await failed();
    await using _ = world;
    const { id } = world.slack.state.findChannel('migrations') ?? { id: '' };
    const removeAndClick = async (one: typeof message) => {
      world.slack.state.remove(id, one.ts);
      await world.slack.people.click('ana', one, 'Refresh');
    };
    await removeAndClick(message);
    const again = await world.nextMessage('#migrations', 1);
    expect(again.text).toMatch(/^🔴 \S+ FAILED/);
    await removeAndClick(again);
    job.becomes('PAUSING');
    await world.bot().tick();
    await world.nextMessage('#migrations', 1);
    expect(toldIn(world)).toEqual(['🔔', '⏸️ paused']);
  });
});
