import { expect, test } from 'vitest';

import { createHeartbeat } from '../../src/runtime/heartbeat.ts';
import { SILENT } from '../support/silent-log.ts';

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

test('each heartbeat has a signal of its own, and a stop ends the one under way', async () => {
  const signals: AbortSignal[] = [];
  const heartbeat = createHeartbeat(async (signal) => {
    signals.push(signal);
    if (signals.length === 1) return 200;
    return await new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('ended')));
    });
  }, SILENT);
  heartbeat.beat();
  await nextTurn();
  heartbeat.beat();
  await nextTurn();
  heartbeat.beat();
  heartbeat.stop();
  heartbeat.beat();
  await nextTurn();
  expect(signals.map((signal) => signal.aborted)).toEqual([false, true]);
  expect(signals[0]).not.toBe(signals[1]);
});
