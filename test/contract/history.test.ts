import { WebClient } from '@slack/web-api';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { Fault } from '../../demo/slack-workspace/faults.ts';
import { startSlackWorkspace } from '../../demo/slack-workspace/slack-workspace.ts';
import type { SlackWorkspace, WorkspaceOptions } from '../../demo/slack-workspace/slack-workspace.ts';
import type { PostSearch } from '../../src/domain/post/post.ts';
import { createHistory } from '../../src/slack/sending/history.ts';
import { createSlackClient } from '../../src/slack/workspace/slack-client.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { SILENT } from '../support/silent-log.ts';

let slack: SlackWorkspace;
let channel: string;

async function open(options: WorkspaceOptions = {}): Promise<void> {
  slack = await startSlackWorkspace(options);
  channel = slack.addChannel('general', { withBot: true }).id;
}
beforeEach(() => open());
afterEach(async () => slack.stop());

const search = (changes: Partial<PostSearch> = {}) => {
  const { apiUrl, botToken: token, state } = slack;
  const client = createSlackClient({ token, apiUrl, timeoutMs: 1_000, fetch, log: SILENT });
  const author = { botUserId: state.bot.id, botId: state.botId };
  const where = { postId: 'wanted', channelId: channel, threadTs: null, fromTs: '0.000000', toTs: null };
  return createHistory(client, author, systemClock, 5_000).search({ ...where, ...changes });
};

/** Posts as the bot does. */
async function post(postId: string, args: object = {}): Promise<string> {
  const client = new WebClient(slack.botToken, { slackApiUrl: slack.apiUrl });
  const metadata = { event_type: 'drs_post', event_payload: { post_id: postId } };
  const { ts } = await client.chat.postMessage({ channel, text: postId, metadata, ...args });
  return ts ?? '';
}

describe('a post', () => {
  test('is found by its metadata, and by its block id where Slack did not keep that', async () => {
    const ts = await post('wanted');
    const section = { type: 'section', text: { type: 'mrkdwn', text: 'x' } } as const;
    const marked = await post('another', { metadata: '', blocks: [{ ...section, block_id: 'drs_post:wanted' }] });
    expect(await search()).toEqual({ kind: 'found', messageTs: [ts, marked] });
    expect(await search({ fromTs: marked })).toEqual({ kind: 'found', messageTs: [marked] });
    expect(await search({ fromTs: ts, toTs: ts })).toEqual({ kind: 'found', messageTs: [ts] });
  });

  test('is found behind hundreds of messages of others', async () => {
    const ts = await post('wanted');
    for (let number = 0; number < 450; number++) {
      slack.state.post(channel, { text: `chatter ${number}`, blocks: [] });
    }
    expect(await search({ fromTs: ts })).toEqual({ kind: 'found', messageTs: [ts] });
    expect(slack.calls.filter((call) => call.method === 'conversations.history')).toHaveLength(3);
  });

  test('is found in the thread it went to, and not in the channel', async () => {
    const parent = await post('parent');
    const ts = await post('wanted', { thread_ts: parent });
    expect(await search()).toEqual({ kind: 'absent', ownSeen: true });
    expect(await search({ threadTs: parent })).toEqual({ kind: 'found', messageTs: [ts] });
  });

  test('is absent only when it is; whether another of ours was read is said', async () => {
    expect(await search()).toEqual({ kind: 'absent', ownSeen: false });
    await post('another');
    expect(await search()).toEqual({ kind: 'absent', ownSeen: true });
  });

  test("is not mistaken for somebody else's message that carries its id", async () => {
    const ts = await post('wanted');
    const index = slack.state.messages.findIndex((message) => message.ts === ts);
    const [message] = slack.state.messages.splice(index, 1);
    if (message !== undefined) slack.state.messages.push({ ...message, userId: 'U00000001' });
    expect(await search()).toEqual({ kind: 'absent', ownSeen: false });
  });
});

describe('a channel', () => {
  test('that may not be read says so', async () => {
    await slack.stop();
    await open({ scopes: ['chat:write'] });
    expect(await search()).toEqual({ kind: 'refused', what: 'reading', reason: 'missing_scope' });
  });

  test('that the bot is not in says so', async () => {
    slack.state.findChannel(channel)?.members.delete(slack.state.bot.id);
    expect(await search()).toEqual({ kind: 'refused', what: 'channel', reason: 'not_in_channel' });
  });

  test('of a Slack without histories cannot be read', async () => {
    await slack.stop();
    await open({ disabledMethods: ['conversations.history'] });
    expect(await search()).toEqual({ kind: 'refused', what: 'reading', reason: 'unknown_method' });
  });

  test.each<[string, Fault, object]>([
    ['429', { kind: 'rate_limited', retryAfterSeconds: 7 }, { afterMs: 7_000 }],
    ['a reset connection', { kind: 'reset' }, { afterMs: null }],
    ['HTTP 503', { kind: 'http', status: 503 }, { afterMs: null }],
    ['a token that is refused', { kind: 'error', error: 'token_revoked' }, { afterMs: null, reason: 'token_revoked' }],
  ])('is read again after %s: nothing is known yet', async (_what, fault, outcome) => {
    await post('wanted');
    slack.faults.next('conversations.history', fault);
    expect(await search()).toMatchObject({ kind: 'again', ...outcome });
  });
});
