import { once } from 'node:events';

import { describe, expect, test } from 'vitest';

import { createFaultChanges } from '../../demo/fault-changes.ts';
import { createJobChanges } from '../../demo/job-changes.ts';
import { createQuietLog } from '../../demo/quiet-log.ts';
import { Prompt } from '../../demo/prompt.ts';
import type { Cloud } from '../../demo/prompt.ts';
import { startDrsSimulator } from '../../demo/drs-simulator/simulator.ts';
import type { DrsSimulator } from '../../demo/drs-simulator/simulator.ts';
import { startSlackWorkspace } from '../../demo/slack-workspace/slack-workspace.ts';
import type { SlackWorkspace } from '../../demo/slack-workspace/slack-workspace.ts';
import { setStage } from '../../demo/story.ts';
import { wrap, wrapColumns } from '../../demo/wrap.ts';
import { startProcess } from '../support/bot-process.ts';
import { running } from '../support/programs.ts';

const demo = (...args: readonly string[]) => startProcess({}, [...running('demo/main.ts'), ...args]);

// At once, because they mostly wait.
describe.concurrent('the demo', () => {
  test('plays its story to the end, shows nothing but it, and goes on until Ctrl-C', async () => {
    const playing = demo('--password');
    await playing.printed('  Ctrl-C ends it.');
    const told = playing.output();
    expect(told).toContain('The story is over');
    expect(told).not.toContain('{"level"');
    expect(told).toContain(': 🟢 replicating, lag 2\u00a0s');
    expect(told).toContain('✅ orders is done – stopped in sync');
    expect((await playing.end('SIGINT')).code).toBe(0);
  }, 90_000);

  test('can be played with a temporary key', async () => {
    const playing = demo('--temporary-key');
    await playing.printed('🔔 @li 为本频道订阅了 orders');
    expect((await playing.end('SIGINT')).code).toBe(0);
  }, 30_000);

  test('says at once that the secret is wrong, and can be ended while it waits', async () => {
    const playing = demo('--wrong-key');
    await playing.printed('Not started yet: The secret key does not fit the access key: check HUAWEICLOUD_SDK_SK');
    expect((await playing.end('SIGINT')).code).toBe(0);
  }, 60_000);

  test('says which project is missing, and what to do', async () => {
    const playing = demo('--no-project');
    await once(playing.child, 'exit');
    expect(playing.output()).toContain(
      'The bot does not start: IAM knows no project eu-west-101 for these credentials: it shows ap-southeast-1 (',
    );
    expect(playing.child.exitCode).toBe(1);
  }, 60_000);

  test('says what there is when asked for something else', async () => {
    const playing = demo('--certificate');
    await once(playing.child, 'exit');
    expect(playing.output()).toContain('--temporary-key');
    expect(playing.child.exitCode).toBe(1);
  }, 60_000);
});

test('the prompt lets nobody into #secret but Li, and locks the key', async () => {
  await using slack = await startSlackWorkspace();
  await using drs = await startDrsSimulator();
  setStage({ slack, drs });
  const printed: string[] = [];
  const cloud: Cloud = {
    ...createJobChanges(drs),
    ...createFaultChanges(drs, slack),
    rotateKey: () => 'rotated',
    lockKey: () => 'locked',
    fixKey: () => Promise.resolve('fixed'),
    setClock: () => Promise.resolve('set'),
  };
  const prompt = new Prompt(slack, cloud, (line) => void printed.push(line.trim()));
  for (const line of ['in secret', 'as li', 'in secret', 'as ana', 'key lock', 'key']) await prompt.take(line);
  expect(printed).toEqual([
    '@ana is not in #secret.',
    'You are @li in #migrations.',
    'You are in #secret.',
    'You are @ana in #migrations.',
    'locked',
    'Say: key rotate, key lock, or key fix.',
  ]);
});

/** The prompt of the demo on its stage, and what it prints; nobody signs in to the cloud. */
function openPrompt(slack: SlackWorkspace, drs: DrsSimulator) {
  setStage({ slack, drs });
  const cloud = {
    rotateKey: () => '',
    lockKey: () => '',
    fixKey: () => Promise.resolve(''),
    setClock: () => Promise.resolve(''),
  };
  const printed: string[] = [];
  const changes = { ...createJobChanges(drs), ...createFaultChanges(drs, slack) };
  const prompt = new Prompt(slack, { ...cloud, ...changes }, (line) => void printed.push(line.trim()));
  return { prompt, printed };
}

test('the prompt renames, recreates and deletes jobs in the cloud', async () => {
  await using slack = await startSlackWorkspace();
  await using drs = await startDrsSimulator();
  const { prompt, printed } = openPrompt(slack, drs);
  const first = drs.findJob('orders')?.id ?? '';
  for (const line of ['rename orders', 'rename orders store', 'delete orders', 'recreate store'])
    await prompt.take(line);
  const second = drs.findJob('store')?.id ?? '';
  await prompt.take('delete store');
  expect(printed).toEqual([
    'Say which job and its new name, such as: rename orders orders-v2',
    'orders is called store in DRS now. The bot notices within 10 s.',
    'DRS has no job called orders. There are store, orders-archive, billing, 订单迁移, inventory, customers, standby, shop.',
    `store was deleted and made anew, with the id ${second}.`,
    'store is no longer in DRS.',
  ]);
  expect(second).not.toBe(first);
  expect(drs.findJob('store')).toBeUndefined();
});

