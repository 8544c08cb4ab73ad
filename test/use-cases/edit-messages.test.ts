import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { startSlackWorkspace } from '../../demo/slack-workspace/slack-workspace.ts';
import type { SlackWorkspace } from '../../demo/slack-workspace/slack-workspace.ts';
import type { Channel } from '../../demo/slack-workspace/workspace.ts';
import { HELD } from '../../src/domain/access.ts';
import { DAY, HOUR, MINUTE } from '../../src/domain/base/time.ts';
import type { Notifier } from '../../src/ports/slack.ts';
import { createTexts } from '../../src/slack/messages/kit/texts.ts';
import { createNewBlocks } from '../../src/slack/sending/new-blocks.ts';
import { createNotifier } from '../../src/slack/sending/notifier.ts';
import { createSlackClient } from '../../src/slack/web-api/slack-client.ts';
import { claimTurn, runClaimed } from '../../src/use-cases/telling/dispatch-deliveries.ts';
import { jobNumber, openDesk, WORKSPACE } from '../support/desk.ts';
import type { Desk } from '../support/desk.ts';
import { SILENT } from '../support/silent-log.ts';

let slack: SlackWorkspace;
let notifier: Notifier;
let channel: Channel;

beforeEach(async () => {
  slack = await startSlackWorkspace();
  channel = slack.addChannel('general', { withBot: true });
  const client = createSlackClient({
    token: slack.botToken,
    apiUrl: slack.apiUrl,
    timeoutMs: 1_000,
    fetch,
    log: SILENT,
  });
  const texts = createTexts('en', {
    command: '/drs',
    botName: 'drs',
    teamUrl: null,
    tellsOperator: false,
    projects: () => ({ asked: 'p1', others: '' }),
    consoleUrl: () => null,
  });
  notifier = createNotifier(client, () => texts, createNewBlocks(SILENT), SILENT);
});
afterEach(() => slack.stop());

/** A message of ours in a channel that is archived now. It wants an edit, or has a copy that is to go. */
async function sendOne(desk: Desk, wants: 'edit' | 'removal' = 'edit'): Promise<string> {
  const { store } = desk.context;
  await desk.watch(channel.id, jobNumber(1));
  const claim = await claimTurn(desk.context);
  if (claim.kind === 'idle' || claim.turn.kind !== 'send') throw new Error('nothing to send');
  const { lease, post } = claim.turn;
  for (let attempt = 0; attempt < (wants === 'removal' ? 2 : 1); attempt++) {
    const sent = await notifier.send(post);
    if (sent.kind !== 'delivered') throw new Error(`not delivered, but ${sent.kind}`);
    await store.settlePost(lease, post, { ...sent, at: desk.clock.now() });
  }
  if (wants === 'edit') await store.askPost(post.id);
  channel.archived = true;
  return post.id;
}

/** A turn, if there is one; what it did. */
async function doNext(desk: Desk): Promise<string> {
  const claim = await claimTurn(desk.context);
  if (claim.kind === 'idle') return claim.kind;
  const history = { readPage: () => Promise.reject(new Error('unused')) };
  return (await runClaimed(desk.context, { notifier, history }, claim)).kind;
}

/** The minutes at which something was done, in two days of trying every minute. */
async function minutesOf(desk: Desk, what: 'edited' | 'removed'): Promise<readonly number[]> {
  const minutes: number[] = [];
  for (let minute = 0; minute < (2 * DAY) / MINUTE; minute++) {
    if ((await doNext(desk)) === what) minutes.push(minute);
    desk.clock.advance(MINUTE);
  }
  return minutes;
}

const pauses = (minutes: readonly number[]) =>
  minutes.slice(1).map((minute, index) => (minute - (minutes[index] ?? 0)) * MINUTE);

describe('a channel that refuses it', () => {
  test('has an edit tried ever less often', async () => {
    await using desk = await openDesk();
    await sendOne(desk);
    const tried = await minutesOf(desk, 'edited');
    const waits = pauses(tried);
    expect(tried.length).toBeLessThan(20);
    expect(waits).toEqual(waits.toSorted((one, other) => one - other));
    expect(waits.at(-1)).toBeGreaterThan(6 * HOUR);
  });

  test('has the removal of a copy tried ever less often', async () => {
    await using desk = await openDesk();
    await sendOne(desk, 'removal');
    slack.faults.next('chat.delete', { kind: 'error', error: 'is_archived' }, { count: 1_000 });
    const tried = await minutesOf(desk, 'removed');
    const waits = pauses(tried);
    expect(tried.length).toBeLessThan(20);
    expect(waits).toEqual(waits.toSorted((one, other) => one - other));
    expect(waits.at(-1)).toBeGreaterThan(6 * HOUR);
  });

  test('has its edit made at once when its pause ends', async () => {
    await using desk = await openDesk();
    await sendOne(desk);
    const { store } = desk.context;
    await minutesOf(desk, 'edited');
    const actor = { workspaceId: WORKSPACE, channelId: channel.id, userId: 'UANA' };
    await store.holdChannel({ channel: actor, reason: HELD.channel_shared, now: desk.clock.now() });
    await store.releaseHeldChannel({ channel: actor, now: desk.clock.now() });
    channel.archived = false;
    expect(await doNext(desk)).toBe('edited');
  });
});
