import { describe, expect, test } from 'vitest';

import { BILLING, ORDERS } from '../../support/reports.ts';
import { ana, ben, key, passingDesk } from './contract-desk.ts';
import type { OpenStore } from './contract-desk.ts';

/** What `ToldStore` promises. */
export function toldContract(open: OpenStore): void {
  const { desk, poll, watch, unsubscribe, drain, changed } = passingDesk(open);

  const list = (jobId = ORDERS, limit = 10, workspaceId = 'T1') =>
    desk.store.listTold({ workspaceId, job: key(jobId), limit });
  const told = async (...of: Parameters<typeof list>) => (await list(...of)).events;

  describe('the events of a job', () => {
    test('come newest first, with the message that told each in each channel', async () => {
      await watch(ORDERS);
      await watch(ORDERS, ben);
      await drain();
      await poll(ORDERS, 'PAUSING', [changed('PAUSING')]);
      desk.now += 1_000;
      await poll(ORDERS, 'INCRE_TRANSFER_STARTED', [changed('INCRE_TRANSFER_STARTED')]);
      await drain();
      const events = await told();
      expect(events.map(({ number, event }) => [number, event.kind])).toEqual([
        [2, 'status_changed'],
        [1, 'status_changed'],
      ]);
      for (const { channels } of events)
        expect(channels).toMatchObject([
          { channelId: ana.channelId, telling: { kind: 'told', messageTs: expect.stringMatching(/^\d+\.\d+$/) } },
          { channelId: ben.channelId, telling: { kind: 'told' } },
        ]);
    });

    test('are as many as were asked for, and say how many there are, of no other job', async () => {
      for (const jobId of [ORDERS, BILLING]) await watch(jobId);
      await poll(ORDERS, 'PAUSING', [changed('PAUSING'), changed('FAILED'), changed('PAUSING')]);
      const { events, total } = await list(ORDERS, 2);
      expect([events.map(({ number }) => number), total]).toEqual([[3, 2], 3]);
      expect(await list(BILLING)).toEqual({ events: [], total: 0 });
    });

    test('that are still to be told wait, and why', async () => {
      await watch(ORDERS);
      await drain();
      await poll(ORDERS, 'PAUSING', [changed('PAUSING')]);
      const [event] = await told();
      expect(event?.channels).toEqual([{ channelId: ana.channelId, telling: { kind: 'owed', holdReason: null } }]);
    });

    test('that are not told any more say why', async () => {
      await watch(ORDERS);
      await drain();
      await poll(ORDERS, 'PAUSING', [changed('PAUSING')]);
      await unsubscribe(ORDERS);
      const [event] = await told();
      expect(event?.channels).toMatchObject([
        { channelId: ana.channelId, telling: { kind: 'not_told', reason: 'unsubscribed' } },
      ]);
    });

    test('that nobody watched are there without a channel', async () => {
      await watch(ORDERS);
      await unsubscribe(ORDERS);
      await poll(ORDERS, 'PAUSING', [changed('PAUSING')]);
      expect(await told()).toMatchObject([{ number: 1, channels: [] }]);
    });

    test('show no channel of another workspace', async () => {
      await watch(ORDERS);
      await poll(ORDERS, 'PAUSING', [changed('PAUSING')]);
      expect(await told(ORDERS, 10, 'T2')).toMatchObject([{ number: 1, channels: [] }]);
    });
  });
}