test('the prompt presses what came last, and says what it does not do', async () => {
  await using slack = await startSlackWorkspace();
  await using drs = await startDrsSimulator();
  const { prompt, printed } = openPrompt(slack, drs);
  for (const line of [
    'status orders',
    'orders',
    'drs nosuch PAUSING',
    'drs billing PAUSING',
    'drs shop PAUSING',
    'press Refresh',
  ])
    await prompt.take(line);
  expect(printed).toEqual([
    'A command begins with a slash: /drs status orders',
    'I do not understand that. help says what there is here, /drs help what the bot does.',
    'DRS has no job called nosuch. There are orders, orders-archive, billing, 订单迁移, inventory, customers, standby, shop.',
    'billing is in PAUSING now. Channels that watch it are told if it matters.',
    'DRS gives no progress of shop itself, only of its 12 sub-jobs. Change one of them, such as: drs shop-shard-1 PAUSING',
    'There is no button Refresh here.',
  ]);
  printed.length = 0;
  await prompt.take('help');
  expect(printed.join()).toContain('press Refresh');
  const channelId = slack.state.findChannel('migrations')?.id ?? '';
  const button = (label: string) => ({
    type: 'actions' as const,
    elements: [{ type: 'button' as const, text: { type: 'plain_text' as const, text: label }, action_id: label }],
  });
  slack.state.postEphemeral(channelId, slack.state.findUser('ana')?.id ?? '', {
    text: 'older',
    blocks: [button('Refresh')],
  });
  slack.state.post(channelId, { text: 'newer', blocks: [button('Refresh'), button('Share')] });
  const clicked: string[] = [];
  slack.people.click = (_user, message) => {
    clicked.push(message.text);
    return Promise.resolve({ acked: true, slackSays: null });
  };
  await prompt.take('press refresh…');
  expect(clicked).toEqual(['newer']);
});

test('in a narrow terminal lines are broken at blanks, and Chinese between its characters', () => {
  expect(wrap('DRS refuses whatever orders is in, with HTTP 404.', 24)).toEqual([
    'DRS refuses whatever',
    'orders is in, with HTTP',
    '404.',
  ]);
  expect(wrap('增量同步中，延迟 6 分钟 12 秒 – orders', 20)).toEqual(['增量同步中，延迟 6', '分钟 12 秒 – orders']);
  expect(wrap('x'.repeat(45), 20).map((line) => line.length)).toEqual([20, 20, 5]);
  expect(wrapColumns('  rename orders shop     give a job another name, as people do in DRS', 52)).toEqual([
    '  rename orders shop     give a job another name, as',
    '                         people do in DRS',
  ]);
  expect(wrapColumns('  rename orders shop     give a job another name', 40)).toEqual([
    '  rename orders shop',
    '      give a job another name',
  ]);
  expect(wrap('as long as it likes to be', undefined)).toEqual(['as long as it likes to be']);
});

test('an error is logged as one plain line, once', () => {
  const printed: string[] = [];
  const log = createQuietLog((line) => void printed.push(line.trim()));
  for (const minute of [1, 2])
    log.error({ reason: 'x' }, `The clock is ${minute} min behind: set it. (APIGW.0301: expired)`);
  log.warn({}, 'a warning');
  expect(printed).toEqual(['log │ The clock is 1 min behind: set it.']);
});

test('the prompt lets requests, calls and sockets fail', async () => {
  await using slack = await startSlackWorkspace();
  await using drs = await startDrsSimulator();
  const changes = createFaultChanges(drs, slack);
  expect(changes.failDrs('progress', 'huge', '')).toBe('The next request for progress fails: huge.');
  expect(changes.failDrs('progress', 'oddly', '1')).toMatch(/^Say what fails/);
  expect(drs.faults.take('progress')).toEqual({ kind: 'huge', bytes: 50_000_000 });
  expect(changes.failDrs('progress', '503', '20s')).toBe('For 20 s all requests for progress fail: 503.');
  expect(changes.failDrs('progress', 'nulls', 'always')).toBe(
    'From now on, until you say fail end, all requests for progress fail: nulls.',
  );
  expect(drs.faults.take('progress')).toEqual({ kind: 'items', how: 'null' });
  expect(changes.endFaults()).toBe('Nothing fails any more.');
  expect(drs.faults.take('progress')).toBeUndefined();
  expect(changes.failSlack('chat.postMessage', 'not_in_channel', '2')).toContain('not_in_channel');
  expect(slack.faults.take('chat.postMessage', undefined)).toEqual({ kind: 'error', error: 'not_in_channel' });
  expect(changes.failSlack('*', 'token_revoked', 'for ever')).toMatch(/^Say which method fails/);
  expect(changes.failSlack('*', 'token_revoked', 'always')).toContain('all calls of * fail');
  expect(slack.faults.take('users.info', undefined)).toEqual({ kind: 'error', error: 'token_revoked' });
  expect(changes.changeSocket('strangers', '2')).toContain('2 other sockets');
  expect(changes.changeSocket('', '')).toMatch(/^Say: socket drop/);
});
