import { beforeEach, describe, expect, test } from 'vitest';
import { ErrorCode, WebClient } from '@slack/web-api';

import { parseBlocks } from '../../demo/slack-workspace/validate-blocks.ts';
import { startSlackWorkspace } from '../../demo/slack-workspace/slack-workspace.ts';
import type { SlackWorkspace } from '../../demo/slack-workspace/slack-workspace.ts';
import { linesPart, message, withBlocks } from '../../src/slack/messages/kit/message.ts';
import type { SlackMessage } from '../../src/slack/messages/kit/message.ts';
import { createNewBlocks } from '../../src/slack/sending/new-blocks.ts';
import type { NewBlocks } from '../../src/slack/sending/new-blocks.ts';
import { SILENT } from '../support/silent-log.ts';

const CHART = message([
  linesPart(['orders']),
  {
    kind: 'chart',
    title: 'Lag (seconds)',
    series: 'lag',
    xLabel: 'UTC',
    yLabel: 's',
    points: [0, 20, 80, 40].map((value, index) => ({ label: `10:0${index}`, value })),
  },
]);
const TABLE = message([
  {
    kind: 'table',
    rows: [
      ['Job', 'Lag'],
      ['a<b', '3 s'],
      ['c', ''],
    ],
    alignRight: [1],
  },
]);

describe('a message with new kinds of block', () => {
  let slack: SlackWorkspace;
  let newBlocks: NewBlocks;

  beforeEach(async () => {
    slack = await startSlackWorkspace();
    slack.addChannel('ops', { withBot: true });
    newBlocks = createNewBlocks(SILENT);
    return () => slack.stop();
  });

  const post = async (sent: SlackMessage) => {
    const client = new WebClient(slack.botToken, { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } });
    const channel = slack.state.findChannel('ops')?.id ?? '';
    await newBlocks.send(sent, (shown) => client.chat.postMessage({ channel, ...withBlocks(shown) }));
  };
  const shown = () => slack.messages('ops').map(({ blocks }) => blocks.map(({ type }) => type));

  test('is sent in them where Slack takes them', async () => {
    await post(CHART);
    expect(shown()).toEqual([['section', 'data_visualization']]);
  });

  test('is sent in words where Slack refuses them, and from then on at once', async () => {
    slack.state.refusedBlocks.add('data_visualization');
    await post(CHART);
    await post(CHART);
    expect(shown()).toEqual([
      ['section', 'section'],
      ['section', 'section'],
    ]);
    expect(slack.calls.filter(({ method }) => method === 'chat.postMessage')).toHaveLength(3);
    expect(JSON.stringify(slack.messages('ops').at(-1))).toContain('Lag (seconds)\\n10:00 ▁▃█▅ 10:03');
  });

  test('in another kind that was not refused is sent in it still', async () => {
    slack.state.refusedBlocks.add('data_visualization');
    await post(CHART);
    await post(TABLE);
    expect(shown().at(-1)).toEqual(['table']);
  });

  test('that is refused for something else is refused, and no kind is given up', async () => {
    slack.faults.next('chat.postMessage', { kind: 'error', error: 'invalid_blocks' }, { count: 2 });
    await expect(post(CHART)).rejects.toThrow('invalid_blocks');
    await post(CHART);
    expect(shown()).toEqual([['section', 'data_visualization']]);
  });

  test('is not sent twice when nobody knows whether it arrived', async () => {
    slack.faults.next('chat.postMessage', { kind: 'accept_then_drop' });
    await expect(post(CHART)).rejects.toMatchObject({ code: ErrorCode.RequestError });
    expect(slack.messages('ops')).toHaveLength(1);
  });

  test('has its table in lines, the heading in bold, when that is refused', async () => {
    slack.state.refusedBlocks.add('table');
    await post(TABLE);
    const [block] = slack.messages('ops')[0]?.blocks ?? [];
    expect(block).toMatchObject({ type: 'section', text: { text: '*Job · Lag*\na&lt;b · 3\u00a0s\nc' } });
  });

  test('keeps the mark by which a post is found', () => {
    const marked = message([{ kind: 'table', rows: [['Job'], ['a']], alignRight: [] }], { marker: 'drs_post:1' });
    newBlocks.noteRefusal(marked, new Error('something else'));
    expect(newBlocks.fit(marked).blocks).toEqual(marked.blocks);
    const parsed = parseBlocks(newBlocks.fit(marked).blocks);
    expect('blocks' in parsed && parsed.blocks[0]?.block_id).toBe('drs_post:1');
  });
});
