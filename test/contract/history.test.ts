import { WebClient } from '@slack/web-api';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { Fault } from '../../demo/slack-workspace/faults.ts';
import { startSlackWorkspace } from '../../demo/slack-workspace/slack-workspace.ts';
import type { SlackWorkspace, WorkspaceOptions } from '../../demo/slack-workspace/slack-workspace.ts';
import type { PostSearch } from '../../src/domain/post/post.ts';
import { createHistory } from '../../src/slack/sending/history.ts';
import { createSlackClient } from '../../src/slack/web-api/slack-client.ts';
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
  const where = { postId: 'wanted', channelId: channel, threadTs: null, fromTs: '0.000000', toTs: null, cursor: null };
  return createHistory(client, author).readPage({ ...where, ...changes });
};

const read = (found: readonly string[]) => ({ kind: 'read', found, ownSeen: true, cursor: null });
const absent = (ownSeen: boolean) => ({ kind: 'read', found: [], ownSeen, cursor: null });

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
    expect(await search()).toEqual(read([ts, marked]));
    expect(await search({ fromTs: marked })).toEqual(read([marked]));
    expect(await search({ fromTs: ts, toTs: ts })).toEqual(read([ts]));
  });

  test('is found behind hundreds of messages of others', async () => {
    const ts = await post('wanted');
    for (let number = 0; number < 450; number++) {
      slack.state.post(channel, { text: `chatter ${number}`, blocks: [] });
    }
    let page = await search({ fromTs: ts });
    for (let pages = 0; pages < 2; pages++) {
      expect(page).toEqual({ ...absent(false), cursor: expect.any(String) });
      page = await search({ fromTs: ts, cursor: page.kind === 'read' ? page.cursor : null });
    }
    expect(page).toEqual(read([ts]));
  });

  test('is found in the thread it went to, and not in the channel', async () => {
    const parent = await post('parent');
    const ts = await post('wanted', { thread_ts: parent });
    expect(await search()).toEqual(absent(true));
    expect(await search({ threadTs: parent })).toEqual(read([ts]));
  });

  test('is absent only when it is; whether another of ours was read is said', async () => {
    expect(await search()).toEqual(absent(false));
    await post('another');
    expect(await search()).toEqual(absent(true));
  });

  test("is not mistaken for somebody else's message that carries its id", async () => {
    const ts = await post('wanted');
    const index = slack.state.messages.findIndex((message) => message.ts === ts);
    const [message] = slack.state.messages.splice(index, 1);
    if (message !== undefined) slack.state.messages.push({ ...message, userId: 'U00000001' });
    expect(await search()).toEqual(absent(false));
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
    ['429', { kind: 'rate_limited', retryAfterSeconds: 7 }, { kind: 'retry', afterMs: 7_000 }],
    ['a reset connection', { kind: 'reset' }, { kind: 'uncertain' }],
    ['HTTP 503', { kind: 'http', status: 503 }, { kind: 'uncertain' }],
    [
      'a token that is refused',
      { kind: 'error', error: 'token_revoked' },
      { kind: 'refused', what: 'workspace', reason: 'token_revoked' },
    ],
  ])('is read again after %s: nothing is known yet', async (_what, fault, outcome) => {
    await post('wanted');
    slack.faults.next('conversations.history', fault);
    expect(await search()).toMatchObject(outcome);
  });
});
