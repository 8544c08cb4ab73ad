import { sql } from 'kysely';
import { expect, test } from 'vitest';

import { DAY, HOUR, MINUTE, SECOND } from '../../src/domain/base/time.ts';
import type { PostSettlement } from '../../src/domain/post/post.ts';
import { decideSettlement } from '../../src/domain/post/settle-post.ts';
import { DEFAULT_DURATIONS } from '../../src/wiring/durations.ts';
import { postMessage } from '../../src/slack/messages/posts/post-message.ts';
import { createTexts } from '../../src/slack/messages/kit/texts.ts';
import { jobNumber } from '../support/desk.ts';
import { OneChannel } from '../support/one-channel.ts';

const WAIT: PostSettlement = { kind: 'try_again', afterMs: 5 * SECOND, plain: false, reason: 'ratelimited' };

const TEXTS = createTexts('en', {
  command: '/drs',
  botName: 'drs',
  teamUrl: null,
  projects: () => ({ asked: 'p1', others: '' }),
  tellsOperator: false,
  consoleUrl: () => null,
});

test('a channel with more news to be collected than is placed at once waits like any other', async () => {
  await using channel = await OneChannel.open(1);
  await channel.fail(1);
  const more = sql`with recursive many(number) as (select 2 union all select number + 1 from many where number < 2100)`;
  await sql`insert into job_events (connection_id, job_id, number, kind, facts, occurred_at)
    ${more} select connection_id, job_id, many.number, kind, facts, occurred_at from job_events, many`.execute(
    channel.db,
  );
  await sql`insert into deliveries (workspace_id, channel_id, connection_id, subject, number, created_at)
    ${more} select workspace_id, channel_id, connection_id, subject, many.number, created_at from deliveries, many
      where outcome is null`.execute(channel.db);
  expect(await channel.claim()).toMatchObject({ kind: 'idle' });
});

test('an incident that Slack let wait still shows what was told singly before it', async () => {
  await using channel = await OneChannel.open(5);
  await channel.fail(1, 2);
  expect(await channel.pass(MINUTE)).toEqual(['send news: 1 failed', 'send news: 2 failed']);
  await channel.fail(3, 4, 5);
  const { lease, post } = await channel.nextSend();
  expect(post.around.shown).toHaveLength(2);
  await channel.store.settlePost(lease, post, WAIT);
  const done = await channel.pass(MINUTE);
  expect(done.filter((one) => one.startsWith('send'))).toEqual(['send incident: 3 failed, 4 failed, 5 failed']);
});

test('what an incident tells can be given up together with what cannot be read of it', async () => {
  await using channel = await OneChannel.open(4);
  await channel.fail(1, 2, 3, 4);
  const { lease, post } = await channel.nextSend();
  await channel.store.settlePost(lease, post, WAIT);
  const unread = { outcome: 'not_told', reason: 'unreadable' };
  await channel.db.updateTable('deliveries').set(unread).where('subject', '=', jobNumber(1)).execute();
  expect(await channel.pass(MINUTE)).toEqual(['send news: 2 failed', 'send news: 3 failed', 'send news: 4 failed']);
});

test('what was unsubscribed while Slack was asked is not told once Slack has let it wait', async () => {
  await using channel = await OneChannel.open(1);
  await channel.fail(1);
  const { lease, post } = await channel.nextSend();
  await channel.unsubscribe();
  await channel.store.settlePost(lease, post, WAIT);
  expect(await channel.pass(MINUTE)).toEqual(['send news: unsubscribed']);
});

test('the end of a copy says nothing about the message that is posted once more', async () => {
  await using channel = await OneChannel.open(1);
  const { store } = channel;
  await channel.fail(1);
  const sent = await channel.nextSend();
  for (const messageTs of ['1700000100.000001', '1700000101.000001'])
    await store.settlePost(sent.lease, sent.post, { kind: 'delivered', messageTs, channelId: 'C1', at: channel.now });
  await store.askPost(sent.post.id);
  const edit = await channel.claim();
  if (edit.kind !== 'edit') throw new Error(`no edit, but ${edit.kind}`);
  // Somebody deleted it, and nobody knows whether it was posted once more.
  await store.settlePost(edit.lease, edit.post, { kind: 'gone', isOver: false, at: channel.now });
  const again = await channel.nextSend();
  await store.settlePost(again.lease, again.post, { kind: 'look_for_it', afterMs: 30 * SECOND, reason: 'network' });
  channel.now += 10 * SECOND;
  expect(await channel.claim()).toMatchObject({ kind: 'idle' });
  channel.now += 20 * SECOND;
  const search = await channel.claim();
  if (search.kind !== 'search') throw new Error(`no search, but ${search.kind}`);
  const found = { kind: 'found', messageTs: '1700000150.000001', duplicates: [], at: channel.now } as const;
  await store.settleSearch(search.lease, search.search, found);
  expect(await channel.pass(MINUTE)).toEqual(['edit news: 1 failed', 'remove']);
});

