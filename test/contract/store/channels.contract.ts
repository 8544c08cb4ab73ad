import { expect, test } from 'vitest';

import type { RuleChanges } from '../../../src/domain/rules/rule-choice.ts';
import { BILLING, ORDERS } from '../../support/reports.ts';
import { ana, ben, changed, CONNECTION, ended, stillDesk } from './contract-desk.ts';
import type { OpenStore } from './contract-desk.ts';

/** What `ChannelStore` promises. */
export function channelContract(open: OpenStore): void {
  const { desk, poll, watch, begin, drain } = stillDesk(open);

  test('a channel speaks the language somebody chose, and says who did', async () => {
    const choose = (language: 'en' | 'zh') =>
      desk.store.setChannelLanguage({ actor: ana, connectionId: CONNECTION, language, now: 5 });
    expect(await desk.store.findChannelLanguage(ana)).toBe('en');
    expect([await choose('en'), await choose('zh'), await choose('zh')]).toEqual([false, true, false]);
    expect(await desk.store.findChannelLanguage(ana)).toBe('zh');
    expect(await drain()).toEqual([]);
    await watch(ORDERS);
    await drain();
    expect([await choose('en'), await choose('zh')]).toEqual([true, true]);
    expect(await drain()).toEqual(['C1: language', 'C1: language']);
    await choose('en');
    await choose('zh');
    expect((await begin()).post).toMatchObject({
      language: 'zh',
      facts: [{ announcement: { kind: 'language', by: 'UANA', language: 'en' } }],
    });
  });

  test('rules of a channel are in force for its subscriptions that say nothing themselves', async () => {
    const lag = { levelMs: 300_000, holdMs: 600_000 };
    const choose = (changes: RuleChanges) =>
      desk.store.setChannelRules({ actor: ana, connectionId: CONNECTION, changes, now: 5 });
    const inForce = async () => (await desk.store.listSubscriptions(ana)).map(({ rules }) => rules);
    expect(await desk.store.findChannelRules(ana)).toEqual({});
    expect(await choose({ stall: 'off' })).toEqual({ before: {}, after: { stall: 'off' } });
    expect(await drain()).toEqual([]);
    await watch(ORDERS);
    await watch(BILLING);
    const request = { language: 'en' as const, connectionId: CONNECTION, jobIds: [BILLING], now: 6 };
    await desk.store.subscribe({ actor: ana, ...request, rules: { lag: 'off', least: 'info' } });
    await drain();
    expect(await inForce()).toEqual([{ stall: 'off' }, { lag: 'off', stall: 'off' }]);

    expect(await choose({ lag, least: 'critical', stall: 'default' })).toMatchObject({
      after: { lag, least: 'critical' },
    });
    expect(await inForce()).toEqual([{ lag, least: 'critical' }, { lag: 'off' }]);
    expect(await drain()).toEqual(['C1: channel_rules']);
    await choose({ lag });
    expect(await drain()).toEqual([]);
    expect(await desk.store.findChannelRules(ben)).toEqual({});

    await watch(ORDERS, ben);
    expect((await desk.store.listSubscriptions(ben)).map(({ rules }) => rules)).toEqual([{}]);
    const { entries } = await desk.store.pageAudit({ channel: ana, job: null, before: null, limit: 2 });
    expect(entries[0]).toMatchObject({
      job: null,
      change: { kind: 'rules', from: { stall: 'off' }, to: { lag, least: 'critical' } },
    });
  });

  test('a channel is greeted once, and goes on where it was paused', async () => {
    const greet = () => desk.store.greetChannel({ channel: ana, connectionId: CONNECTION, by: 'UANA', now: 5 });
    await greet();
    await greet();
    expect(await drain()).toEqual(['C1: hello']);
    await watch(ORDERS);
    expect(await drain({ kind: 'pause_channel', reason: 'not_in_channel', at: 8 })).toEqual(['C1: subscribed']);
    expect(await desk.store.findPause(ana)).toMatchObject({ waiting: 1 });
    await greet();
    expect(await drain()).toEqual(['C1: subscribed']);
  });

  test('a channel that refuses posts for long is to be told of, once, with who subscribed and who used it', async () => {
    const toTell = () => desk.store.listPausesToTell({ workspaceId: 'T1', sayMs: 1_000 });
    await watch(ORDERS);
    await drain();
    await watch(BILLING, { ...ana, userId: 'UBEN' });
    await drain({ kind: 'pause_channel', reason: 'not_in_channel', at: 8 });
    expect(await toTell()).toEqual([]);
    await desk.store.tryAtOnce({ channel: ana, now: 8 });
    await drain({ kind: 'pause_channel', reason: 'not_in_channel', at: 1_008 });
    const [pause, ...others] = await toTell();
    expect(others).toEqual([]);
    if (pause === undefined) throw new Error('nothing to tell');
    expect(pause).toMatchObject({ channelId: 'C1', reason: 'not_in_channel', users: ['UBEN', 'UANA'] });
    const readers = pause.subscriptions.map((one) => ({ conversationId: one.createdBy, subscriptions: [one] }));
    expect(await desk.store.tellPause({ pause, readers, now: 9 })).toBe(true);
    expect(await desk.store.tellPause({ pause, readers, now: 9 })).toBe(false);
    expect(await toTell()).toEqual([]);
    expect(await drain()).toEqual(['UANA: paused', 'UBEN: paused']);
  });

  test('a channel whose id changes takes everything with it, also where something is there already', async () => {
    await watch(ORDERS);
    await watch(BILLING);
    await watch(ORDERS, ben);
    await poll(ORDERS, { events: [changed(30)] });
    expect(await desk.store.moveChannel({ channel: ana, to: ben.channelId, now: 40 })).toBe(true);
    expect(await desk.store.moveChannel({ channel: ana, to: ben.channelId, now: 41 })).toBe(false);
    expect((await desk.store.listSubscriptions(ben)).map((one) => one.jobId).toSorted()).toEqual(
      [ORDERS, BILLING].toSorted(),
    );
    expect(await desk.store.listSubscriptions(ana)).toEqual([]);
    expect((await drain()).filter((told) => told.includes('status_changed'))).toEqual(['C2: status_changed 1']);
  });

  test('a channel that may be told nothing keeps what it is owed until it may again, and only that ends it', async () => {
    const hold = (reason: 'externally_shared' | 'channel_not_allowed', now: number) =>
      desk.store.holdChannel({ channel: ana, reason, now });
    const release = () => desk.store.releaseHeldChannel({ channel: ana, now: 20 });
    await hold('externally_shared', 8);
    expect(await desk.store.findPause(ana)).toBeNull();
    await watch(ORDERS);
    await drain();
    expect(await release()).toBe(false);
    await hold('externally_shared', 9);
    await hold('externally_shared', 10);
    expect(await drain()).toEqual([]);
    await poll(ORDERS, { events: [changed(30)] });
    expect(await desk.store.findPause(ana)).toEqual({
      reason: 'externally_shared',
      since: 9,
      tries: 0,
      nextTrialAt: null,
      waiting: 1,
    });
    expect(await drain()).toEqual([]);
    expect(await release()).toBe(true);
    expect(await drain()).toEqual(['C1: status_changed 1']);
    await poll(ORDERS, { events: [changed(31)] });
    await drain({ kind: 'pause_channel', reason: 'is_archived', at: 11 });
    expect(await release()).toBe(false);
    expect(await desk.store.findPause(ana)).toMatchObject({ reason: 'is_archived' });
  });

  test('a channel is listed as watching while it has a subscription', async () => {
    expect(await desk.store.listWatchingChannels('T1')).toEqual([]);
    await watch(ORDERS, ben);
    await watch(ORDERS);
    await watch(BILLING);
    expect(await desk.store.listWatchingChannels('T1')).toEqual(['C1', 'C2']);
    expect(await desk.store.listWatchingChannels('T2')).toEqual([]);
    await poll(ORDERS, { events: [ended(30)] });
    expect(await desk.store.listWatchingChannels('T1')).toEqual(['C1']);
  });
}
