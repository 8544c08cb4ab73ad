import { expect, test } from 'vitest';

import { BILLING, ORDERS } from '../../support/reports.ts';
import { ana, ben, CONNECTION, stillDesk } from './contract-desk.ts';
import type { OpenStore } from './contract-desk.ts';

/** What `UpkeepStore` promises about its figures. */
export function figuresContract(open: OpenStore): void {
  const { desk, watch, drain } = stillDesk(open);

  test('the operator sees nothing where there is nothing', async () => {
    expect(await desk.store.readFigures({ workspaceId: 'T1', connectionId: CONNECTION })).toEqual({
      watchedJobs: 0,
      subscriptions: 0,
      pausedChannels: 0,
      workspaceRefusal: null,
      queued: { count: 0, oldestAt: null },
      held: 0,
      heldFor: {},
      searching: { count: 0, oldestAt: null },
      waitingSince: null,
      episode: null,
      lastReportAt: null,
      unreadableJobs: 0,
    });
  });

  test('the operator sees what is watched, what waits its turn and since when, and what a paused channel holds up', async () => {
    await watch(ORDERS);
    await watch(ORDERS, ben);
    await watch(BILLING);
    expect(await desk.store.readFigures({ workspaceId: 'T1', connectionId: CONNECTION })).toMatchObject({
      watchedJobs: 2,
      subscriptions: 3,
      queued: { count: 3, oldestAt: 6 },
    });
    await drain();
    await watch(BILLING, ben);
    await drain({ kind: 'pause_channel', reason: 'is_archived', at: 8 });
    expect(await desk.store.readFigures({ workspaceId: 'T1', connectionId: CONNECTION })).toMatchObject({
      pausedChannels: 1,
      held: 1,
      queued: { count: 0 },
    });
    await desk.store.unsubscribe({ actor: ana, jobs: 'all', reason: 'unsubscribed', announce: false, now: 9 });
    expect(await desk.store.readFigures({ workspaceId: 'T1', connectionId: CONNECTION })).toMatchObject({
      watchedJobs: 2,
      subscriptions: 2,
    });
  });

  test('the operator sees that a whole workspace refuses the bot, and why, until the bot is started again', async () => {
    await watch(ORDERS);
    await drain({ kind: 'pause_workspace', reason: 'token_revoked', at: 8 });
    expect(await desk.store.readFigures({ workspaceId: 'T1', connectionId: CONNECTION })).toMatchObject({
      workspaceRefusal: 'token_revoked',
      held: 1,
    });
    await desk.store.openWorkspace({ id: 'T1', name: 'Acme', at: 9 });
    await drain();
    expect(await desk.store.readFigures({ workspaceId: 'T1', connectionId: CONNECTION })).toMatchObject({
      workspaceRefusal: null,
      held: 0,
    });
  });

  test('the operator learns that the database can be written, which leaves nothing behind', async () => {
    await desk.store.probeWrite();
    await desk.store.probeWrite();
    expect(await desk.store.readFigures({ workspaceId: 'T1', connectionId: CONNECTION })).toMatchObject({
      pausedChannels: 0,
    });
  });
}
