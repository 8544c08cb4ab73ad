import { expect, test } from 'vitest';

import { MINUTE } from '../../src/domain/base/time.ts';
import { OneChannel } from '../support/one-channel.ts';

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

test('more failures than are placed at once are collected, and told together', async () => {
  await using channel = await OneChannel.open(2_100);
  await channel.fail(...upTo(2_100));
  expect(await channel.claim()).toMatchObject({ kind: 'idle' });
  const done = await channel.pass(MINUTE);
  expect(done[0]).toMatch(/^send incident: 1 failed, 2 failed,/);
  expect(await channel.store.countPending({ workspaceId: 'T1', channelId: 'C1' })).toBe(0);
});
