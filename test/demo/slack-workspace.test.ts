import { WebClient } from '@slack/web-api';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { sign } from '../../demo/slack-workspace/signed-http.ts';
import { startSlackWorkspace } from '../../demo/slack-workspace/slack-workspace.ts';
import type { SlackWorkspace } from '../../demo/slack-workspace/slack-workspace.ts';
import { sdkLogger } from '../../src/slack/web-api/sdk-logger.ts';
import { SILENT } from '../support/silent-log.ts';

let slack: SlackWorkspace;
beforeEach(async () => {
  slack = await startSlackWorkspace();
  slack.addUser('ana');
  slack.addChannel('general', { withBot: true });
});
afterEach(async () => slack.stop());

const client = (token = slack.botToken) =>
  new WebClient(token, {
    slackApiUrl: slack.apiUrl,
    logger: sdkLogger(SILENT),
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
  });
const general = () => slack.state.findChannel('general')?.id ?? '';
const labels = (count: number) => Array.from({ length: count }, (_, index) => `10:${index}`);
const chart = (changes: object = {}, categories: readonly string[] = ['a', 'b'], points = categories) => ({
  type: 'data_visualization',
  title: 'Lag',
  chart: {
    type: 'line',
    series: [{ name: 'lag', data: points.map((label) => ({ label, value: 1.5 })) }],
    axis_config: { categories, x_label: 'UTC', y_label: 's' },
  },
  ...changes,
});
const section = (text: string) => ({ type: 'section' as const, text: { type: 'mrkdwn' as const, text } });
const button = (changes: object = {}) => ({
  type: 'button' as const,
  text: { type: 'plain_text' as const, text: 'Go' },
  action_id: 'a',
  ...changes,
});
const error = (call: Promise<unknown>) =>
  call.then(
    () => 'ok',
    (reason: unknown) => (reason instanceof Error ? reason.message : String(reason)),
  );

