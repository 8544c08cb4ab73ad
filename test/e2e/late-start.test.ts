import { createServer } from 'node:http';
import { once } from 'node:events';

import { describe, expect, test } from 'vitest';

import { startBot } from '../../src/bot.ts';
import { parseConfig } from '../../src/config/config.ts';
import { startDrsSimulator } from '../../demo/drs-simulator/simulator.ts';
import { startSlackWorkspace } from '../../demo/slack-workspace/slack-workspace.ts';
import type { Store } from '../../src/ports/store/store.ts';
import { isSchedule } from '../../src/runtime/cron.ts';
import { environment } from '../support/world.ts';

const FAULT = () => Promise.reject(new Error('a fault late in the start'));

/** Starts a bot that is to fail, and tells what is left of it. */
async function failToStart(broken: Partial<Store>, more: Readonly<Record<string, string>> = {}) {
  await using slack = await startSlackWorkspace();
  await using drs = await startDrsSimulator();
  const given = { ...(await environment('socket', slack, drs)), OPS_CHANNEL: slack.addChannel('ops').id, ...more };
  const usedAfterClose: string[] = [];
  let isClosed = false;
  const decorate = {
    store: (inner: Store): Store => {
      return new Proxy(
        { ...inner, ...broken },
        {
          get(target, name, receiver): unknown {
            if (isClosed) usedAfterClose.push(String(name));
            if (name === 'close') isClosed = true;
            return Reflect.get(target, name, receiver);
          },
        },
      );
    },
  };
  const durations = { watchEveryMs: 1, causeRetryMs: 1 };
  const failure = await startBot(parseConfig(given, isSchedule), { decorate, durations }).then(
    async (bot) => {
      await bot.stop();
      return 'started';
    },
    (error: unknown) => (error instanceof Error ? error.message : error),
  );
  // Loops that are still running use the store within a few turns of the event loop.
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
  return { failure, isClosed, usedAfterClose, connected: slack.connected() };
}

describe('an error late in the start leaves no socket open and no loop running', () => {
  test.each([
    ['when the operator’s channel is opened', { tryAtOnce: FAULT }],
    ['when the promises are written down', { listHistoryAccess: FAULT }],
  ])('%s', async (_when, broken) => {
    expect(await failToStart(broken)).toEqual({
      failure: 'a fault late in the start',
      isClosed: true,
      usedAfterClose: [],
      connected: false,
    });
  });

  test('when the operator’s port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const left = await failToStart({}, { OPS_PORT: String(port) });
    server.close();
    expect(left).toMatchObject({
      failure: expect.stringContaining(`Port ${port} on 127.0.0.1 cannot be opened`),
      // It is opened before the database is.
      isClosed: false,
      usedAfterClose: [],
      connected: false,
    });
  });
});