test('a job that recovers and fails again is told of although the message of its incident cannot be changed', async () => {
  await using channel = await OneChannel.open(5);
  const refuse = ({ kind }: { readonly kind: string }): PostSettlement | null =>
    kind === 'edit' ? { kind: 'dead', reason: 'edit_window_closed', at: channel.now } : null;
  await channel.fail(1, 2, 3, 4, 5);
  await channel.pass(12 * MINUTE);
  await channel.recover(1);
  await channel.pass(MINUTE, refuse);
  await channel.fail(1);
  const done = await channel.pass(MINUTE, refuse);
  expect(done.filter((one) => one.startsWith('send'))).toEqual(['send news: 1 recovered', 'send news: 1 failed']);
  expect(done.length).toBeLessThan(5);
});

test('a recovery is none of an incident that its job had recovered from before', async () => {
  await using channel = await OneChannel.open(5);
  await channel.fail(1, 2, 3, 4, 5);
  await channel.pass(MINUTE);
  await channel.recover(1, 2, 3, 4);
  await channel.pass(HOUR);
  channel.now += 2 * DAY;
  await channel.fail(1);
  expect(await channel.pass(MINUTE)).toEqual(['send news: 1 failed']);
  channel.now += HOUR;
  await channel.recover(1);
  // Nor does it wait for what has not recovered from that since.
  const told = ['edit news: 1 failed', 'send news: 1 recovered'];
  expect(await channel.pass(MINUTE)).toEqual(told);
});

test('what was told singly points to its incident, whatever is changed before that is there', async () => {
  await using channel = await OneChannel.open(5);
  const { store } = channel;
  await channel.fail(1, 2);
  await channel.pass(MINUTE);
  await channel.fail(3, 4, 5);
  const incident = await channel.nextSend();
  // Its message is on its way, and others are changed meanwhile.
  expect((await channel.pass(SECOND)).filter((one) => one.startsWith('send'))).toEqual([]);
  const messageTs = '1700000900.000001';
  await store.settlePost(incident.lease, incident.post, {
    kind: 'delivered',
    messageTs,
    channelId: 'C1',
    at: channel.now,
  });
  expect(await channel.pass(MINUTE)).toEqual(['edit news: 1 failed', 'edit news: 2 failed']);
});

test('a change that Slack took late, after a newer one, is made good', async () => {
  await using channel = await OneChannel.open(1);
  const { store } = channel;
  await channel.fail(1);
  const { lease, post } = await channel.nextSend();
  const taken = { kind: 'delivered', messageTs: '1700000900.000001', channelId: 'C1', at: channel.now } as const;
  await store.settlePost(lease, post, taken);
  await store.askPost(post.id);
  const older = await channel.claim();
  if (older.kind !== 'edit') throw new Error(`no edit, but ${older.kind}`);
  await store.askPost(post.id);
  expect(await channel.pass(2 * MINUTE)).toEqual(['edit news: 1 failed']);
  await store.settlePost(older.lease, older.post, taken);
  expect(await channel.pass(MINUTE)).toEqual(['edit news: 1 failed']);
});

test('a copy is taken away although the clock is set back by a day', async () => {
  await using channel = await OneChannel.open(1);
  await channel.fail(1);
  const { lease, post } = await channel.nextSend();
  for (const messageTs of ['1700000900.000001', '1700000901.000001'])
    await channel.store.settlePost(lease, post, { kind: 'delivered', messageTs, channelId: 'C1', at: channel.now });
  channel.now -= DAY;
  expect(await channel.pass(MINUTE)).toEqual(['remove']);
});

test('a process that stood still after an answer still looks for the next message where it can be', async () => {
  await using channel = await OneChannel.open(1);
  const { store } = channel;
  await channel.fail(1);
  const first = await channel.nextSend();
  const messageTs = `${Math.floor(channel.now / SECOND)}.000001`;
  channel.now += 20 * MINUTE;
  await store.settlePost(first.lease, first.post, { kind: 'delivered', messageTs, channelId: 'C1', at: channel.now });
  await channel.recover(1);
  channel.now += MINUTE;
  const second = await channel.nextSend();
  const sentAt = channel.now;
  await store.settlePost(second.lease, second.post, { kind: 'look_for_it', afterMs: 30 * SECOND, reason: 'network' });
  channel.now += 30 * SECOND;
  let search = await channel.claim();
  // The message of the failure shows the recovery meanwhile.
  if (search.kind === 'edit') search = await channel.claim();
  if (search.kind !== 'search') throw new Error(`no search, but ${search.kind}`);
  expect(Number(search.search.toTs ?? Infinity) * SECOND).toBeGreaterThan(sentAt);
});