describe('the local workspace, called with the real SDK', () => {
  test('knows who the bot is, and refuses other tokens and methods in the real words', async () => {
    expect(await client().auth.test()).toMatchObject({ ok: true, team_id: 'T0DRSDEMO', user: 'drs' });
    expect(await error(client('xoxb-wrong').auth.test())).toContain('invalid_auth');
    expect(await error(client('').auth.test())).toContain('not_authed');
    expect(await error(client().apps.connections.open({}))).toContain('not_allowed_token_type');
    expect(await error(client().users.list({}))).toContain('unknown_method');
  });

  test('posts and updates like Slack: the timestamp stays, the blocks go when left out', async () => {
    const posted = await client().chat.postMessage({
      channel: general(),
      text: 'one',
      blocks: [section('one')],
      metadata: { event_type: 'a_b', event_payload: { id: '1' } },
    });
    await client().chat.update({ channel: general(), ts: posted.ts ?? '', text: 'two' });
    expect(slack.messages('general')).toMatchObject([
      { ts: posted.ts, text: 'two', blocks: [], edited: true, metadata: { event_type: 'a_b' } },
    ]);
  });

  test.each<[string, object, string]>([
    ['no text', { text: '' }, 'no_text'],
    ['an empty section', { text: 'x', blocks: [section('')] }, 'invalid_blocks'],
    ['3001 characters', { text: 'x', blocks: [section('x'.repeat(3_001))] }, 'invalid_blocks'],
    ['51 blocks', { text: 'x', blocks: Array.from({ length: 51 }, () => section('x')) }, 'invalid_blocks'],
    ['an unknown block', { text: 'x', blocks: [{ type: 'hologram' }] }, 'invalid_blocks'],
    ['an unknown property', { text: 'x', blocks: [{ ...section('x'), colour: 'red' }] }, 'invalid_blocks'],
    [
      'a long button',
      {
        text: 'x',
        blocks: [{ type: 'actions', elements: [button({ text: { type: 'plain_text', text: 'x'.repeat(76) } })] }],
      },
      'invalid_blocks',
    ],
    [
      'a long value',
      { text: 'x', blocks: [{ type: 'actions', elements: [button({ value: 'x'.repeat(2_001) })] }] },
      'invalid_blocks',
    ],
    [
      '26 buttons',
      {
        text: 'x',
        blocks: [
          { type: 'actions', elements: Array.from({ length: 26 }, (_, index) => button({ action_id: `a${index}` })) },
        ],
      },
      'invalid_blocks',
    ],
    [
      'the same action twice',
      { text: 'x', blocks: [{ type: 'actions', elements: [button(), button()] }] },
      'invalid_blocks',
    ],
    [
      'the same block id twice',
      {
        text: 'x',
        blocks: [
          { ...section('x'), block_id: 'b' },
          { ...section('y'), block_id: 'b' },
        ],
      },
      'invalid_blocks',
    ],
    [
      'eleven context elements',
      {
        text: 'x',
        blocks: [{ type: 'context', elements: Array.from({ length: 11 }, () => ({ type: 'mrkdwn', text: 'x' })) }],
      },
      'invalid_blocks',
    ],
    ['a chart without a title', { text: 'x', blocks: [chart({ title: '' })] }, 'invalid_blocks'],
    [
      'a chart with a title of 51 characters',
      { text: 'x', blocks: [chart({ title: 'x'.repeat(51) })] },
      'invalid_blocks',
    ],
    ['a chart with 21 points', { text: 'x', blocks: [chart({}, labels(21))] }, 'invalid_blocks'],
    ['a chart with a label of 21 characters', { text: 'x', blocks: [chart({}, ['x'.repeat(21)])] }, 'invalid_blocks'],
    ['a chart with the same category twice', { text: 'x', blocks: [chart({}, ['a', 'a'])] }, 'invalid_blocks'],
    [
      'a chart with a category that has no point',
      { text: 'x', blocks: [chart({}, ['a', 'b'], ['a'])] },
      'invalid_blocks',
    ],
    ['a chart with a point of no category', { text: 'x', blocks: [chart({}, ['a'], ['a', 'b'])] }, 'invalid_blocks'],
    ['three charts', { text: 'x', blocks: [chart(), chart(), chart()] }, 'invalid_blocks'],
    ['blocks that are no list', { text: 'x', blocks: '{}' }, 'invalid_blocks_format'],
    [
      'dots in the metadata',
      { text: 'x', metadata: { event_type: 'a.b', event_payload: {} } },
      'invalid_metadata_format',
    ],
    ['a channel that is not there', { text: 'x', channel: 'C404' }, 'channel_not_found'],
  ])('refuses %s', async (_what, args, name) => {
    expect(await error(client().apiCall('chat.postMessage', { channel: general(), ...args }))).toContain(name);
    expect(slack.messages('general')).toEqual([]);
  });

  test('takes two charts of twenty points, unless it is told to know none', async () => {
    const blocks = [chart({}, labels(20)), chart()];
    const post = () => client().apiCall('chat.postMessage', { channel: general(), text: 'x', blocks });
    expect(await post()).toMatchObject({ ok: true });
    slack.state.refusedBlocks.add('data_visualization');
    expect(await error(post())).toContain('invalid_blocks');
  });

  test('refuses what may not be updated', async () => {
    const update = (args: object) =>
      error(client().apiCall('chat.update', { channel: general(), text: 'x', ts: '1.1', ...args }));
    expect(await update({})).toContain('message_not_found');
    const { ts } = await client().chat.postMessage({ channel: general(), text: 'one' });
    expect(await update({ ts, text: 'x'.repeat(4_001) })).toContain('msg_too_long');
    slack.state.messages.push({
      ts: '2.2',
      channelId: general(),
      userId: 'U00000001',
      text: 'hers',
      blocks: [],
      metadata: null,
      threadTs: null,
      edited: false,
    });
    expect(await update({ ts: '2.2' })).toContain('cant_update_message');
  });

  test('hides private channels, joins public ones, and keeps archived ones shut', async () => {
    const [secret, open, old] = [
      slack.addChannel('secret', { kind: 'private' }),
      slack.addChannel('open'),
      slack.addChannel('old', { withBot: true }),
    ];
    old.archived = true;
    for (const call of [
      client().conversations.info({ channel: secret.id }),
      client().conversations.join({ channel: secret.id }),
      client().chat.postMessage({ channel: secret.id, text: 'x' }),
    ]) {
      expect(await error(call)).toContain('channel_not_found');
    }
    expect(await error(client().chat.postMessage({ channel: open.id, text: 'x' }))).toContain('not_in_channel');
    await client().conversations.join({ channel: open.id });
    expect(await error(client().chat.postMessage({ channel: open.id, text: 'x' }))).toBe('ok');
    expect(await error(client().chat.postMessage({ channel: old.id, text: 'x' }))).toContain('is_archived');
    expect(await error(client().conversations.join({ channel: old.id }))).toContain('is_archived');
  });

  test('tells guests, people of other organisations and shared channels as Slack does', async () => {
    slack.addGuest('gus');
    slack.addGuest('una', 'ultra_restricted');
    slack.addStranger('sam');
    const user = async (name: string) =>
      (await client().users.info({ user: slack.state.findUser(name)?.id ?? '' })).user ?? {};
    const channel = async () => (await client().conversations.info({ channel: general() })).channel;
    expect(await user('ana')).toMatchObject({ team_id: 'T0DRSDEMO', is_restricted: false, is_ultra_restricted: false });
    expect(await user('gus')).toMatchObject({ team_id: 'T0DRSDEMO', is_restricted: true, is_ultra_restricted: false });
    expect(await user('una')).toMatchObject({ is_restricted: true, is_ultra_restricted: true });
    expect(await user('sam')).toMatchObject({ team_id: 'T0ELSEWHERE', is_stranger: true });
    expect(Object.keys(await user('sam'))).not.toContain('is_restricted');
    expect(await channel()).toMatchObject({ is_ext_shared: false, is_pending_ext_shared: false });
    await expect(slack.people.type('sam', '#general', '/drs help')).rejects.toThrow('not shared');
    await slack.people.share('#general');
    expect(await channel()).toMatchObject({ is_shared: true, is_ext_shared: true });
    expect(await user('sam')).toMatchObject({ team_id: 'T0ELSEWHERE', is_stranger: false });
  });

  test('names the scope that is missing', async () => {
    await slack.stop();
    slack = await startSlackWorkspace({ scopes: ['commands'] });
    slack.addChannel('general');
    expect(await error(client().conversations.info({ channel: general() }))).toContain('missing_scope');
  });

  test('limits posts to one channel, in seconds to wait, and no other', async () => {
    await slack.stop();
    slack = await startSlackWorkspace({ postingLimit: { perSecond: 1, burst: 2 } });
    const [a, b] = [slack.addChannel('a', { withBot: true }), slack.addChannel('b', { withBot: true })];
    const post = (channel: string) => error(client().chat.postMessage({ channel, text: 'x' }));
    expect([await post(a.id), await post(a.id)]).toEqual(['ok', 'ok']);
    expect(await post(a.id)).toContain('retry');
    expect(await post(b.id)).toBe('ok');
  });

  test('gives out a page of fifteen messages once a minute, for all channels together, where that is the limit', async () => {
    await slack.stop();
    let now = 1_700_000_000_000;
    slack = await startSlackWorkspace({ readingLimit: { perMinute: 1, page: 15 }, now: () => now });
    const [a, b] = [slack.addChannel('a', { withBot: true }), slack.addChannel('b', { withBot: true })];
    for (let count = 0; count < 20; count++) slack.state.post(a.id, { text: `${count}`, blocks: [] });
    const read = (channel: string) => client().conversations.history({ channel, limit: 200 });
    const page = await read(a.id);
    expect([page.messages?.length, page.has_more]).toEqual([15, true]);
    expect(await error(read(b.id))).toContain('retry');
    now += 59_000;
    expect(await error(read(b.id))).toContain('retry');
    now += 1_000;
    expect(await error(read(b.id))).toBe('ok');
  });

  test('tells a person when the app does not answer in time, or nobody has the command', async () => {
    expect(await slack.people.type('ana', '#general', '/drs help')).toEqual({
      acked: false,
      slackSays: '/drs failed with the error "operation_timeout"',
    });
    expect(await slack.people.type('ana', '#general', '/other')).toEqual({
      acked: false,
      slackSays: '/other is not a valid command.',
    });
  });
});

