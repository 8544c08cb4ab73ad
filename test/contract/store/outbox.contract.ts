import { describe, expect, test } from 'vitest';

import { HOUR, MINUTE, SECOND } from '../../../src/domain/base/time.ts';
import type { SearchSettlement } from '../../../src/domain/post/reconcile.ts';
import type { TurnRequest } from '../../../src/ports/store/outbox.ts';
import { ORDERS } from '../../support/reports.ts';
import { claimChange } from '../../support/turns.ts';
import { ana, ben, changed, CONNECTION, DELIVERED, deliveredAs, stillDesk } from './contract-desk.ts';
import type { OpenStore } from './contract-desk.ts';

/** What `OutboxStore` promises. */
export function outboxContract(open: OpenStore): void {
  const { desk, poll, watch, turn, begin, drain } = stillDesk(open);

  describe('sending', () => {
    test('a channel is leased to one at a time, so its order holds', async () => {
      await watch(ORDERS);
      await poll(ORDERS, { events: [changed(30)] });
      const { lease: channel, post } = await begin();
      expect((await turn()).kind).toBe('idle');
      await desk.store.settlePost(channel, post, DELIVERED);
      expect((await begin()).post.facts).toMatchObject([{ eventNumber: 1 }]);
    });

    test('a channel told to wait waits, and delays no other', async () => {
      await watch(ORDERS);
      const { lease: channel, post } = await begin();
      await desk.store.settlePost(channel, post, {
        kind: 'try_again',
        afterMs: 30_000,
        plain: false,
        reason: 'ratelimited',
      });
      expect(await turn()).toEqual({ kind: 'idle', nextInMs: 30_000 });
      await watch(ORDERS, ben);
      expect(await drain()).toEqual(['C2: subscribed']);
      desk.now += 30_000;
      expect(await drain()).toEqual(['C1: subscribed']);
      expect(await turn()).toEqual({ kind: 'idle', nextInMs: null });
    });

    test('posts to one channel keep their pace, counted from one beginning to the next', async () => {
      await watch(ORDERS);
      await poll(ORDERS, { events: [changed(30)] });
      const { lease: channel, post } = await begin({ paceMs: 1_000 });
      desk.now += 400;
      await desk.store.settlePost(channel, post, DELIVERED);
      expect((await turn()).kind).toBe('idle');
      desk.now += 600;
      expect(await drain()).toEqual(['C1: status_changed 1']);
    });

    test('posts to a whole workspace keep their pace, whoever sends them', async () => {
      const pace = { everyMs: 200, burst: 2 };
      for (const channelId of ['C1', 'C2', 'C3']) await watch(ORDERS, { ...ana, channelId });
      expect((await begin({ pace })).post.channelId).toBe('C1');
      expect((await begin({ pace })).post.channelId).toBe('C2');
      expect(await turn({ pace })).toEqual({ kind: 'idle', nextInMs: 200 });
      desk.now += 200;
      expect((await begin({ pace })).post.channelId).toBe('C3');
    });

    test('a paused channel keeps everything it is owed, and is told it in one post, in order', async () => {
      await watch(ORDERS);
      const { lease: channel, post } = await begin();
      await desk.store.settlePost(channel, post, { kind: 'pause_channel', reason: 'is_archived', at: 50 });
      await poll(ORDERS, { events: [changed(30)] });
      expect(await drain()).toEqual([]);
      const pause = { reason: 'is_archived', since: 50, tries: 1, nextTrialAt: desk.now + 5_000, waiting: 2 };
      expect(await desk.store.findPause(ana)).toEqual(pause);
      expect(await desk.store.tryAtOnce({ channel: ana, now: 8 })).toBe(true);
      expect(await desk.store.findPause(ana)).toMatchObject({ tries: 0, waiting: 2 });
      expect(await drain()).toEqual(['C1: subscribed + status_changed 1']);
      expect(await desk.store.findPause(ana)).toBeNull();
    });

    test('a refused workspace pauses every channel, and is tried when the bot is started again', async () => {
      await watch(ORDERS);
      await watch(ORDERS, ben);
      const { lease: channel, post } = await begin();
      await desk.store.settlePost(channel, post, { kind: 'pause_workspace', reason: 'token_revoked', at: 50 });
      expect(await drain()).toEqual([]);
      expect(await desk.store.findPause(ben)).toMatchObject({ reason: 'token_revoked' });
      await desk.store.openWorkspace({ id: 'T1', name: 'Acme', at: 60 });
      expect(await drain()).toHaveLength(2);
    });

    test('a post that Slack refuses by itself lets the queue move on', async () => {
      await watch(ORDERS);
      await poll(ORDERS, { events: [changed(30)] });
      const { lease: channel, post } = await begin();
      await desk.store.settlePost(channel, post, { kind: 'pause_message', reason: 'invalid_blocks', at: 50 });
      expect(await drain()).toEqual(['C1: status_changed 1']);
    });

    test('a post is asked for as plain text once that is decided', async () => {
      await watch(ORDERS);
      const { lease: channel, post } = await begin();
      await desk.store.settlePost(channel, post, {
        kind: 'try_again',
        afterMs: 0,
        plain: true,
        reason: 'invalid_blocks',
      });
      expect((await begin()).post.plain).toBe(true);
    });

    test('a sent post can be read again with what it told', async () => {
      await watch(ORDERS);
      const { lease: channel, post } = await begin();
      await desk.store.settlePost(channel, post, deliveredAs('17.5'));
      expect(await desk.store.findPost(post.id)).toMatchObject({
        messageTs: '17.5',
        post: { channelId: 'C1', facts: post.facts },
      });
      expect(await desk.store.findPost('nobody')).toBeNull();
    });

    test('giving a post back changes nothing else', async () => {
      await watch(ORDERS);
      const { lease: channel, post } = await begin();
      await desk.store.settlePost(channel, post, { kind: 'try_again', afterMs: 0, plain: false, reason: 'x' });
      const again = await begin();
      await desk.store.releaseTurn(channel);
      expect((await turn()).kind).toBe('idle');
      await desk.store.releaseTurn(again.lease);
      desk.now += MINUTE;
      expect(await turn()).toMatchObject({ kind: 'search', search: { postId: again.post.id } });
    });
  });

  describe('searching', () => {
    const proven = async (changes: Partial<TurnRequest> = {}) => {
      await watch(ORDERS);
      await drain(deliveredAs('1000.000001'));
      await poll(ORDERS, { events: [changed(30)] });
      return await begin(changes);
    };
    const search = async () => {
      const claim = await turn();
      if (claim.kind !== 'search') throw new Error(`nothing to look for, but ${JSON.stringify(claim)}`);
      return { channel: claim.lease, open: claim.open, where: claim.search };
    };
    const lookAgain = {
      kind: 'look_again',
      afterMs: 30_000,
      looks: 1,
      historyAccess: { kind: 'verified', since: 8 },
    } as const;
    const sendAgain = { kind: 'send_again', afterMs: 0, historyAccess: { kind: 'verified', since: 8 } } as const;

    test('a post in doubt is looked for 30 s after its attempt began, from the last timestamp known before it', async () => {
      const { post } = await proven();
      await poll(ORDERS, { events: [changed(40)] });
      desk.now += MINUTE + 1;
      const { where, open } = await search();
      // Slack gave its last timestamp a moment ago: no message of this attempt has one that is much later.
      const window = { fromTs: '1000.000001', toTs: '1300.000000', cursor: null };
      expect(where).toEqual({ postId: post.id, channelId: 'C1', threadTs: null, ...window });
      expect(open).toMatchObject({ looks: 0, messageTs: null, pageOf: 'post' });
    });

    test('a post in doubt holds its channel up until then', async () => {
      const { lease: channel, post } = await proven();
      await desk.store.settlePost(channel, post, { kind: 'look_for_it', afterMs: 30_000, reason: 'timeout' });
      expect((await turn()).kind).toBe('idle');
      desk.now += 30_000;
      expect((await search()).where.postId).toBe(post.id);
    });

    test('a post in doubt is held up as long when a crash left it, although its lease is over sooner', async () => {
      await proven({ reconcileAfterMs: 2 * MINUTE });
      desk.now += MINUTE;
      expect(await turn()).toEqual({ kind: 'idle', nextInMs: MINUTE });
      await watch(ORDERS, ben);
      expect((await begin()).post.channelId).toBe('C2');
    });

    test('a post in doubt is delivered when it is found, and the channel goes on with the next', async () => {
      await proven();
      await poll(ORDERS, { events: [changed(40)] });
      desk.now += MINUTE;
      const { channel, where } = await search();
      await desk.store.settleSearch(channel, where, { kind: 'found', messageTs: '1001.1', duplicates: [], at: 50 });
      expect(await desk.store.findPost(where.postId)).toMatchObject({ messageTs: '1001.1' });
      expect(await drain(deliveredAs('1002.1'))).toEqual(['C1: status_changed 2']);
      expect((await turn()).kind).toBe('idle');
    });

    test('a post in doubt is sent again, unchanged, only after it was missed', async () => {
      const { post } = await proven();
      desk.now += MINUTE;
      const first = await search();
      await desk.store.settleSearch(first.channel, first.where, lookAgain);
      expect((await turn()).kind).toBe('idle');
      desk.now += 30_000;
      const second = await search();
      expect(second.open.looks).toBe(1);
      await desk.store.settleSearch(second.channel, second.where, sendAgain);
      expect((await begin()).post).toMatchObject({ id: post.id, attempt: 2, facts: post.facts });
    });

    test('a post in doubt is not looked for sooner because somebody invites the bot', async () => {
      await proven();
      desk.now += MINUTE;
      const { channel, where } = await search();
      await desk.store.settleSearch(channel, where, lookAgain);
      await desk.store.greetChannel({ channel: ana, connectionId: CONNECTION, by: 'UANA', now: 50 });
      expect(await turn()).toEqual({ kind: 'idle', nextInMs: 30_000 });
    });

    test('a post in doubt is given up counting from the first look, not from an attempt made before a long rest', async () => {
      await proven();
      desk.now += 24 * HOUR;
      const { channel, where, open } = await search();
      expect(open.searchedForMs).toBe(0);
      await desk.store.settleSearch(channel, where, lookAgain);
      desk.now += MINUTE;
      expect((await search()).open.searchedForMs).toBe(MINUTE);
    });

    test('for how long a channel could not be read counts from the first refusal of a search, until a page is read', async () => {
      await proven();
      desk.now += MINUTE;
      const look = async (settlement: SearchSettlement) => {
        const { channel, where, open } = await search();
        await desk.store.settleSearch(channel, where, settlement);
        desk.now += MINUTE;
        return open.refusedForMs;
      };
      const refused = { kind: 'try_page_again', afterMs: SECOND, isRefused: true } as const;
      const failed = { kind: 'try_page_again', afterMs: SECOND } as const;
      const waited = { ...lookAgain, afterMs: SECOND };
      const seen: number[] = [];
      for (const one of [failed, refused, failed, refused, waited, refused, waited]) seen.push(await look(one));
      expect(seen).toEqual([0, 0, MINUTE, 2 * MINUTE, 3 * MINUTE, 0, MINUTE]);
    });

    test('a post in doubt is sent again at once where Slack does not let us look', async () => {
      const { post } = await proven();
      desk.now += MINUTE;
      const { channel, where } = await search();
      const historyAccess = { kind: 'denied', reason: 'missing_scope' } as const;
      await desk.store.settleSearch(channel, where, { ...sendAgain, historyAccess });
      expect(await begin()).toMatchObject({ historyAccess, post: { id: post.id, attempt: 2 } });
      desk.now += MINUTE;
      // Nobody looks for what is lost now, until the refusal may be over.
      expect((await begin()).post).toMatchObject({ id: post.id, attempt: 3 });
      desk.now += HOUR;
      expect((await search()).where.postId).toBe(post.id);
    });

    test('a post in doubt waits for the bot to be let in again when it was put out of the channel', async () => {
      const { post } = await proven();
      desk.now += MINUTE;
      const { channel, where } = await search();
      await desk.store.settleSearch(channel, where, { kind: 'pause_channel', reason: 'not_in_channel', at: 50 });
      expect(await desk.store.findPause(ana)).toMatchObject({ reason: 'not_in_channel' });
      await desk.store.tryAtOnce({ channel: ana, now: 8 });
      desk.now += MINUTE;
      expect((await search()).where.postId).toBe(post.id);
    });

    test('a post in doubt stays as it was first seen: what a late sender posted is a copy, and is taken away', async () => {
      const late = await proven();
      desk.now += MINUTE;
      const { channel, where } = await search();
      await desk.store.settleSearch(channel, where, sendAgain);
      const again = await begin();
      expect(await desk.store.settlePost(again.lease, again.post, deliveredAs('1002.1'))).toBe('recorded');
      expect(await desk.store.settlePost(late.lease, late.post, deliveredAs('1001.1'))).toBe('copy');
      const remove = () => claimChange(desk.store, late.post.id);
      const copy = await remove();
      expect(copy).toMatchObject({ kind: 'remove', channelId: 'C1', messageTs: '1001.1', tries: 0 });
      expect(await remove()).toBeNull();
      if (copy === null) return;
      await desk.store.settlePost(copy.lease, copy.post, { kind: 'try_again', afterMs: 5, plain: false, reason: 'x' });
      desk.now += 5;
      const again2 = await remove();
      expect(again2).toMatchObject({ kind: 'remove', messageTs: '1001.1', tries: 1 });
      if (again2 === null) return;
      await desk.store.settlePost(again2.lease, again2.post, { kind: 'removed', messageTs: '1001.1' });
      desk.now += HOUR;
      expect(await remove()).toBeNull();
    });

    test('a post in doubt is delivered also when its sender lost the channel meanwhile; nothing else of that sender counts', async () => {
      const late = await proven();
      desk.now += MINUTE;
      const other = await search();
      const lost = { kind: 'try_again', afterMs: 5, plain: true, reason: 'x' } as const;
      expect(await desk.store.settlePost(late.lease, late.post, lost)).toBe('lease_lost');
      expect(await desk.store.settlePost(late.lease, late.post, deliveredAs('1001.1'))).toBe('recorded');
      expect(await desk.store.settleSearch(other.channel, other.where, sendAgain)).toBe('recorded');
      expect(await drain()).toEqual([]);
    });

    test('a post in doubt that is there twice keeps the older message', async () => {
      await proven();
      desk.now += MINUTE;
      const { channel, where } = await search();
      await desk.store.settleSearch(channel, where, {
        kind: 'found',
        messageTs: '1001.1',
        duplicates: ['1002.1'],
        at: 50,
      });
      expect(await desk.store.findPost(where.postId)).toMatchObject({ messageTs: '1001.1' });
      expect(await claimChange(desk.store, where.postId)).toMatchObject({ kind: 'remove', messageTs: '1002.1' });
    });
  });

  describe('reading back', () => {
    /** A lost answer, and the page that is read because of it. */
    const lost = async () => {
      await poll(ORDERS, { events: [changed(desk.now)] });
      await begin();
      desk.now += MINUTE;
      const page = await turn();
      if (page.kind !== 'search') throw new Error(`nothing to look for, but ${page.kind}`);
      return page;
    };
    const inDoubt = async () => {
      await watch(ORDERS);
      await drain(deliveredAs('1000.1', desk.now));
      return await lost();
    };

    test('reading back is known to work from any page that showed a message of ours, and remembered', async () => {
      const { lease: held, search } = await inDoubt();
      expect(await desk.store.findHistoryAccess(ana)).toEqual({ kind: 'unknown' });
      const historyAccess = { kind: 'verified', since: 77 } as const;
      await desk.store.settleSearch(held, search, { kind: 'look_again', afterMs: 5, looks: 1, historyAccess });
      expect(await desk.store.findHistoryAccess(ana)).toEqual(historyAccess);
      await desk.store.openWorkspace({ id: 'T1', name: 'Acme', at: desk.now });
      expect(await desk.store.findHistoryAccess(ana)).toEqual(historyAccess);
    });

    test('reading back that Slack refused counts as untried after a start', async () => {
      const { lease: held, search } = await inDoubt();
      const historyAccess = { kind: 'denied', reason: 'missing_scope' } as const;
      await desk.store.settleSearch(held, search, { kind: 'send_again', afterMs: 0, historyAccess });
      expect(await desk.store.listHistoryAccess('T1')).toEqual([{ channelId: 'C1', historyAccess }]);
      await desk.store.openWorkspace({ id: 'T1', name: 'Acme', at: desk.now });
      expect(await desk.store.findHistoryAccess(ana)).toEqual({ kind: 'unknown' });
      await drain(deliveredAs('1000.2', desk.now));
      expect((await lost()).open.historyAccess).toEqual({ kind: 'unknown' });
    });

    test('reading back is proven by a message known to be there, where the search itself saw none of ours', async () => {
      const { lease: held, open, search } = await inDoubt();
      expect(open).toMatchObject({ pageOf: 'post', hasProof: true });
      const proof = { kind: 'read_on', cursor: null, proof: true, historyAccess: { kind: 'unknown' } } as const;
      await desk.store.settleSearch(held, search, proof);
      expect(await turn()).toMatchObject({
        kind: 'search',
        open: { pageOf: 'proof' },
        search: { fromTs: '1000.1', toTs: '1000.1', cursor: null },
      });
    });

    test('reading back goes on where it was, after a page and after Slack asked to wait', async () => {
      const { lease: held, search } = await inDoubt();
      const readOn = { kind: 'read_on', cursor: 'next', proof: false, historyAccess: { kind: 'unknown' } } as const;
      await desk.store.settleSearch(held, search, readOn);
      const second = await turn();
      if (second.kind !== 'search') throw new Error(`no page, but ${second.kind}`);
      expect(second.search).toEqual({ ...search, cursor: 'next' });
      await desk.store.settleSearch(second.lease, second.search, { kind: 'wait', afterMs: 40_000, everyMs: 40_000 });
      expect(await turn()).toEqual({ kind: 'idle', nextInMs: 40_000 });
      desk.now += 40_000;
      expect(await turn()).toMatchObject({ kind: 'search', search: { cursor: 'next' } });
    });

    test('reading back in one channel waits for the pace of the workspace, and has its turn after whoever waited longer', async () => {
      await watch(ORDERS);
      await watch(ORDERS, ben);
      await drain(deliveredAs('1000.1', desk.now));
      await poll(ORDERS, { events: [changed(30)] });
      const [first, other] = [await begin(), await begin()];
      desk.now += MINUTE;
      const readPace = { everyMs: 1_000, burst: 1 };
      const page = async () => {
        const claim = await turn({ readPace });
        if (claim.kind !== 'search') return claim;
        const readOn = { kind: 'read_on', cursor: 'next', proof: false, historyAccess: { kind: 'unknown' } } as const;
        await desk.store.settleSearch(claim.lease, claim.search, readOn);
        return claim.search.postId;
      };
      const read: unknown[] = [await page()];
      expect(await page()).toEqual({ kind: 'idle', nextInMs: 1_000 });
      for (let second = 0; second < 3; second++) {
        desk.now += 1_000;
        read.push(await page());
      }
      expect(read).toEqual([first.post.id, other.post.id, first.post.id, other.post.id]);
    });
  });

  describe('editing', () => {
    const edited = async () => {
      await watch(ORDERS);
      await drain();
      await poll(ORDERS, { events: [changed(30)] });
      const { lease: channel, post } = await begin();
      await desk.store.settlePost(channel, post, deliveredAs('17.5'));
      expect(await desk.store.askPost(post.id)).toBe(true);
      return post;
    };

    test('an edit is made when somebody wants it, of one message alone, within the pace of the workspace', async () => {
      const post = await edited();
      const editPace = { everyMs: 1_000, burst: 1 };
      expect(await claimChange(desk.store, 'another', { editPace })).toBeNull();
      const due = await claimChange(desk.store, post.id, { editPace });
      expect(due).toMatchObject({ kind: 'edit', messageTs: '17.5', channelId: 'C1', post: { id: post.id } });
      if (due === null) return;
      await desk.store.settlePost(due.lease, due.post, deliveredAs('17.5'));
      await desk.store.askPost(post.id);
      expect(await turn({ editPace })).toEqual({ kind: 'idle', nextInMs: 1_000 });
      desk.now += 1_000;
      expect(await turn({ editPace })).toMatchObject({ kind: 'edit' });
    });

    test('an edit of a deleted message sends it anew, once', async () => {
      const post = await edited();
      const remove = async () => {
        const due = await claimChange(desk.store, post.id);
        if (due === null) throw new Error('nothing to edit');
        await desk.store.settlePost(due.lease, due.post, { kind: 'gone', isOver: false, at: 50 });
      };
      await remove();
      const again = await begin();
      expect(again.post).toMatchObject({ id: post.id, facts: post.facts });
      await desk.store.settlePost(again.lease, again.post, deliveredAs('18.5'));
      await desk.store.askPost(post.id);
      await remove();
      expect((await turn()).kind).toBe('idle');
      expect(await desk.store.askPost(post.id)).toBe(false);
    });

    test('an edit of a deleted message that told what is over sends nothing', async () => {
      const post = await edited();
      const due = await claimChange(desk.store, post.id);
      if (due === null) throw new Error('nothing to edit');
      await desk.store.settlePost(due.lease, due.post, { kind: 'gone', isOver: true, at: 50 });
      expect((await turn()).kind).toBe('idle');
    });

    test('an edit cannot be made of a post that has no message', async () => {
      expect(await desk.store.askPost('nobody')).toBe(false);
    });
  });
}