test('what Slack said once of how fast it lets us read is not kept for ever', async () => {
  await using channel = await OneChannel.open(2);
  const { store } = channel;
  const search = async (job: number) => {
    await channel.fail(job);
    const { lease, post } = await channel.nextSend();
    await store.settlePost(lease, post, { kind: 'look_for_it', afterMs: 30 * SECOND, reason: 'network' });
    channel.now += 30 * SECOND;
    return await page();
  };
  const page = async () => {
    const turn = await channel.claim();
    if (turn.kind !== 'search') throw new Error(`no search, but ${turn.kind}`);
    return turn;
  };
  const first = await search(1);
  await store.settleSearch(first.lease, first.search, { kind: 'wait', afterMs: MINUTE, everyMs: MINUTE });
  channel.now += MINUTE;
  const { lease, search: where } = await page();
  const messageTs = `${Math.floor(channel.now / SECOND)}.000001`;
  await store.settleSearch(lease, where, { kind: 'found', messageTs, duplicates: [], at: channel.now });
  channel.now += 2 * HOUR;
  const second = await search(2);
  const historyAccess = { kind: 'unknown' } as const;
  await store.settleSearch(second.lease, second.search, {
    kind: 'read_on',
    cursor: 'next',
    proof: false,
    historyAccess,
  });
  expect(await channel.claim()).toMatchObject({ kind: 'search', search: { cursor: 'next' } });
});

test('a recovery that an incident tells by the way is none of those that it waits for', async () => {
  await using channel = await OneChannel.open(5);
  await channel.fail(1, 2, 3, 4, 5);
  await channel.pass(MINUTE);
  await channel.recover(1);
  await channel.pass(MINUTE);
  await channel.fail(1);
  await channel.pass(MINUTE);
  channel.now += MINUTE;
  await channel.recover(1, 2, 3, 4, 5);
  expect(await channel.pass(MINUTE)).toContainEqual(
    expect.stringContaining('send recoveries: 1 recovered, 2 recovered'),
  );
});

test('an incident that tells a recovery by the way calls no other of its jobs recovered, and stays red for none that has', async () => {
  await using channel = await OneChannel.open(5);
  await channel.fail(1, 2, 3, 4, 5);
  const { lease, post } = await channel.nextSend();
  const messageTs = '1700000900.000001';
  await channel.store.settlePost(lease, post, { kind: 'delivered', messageTs, channelId: 'C1', at: channel.now });
  await channel.pass(12 * MINUTE);
  await channel.recover(1);
  await channel.pass(MINUTE);
  await channel.fail(1);
  await channel.pass(MINUTE);
  const headline = async () => {
    const sent = await channel.store.findPost(post.id);
    return sent === null ? null : postMessage(TEXTS, sent.post).text.split('\n')[0];
  };
  expect(await headline()).toBe('🔴 *4 of 5 jobs still FAILED* – 1 no longer');
  await channel.recover(1, 2, 3, 4, 5);
  await channel.pass(MINUTE);
  expect(await headline()).toMatch(/^🟢 \*5 of 5 jobs recovered\*/);
});

test('what may have reached a channel that nobody can read is sent again as the post it was', async () => {
  await using channel = await OneChannel.open(5);
  const refused = { read_back_at: null, read_back_refusal: 'missing_scope', read_back_refused_at: channel.now };
  await channel.db.updateTable('channels').set(refused).execute();
  await channel.fail(1, 2, 3, 4);
  const first = await channel.nextSend();
  const lost = { kind: 'uncertain', reason: 'network' } as const;
  const settlement = decideSettlement(first, lost, channel.now, () => 0.5, DEFAULT_DURATIONS);
  await channel.store.settlePost(first.lease, first.post, settlement);
  await channel.fail(5);
  const again = await channel.nextSend();
  expect(again.post).toMatchObject({ id: first.post.id, facts: { length: 4 } });
});

test('a connection that gives no answer holds up no news of another one in the same channel', async () => {
  await using channel = await OneChannel.open(2);
  const unseen = await channel.watchBlindly('other');
  await channel.fail(1, 2);
  await channel.failJob(unseen, 'other');
  expect(await channel.pass(MINUTE)).toEqual(['send news: 1 failed', 'send news: 2 failed']);
});

test('what is held can be counted by the reason, and is not late for it', async () => {
  await using channel = await OneChannel.open(5);
  const figures = async () => {
    const { queued, heldFor } = await channel.store.readFigures({ workspaceId: 'T1', connectionId: 'prod' });
    return { queued: queued.count, heldFor };
  };
  await channel.fail(1, 2, 3, 4);
  expect(await figures()).toEqual({ queued: 4, heldFor: {} });
  await channel.claim();
  expect(await figures()).toEqual({ queued: 0, heldFor: { collecting: 4 } });
  await channel.pass(MINUTE);
  expect(await figures()).toEqual({ queued: 0, heldFor: {} });
  await channel.recover(1, 2);
  await channel.pass(MINUTE);
  expect(await figures()).toEqual({ queued: 0, heldFor: { others_still_failed: 2 } });
  await channel.recover(3, 4);
  await channel.pass(MINUTE);
  expect(await figures()).toEqual({ queued: 0, heldFor: {} });
});