test('a request is signed as the page on verifying requests describes it', () => {
  // The worked example of docs.slack.dev, "Verifying requests from Slack", shape only: v0, 64 hexadecimal digits, keyed.
  expect(sign('secret', '1531420618', 'a=b')).toMatch(/^v0=[0-9a-f]{64}$/);
  expect(sign('secret', '1531420618', 'a=b')).not.toBe(sign('other', '1531420618', 'a=b'));
  expect(sign('secret', '1531420618', 'a=b')).not.toBe(sign('secret', '1531420619', 'a=b'));
});

describe('faults that last', () => {
  test('end by themselves, spare other channels, and are ended by hand', async () => {
    let now = 0;
    await using timed = await startSlackWorkspace({ now: () => now });
    const refused = { kind: 'error', error: 'not_in_channel' } as const;
    timed.faults.always('chat.postMessage', refused, { channel: 'C1', ms: 20_000 });
    timed.faults.always('*', { kind: 'reset' });
    now = 19_999;
    expect(timed.faults.take('chat.postMessage', 'C1')).toEqual(refused);
    expect(timed.faults.take('chat.postMessage', 'C2')).toEqual({ kind: 'reset' });
    // The app-level token signs in for this one.
    expect(timed.faults.take('apps.connections.open', undefined)).toBeUndefined();
    now = 20_000;
    expect(timed.faults.take('chat.postMessage', 'C1')).toEqual({ kind: 'reset' });
    timed.faults.clear();
    expect(timed.faults.take('chat.postMessage', 'C1')).toBeUndefined();
  });
});
